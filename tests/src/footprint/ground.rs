//! What the functions stand on while they are measured: the embedded parts, an app, and an account with a board.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use jiff::SignedDuration;
use local::access_key::AccessKey;
use local::runtime::{self, Function, Programs};
use local::stack::{Data, Embedded, Options, Pinterest, Stack};
use serde_json::{Value, json};
use shared::clock::{SharedClock, SystemClock};
use shared::platform::{Platform, World};
use tokio::time::Instant;

use super::events;
use crate::seed::{self, Seeded};

/// The functions that are deployed.
pub const FUNCTIONS: [&str; 7] = ["accounts", "media", "oauth", "pins", "publisher", "settings", "web"];

/// The program that does nothing but answer.
pub const BARE: &str = "bare";

/// The variables that the template sets.
const VARIABLES: [&str; 15] = [
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_ENDPOINT_URL_LAMBDA",
    "AWS_ENDPOINT_URL_S3",
    "TABLE_NAME",
    "APP_SECRET_ID",
    "TOKEN_KEYS_SECRET_ID",
    "MEDIA_BUCKET",
    "PUBLISHER_FUNCTION",
    "PINTEREST_API_LIVE",
    "PINTEREST_API_SANDBOX",
    "PINTEREST_AUTHORIZE_URL",
];

/// The embedded parts with something in them, and the programs that use them.
pub struct Ground {
    stack: Stack,
    programs: Programs,
    seeded: Seeded,
    clock: SharedClock,
}

impl Ground {
    /// Starts the parts, enables Pinterest and connects an account; the programs are those in `folder`.
    pub async fn lay(folder: &Path) -> anyhow::Result<Self> {
        let stack = Stack::start(Options {
            data: Data::Ephemeral,
            port: 0,
            pinterest: Pinterest::Simulated,
            public_url: None,
            publishes: false,
            functions: None,
            executions: None,
        });
        let stack = stack.await?;
        let platform = Platform::new(stack.config().clone(), World::real());
        let simulator = stack.simulator().context("the stack has no Pinterest")?;
        let app = simulator.app();
        seed::enable(&platform, &app.id, &app.secret).await;
        let mut crowd = seed::crowd(&platform, simulator, 1).await;
        let seeded = crowd.pop().context("nobody was connected")?;
        let port = stack.url().port().context("the stack has a port")?;
        let embedded = Embedded { port, pinterest: Pinterest::Simulated, key: AccessKey::of(stack.config()) };
        let variables = VARIABLES.into_iter().filter_map(|name| Some((name.to_owned(), embedded.variable(name)?)));
        let log = stack.folder().join("functions.log");
        let programs = Programs { folder: folder.to_owned(), variables: variables.collect(), log };
        Ok(Self { stack, programs, seeded, clock: Arc::new(SystemClock) })
    }

    /// The function of that name.
    pub fn function(&self, name: &str) -> Arc<Function> {
        self.programs.function(name, &self.clock)
    }

    /// What its log says last, where a function did not do as it should.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(&self.programs.log).unwrap_or_default();
        text.lines().rev().take(3).collect::<Vec<_>>().join("\n")
    }

    /// A plain piece of work for the function: for those behind the API a request that reads or writes the table.
    pub fn event(&self, function: &str) -> Value {
        let owner = self.seeded.account.owner.as_str();
        match function {
            "accounts" => events::request("GET", "/v1/accounts", owner, None),
            "media" => events::request("GET", "/v1/media", owner, None),
            "oauth" => events::request("POST", "/v1/accounts/connect", owner, Some(&json!({}))),
            "pins" => self.pin(),
            "settings" => events::request("GET", "/v1/settings", owner, None),
            "publisher" => events::tick(self.clock.now()),
            _ => events::request("GET", "/", owner, None),
        }
    }

    /// A pin for tomorrow.
    fn pin(&self) -> Value {
        let body = json!({
            "targets": [{"account_id": self.seeded.account.id.as_str(), "board_id": self.seeded.board}],
            "publish_at": (self.clock.now() + SignedDuration::from_hours(24)).to_string(),
            "content": {
                "title": "Lemon cake",
                "description": "A cake for a summer afternoon, with two lemons and a little thyme.",
                "link": "https://example.com/lemon-cake",
                "media": {"source_type": "image_url", "url": "https://example.com/lemon-cake.jpg"},
            },
        });
        events::request("POST", "/v1/pins", self.seeded.account.owner.as_str(), Some(&body))
    }

    /// Hands `event` to `instance`, which has asked `times` times, and answers how long that took.
    pub async fn invoke(&self, instance: &mut runtime::Instance, event: Value, times: u64) -> anyhow::Result<Duration> {
        let deadline = self.clock.now() + SignedDuration::from_secs(240);
        let began = Instant::now();
        let answer = instance.invoke(format!("00000000-0000-4000-8000-{times:012}"), event, deadline).await;
        let took = began.elapsed();
        let answer = answer.with_context(|| self.log())?;
        let status = answer["statusCode"].as_u64();
        ensure!(status.is_none_or(|status| status < 400), "{answer}");
        instance.asks(times + 1).await?;
        Ok(took)
    }

    /// Stops the parts.
    pub async fn clear(self) {
        self.stack.stop().await;
    }
}
