//! What came of pins and accounts, gathered and written as figures from time to time.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use shared::domain::{AccountId, Hold, Pin, State};
use shared::metrics::{MOST_VALUES, Metric, Metrics};

/// How long figures are gathered for one line.
const GATHER: SignedDuration = SignedDuration::from_secs(60);

/// The figures that were not written yet.
#[derive(Debug, Default)]
pub struct Figures(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    since: Option<Timestamp>,
    lateness_ms: Vec<i64>,
    failed: i64,
    needs_review: i64,
    to_reconnect: BTreeSet<AccountId>,
}

impl Figures {
    /// Notes where a pin stands now.
    pub fn note(&self, pin: &Pin, now: Timestamp) {
        let mut gathered = self.lock();
        match &pin.state {
            State::Published { lateness_ms, .. } => gathered.lateness_ms.push(*lateness_ms),
            State::Failed { .. } => gathered.failed += 1,
            State::NeedsReview { .. } => gathered.needs_review += 1,
            State::Held { reason: Hold::NeedsReconnect, .. } => {
                gathered.to_reconnect.insert(pin.account_id.clone());
            }
            _ => return,
        }
        gathered.since.get_or_insert(now);
    }

    /// Notes that an account has to be connected again.
    pub fn note_lost(&self, account: &AccountId, now: Timestamp) {
        let mut gathered = self.lock();
        gathered.to_reconnect.insert(account.clone());
        gathered.since.get_or_insert(now);
    }

    /// Writes what was gathered, if that was long ago or is much.
    pub fn write_if_due(&self, metrics: &Metrics, now: Timestamp) {
        let is_due = {
            let gathered = self.lock();
            let is_old = gathered.since.is_some_and(|since| since + GATHER <= now);
            is_old || gathered.lateness_ms.len() >= MOST_VALUES
        };
        if is_due {
            self.write(metrics, now);
        }
    }

    /// Writes what was gathered.
    pub fn write(&self, metrics: &Metrics, now: Timestamp) {
        let Gathered { lateness_ms, failed, needs_review, to_reconnect, .. } = std::mem::take(&mut *self.lock());
        let count = |count: i64| if count > 0 { vec![count] } else { Vec::new() };
        let mut figures = vec![
            (Metric::Failed, count(failed)),
            (Metric::NeedsReview, count(needs_review)),
            (Metric::AccountsNeedReconnect, count(length(to_reconnect.len()))),
        ];
        for chunk in lateness_ms.chunks(MOST_VALUES) {
            figures.extend([(Metric::Published, count(length(chunk.len()))), (Metric::LatenessMs, chunk.to_vec())]);
            metrics.write(now, &figures);
            figures.clear();
        }
        metrics.write(now, &figures);
    }

    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn length(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
