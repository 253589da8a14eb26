//! A value that is read again when it is older than it may be, and kept when reading it fails.

use std::fmt::Display;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::clock::SharedClock;

/// One kept value.
#[derive(Debug)]
pub struct Cached<T> {
    clock: SharedClock,
    keep: SignedDuration,
    value: Mutex<Option<(Timestamp, T)>>,
}

impl<T: Clone> Cached<T> {
    /// Keeps a value for `keep`.
    pub fn new(clock: SharedClock, keep: SignedDuration) -> Self {
        Self { clock, keep, value: Mutex::new(None) }
    }

    /// The kept value, or what `read` answers; the last known value where `read` fails.
    pub async fn get_or<E: Display>(&self, read: impl AsyncFnOnce() -> Result<T, E>) -> Result<T, E> {
        let kept = self.lock().clone();
        let now = self.clock.now();
        if let Some((at, value)) = &kept
            && now.duration_since(*at) < self.keep
        {
            return Ok(value.clone());
        }
        match (read().await, kept) {
            (Ok(value), _) => {
                *self.lock() = Some((now, value.clone()));
                Ok(value)
            }
            (Err(error), Some((at, value))) => {
                tracing::warn!(%error, kept_since = %at, "reading again failed; the last known value stays in use");
                Ok(value)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// What `read` answers now, however young the kept value is; that one stays where `read` fails.
    pub async fn read_again<E>(&self, read: impl AsyncFnOnce() -> Result<T, E>) -> Result<T, E> {
        let value = read().await?;
        *self.lock() = Some((self.clock.now(), value.clone()));
        Ok(value)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, T)>> {
        self.value.lock().expect("nothing panics while it holds this lock")
    }
}
