//! The settings as a function consults them before it does anything for Pinterest.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::clock::SharedClock;
use crate::domain::Settings;
use crate::store::{SettingsStore, StoreError};

/// How long the last known settings stand in while the table does not answer.
const STAND_IN: SignedDuration = SignedDuration::from_mins(10);

/// Reads the settings at every use, so that switching off works at once, and keeps the last ones for when the table
/// does not answer.
#[derive(Debug)]
pub struct CurrentSettings {
    store: SettingsStore,
    clock: SharedClock,
    last: Mutex<Option<(Timestamp, Settings)>>,
}

impl CurrentSettings {
    /// Reads from `store`.
    pub fn new(store: SettingsStore, clock: SharedClock) -> Self {
        Self { store, clock, last: Mutex::default() }
    }

    /// The settings as they are now, or as they were at most ten minutes ago if the table does not answer.
    pub async fn get(&self) -> Result<Settings, StoreError> {
        let now = self.clock.now();
        match self.store.load().await {
            Ok(settings) => {
                *self.last() = Some((now, settings.clone()));
                Ok(settings)
            }
            Err(error @ StoreError::Unavailable { .. }) => {
                let last = self.last().clone().filter(|(at, _)| now.duration_since(*at) < STAND_IN);
                let (at, settings) = last.ok_or(error)?;
                tracing::warn!(known_since = %at, "the settings could not be read; the last known ones stay in use");
                Ok(settings)
            }
            Err(error) => Err(error),
        }
    }

    /// The settings as they were read last, however long ago; the defaults where they never were.
    pub fn last_known(&self) -> Settings {
        self.last().as_ref().map(|(_, settings)| settings.clone()).unwrap_or_default()
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, Settings)>> {
        self.last.lock().expect("nothing panics while it holds this lock")
    }
}
