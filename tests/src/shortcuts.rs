//! Ways to a state that do not go through the functions that usually lead there.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use serde_json::Value;
use shared::clock::Clock;
use shared::domain::{Account, AccountId, Mode, OwnerId, Person, Scopes, SealedTokens, Settings};
use shared::random::SystemRandom;
use shared::store::{Change, StoreError};
use shared::vault::{Place, Purpose};

use crate::World;
use crate::world::{APP_ID, PUBLISHER};

impl World {
    /// A world in which live mode is enabled with the simulator's app.
    pub async fn enabled() -> Self {
        let world = Self::new().await;
        world.enable().await;
        world
    }

    /// Changes the settings as they are stored.
    pub async fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let store = &self.platform("installer").settings;
        let mut settings = store.load().await.expect("the settings are readable");
        change(&mut settings);
        settings.version += 1;
        let by = "installer".parse().expect("it is a name");
        let change = Change { at: self.clock.now(), by, fields: Vec::new() };
        store.save(&settings, &change).await.expect("nobody else saves");
    }

    /// Connects `username` for `owner` in live mode with all scopes; answers the account's id.
    pub async fn link(&self, owner: &str, username: &str) -> String {
        let scopes = Scopes::defaults().to_string();
        self.link_as(owner, username, Mode::Live, &scopes).await.expect("nobody else has connected them")
    }

    /// Connects `username` for `owner` without a consent, with a token for `scopes` that is not renewed.
    pub async fn link_as(&self, owner: &str, username: &str, mode: Mode, scopes: &str) -> Result<String, StoreError> {
        let platform = self.platform("installer");
        let person = self.simulator.people().into_iter().find(|person| person.username == username);
        let person = person.expect("the simulator knows them");
        let token = self.simulator.issue_token(host(mode), username, scopes).expect("the scopes exist");
        let owner: OwnerId = owner.parse().expect("it is an owner");
        let id = AccountId::random(&SystemRandom);
        let place = Place { owner: &owner, account: &id, purpose: Purpose::Access };
        let access = platform.tokens.seal(&token, place).await.expect("the keys are there");
        let now = self.clock.now();
        let tokens = SealedTokens {
            access,
            access_expires_at: now + SignedDuration::from_hours(30 * 24),
            refresh: None,
            refresh_expires_at: None,
        };
        let (app_id, user_id) = (APP_ID.parse().expect("digits"), person.id.parse().expect("an id of Pinterest's"));
        let person = Person { mode, app_id, user_id, username: username.to_owned() };
        let mut account = Account::new(id.clone(), owner, person, now);
        account.scopes = Scopes::parse_known(scopes);
        account.renewed(tokens, now);
        platform.accounts.connect(&mut account, None).await?;
        Ok(id.to_string())
    }

    /// Takes the publisher's place and records what it is called with.
    pub fn record_kicks(&self) -> Arc<Mutex<Vec<Value>>> {
        let events: Arc<Mutex<Vec<Value>>> = Arc::default();
        let log = events.clone();
        let record = move |event| {
            log.lock().expect("nobody panics here").push(event);
            Box::pin(std::future::ready(())) as _
        };
        self.parts.lambda.host(PUBLISHER, Arc::new(record));
        events
    }

    /// The id of the board `name` of `username` in live mode.
    pub fn board(&self, username: &str, name: &str) -> String {
        let boards = self.simulator.boards(host(Mode::Live), username);
        boards.into_iter().find(|board| board.name == name).expect("the simulator has this board").id
    }
}

/// The simulator's word for `mode`.
pub fn host(mode: Mode) -> pinterest_sim::Mode {
    match mode {
        Mode::Live => pinterest_sim::Mode::Live,
        Mode::Sandbox => pinterest_sim::Mode::Sandbox,
    }
}
