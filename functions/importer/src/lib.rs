//! The importer: stores the pins of files that were taken.
//!
//! Its rows are in the table already, and each pin's id follows from the file and its line. So an importer can die
//! anywhere, and others can store the same file at the same time or go on later: every pin is stored once.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::domain::{Import, Pin};
use shared::kick::{ImporterEvent, kick};
use shared::platform::Platform;
use shared::store::StoreError;

/// How many pins are stored at a time.
const AT_ONCE: usize = 32;

/// How long it waits before it tries again what AWS did not answer. Together they are a fifth of the time that it has.
const PAUSES: [SignedDuration; 6] = [
    SignedDuration::from_secs(1),
    SignedDuration::from_secs(2),
    SignedDuration::from_secs(4),
    SignedDuration::from_secs(8),
    SignedDuration::from_secs(16),
    SignedDuration::from_secs(32),
];

/// The importer with what it reaches.
#[derive(Debug)]
pub struct Importer {
    platform: Arc<Platform>,
}

/// The pins of a file are not all stored.
#[derive(Debug, thiserror::Error)]
#[error("could not store the pins of a file")]
pub struct Interrupted(#[from] StoreError);

impl Importer {
    /// An importer on `platform`.
    pub fn new(platform: Arc<Platform>) -> Self {
        Self { platform }
    }

    /// Stores what is left of a file; whoever is called with it after an error goes on where this one got to.
    ///
    /// What AWS does not answer is tried again after growing pauses, and given up when six of them brought nothing.
    pub async fn handle(&self, event: ImporterEvent) -> Result<(), Interrupted> {
        let clock = &self.platform.clock;
        let mut failures = 0;
        loop {
            match (Box::pin(self.go_on(&event, &mut failures)).await, PAUSES.get(failures)) {
                (Err(StoreError::Unavailable { source, .. }), Some(pause)) => {
                    tracing::warn!(error = &*source, import = %event.import, "pins of an import could not be stored; trying again");
                    failures += 1;
                    clock.sleep_until(clock.now() + *pause).await;
                }
                (done, _) => return Ok(done?),
            }
        }
    }

    /// Stores part after part; each of them makes up for earlier `failures`.
    async fn go_on(&self, event: &ImporterEvent, failures: &mut usize) -> Result<(), StoreError> {
        let Some(mut import) = self.platform.imports.load(&event.owner, &event.import).await? else {
            tracing::warn!(import = %event.import, "the import no longer exists");
            return Ok(());
        };
        while let Some(part) = import.next_part() {
            let stored = import.stored + self.store(&import, part).await?;
            self.platform.imports.advance(&mut import, stored, self.platform.clock.now()).await?;
            *failures = 0;
        }
        // Nobody has to look after it any more. Should this die before, the next sweep forgets it.
        self.platform.sweeps.forget_import(&import.id).await?;
        tracing::info!(import = %import.id, pins = import.stored, "the pins of a file are stored");
        Ok(())
    }

    /// Stores the pins of a part; answers how many there are.
    async fn store(&self, import: &Import, part: usize) -> Result<u32, StoreError> {
        let rows = self.platform.imports.rows(import, part).await?;
        let pins: Vec<_> = rows.into_iter().filter_map(|row| import.pin(row)).collect();
        let count = u32::try_from(pins.len()).expect("a file has at most 10,000 rows");
        let stores = stream::iter(pins).map(|pin| self.create(pin)).buffer_unordered(AT_ONCE);
        let created: Vec<Option<Pin>> = stores.try_collect().await?;
        let created: Vec<_> = created.into_iter().flatten().collect();
        kick(&self.platform, &created).await;
        Ok(count)
    }

    /// Stores a pin; one that is there already is left as it is, as somebody may have changed it since.
    async fn create(&self, pin: Pin) -> Result<Option<Pin>, StoreError> {
        match self.platform.pins.create(&pin).await {
            Ok(()) => Ok(Some(pin)),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Handles events until Lambda stops the process. An error is told to Lambda, which calls again twice.
pub async fn run() -> Result<(), Error> {
    let importer = &Importer::new(shared::start::importer()?);
    let handle = |event: LambdaEvent<ImporterEvent>| async move {
        importer.handle(event.payload).await.map_err(|error| {
            shared::api::log(&error);
            Error::from(error)
        })
    };
    lambda_runtime::run(service_fn(handle)).await
}
