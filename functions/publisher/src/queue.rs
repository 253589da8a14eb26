//! Pins for which their account's lane has no room: they are parked with the account, say so, and come back as the lane
//! drains. So a backlog of one account is out of the way of everybody else's pins.

use std::collections::{BTreeMap, HashMap, VecDeque};

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use shared::domain::pin::LATE;
use shared::domain::{Account, AccountId, OwnerId, Partition, Pin, State, Turn};
use shared::store::StoreError;

use crate::Publisher;
use crate::change::change;
use crate::lanes::{Job, MOST_OF_LANE, Work};
use crate::late::{self, Allowance};
use crate::pace;

/// How many pins are parked in one step.
const STEP: usize = 100;

/// How many of them are written at once.
const AT_ONCE: usize = 16;

/// How many jobs are remembered; a later look meets the others.
const MOST: usize = 2_000;

/// When the first page comes back: the lane has some work left by then.
const FIRST_PAGE: SignedDuration = SignedDuration::from_mins(2);

/// Parks pins with their accounts.
#[derive(Debug)]
pub struct Queue {
    /// How many pins of an account are in its lane, before all that are parked.
    in_lane: usize,
    lines: BTreeMap<AccountId, Line>,
}

/// How an account's pins stand one behind the other.
#[derive(Debug)]
struct Line {
    account: Account,
    allowance: Option<Allowance>,
    /// How many pins go before the next one, about.
    ahead: usize,
}

/// The jobs of an invocation for which there is no room.
#[derive(Debug, Default)]
pub struct Late {
    waiting: VecDeque<Job>,
    /// Absent while a step is under way.
    queue: Option<Queue>,
    began: bool,
}

impl Late {
    /// Takes `job`, if it is a pin's and there is room; answers it back otherwise.
    pub fn push(&mut self, job: Job) -> Option<Job> {
        if self.waiting.len() >= MOST || !job.after.is_zero() || !matches!(job.work, Work::Pin(_)) {
            return Some(job);
        }
        self.waiting.push_back(job);
        None
    }

    /// The next jobs to park, unless some are being parked already.
    pub fn next(&mut self) -> Option<(Queue, Vec<Job>)> {
        if self.waiting.is_empty() || (self.began && self.queue.is_none()) {
            return None;
        }
        self.began = true;
        let queue = self.queue.take().unwrap_or_else(|| Queue::behind(MOST_OF_LANE));
        Some((queue, self.waiting.drain(..self.waiting.len().min(STEP)).collect()))
    }

    /// Notes that a step ended.
    pub fn parked(&mut self, queue: Queue) {
        self.queue = Some(queue);
    }

    /// Forgets what was not begun.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}

/// Parks the pins of `jobs` with their accounts, as far as they are still due; answers whether it could.
pub async fn park_jobs(publisher: &Publisher, queue: &mut Queue, jobs: &[Job]) -> bool {
    let keys = jobs.iter().filter_map(|job| match &job.work {
        Work::Pin(pin) => Some((&pin.owner, &pin.id)),
        _ => None,
    });
    let parked = async {
        let pins = publisher.platform.pins.load_all(keys).await?;
        let due: HashMap<_, _> = jobs.iter().map(|job| (job.name(), &job.due)).collect();
        let is_due = |pin: &Pin| {
            let is_scheduled = matches!(pin.state, State::Scheduled { .. });
            is_scheduled && pin.due.as_ref() == due.get(pin.id.as_str()).copied()
        };
        queue.park(publisher, pins.into_iter().filter(is_due).collect()).await
    };
    let parked = parked.await;
    parked.inspect_err(|error| tracing::warn!(%error, "pins could not be parked with their accounts")).is_ok()
}

impl Queue {
    /// Parks behind that many pins of each account.
    pub fn behind(in_lane: usize) -> Self {
        Self { in_lane, lines: BTreeMap::new() }
    }

    /// Parks `pins` with their accounts, where their turn comes later.
    pub async fn park(&mut self, publisher: &Publisher, mut pins: Vec<Pin>) -> Result<(), StoreError> {
        let now = publisher.platform.clock.now();
        pins.sort_by_key(|pin| pin.publish_at);
        let mut firsts: BTreeMap<AccountId, &Pin> = BTreeMap::new();
        for pin in pins.iter().rev() {
            firsts.insert(pin.account_id.clone(), pin);
        }
        for (id, first) in firsts {
            // What brings the pins back is written before they are parked.
            let Some(account) = plan(publisher, &first.owner, &id, now).await? else { continue };
            if !self.lines.contains_key(&id) {
                let line = self.line(publisher, account, first).await?;
                self.lines.insert(id, line);
            }
        }
        for some in pins.chunks(AT_ONCE) {
            let turns =
                some.iter().filter_map(|pin| Some((pin.clone(), self.lines.get_mut(&pin.account_id)?.turn(pin, now))));
            let parking: Vec<_> = turns.map(|(pin, turn)| park_one(publisher, pin, turn, now)).collect();
            try_join_all(parking).await?;
        }
        Ok(())
    }

    /// How the pins of `account` stand that are parked before `first`.
    async fn line(&self, publisher: &Publisher, account: Account, first: &Pin) -> Result<Line, StoreError> {
        let before = first.publish_at.unwrap_or(Timestamp::MIN);
        let parked = publisher.platform.pins.count_due(&Partition::HeldAccount(account.id.clone()), before).await?;
        let allowance = Allowance::of(publisher, &account).await?;
        Ok(Line { account, allowance, ahead: self.in_lane + parked })
    }
}

impl Line {
    /// The next turn, which is that of `pin`.
    fn turn(&mut self, pin: &Pin, now: Timestamp) -> Turn {
        // Of pins that are not late yet, the first ones will not be when they are posted.
        let late = if pin.is_late(now) { self.ahead } else { self.ahead.saturating_sub(pace::most_in(LATE)) };
        let turn = late::turn(&self.account, self.allowance, (self.ahead, late), now);
        self.ahead += 1;
        turn
    }
}

/// Parks `pin` until its turn, unless somebody moved it meanwhile.
pub async fn park_one(publisher: &Publisher, mut pin: Pin, turn: Turn, now: Timestamp) -> Result<(), StoreError> {
    let before = pin.clone();
    if pin.queue(turn, now).is_err() {
        return Ok(());
    }
    publisher.sweeps.note(&pin).await;
    match publisher.platform.pins.replace(&before, &pin).await {
        Ok(()) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Sees to it that what is parked with an account is released from soon on; answers the account, if it is there.
async fn plan(
    publisher: &Publisher,
    owner: &OwnerId,
    id: &AccountId,
    now: Timestamp,
) -> Result<Option<Account>, StoreError> {
    let Some(account) = publisher.platform.accounts.load(owner, id).await? else { return Ok(None) };
    if account.release_at.is_none_or(|at| at > now + FIRST_PAGE) {
        change(publisher, account.clone(), |account| account.release_by(now + FIRST_PAGE)).await?;
    }
    Ok(Some(account))
}
