//! Looks at the due index and at who owns the shards.

use std::collections::HashMap;

use futures_util::future::{join, join_all};
use jiff::{SignedDuration, Timestamp};
use shared::domain::{Mode, Partition, Pin, Settings, Shard, State, VideoStage};
use shared::kick::KickedPin;
use shared::platform::Platform;
use shared::store::{DueEntry, DuePage, DuePosition, DueWork, ShardOwner, StoreError};

use crate::lanes::{Job, PinWork, Work};

/// How many entries one page of a look has.
const PAGE: i32 = 1000;

/// How many pages a look reads beyond the first one, where it is to reach that far.
const MORE_PAGES: usize = 10;

/// From how long ago on a look reads what is due at once, however much lies before that.
const PRESENT: SignedDuration = SignedDuration::from_secs(30);

/// How long a post that somebody else began may take.
const POSTING: SignedDuration = SignedDuration::from_secs(20);

/// A pin that somebody else is posting comes before everything else of its account, and is looked at before it is claimed.
pub const AFTER_OTHERS: SignedDuration = SignedDuration::from_hours(-24);

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
    /// Where the next look goes on, where this one was to reach beyond the first page and there is more.
    pub rest: Option<DuePosition>,
    /// Whether everything was read that is due.
    pub is_all: bool,
}

/// Reads what is due in `shards` up to `until`. Who owns them is not asked: it matters to their owner only, and a tick
/// that finds nothing shall cost little.
pub async fn look(platform: &Platform, mode: Mode, shards: Vec<Shard>, until: Timestamp) -> Vec<Look> {
    let looks = shards.into_iter().map(|shard| async move {
        let page = heard(due(platform, &Partition::Open(mode, shard), until, Reach::FirstPage).await);
        Look::new(shard, None, page)
    });
    join_all(looks).await
}

/// How far a look reaches into what is due in a shard.
#[derive(Debug, Clone)]
pub enum Reach {
    /// Its first page: what lies behind was read a short while ago.
    FirstPage,
    /// Its first page and some pages from that position, or from the second page.
    From(Option<DuePosition>),
}

/// The same with who owns `shards`.
pub async fn look_as_owner(
    platform: &Platform,
    mode: Mode,
    shards: Vec<(Shard, Reach)>,
    until: Timestamp,
) -> Vec<Look> {
    let looks = shards.into_iter().map(|(shard, reach)| async move {
        let partition = Partition::Open(mode, shard);
        let due = due(platform, &partition, until, reach);
        let (owner, due) = join(platform.shards.glance(shard), due).await;
        Look::new(shard, heard(owner).flatten(), heard(due))
    });
    join_all(looks).await
}

impl Look {
    /// Whether somebody took the shard after it was taken for the `term`th time. Who had it before may still be shown some
    /// time after.
    pub fn is_lost(&self, term: u64) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.term > term)
    }

    fn new(shard: Shard, owner: Option<ShardOwner>, due: Option<(DuePage, bool)>) -> Self {
        let (page, is_all) = due.map_or((None, false), |(page, is_all)| (Some(page), is_all));
        let (entries, rest) = page.map_or((None, None), |page| (Some(page.entries), page.next));
        Self { shard, owner, entries, rest, is_all }
    }
}

/// What is due, and whether that is all.
async fn due(
    platform: &Platform,
    partition: &Partition,
    until: Timestamp,
    reach: Reach,
) -> Result<(DuePage, bool), StoreError> {
    let mut page = platform.pins.due_page(partition, until, None, PAGE).await?;
    let mut from = page.next.take();
    let mut is_all = from.is_none();
    if !is_all {
        // What goes out in time lies behind a backlog, and does not wait until all of that was read.
        let present = (platform.clock.now() - PRESENT, until);
        page.entries.extend(platform.pins.due_between(partition, present, PAGE).await?);
    }
    if let (Reach::From(position), Some(second)) = (reach, from.take()) {
        from = position.or(Some(second));
        for _ in 0..MORE_PAGES {
            let Some(position) = from.take() else { break };
            let more = platform.pins.due_page(partition, until, Some(position), PAGE).await?;
            page.entries.extend(more.entries);
            from = more.next;
        }
        is_all = from.is_none();
    }
    page.next = from;
    Ok((page, is_all))
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
            match pin.and_then(|pin| job(pin, now).or_else(|| in_flight(pin, now))) {
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
    let work = work(pin);
    let is_scheduled = matches!(pin.state, State::Scheduled { .. });
    let work = match pin.unsettled_video().filter(|_| is_scheduled).map(|video| &video.stage) {
        Some(VideoStage::Processing { .. }) => Work::AskForVideo(work),
        Some(_) if pin.publish_at.is_none_or(|at| at <= now + UPLOADED_BY) => Work::LateUpload(work),
        Some(_) => Work::Upload(work),
        None if pin.in_check().is_some() => Work::Check(work),
        None => Work::Pin(work),
    };
    let written_at = matches!(work, Work::Pin(_)).then_some(pin.updated_at);
    Some(Job { written_at, ..Job::new(work, due) })
}

/// The job of a pin that another publisher is posting: nothing else of its account is posted until that is over.
pub fn in_flight(pin: &Pin, now: Timestamp) -> Option<Job> {
    let State::Publishing { lease_until, .. } = pin.state else { return None };
    let is_posting = now <= lease_until && now < posted_by(pin.updated_at) && pin.in_check().is_none();
    let due = pin.due.clone().filter(|due| is_posting && !due.partition.is_parking())?;
    Some(Job { after: AFTER_OTHERS, ..Job::new(Work::Pin(work(pin)), due) })
}

/// Reads `pins` and makes jobs of those that another publisher is posting.
pub async fn all_in_flight(platform: &Platform, pins: &[PinWork]) -> Vec<Job> {
    let first = &pins[..pins.len().min(AT_ONCE)];
    let found = heard(platform.pins.load_all(first.iter().map(|pin| (&pin.owner, &pin.id))).await);
    let now = platform.clock.now();
    found.into_iter().flatten().filter_map(|pin| in_flight(&pin, now)).collect()
}

/// By when a pin that was claimed at `claimed_at` is posted, if its publisher lives.
pub fn posted_by(claimed_at: Timestamp) -> Timestamp {
    claimed_at + POSTING
}

/// Reads the pins that `kicked` names, and makes jobs of those that are still due.
pub async fn kicked(platform: &Platform, kicked: &[KickedPin]) -> Vec<Job> {
    let pages = kicked.chunks(AT_ONCE);
    let found = pages.map(|page| platform.pins.load_all(page.iter().map(|kicked| (&kicked.owner, &kicked.id))));
    let found = join_all(found).await.into_iter().filter_map(heard).flatten();
    let now = platform.clock.now();
    found.filter_map(|pin| job(&pin, now)).collect()
}

fn work(pin: &Pin) -> PinWork {
    PinWork { owner: pin.owner.clone(), account: pin.account_id.clone(), id: pin.id.clone() }
}

/// The job of a pin that was just written, if it is to be done soon: whoever owns its shard may end before the index shows
/// it.
pub fn soon(pin: &Pin, now: Timestamp) -> Vec<Job> {
    job(pin, now).into_iter().filter(|job| job.due.at <= now + SOON).collect()
}

fn heard<T>(answer: Result<T, StoreError>) -> Option<T> {
    answer.inspect_err(|error| tracing::error!(%error, "the table didn't respond; the next poll tries again")).ok()
}
