//! No secret comes out: the whole product runs with everything logged, and every secret is looked for in the log, in every
//! answer and page, in the table and in the `Debug` of what holds it.
//!
//! Where a secret belongs into an answer, that exact place is taken out before looking: the cookies of a consent, the state
//! in the address of Pinterest's consent page, the one-time grant in the form.

mod network;
mod person;
mod trouble;

use serde_json::json;
use shared::clock::Clock;
use shared::domain::Account;
use tests::{APP_SECRET, AWS_SECRET, Answer, Front, Log, Secrets, TOKEN_KEY, World};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::EnvFilter;

/// The owners whose accounts the walk connects.
const OWNERS: [&str; 2] = ["alice", "mallory"];

/// What came out so far, and what must not be in it.
struct Watch<'a> {
    world: &'a World,
    front: Front<'a>,
    secrets: Secrets,
    answers: Vec<(String, String)>,
    admin: String,
    user: String,
}

impl<'a> Watch<'a> {
    fn new(world: &'a World) -> Self {
        let front = world.front();
        let mut secrets = Secrets::default();
        for (name, secret) in [("app secret", APP_SECRET), ("token key", TOKEN_KEY), ("AWS secret", AWS_SECRET)] {
            secrets.add(name, secret);
        }
        let (admin, user) = (String::new(), String::new());
        let mut watch = Self { world, front, secrets, answers: Vec::new(), admin, user };
        watch.sign_in();
        watch
    }

    /// Takes new tokens of the issuer; they last for some hours.
    fn sign_in(&mut self) {
        self.admin = self.front.token("ann", true);
        self.user = self.front.token("alice", false);
        for token in [&self.admin, &self.user] {
            self.secrets.add("our JWT", token);
            self.secrets.add("signature of our JWT", token.rsplit('.').next().unwrap());
        }
    }

    /// One call through API Gateway with alice's or the administrator's token.
    async fn call(&mut self, method: &str, path: &str, body: Option<String>) -> Answer {
        let token = if path.starts_with("/v1/settings") { &self.admin } else { &self.user };
        let answer = self.front.call(method, path, Some(token), body).await;
        self.keep(&format!("{method} {path}"), &answer, &[]);
        answer
    }

    /// Keeps an answer to look at in the end, without what belongs into exactly these places of it.
    fn keep(&mut self, place: &str, answer: &Answer, belongs: &[String]) {
        let mut headers = answer.headers.clone();
        headers.remove("set-cookie");
        let cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| {
            let text = cookie.to_str().unwrap();
            let ours = text.starts_with("__Host-pinwheel-oauth=") || text.starts_with("__Host-pinwheel-pick=");
            if ours { text.split_once(';').unwrap().1.to_owned() } else { text.to_owned() }
        });
        let cookies: Vec<_> = cookies.collect();
        let body = belongs.iter().fold(answer.text(), |text, place| {
            assert_eq!(text.matches(place).count(), 1, "{place} is there once");
            text.replace(place, "")
        });
        self.answers.push((place.to_owned(), format!("{} {headers:?} {cookies:?} {body}", answer.status)));
    }

    /// Learns the tokens that the accounts have now; answers the accounts.
    async fn learn_tokens(&mut self) -> Vec<Account> {
        let platform = self.world.platform("auditor");
        let mut found = Vec::new();
        for owner in OWNERS {
            for account in platform.accounts.list(&owner.parse().unwrap()).await.unwrap() {
                let Some(tokens) = account.tokens() else { continue };
                let access = platform.tokens.open_access(&account, &tokens.access).await.unwrap();
                self.secrets.add("access token", access.expose());
                if let Some(refresh) = &tokens.refresh {
                    let refresh = platform.tokens.open_refresh(&account, refresh).await.unwrap();
                    self.secrets.add("refresh token", refresh.expose());
                }
                found.push(account);
            }
        }
        found
    }

    async fn assert_clean(&self, log: &Log) {
        let answers: Vec<_> = self.answers.iter().map(|(place, answer)| format!("{place}: {answer}")).collect();
        self.secrets.assert_absent("the answers", &answers.join("\n"));
        self.secrets.assert_absent("the log", &log.text());
        self.secrets.assert_absent("the table", &self.world.everything_stored().await);
        let platform = self.world.platform("auditor");
        self.secrets.assert_absent("Debug", &format!("{platform:?}"));
    }
}

/// Logs our own crates at TRACE and the libraries at DEBUG into `log`, on this thread, while the answer lives. The
/// simulator is no part of Pinwheel.
fn logging(log: &Log) -> (DefaultGuard, tracing::Dispatch) {
    let ours = "shared,settings,oauth,accounts,pins,publisher,web,local".replace(',', "=trace,");
    let filter = EnvFilter::new(format!("debug,{ours}=trace,pinterest_sim=off"));
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_env_filter(filter).with_writer(log.clone());
    let guard = tracing::subscriber::set_default(subscriber.finish());
    // With one subscriber tracing asks the thread that logs first whether anybody listens; with two it asks both.
    (guard, tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new()))
}

#[tokio::test(start_paused = true)]
async fn no_secret_comes_out_of_a_whole_run() {
    let log = Log::default();
    let _guard = logging(&log);
    // The examples in the description of the API are drawn from the sequence of `World::new`.
    let world = World::drawn(1).await;
    let mut watch = Watch::new(&world);
    person::sets_up(&mut watch).await;
    person::connects(&mut watch).await;
    person::publishes(&mut watch).await;
    trouble::pinterest_quotes_what_it_was_sent(&mut watch).await;
    person::renews_and_changes_keys(&mut watch).await;
    person::pastes(&mut watch).await;
    trouble::garbage_everywhere(&mut watch).await;
    watch.learn_tokens().await;
    assert!(watch.answers.len() > 100, "{}", watch.answers.len());
    let text = log.text();
    for word in ["an attempt ended", "a connection or board pick failed", "an account was connected"] {
        assert!(text.contains(word), "it does log {word:?}");
    }
    watch.assert_clean(&log).await;
}

#[tokio::test(start_paused = true)]
async fn no_secret_comes_out_while_aws_refuses() {
    let log = Log::default();
    let _guard = logging(&log);
    trouble::aws_refuses(&log).await;
}

#[tokio::test(start_paused = true)]
async fn no_secret_comes_out_of_a_panic_free_platform_that_cannot_read_its_keys() {
    let log = Log::default();
    let _guard = logging(&log);
    let world = World::ready().await;
    let mut watch = Watch::new(&world);
    let seeded = world.seed_account("alice", "shop").await;
    watch.learn_tokens().await;
    let key = "a-key-that-is-no-base64-and-too-long-0123456789";
    watch.secrets.add("wrong key", key);
    for ring in [
        json!({"generated": TOKEN_KEY, "keys": {"2": key}, "current": 2}),
        json!({"generated": &TOKEN_KEY[..20]}),
        json!({"generate": TOKEN_KEY}),
        json!(TOKEN_KEY),
    ] {
        world.put_token_keys(&ring);
        watch.call("POST", "/v1/settings/verify", None).await;
        watch.call("GET", &format!("/v1/accounts/{}/boards", seeded.account.id), None).await;
    }
    world.seed_pin(&seeded, "Waits", world.clock.now()).await;
    world.tick().await;
    assert!(log.text().contains("token keys"), "it does log");
    for (place, answer) in &watch.answers {
        watch.secrets.assert_absent(place, answer);
    }
    watch.secrets.assert_absent("the log", &log.text());
}

#[tokio::test(start_paused = true)]
async fn the_canary_notices_a_leak_in_every_form_and_place() {
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXUPPER};
    let log = Log::default();
    let _guard = logging(&log);
    let secret = "pina_canary+0123456789/abcdef\"=";
    let mut secrets = Secrets::default();
    secrets.add("token", secret);
    for before in ["", "a", "ab", "abc"] {
        let longer = format!("{before}{secret} and more");
        for leak in [
            longer.clone(),
            BASE64.encode(longer.as_bytes()),
            BASE64URL_NOPAD.encode(longer.as_bytes()),
            HEXUPPER.encode(longer.as_bytes()),
            url::form_urlencoded::byte_serialize(longer.as_bytes()).collect(),
            longer.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat(),
            json!({"x": longer}).to_string(),
            format!("{:?}", longer.as_bytes()),
        ] {
            assert!(!secrets.found_in(&leak).is_empty(), "{leak}");
            tracing::trace!(target: "shared", leak);
            let line = log.text().lines().next_back().unwrap().to_owned();
            assert!(!secrets.found_in(&line).is_empty(), "{line}");
        }
    }
    assert_eq!(secrets.found_in("pina and pinr are prefixes, and canary is a word"), []);
}

#[tokio::test(start_paused = true)]
async fn the_canary_notices_a_function_that_leaks() {
    let log = Log::default();
    let _guard = logging(&log);
    let mut world = World::ready().await;
    let leak = |headers: http::HeaderMap| async move { format!("{:?}", headers.get("authorization").unwrap()) };
    world.replace(web::ROUTES, axum::Router::new().route("/app/accounts", axum::routing::get(leak)));
    let mut watch = Watch::new(&world);
    let answer = watch.call("GET", "/app/accounts", None).await;
    assert_eq!(answer.status, 200);
    let (_, text) = watch.answers.pop().unwrap();
    assert!(watch.secrets.found_in(&text).iter().any(|(name, _)| name == "our JWT"), "{text}");
    // The account of somebody connected in plain would be found in the table.
    let mut settings = world.platform("leak").settings.load().await.unwrap();
    let (by, at) = (APP_SECRET.parse().unwrap(), world.clock.now());
    settings.version += 1;
    let change = shared::store::Change { at, by, fields: Vec::new() };
    world.platform("leak").settings.save(&settings, &change).await.unwrap();
    assert!(!watch.secrets.found_in(&world.everything_stored().await).is_empty());
}
