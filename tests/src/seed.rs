//! Puts settings and accounts into an installation without the detour over HTTP.

use jiff::SignedDuration;
use pinterest_sim::{NewBoard, NewPerson, Simulator};
use shared::domain::{Account, AccountId, Mode, Person, Scopes, SealedTokens, SecretRef};
use shared::platform::Platform;
use shared::random;
use shared::store::Change;
use shared::vault::{AppCredentials, AppSecret, Place, Purpose};

use crate::APP_ID;

/// A connected account with a board, put into the table directly.
#[derive(Debug, Clone)]
pub struct Seeded {
    /// The account.
    pub account: Account,
    /// One of its public boards.
    pub board: String,
}

/// Enables live mode with this app.
pub(crate) async fn enable(platform: &Platform, app_id: &str, secret: &str) {
    let (version_id, now) = (random::uuid(&*platform.random), platform.clock.now());
    let pair = AppCredentials { app_id: app_id.parse().expect("digits"), secret: AppSecret::new(secret) };
    platform.credentials.put_pending(&version_id, &pair).await.expect("the secret is stored");
    let mut settings = platform.settings.load().await.expect("the settings are read");
    settings.enabled = true;
    settings.mode = Mode::Live;
    settings.app_id = Some(pair.app_id);
    settings.secret = Some(SecretRef { version_id, last4: "cdef".into(), updated_at: now });
    settings.version += 1;
    let change = Change { at: now, by: "seed".parse().expect("an owner"), fields: Vec::new() };
    platform.settings.save(&settings, &change).await.expect("the settings are saved");
}

/// Connects `count` accounts, each of an owner and a person of its own: `owner0` and `person0`, and so on.
pub(crate) async fn crowd(platform: &Platform, simulator: &Simulator, count: usize) -> Vec<Seeded> {
    let mut crowd = Vec::with_capacity(count);
    for index in 0..count {
        let username = format!("person{index}");
        let person = NewPerson { username: username.clone(), ..NewPerson::default() };
        let user_id = simulator.add_person(person).expect("the username is free");
        let host = pinterest_sim::Mode::Live;
        let board = simulator.add_board(NewBoard::public(host, &username, "Board")).expect("a new board");
        let scopes = Scopes::defaults();
        let token = simulator.issue_token(host, &username, &scopes.to_string()).expect("the scopes exist");
        let (id, owner) = (AccountId::random(&*platform.random), format!("owner{index}"));
        let owner = owner.parse().expect("it is an owner");
        let place = Place { owner: &owner, account: &id, purpose: Purpose::Access };
        let tokens = SealedTokens {
            access: platform.tokens.seal(&token, place).await.expect("the keys are there"),
            access_expires_at: platform.clock.now() + SignedDuration::from_hours(30 * 24),
            refresh: None,
            refresh_expires_at: None,
        };
        let app_id = APP_ID.parse().expect("digits");
        let person = Person { mode: Mode::Live, app_id, user_id: user_id.parse().expect("an id"), username };
        let mut account = Account::new(id, owner, person, platform.clock.now());
        account.scopes = scopes;
        account.renewed(tokens, platform.clock.now());
        platform.accounts.connect(&mut account, None).await.expect("nobody else has connected them");
        crowd.push(Seeded { account, board });
    }
    crowd
}
