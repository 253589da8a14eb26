//! Looks at the due index and at who owns the shards.

use std::collections::HashMap;

use futures_util::future::{join, join_all};
use jiff::{SignedDuration, Timestamp};
use shared::domain::pin::to_millisecond;
use shared::domain::{Mode, Partition, Pin, Settings, Shard, State, VideoStage};
use shared::platform::Platform;
use shared::store::{DueEntry, DuePage, DuePosition, DueWork, ShardOwner, StoreError};

use crate::lanes::{Job, PinWork, Work};

/// How many entries a look reads from the beginning of a shard, and as many from where the look before ended: what lies
/// behind a long backlog gets its turn too.
const PAGE: i32 = 1000;

/// What is due again within that time is kept by who did it last.
const SOON: SignedDuration = SignedDuration::from_secs(30);

/// What is not uploaded this long before its time does not queue.
const UPLOADED_BY: SignedDuration = SignedDuration::from_mins(40);

/// How many pins are read at once.
pub const AT_ONCE: usize = 100;

/// What a look at one shard brought; absent where the table did not answer.
#[derive(Debug)]
pub struct Look {
    pub shard: Shard,
    /// Absent also where it was not asked for.
    pub owner: Option<ShardOwner>,
    pub entries: Option<Vec<DueEntry>>,
    /// Where the next look goes on, where the shard has more than one page.
    pub rest: Option<DuePosition>,
}

/// Reads what is due in `shards` up to `until`. Who owns them is not asked: it matters to their owner only, and a tick
/// that finds nothing shall cost little.
pub async fn look(platform: &Platform, mode: Mode, shards: Vec<Shard>, until: Timestamp) -> Vec<Look> {
    let looks = shards.into_iter().map(|shard| async move {
        let page = heard(due(platform, &Partition::Open(mode, shard), Some(until), None).await).flatten();
        Look::new(shard, None, page)
    });
    join_all(looks).await
}

/// The same with who owns `shards`, from a position in the backlog where it is known; nothing is read of what is due
/// without `until`.
pub async fn look_as_owner(
    platform: &Platform,
    mode: Mode,
    shards: Vec<(Shard, Option<DuePosition>)>,
    until: Option<Timestamp>,
) -> Vec<Look> {
    let looks = shards.into_iter().map(|(shard, rest)| async move {
        let partition = Partition::Open(mode, shard);
        let (owner, due) = join(platform.shards.glance(shard), due(platform, &partition, until, rest)).await;
        Look::new(shard, heard(owner).flatten(), heard(due).flatten())
    });
    join_all(looks).await
}

impl Look {
    /// Whether somebody newer than `holder`, who has the shard `since` then, has it now. Who had it before may still be
    /// shown some time after.
    pub fn is_lost(&self, holder: &str, since: Timestamp) -> bool {
        let is_newer = |owner: &ShardOwner| owner.since >= to_millisecond(since);
        self.owner.as_ref().is_some_and(|owner| owner.holder != holder && is_newer(owner))
    }

    fn new(shard: Shard, owner: Option<ShardOwner>, page: Option<DuePage>) -> Self {
        let (entries, rest) = page.map_or((None, None), |page| (Some(page.entries), page.next));
        Self { shard, owner, entries, rest }
    }
}

async fn due(
    platform: &Platform,
    partition: &Partition,
    until: Option<Timestamp>,
    rest: Option<DuePosition>,
) -> Result<Option<DuePage>, StoreError> {
    let Some(until) = until else { return Ok(None) };
    let mut page = platform.pins.due_page(partition, until, None, PAGE).await?;
    if let Some(next) = page.next.take() {
        let more = platform.pins.due_page(partition, until, rest.or(Some(next)), PAGE).await?;
        page.entries.extend(more.entries);
        page.next = more.next;
    }
    Ok(Some(page))
}

/// Reads the settings; absent where the table does not answer.
pub async fn settings(platform: &Platform) -> Option<Settings> {
    heard(platform.current_settings.get().await)
}

/// What became of entries of the due index when their pins were read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// What is to be done.
    pub jobs: Vec<Job>,
    /// Entries behind which there is nothing to be done: stale ones, and pins that another publisher has.
    pub idle: Vec<DueEntry>,
    /// Entries whose pins could not be read; the next look meets them anew.
    pub unread: Vec<DueEntry>,
}

/// Reads the pins behind `entries`, at most [`AT_ONCE`], and makes jobs of those that are still due, as they are now.
pub async fn jobs(platform: &Platform, entries: Vec<DueEntry>) -> Loaded {
    let mut loaded = Loaded::default();
    let mut pins = Vec::new();
    for entry in entries {
        match entry.work.clone() {
            DueWork::Account(owner, account) => {
                loaded.jobs.push(Job::new(Work::Account(owner, account), entry.due));
            }
            DueWork::Circuit(mode, kind) => {
                loaded.jobs.push(Job::new(Work::Circuit(mode, kind), entry.due));
            }
            DueWork::Pin(..) => pins.push(entry),
        }
    }
    if pins.is_empty() {
        return loaded;
    }
    let keys = pins.iter().filter_map(|entry| match &entry.work {
        DueWork::Pin(owner, id) => Some((owner, id)),
        _ => None,
    });
    match heard(platform.pins.load_all(keys).await) {
        Some(found) => loaded.sort(pins, &found, platform.clock.now()),
        None => loaded.unread = pins,
    }
    loaded
}

impl Loaded {
    /// Makes jobs of the pins that were found behind `entries`.
    fn sort(&mut self, entries: Vec<DueEntry>, found: &[Pin], now: Timestamp) {
        let found: HashMap<_, _> = found.iter().map(|pin| (&pin.id, pin)).collect();
        for entry in entries {
            let pin = if let DueWork::Pin(_, id) = &entry.work { found.get(id) } else { None };
            match pin.and_then(|pin| job(pin, now)) {
                Some(job) => self.jobs.push(job),
                None => self.idle.push(entry),
            }
        }
    }
}

/// The job of a pin, unless somebody else is at it, it is parked, or there is nothing to be done.
pub fn job(pin: &Pin, now: Timestamp) -> Option<Job> {
    let mine = match &pin.state {
        State::Scheduled { .. } | State::Held { .. } | State::Checking(_) => true,
        State::Publishing { lease_until, .. } => *lease_until < now,
        _ => false,
    };
    let due = pin.due.clone().filter(|due| mine && !due.partition.is_parking())?;
    let work = PinWork { owner: pin.owner.clone(), account: pin.account_id.clone(), id: pin.id.clone() };
    let is_scheduled = matches!(pin.state, State::Scheduled { .. });
    let work = match pin.unsettled_video().filter(|_| is_scheduled).map(|video| &video.stage) {
        Some(VideoStage::Processing { .. }) => Work::AskForVideo(work),
        Some(_) if pin.publish_at.is_none_or(|at| at <= now + UPLOADED_BY) => Work::LateUpload(work),
        Some(_) => Work::Upload(work),
        None if pin.in_check().is_some() => Work::Check(work),
        None => Work::Pin(work),
    };
    Some(Job::new(work, due))
}

/// The job of a pin that was just written, if it is to be done soon: whoever owns its shard may end before the index shows
/// it.
pub fn soon(pin: &Pin, now: Timestamp) -> Vec<Job> {
    job(pin, now).into_iter().filter(|job| job.due.at <= now + SOON).collect()
}

fn heard<T>(answer: Result<T, StoreError>) -> Option<T> {
    answer.inspect_err(|error| tracing::error!(%error, "the table did not answer; the next look asks again")).ok()
}
