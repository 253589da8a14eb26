//! How many functions may run at once in an account of AWS, over all of them.
//!
//! Source: "Lambda quotas" and "Asynchronous invocation" in the Lambda developer guide. An account that is new may run ten.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a new account may run at once.
pub const NEW_ACCOUNT: usize = 10;

/// How long Lambda waits before it tries an event again for which there was no execution; then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// The executions of an account; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Executions(Option<Arc<Semaphore>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub struct Execution {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Executions {
    /// As many as anybody wants.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// At most so many at once.
    pub fn at_most(limit: usize) -> Self {
        Self(Some(Arc::new(Semaphore::new(limit))))
    }

    /// Begins one for a caller that waits for the answer; nothing where none is left, which Lambda answers with 429.
    pub fn begin(&self) -> Option<Execution> {
        let Some(all) = &self.0 else { return Some(Execution { _permit: None }) };
        all.clone().try_acquire_owned().ok().map(|permit| Execution { _permit: Some(permit) })
    }

    /// Begins one for an event, which Lambda keeps and tries again, ever more seldom, until it would be older than
    /// `max_age`; nothing where none was left at any of these tries. Events have no turn before requests.
    pub async fn begin_within(&self, max_age: Duration) -> Option<Execution> {
        let (mut age, mut pause) = (Duration::ZERO, FIRST_PAUSE);
        loop {
            if let Some(execution) = self.begin() {
                return Some(execution);
            }
            age += pause;
            if age > max_age {
                return None;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_event_waits_for_an_execution_and_is_lost_when_it_is_too_old() {
        let executions = Executions::at_most(1);
        let taken = executions.begin();
        assert!(taken.is_some() && executions.begin().is_none());
        let began = Instant::now();
        assert!(executions.begin_within(Duration::from_mins(1)).await.is_none());
        assert_eq!(
            began.elapsed(),
            Duration::from_secs(31),
            "tried after 1, 3, 7, 15 and 31 seconds, and not after 63"
        );
        let release = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            drop(taken);
        };
        let began = Instant::now();
        let (execution, ()) = tokio::join!(executions.begin_within(Duration::from_mins(1)), release);
        assert!(execution.is_some());
        assert_eq!(began.elapsed(), Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_everybody_begins_at_once() {
        let all: Vec<_> = (0..1000).map(|_| Executions::unlimited().begin()).collect();
        assert!(all.iter().all(Option::is_some));
        assert!(Executions::unlimited().begin_within(Duration::ZERO).await.is_some());
    }
}
