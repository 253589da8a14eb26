//! Pins for which their account's lane has no room: they are parked with the account, say so, and come back as the lane
//! drains. So a backlog of one account is out of the way of everybody else's pins.

use std::collections::{BTreeMap, HashMap, VecDeque};

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use shared::domain::{AccountId, OwnerId, Pin, State};
use shared::store::StoreError;

use crate::Publisher;
use crate::change::change;
use crate::lanes::{Job, MOST_OF_LANE, Work};
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
#[derive(Debug, Default)]
pub struct Queue {
    /// How many pins of each account go before the next one, about.
    ahead: BTreeMap<AccountId, usize>,
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
        let queue = self.queue.take().unwrap_or_default();
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
    /// Parks `pins` with their accounts, where their turn comes later.
    pub async fn park(&mut self, publisher: &Publisher, mut pins: Vec<Pin>) -> Result<(), StoreError> {
        let now = publisher.platform.clock.now();
        pins.sort_by_key(|pin| pin.publish_at);
        let accounts: BTreeMap<_, _> = pins.iter().map(|pin| (&pin.account_id, &pin.owner)).collect();
        for (account, owner) in accounts {
            // What brings the pins back is written before they are parked.
            plan(publisher, owner, account, now).await?;
        }
        for some in pins.chunks(AT_ONCE) {
            let some = some.iter().map(|pin| {
                let ahead = self.ahead.entry(pin.account_id.clone()).or_insert(MOST_OF_LANE);
                *ahead += 1;
                park_one(publisher, pin.clone(), now + pace::time_for(*ahead), now)
            });
            let some: Vec<_> = some.collect();
            try_join_all(some).await?;
        }
        Ok(())
    }
}

async fn park_one(
    publisher: &Publisher,
    mut pin: Pin,
    expected_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let version = pin.version;
    if pin.queue(expected_at, now).is_err() {
        return Ok(());
    }
    publisher.sweeps.note(&pin).await;
    match publisher.platform.pins.save(&pin, version).await {
        // Somebody moved it meanwhile.
        Ok(()) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Sees to it that what is parked with `account` is released from soon on.
async fn plan(publisher: &Publisher, owner: &OwnerId, account: &AccountId, now: Timestamp) -> Result<(), StoreError> {
    let Some(account) = publisher.platform.accounts.load(owner, account).await? else { return Ok(()) };
    if account.release_at.is_some_and(|at| at <= now + FIRST_PAGE) {
        return Ok(());
    }
    change(publisher, account, |account| account.release_by(now + FIRST_PAGE)).await
}
