//! The world of a story.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use local::in_process::{Hook, InProcess, LaggingReads, Meter, Parts};
use local::issuer::MACHINE_ID;
use local::lambda::Lambda;
use local::s3::{AccessKey, S3};
use local::secrets_manager::SecretsManager;
use local::simulated;
use local::virtual_world::{SeededRandom, VirtualClock};
use pinterest_sim::{App, Options, Simulator, Storage, Tier};
use shared::api::Route;
use shared::clock::{Clock, SharedClock};
use shared::config::Config;
use shared::pinterest::Transport;
use shared::platform::Platform;
use shared::store::schema;

use crate::addresses::serving;
use crate::figures::Figures;
use crate::own_api;
use crate::permissions::{self, Recorder};
use crate::{Browser, Caller, Receivers};

/// The moment at which every world begins.
pub const START: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// The Pinterest app that the simulator accepts.
pub const APP_ID: &str = "1485555";

/// The secret of that app.
pub const APP_SECRET: &str = "canary-app-secret-0123456789abcdef";

/// The secret half of the credentials for AWS.
pub const AWS_SECRET: &str = "canary-aws-secret-0123456789abcdef";

/// The id that goes with it.
const AWS_KEY: &str = "test";

/// What the log hashes subjects with.
const SUBJECT_KEY: &str = "canary-subject-key-0123456789abcdef";

/// The domain name under which API Gateway reaches the functions.
pub const HOST: &str = "pins.example.com";

/// Where people sign in, as the tools for assistants say.
const SIGN_IN: [(&str, &str); 2] = [("OIDC_ISSUER", "https://sign-in.example.com/pool"), ("OIDC_CLIENT_ID", "pages")];

pub(crate) const TABLE: &str = "pinwheel";
const APP_SECRET_ID: &str = "pinwheel/app";
pub(crate) const TOKEN_KEYS: &str = "pinwheel/token-keys";

/// What the first token key is derived from.
pub const TOKEN_KEY: &str = "canary-token-key-0123456789abcdef";
pub(crate) const PUBLISHER: &str = "pinwheel-publisher";
pub(crate) const IMPORTER: &str = "pinwheel-importer";
pub(crate) const EVENTS: &str = "pinwheel-events";

/// Everything there is in a story.
pub struct World {
    /// The time, which moves only while everybody waits.
    pub clock: VirtualClock,
    /// Pinterest.
    pub simulator: Simulator,
    /// DynamoDB, Secrets Manager and Lambda.
    pub parts: Parts,
    /// Counts what the calls to AWS cost.
    pub meter: Arc<Meter>,
    /// The figures that functions wrote.
    pub figures: Arc<Figures>,
    /// The endpoints of webhooks.
    pub receivers: Arc<Receivers>,
    functions: Vec<(&'static [Route], Router)>,
    hooks: Vec<Arc<dyn Hook>>,
    instances: AtomicU64,
    pinterest: Router,
}

impl Drop for World {
    fn drop(&mut self) {
        self.parts.lambda.close();
    }
}

/// An instance of a function, with what it sees of the world.
pub(crate) struct Instance<'a> {
    /// The name of the function.
    pub(crate) actor: &'a str,
    /// What watches and disturbs its calls to AWS.
    pub(crate) hooks: &'a [Arc<dyn Hook>],
    /// The time as it has it.
    pub(crate) clock: VirtualClock,
    /// How it reaches Pinterest.
    pub(crate) pinterest: Transport,
    /// Variables that are other than in the stories.
    pub(crate) variables: &'a [(&'a str, &'a str)],
}

impl World {
    /// A fresh installation: table and secrets exist, nothing is set up.
    pub async fn new() -> Self {
        Self::build(0, &[], None).await
    }

    /// The same with the uploaded files in `folder` instead of in memory.
    pub(crate) async fn with_files_in(folder: &Path) -> Self {
        Self::build(0, &[], Some(folder)).await
    }

    /// The same, in which `hooks` watch and disturb every call to AWS.
    pub async fn disturbed(hooks: &[Arc<dyn Hook>]) -> Self {
        Self::build(0, hooks, None).await
    }

    /// The same; what its functions draw is another sequence for another `seed`.
    pub async fn drawn(seed: u64) -> Self {
        Self::build(seed, &[], None).await
    }

    async fn build(seed: u64, hooks: &[Arc<dyn Hook>], files: Option<&Path>) -> Self {
        let clock = VirtualClock::starting_at(START);
        let key = AccessKey { id: AWS_KEY.to_owned(), secret: AWS_SECRET.to_owned(), may_list: true };
        let objects = match files {
            None => S3::in_memory(key, Arc::new(clock)),
            Some(folder) => S3::in_folder(folder, key, Arc::new(clock)).expect("the folder can be written"),
        };
        let now: Arc<dyn Fn() -> Timestamp + Send + Sync> = Arc::new(move || clock.now());
        let simulator = Simulator::open(Options {
            storage: Storage::Memory,
            clock: now,
            base_path: String::new(),
            app: App {
                id: APP_ID.into(),
                secret: APP_SECRET.into(),
                redirect_uris: vec![format!("https://{HOST}/app/pinterest/board")],
                tier: Tier::Standard,
            },
            seed: 7 + seed,
        })
        .expect("a simulator in memory opens");
        let parts = Parts {
            database: dynoxide::Database::memory().expect("a database in memory opens"),
            secrets: Arc::new(SecretsManager::in_memory(Arc::new(clock))),
            lambda: Arc::new(Lambda::default()),
            objects: Arc::new(objects),
            event_bridge: Arc::default(),
        };
        let mut world = Self {
            clock,
            pinterest: simulator.router(),
            simulator,
            parts,
            meter: Arc::new(Meter::default()),
            figures: Arc::new(Figures::default()),
            receivers: Arc::new(Receivers::new(clock)),
            functions: Vec::new(),
            hooks: hooks.to_vec(),
            instances: AtomicU64::new(seed << 16),
        };
        world.install().await;
        world.host_publisher(world.platform("kicked publisher"));
        world.host_importer(world.platform("importer"));
        world.functions = vec![
            (settings::ROUTES, settings::router(world.platform("settings"))),
            (oauth::ROUTES, oauth::router(world.platform("oauth"))),
            (accounts::ROUTES, accounts::router(world.platform("accounts"))),
            (media::ROUTES, media::router(world.platform("media"))),
            (pins::ROUTES, pins::router(world.platform("pins"))),
            (web::ROUTES, web::router(world.platform("web"))),
            (events::ROUTES, events::router(world.platform("events"))),
        ];
        world.host_sender(world.platform("sender"));
        let api = own_api::transport(world.functions.clone());
        world.functions.push((mcp::ROUTES, mcp::router_over(world.platform_of("mcp", &[], &SIGN_IN), api)));
        world
    }

    /// A world in which the app is set up in live mode and Pinterest is enabled.
    pub async fn ready() -> Self {
        let world = Self::new().await;
        let answer = world.admin().put("/v1/settings", &crate::settings_request()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        world
    }

    /// A hook that lets the indexes lag; what it draws is another sequence for another `seed`.
    pub(crate) async fn lagging_reads(&self, seed: u64) -> Arc<LaggingReads> {
        let shown = dynoxide::Database::memory().expect("a database in memory opens");
        let client = InProcess::new(Parts { database: shown.clone(), ..self.parts.clone() });
        let platform = self.platform_at(SharedHttpClient::new(client));
        schema::create(platform.pins.table().client(), TABLE).await.expect("the table is created");
        let random = Arc::new(SeededRandom::new(seed));
        Arc::new(LaggingReads::new(self.parts.database.clone(), shown, self.clock, random))
    }

    /// Lets `hook` watch every call of new instances to AWS.
    pub(crate) fn watch(&mut self, hook: Arc<dyn Hook>) {
        self.hooks.push(hook);
    }

    /// From now on the indexes show what is written by new instances up to `longest` later, and nothing else; `seed` draws
    /// how much later. What comes back makes them lag more or less.
    pub async fn let_indexes_lag(&mut self, longest: SignedDuration, seed: u64) -> Arc<LaggingReads> {
        let indexes = self.lagging_reads(seed).await;
        indexes.lag(longest);
        self.hooks.push(indexes.clone());
        indexes
    }

    /// Lets kicks reach a publisher on `platform` from now on.
    pub fn host_publisher(&self, platform: Arc<Platform>) {
        self.parts.lambda.host(PUBLISHER, crate::publishing::handler(platform, self.clock));
    }

    /// The platform of a new instance of the function `actor`, with caches of its own.
    pub fn platform(&self, actor: &str) -> Arc<Platform> {
        self.platform_with(actor, &[])
    }

    /// The same, watched and disturbed by `hooks`.
    pub fn platform_with(&self, actor: &str, hooks: &[Arc<dyn Hook>]) -> Arc<Platform> {
        self.platform_by(self.clock, actor, hooks)
    }

    /// The same, where `variables` have other values.
    pub fn platform_of(&self, actor: &str, hooks: &[Arc<dyn Hook>], variables: &[(&str, &str)]) -> Arc<Platform> {
        let pinterest = self.undisturbed_pinterest();
        self.platform_in(Instance { actor, hooks, clock: self.clock, pinterest, variables })
    }

    /// The same as [`World::platform_with`], by a clock of its own.
    pub fn platform_by(&self, clock: VirtualClock, actor: &str, hooks: &[Arc<dyn Hook>]) -> Arc<Platform> {
        self.platform_in(Instance { actor, hooks, clock, pinterest: self.undisturbed_pinterest(), variables: &[] })
    }

    /// The platform of that instance, with caches of its own.
    pub(crate) fn platform_in(&self, instance: Instance<'_>) -> Arc<Platform> {
        let client = InProcess::new(self.parts.clone()).named(instance.actor).with_hook(self.meter.clone());
        let client = client.with_hook(Arc::new(Recorder));
        let client =
            self.hooks.iter().chain(instance.hooks).fold(client, |client, hook| client.with_hook(hook.clone()));
        // No two instances draw the same ids, as no two do on AWS.
        let seed = self.instances.fetch_add(1, Ordering::Relaxed);
        let clock: SharedClock = Arc::new(instance.clock);
        let world = shared::platform::World {
            clock,
            random: Arc::new(SeededRandom::new(seed)),
            aws: SharedHttpClient::new(client),
            pinterest: instance.pinterest,
            metrics: self.figures.clone(),
        };
        Arc::new(Platform::new(config(instance.variables), world))
    }

    /// Pinterest itself.
    pub(crate) fn pinterest_router(&self) -> Router {
        self.pinterest.clone()
    }

    /// Pinterest as it answers at once.
    pub(crate) fn undisturbed_pinterest(&self) -> Transport {
        simulated::transport(self.pinterest.clone())
    }

    /// A platform whose requests to AWS go to `client`.
    pub(crate) fn platform_at(&self, client: SharedHttpClient) -> Platform {
        let world = shared::platform::World {
            clock: Arc::new(self.clock),
            random: Arc::new(SeededRandom::new(0)),
            aws: client,
            pinterest: self.undisturbed_pinterest(),
            metrics: self.figures.clone(),
        };
        Platform::new(config(&[]), world)
    }

    /// Lets `function` serve `routes` from now on, for stories that disturb it.
    pub fn replace(&mut self, routes: &'static [Route], function: Router) {
        self.functions.retain(|(known, _)| *known != routes);
        self.functions.push((routes, function));
    }

    /// The name and the router of the function that serves `path`; of several routes the most specific, as at API Gateway.
    pub fn function(&self, path: &str) -> (Option<&'static str>, &Router) {
        serving(&self.functions, path)
    }

    /// Every route with the name of its function.
    pub fn routes_by_function(&self) -> Vec<(&'static str, Route)> {
        let named = self.functions().filter_map(|(routes, _)| Some((permissions::function_of(routes)?, routes)));
        named.flat_map(|(function, routes)| routes.iter().map(move |route| (function, *route))).collect()
    }

    /// The functions with the routes that they serve.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&'static [Route], &Router)> {
        self.functions.iter().map(|(routes, function)| (*routes, function))
    }

    /// Calls with a user's token; what they make is theirs.
    pub fn user<'a>(&'a self, owner: &str) -> Caller<'a> {
        Caller::new(self, Some(owner), false)
    }

    /// Calls with an administrator's token.
    pub fn admin(&self) -> Caller<'_> {
        Caller::new(self, Some("ann-the-admin"), true)
    }

    /// Calls without a token.
    pub fn anybody(&self) -> Caller<'_> {
        Caller::new(self, None, false)
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// Connects the Pinterest account `username` for `owner` as a person would; answers the account's id.
    pub async fn connect(&self, owner: &str, username: &str) -> String {
        self.browser().connect(owner, username).await
    }

    /// Every item of the table as text, the same for the same table, to look for what must not be in it.
    pub async fn everything_stored(&self) -> String {
        let platform = self.platform("auditor");
        let answer = platform.pins.table().client().scan().table_name(TABLE).send().await;
        let answer = answer.expect("the table answers");
        assert!(answer.last_evaluated_key().is_none(), "the table of a story fits into one page");
        answer.items().iter().map(|item| crate::stored::text(&AttributeValue::M(item.clone()))).collect()
    }

    /// Puts a new version of the secret with the token keys, as an administrator does with AWS's own tools.
    pub fn put_token_keys(&self, ring: &serde_json::Value) {
        let version = self.instances.fetch_add(1, Ordering::Relaxed);
        let request = serde_json::json!({"SecretId": TOKEN_KEYS, "SecretString": ring.to_string(),
            "ClientRequestToken": format!("{version:0>40}")});
        let answer = self.parts.secrets.handle("PutSecretValue", &request);
        assert!(answer.status.is_success(), "{answer:?}");
    }

    async fn install(&self) {
        let platform = self.platform("installer");
        let dynamodb = platform.pins.table().client();
        schema::create(dynamodb, TABLE).await.expect("the table is created");
        for (name, value) in
            [(APP_SECRET_ID, "{}".to_owned()), (TOKEN_KEYS, format!(r#"{{"generated":"{TOKEN_KEY}"}}"#))]
        {
            let request =
                serde_json::json!({"Name": name, "SecretString": value, "ClientRequestToken": format!("{name:-<40}")});
            let answer = self.parts.secrets.handle("CreateSecret", &request);
            assert!(answer.status.is_success(), "{name}: {answer:?}");
        }
    }
}

fn config(variables: &[(&str, &str)]) -> Config {
    Config::read(&|name| {
        if let Some((_, value)) = variables.iter().find(|(set, _)| *set == name) {
            return Some((*value).to_owned());
        }
        let value = match name {
            "AWS_REGION" => "eu-central-1",
            "AWS_ACCESS_KEY_ID" => AWS_KEY,
            "AWS_SECRET_ACCESS_KEY" => AWS_SECRET,
            "TABLE_NAME" => TABLE,
            "APP_SECRET_ID" => APP_SECRET_ID,
            "TOKEN_KEYS_SECRET_ID" => TOKEN_KEYS,
            "MEDIA_BUCKET" => "pinwheel-media",
            "SUBJECT_KEY" => SUBJECT_KEY,
            "MACHINE_CLIENTS" => MACHINE_ID,
            "PUBLISHER_FUNCTION" => PUBLISHER,
            "IMPORTER_FUNCTION" => IMPORTER,
            "EVENTS_FUNCTION" => EVENTS,
            "RETURN_TO_ORIGINS" => "https://app.example.com",
            "PINTEREST_API_LIVE" => "http://pinterest.test/live/v5",
            "PINTEREST_API_SANDBOX" => "http://pinterest.test/sandbox/v5",
            "PINTEREST_AUTHORIZE_URL" => "http://pinterest.test/oauth/",
            _ => return None,
        };
        Some(value.to_owned())
    })
    .expect("the configuration of the stories is complete")
}
