//! Runs the publisher as AWS does, and puts accounts and pins in front of it without the detour over HTTP.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use local::lambda::Handler;
use local::virtual_world::VirtualClock;
use pinterest_sim::{Decision, NewBoard, NewPerson};
use publisher::{Publisher, Report};
use shared::clock::Clock;
use shared::domain::content::Draft;
use shared::domain::{
    Account, AccountId, Content, Destination, Mode, OwnerId, Person, Pin, PinId, Scopes, SealedTokens, Shard,
};
use shared::kick::PublisherEvent;
use shared::pinterest::{ConsentRequest, UserAccount};
use shared::platform::Platform;
use shared::vault::{AuthorizationCode, Place, Purpose};
use url::Url;

use crate::World;
use crate::seed::{self, Seeded};
use crate::world::{APP_ID, APP_SECRET, HOST};

/// How long an invocation of the publisher may run, as the template sets it.
pub const TIMEOUT: SignedDuration = SignedDuration::from_secs(240);

/// The last part of an invocation, in which nothing is claimed.
const LAST_CLAIM: SignedDuration = SignedDuration::from_secs(30);

/// What AWS Lambda does with an event for the publisher.
pub(crate) fn handler(platform: Arc<Platform>, clock: VirtualClock) -> Handler {
    let publisher = Arc::new(Publisher::new(platform));
    Arc::new(move |event| {
        let publisher = publisher.clone();
        Box::pin(async move {
            let event = serde_json::from_value(event).expect("kicks are events of the publisher");
            publisher.handle(event, clock.now() + TIMEOUT).await;
        })
    })
}

/// One invocation of `publisher` by the schedule, for all shards.
pub async fn invocation(publisher: &Publisher, clock: VirtualClock) -> Report {
    invocation_for(publisher, clock, (0..16).collect()).await
}

/// One invocation of `publisher` by a schedule that has these shards.
pub async fn invocation_for(publisher: &Publisher, clock: VirtualClock, shards: Vec<u8>) -> Report {
    let event = PublisherEvent::Tick { shards, scheduled_at: clock.now() };
    publisher.handle(event, clock.now() + TIMEOUT).await
}

impl World {
    /// The schedule fires once; ends with the invocation.
    pub async fn tick(&self) -> Report {
        invocation(&Publisher::new(self.platform("publisher")), self.clock).await
    }

    /// The schedule fires once, for an invocation that claims nothing more after `time`.
    pub async fn tick_for(&self, time: SignedDuration) -> Report {
        let publisher = Publisher::new(self.platform("publisher"));
        let event = PublisherEvent::Tick { shards: (0..16).collect(), scheduled_at: self.clock.now() };
        publisher.handle(event, self.clock.now() + LAST_CLAIM + time).await
    }

    /// The schedule fires every minute until `end`, whatever the invocations before are doing; then they are stopped.
    pub async fn schedule_until(&self, end: Timestamp) {
        let mut running = FuturesUnordered::new();
        let mut publishers = Vec::new();
        while self.clock.now() < end {
            let publisher = Arc::new(Publisher::new(self.platform("publisher")));
            publishers.push(publisher.clone());
            running.push(async move { invocation(&publisher, self.clock).await });
            let next = (self.clock.now() + SignedDuration::from_mins(1)).min(end);
            let mut minute = std::pin::pin!(self.clock.sleep_until(next));
            while let Either::Left((Some(_), rest)) = select(running.next(), minute).await {
                minute = rest;
            }
            self.clock.sleep_until(next).await;
        }
        for publisher in &publishers {
            publisher.stop();
        }
        while running.next().await.is_some() {}
    }

    /// Enables live mode with the simulator's app, without the settings function.
    pub async fn enable(&self) {
        seed::enable(&self.platform("seed"), APP_ID, APP_SECRET).await;
    }

    /// Consents as `username` and exchanges the code, as the callback does; answers the tokens sealed for `account`.
    pub async fn consent(&self, owner: &OwnerId, account: &AccountId, username: &str) -> (UserAccount, SealedTokens) {
        let platform = self.platform(&format!("consent {account} {}", self.clock.now()));
        let settings = platform.settings.load().await.expect("the settings are read");
        let (app_id, secret) = (settings.app_id.expect("enabled"), settings.secret.expect("enabled"));
        let app = platform.credentials.load(&secret.version_id).await.expect("read").expect("there");
        let redirect_uri = format!("https://{HOST}/app/pinterest/board");
        let request =
            ConsentRequest { app_id: &app_id, redirect_uri: &redirect_uri, scopes: &settings.scopes, state: "s" };
        let address = platform.pinterest.authorize_url(&request);
        let back = self.simulator.answer_consent(address.as_str(), username, Decision::Allow).expect("consented");
        let back = Url::parse(&back).expect("an address");
        let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let code = AuthorizationCode::new(code);
        let grant = platform.pinterest.exchange_code(settings.mode, &app, &code, &redirect_uri).await.expect("tokens");
        let user = platform.pinterest.user_account(settings.mode, &grant.access).await.expect("the user").body;
        let place = |purpose| Place { owner, account, purpose };
        let refresh = grant.refresh.as_ref().expect("a refresh token").expose();
        let tokens = SealedTokens {
            access: platform.tokens.seal(grant.access.expose(), place(Purpose::Access)).await.expect("sealed"),
            access_expires_at: self.clock.now() + SignedDuration::from_secs(i64::from(grant.expires_in_s)),
            refresh: Some(platform.tokens.seal(refresh, place(Purpose::Refresh)).await.expect("sealed")),
            refresh_expires_at: Some(self.clock.now() + SignedDuration::from_hours(60 * 24)),
        };
        (user, tokens)
    }

    /// Connects `username` for `owner` through Pinterest's consent and token endpoint.
    pub async fn seed_account(&self, owner: &str, username: &str) -> Seeded {
        self.seed_account_in(owner, username, None).await
    }

    /// The same with an account of that shard; somebody whom Pinterest does not know yet comes with a board.
    pub(crate) async fn seed_account_in(&self, owner: &str, username: &str, shard: Option<Shard>) -> Seeded {
        let platform = self.platform(&format!("seed {owner} {username}"));
        if !self.simulator.people().iter().any(|person| person.username == username) {
            let person = NewPerson { username: username.to_owned(), ..NewPerson::default() };
            self.simulator.add_person(person).expect("the username is free");
            let board = NewBoard::public(pinterest_sim::Mode::Live, username, "Board");
            self.simulator.add_board(board).expect("a new board");
        }
        let owner = owner.parse::<OwnerId>().expect("an owner");
        let mut id = AccountId::random(&*platform.random);
        while shard.is_some_and(|shard| Shard::of(&id) != shard) {
            id = AccountId::random(&*platform.random);
        }
        let (user, tokens) = self.consent(&owner, &id, username).await;
        let app_id = APP_ID.parse().expect("digits");
        let person = Person { mode: Mode::Live, app_id, user_id: user.id, username: user.username };
        let mut account = Account::new(id, owner, person, self.clock.now());
        account.scopes = Scopes::defaults();
        account.renewed(tokens, self.clock.now());
        platform.accounts.connect(&mut account, None).await.expect("connected");
        let boards = self.simulator.boards(pinterest_sim::Mode::Live, username);
        let board =
            boards.iter().find(|board| board.privacy == pinterest_sim::Privacy::Public && board.owner == username);
        Seeded { account, board: board.expect("a public board").id.clone() }
    }

    /// Schedules a pin for `at` on the board of `seeded`.
    pub async fn seed_pin(&self, seeded: &Seeded, title: &str, at: Timestamp) -> Pin {
        let platform = self.platform(&format!("seed {title} {at}"));
        let draft = Draft {
            title: Some(title.to_owned()),
            media: shared::domain::Media::at("https://example.com/lemon-cake.jpg"),
            ..Draft::default()
        };
        let now = self.clock.now();
        let to = Destination {
            account_id: seeded.account.id.clone(),
            mode: seeded.account.mode,
            board_id: seeded.board.parse().expect("digits"),
            section_id: None,
            board_verified: true,
        };
        let content = Content::check(draft).expect("valid content");
        let id = PinId::random(&*platform.random);
        let mut pin = Pin::draft(id, seeded.account.owner.clone(), to, content, now);
        pin.schedule(at, now).expect("a draft can be scheduled");
        platform.pins.create(&pin).await.expect("stored");
        pin
    }

    /// The pin as it is now.
    pub async fn pin(&self, pin: &Pin) -> Pin {
        let found = self.platform("reader").pins.load(&pin.owner, &pin.id).await.expect("the table answers");
        found.expect("pins do not vanish")
    }

    /// The account as it is now.
    pub async fn account(&self, account: &Account) -> Account {
        let found = self.platform("reader").accounts.load(&account.owner, &account.id).await;
        found.expect("the table answers").expect("accounts do not vanish")
    }
}
