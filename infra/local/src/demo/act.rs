//! The people of the demo: an administrator who sets Pinterest up, and somebody who connects an account and plans pins.

use anyhow::{Context, bail};
use http::{HeaderName, Method};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::api::CALLBACK_PATH;
use shared::clock::Clock;
use url::Url;

use super::plan::{self, BOARDS, PINS, USERNAME};
use super::screen::Screen;
use crate::person::{Form, Person};
use crate::stack::Stack;

/// Somebody whose account is connected, with the boards that they picked.
pub struct Act {
    user: Person,
    account_id: String,
    boards: Vec<String>,
}

/// A pin that Pinwheel has taken.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Pinwheel's id.
    pub id: String,
    /// The title.
    pub title: String,
    /// The board's id at Pinterest.
    pub board_id: String,
    /// The board's name.
    pub board: &'static str,
    /// When it is to be published.
    pub due: Timestamp,
    /// When it was on the board's page for the first time.
    pub seen_at: Option<Timestamp>,
}

impl Act {
    /// Sets Pinterest up and connects an account.
    pub async fn begin(stack: &Stack, screen: &mut Screen) -> anyhow::Result<Self> {
        set_up(stack, screen).await?;
        let mut user = Person::at(stack.url());
        user.sign_in("alice", false).await?;
        let boards = connect(&mut user, screen).await?;
        let account_id = account(&mut user).await?;
        Ok(Self { user, account_id, boards })
    }

    /// Schedules the plan's pins.
    pub async fn schedule(&mut self, screen: &mut Screen, clock: &dyn Clock) -> anyhow::Result<Vec<Planned>> {
        let first = plan::first(clock.now());
        let mut planned = Vec::new();
        for (number, (title, board, second)) in PINS.into_iter().enumerate() {
            let at = match second {
                Some(second) => (first + jiff::SignedDuration::from_secs(second)).to_string(),
                None => "now".to_owned(),
            };
            let request = self.request(title, &self.boards[board], &at);
            // Another demo may have used the same table, where that is not our own.
            let key = format!("demo-{first}-{number}");
            let key = [(HeaderName::from_static("idempotency-key"), key.as_str())];
            let reply = self.user.call(Method::POST, "v1/pins", &key, &request).await?;
            let pin = reply.expect_success("the pin")?.json()["items"][0].take();
            planned.push(read(&pin, title, (self.boards[board].clone(), BOARDS[board]))?);
        }
        screen.done(
            "She plans pins on both boards",
            &format!("{} pins: one now, the others on seconds to come", planned.len()),
        );
        Ok(planned)
    }

    /// Somebody who looks at boards and asks for the pins.
    pub fn viewer(&self) -> Person {
        self.user.clone()
    }

    fn request(&self, title: &str, board_id: &str, publish_at: &str) -> Value {
        json!({
            "targets": [{ "account_id": self.account_id, "board_id": board_id }],
            "content": {
                "title": title,
                "description": "Published by the demo of Pinwheel.",
                "alt_text": title,
                "link": "https://example.com/shop",
                "media": { "source_type": "image_url", "url": "https://example.com/shop/picture.jpg" },
            },
            "publish_at": publish_at,
        })
    }
}

/// The id of the account that is connected.
async fn account(user: &mut Person) -> anyhow::Result<String> {
    let accounts = user.get("v1/accounts").await?.expect_success("the list of accounts")?.json();
    let mut accounts = accounts["items"].as_array().into_iter().flatten();
    let account = accounts.find(|account| account["username"] == USERNAME && account["state"] == "connected");
    account.and_then(|account| Some(account["id"].as_str()?.to_owned())).context("the account is not listed")
}

fn read(pin: &Value, title: &str, (board_id, board): (String, &'static str)) -> anyhow::Result<Planned> {
    let id = pin["id"].as_str().context("a pin has no id")?.to_owned();
    let due = pin["publish_at"].as_str().and_then(|at| at.parse().ok()).context("a pin has no time")?;
    Ok(Planned { id, title: title.to_owned(), board_id, board, due, seen_at: None })
}

/// An administrator saves the app and has it verified.
async fn set_up(stack: &Stack, screen: &mut Screen) -> anyhow::Result<()> {
    let app = stack.simulator().context("the demo has no Pinterest")?.app();
    let mut admin = Person::at(stack.url());
    admin.sign_in("ann", true).await?;
    let present = admin.get("v1/settings").await?.expect_success("the settings")?;
    let settings = json!({
        "status": "enabled",
        "mode": "live",
        "app_id": app.id,
        "app_secret": app.secret,
        "scopes": present.json()["scopes"],
    });
    let unchanged = [(http::header::IF_MATCH, present.header("etag"))];
    admin.call(Method::PUT, "v1/settings", &unchanged, &settings).await?.expect_success("the save of the settings")?;
    screen.done("Ann, an administrator, saves the app", &format!("ID {}, enabled, live", app.id));
    let verified = admin.call(Method::POST, "v1/settings/verify", &[], &json!({})).await?;
    let verified = verified.expect_success("the verification")?.json();
    let checks = verified["items"].as_array().context("the verification has no checks")?;
    if let Some(failed) = checks.iter().find(|check| check["result"] == "failed") {
        bail!("the check {} failed: {}", failed["check"], failed["detail"]);
    }
    let ok = checks.iter().filter(|check| check["result"] == "ok").count();
    screen.done("Pinwheel verifies it with Pinterest", &format!("{ok} of {} checks ok, none failed", checks.len()));
    Ok(())
}

/// Somebody goes through the consent page and picks boards; answers the boards' ids.
async fn connect(user: &mut Person, screen: &mut Screen) -> anyhow::Result<Vec<String>> {
    let started = user.call(Method::POST, "v1/accounts/connect", &[], &json!({})).await?;
    let started = started.expect_success("the way to Pinterest")?.json();
    let consent = Url::parse(started["authorize_url"].as_str().unwrap_or_default())?;
    let page = user.get(consent.as_str()).await?.expect_success("Pinterest's consent page")?.text();
    let form = Form::on(&page).context("Pinterest's consent page has no form")?;
    let person = form.choice(USERNAME).with_context(|| format!("Pinterest does not know {USERNAME}"))?;
    let mut fields = form.filled(&[person]);
    fields.push(("decision".to_owned(), "allow".to_owned()));
    let allowed = user.submit(&consent, &form.action, &fields).await?;
    screen.done("Alice allows it on Pinterest's consent page", &format!("as {USERNAME}"));

    let back = consent.join(allowed.location()?)?;
    let page = user.get(back.as_str()).await?.expect_success("the board-pick page")?.text();
    let form = Form::on(&page).context("the board-pick page has no form")?;
    let picked: Vec<_> = BOARDS
        .iter()
        .map(|name| form.choice(name).with_context(|| format!("the page does not offer the board {name:?}")))
        .collect::<Result<_, _>>()?;
    let saved = user.submit(&back, CALLBACK_PATH, &form.filled(&picked)).await?;
    saved.location().context("the picked boards were not saved")?;
    screen.done("She picks boards on Pinwheel's page", &BOARDS.join(", "));
    Ok(picked.iter().map(|choice| choice.value.clone()).collect())
}
