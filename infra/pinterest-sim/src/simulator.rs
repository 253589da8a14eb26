//! The simulator itself: one database, one source of randomness and the controls, behind a lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::{Connection, TransactionBehavior};

use crate::controls::Controls;
use crate::options::{App, Clock, OpenError, Options};
use crate::{api, consent, control, pages, seed, store};

/// A running Pinterest. Clones are cheap and share the one world.
#[derive(Clone)]
pub struct Simulator {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    base_path: String,
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    db: Connection,
    rng: StdRng,
    controls: Controls,
}

/// What one piece of work sees: an open transaction at one moment.
pub(crate) struct World<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) rng: &'a mut StdRng,
    pub(crate) controls: &'a mut Controls,
    pub(crate) app: &'a App,
    pub(crate) base_path: &'a str,
    pub(crate) now: Timestamp,
}

impl Simulator {
    /// Opens a world, or makes one with a few people and their boards.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let (db, openings) = store::open(&options.storage)?;
        // A reopened world draws from a stream of its own, or it would draw the same ids again.
        let mut key = [0; 32];
        key[..8].copy_from_slice(&options.seed.to_le_bytes());
        key[8..16].copy_from_slice(&openings.to_le_bytes());
        let state = State { db, rng: StdRng::from_seed(key), controls: Controls::new(options.app.tier) };
        let inner = Inner {
            app: options.app,
            base_path: options.base_path.trim_end_matches('/').to_owned(),
            clock: options.clock,
            state: Mutex::new(state),
        };
        let simulator = Self { inner: Arc::new(inner) };
        simulator.transact(seed::people_and_boards)?;
        Ok(simulator)
    }

    /// Every route: `/live/v5`, `/sandbox/v5`, `/…/media-upload/`, `/oauth/`, `/boards`, `/control` and the index page.
    /// Making it takes longer than a call: make it once and clone it.
    pub fn router(&self) -> axum::Router {
        axum::Router::new()
            .merge(api::router())
            .merge(consent::router())
            .merge(control::router())
            .merge(pages::router())
            .with_state(self.clone())
    }

    /// The app that this Pinterest knows.
    pub fn app(&self) -> &App {
        &self.inner.app
    }

    /// The path that links in pages and addresses for uploads begin with, without a slash at its end.
    pub(crate) fn base_path(&self) -> &str {
        &self.inner.base_path
    }

    /// Runs `work` in one transaction, which is committed before its answer is given and undone
    /// when it fails.
    pub(crate) fn transact<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&mut World<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut guard = self.lock();
        let State { db, rng, controls } = &mut *guard;
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (app, base_path) = (&self.inner.app, self.base_path());
        let answer = work(&mut World { db: &transaction, rng, controls, app, base_path, now: self.now() })?;
        transaction.commit()?;
        Ok(answer)
    }

    /// What time it is here.
    pub(crate) fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// Reads or changes the controls.
    pub(crate) fn with_controls<T>(&self, work: impl FnOnce(&mut Controls) -> T) -> T {
        work(&mut self.lock().controls)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in the middle of a transaction undid it, so the state behind it is whole.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
