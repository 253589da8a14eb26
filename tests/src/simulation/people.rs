//! What people do in a run, through the functions' routers.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::clock::Clock;

use super::invariant::Invariant;
use super::judge::{Cause, Owned, Shows};
use super::plan::{Act, Media};
use super::surroundings::Surroundings;
use crate::{Answer, START, Seeded, World};

/// How often somebody repeats a request that was answered with trouble.
pub(super) const TRIES: usize = 4;

/// Everybody who uses Pinwheel in a run.
pub struct People {
    /// The functions.
    pub world: Arc<World>,
    /// What they are in.
    pub around: Arc<Surroundings>,
    /// The accounts.
    pub accounts: Vec<Seeded>,
    /// Their video, where the plan has one.
    pub video: Option<String>,
    /// Their image, where they have uploaded one.
    pub image: Option<String>,
    /// The pins that were made.
    pub made: Mutex<Vec<Made>>,
}

/// A pin that somebody made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its number in the plan.
    pub pin: usize,
    /// Our id of it.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// The request that made it.
    pub request: Value,
}

/// Whose everything is, where there is one owner.
pub const OWNER: &str = "alice";

impl People {
    /// Does `acts`, one after the other, each at its time or as soon as the one before is done.
    pub async fn act(&self, acts: &[(SignedDuration, Act)]) {
        for (at, act) in acts {
            self.around.clock.sleep_until(START + *at).await;
            self.around.trace.line("person", format_args!("{act:?}"));
            self.one(*act).await;
        }
    }

    async fn one(&self, act: Act) {
        match act {
            Act::Make { pin, account, at, twin, twice, shows } => {
                let mut request = self.request(pin, account, START + at, twin);
                match (shows, &self.image, &self.video) {
                    (Media::Image, Some(id), _) => {
                        request["content"]["media"] = json!({"source_type": "image", "media_id": id});
                    }
                    (Media::Video, _, Some(id)) => {
                        request["content"]["media"] = json!({"source_type": "video", "media_id": id});
                    }
                    _ => {}
                }
                let again = async {
                    if let Some(later) = twice {
                        self.around.wait(later).await;
                        self.post(pin, &self.owner(account), &request).await;
                    }
                };
                join(self.make(pin, &self.owner(account), &request), again).await;
            }
            Act::Plan => self.plan().await,
            Act::MakeInSlot { pin } => {
                let mut request = self.request(pin, 0, START, false);
                request["publish_at"] = "next_slot".into();
                self.make(pin, &self.owner(0), &request).await;
            }
            Act::MoveToSlot { pin } => self.plan_anew(pin, "next_slot".into()).await,
            Act::Unschedule { pin } => self.plan_anew(pin, Value::Null).await,
            Act::Import { pins } => self.import(pins).await,
            Act::Repeat { pin } => self.repeat(pin).await,
            Act::Edit { pin, version } => self.edit(pin, version).await,
            Act::Move { pin, at } => self.reschedule(pin, (START + at).max(self.around.now())).await,
            Act::Cancel { pin } => self.cancel(pin).await,
            Act::Retry { pin } => self.retry(pin).await,
            Act::Resolve { pin } => self.resolve(pin).await,
            Act::Disable => self.disable().await,
            Act::Enable => self.enable().await,
            Act::Disconnect { account } => self.disconnect(account).await,
            Act::Reconnect { account } => self.reconnect(account).await,
            Act::Revoke { account } => {
                self.meddle();
                self.around.judge.known().was_revoked = true;
                let person = &self.accounts[account].account.username;
                self.world.simulator.revoke_tokens(person).expect("the simulator knows them");
            }
        }
    }

    fn request(&self, pin: usize, account: usize, at: Timestamp, twin: bool) -> Value {
        let seeded = &self.accounts[account];
        let mut request = crate::pin_request(seeded.account.id.as_str(), &seeded.board, at.to_string());
        request["content"]["title"] = if twin { "Twin".into() } else { format!("Pin {pin}").into() };
        request
    }

    pub(super) fn owner(&self, account: usize) -> String {
        self.accounts[account].account.owner.to_string()
    }

    async fn make(&self, pin: usize, owner: &str, request: &Value) {
        let Some(made) = self.post(pin, owner, request).await else { return };
        let id = made["id"].as_str().unwrap_or_default().to_owned();
        let at = request["publish_at"].as_str().and_then(|at| at.parse().ok());
        let at = at.or_else(|| made["publish_at"].as_str()?.parse().ok()).unwrap_or_default();
        let text = |name: &str| request["content"][name].as_str().unwrap_or_default().to_owned();
        let mut own = Owned::made(text("title"), text("description"), at, self.around.now());
        if request["content"]["media"]["source_type"] == "video" {
            own.shows = Shows::Video;
        }
        self.around.judge.known().pins.entry(id.clone()).or_insert(own);
        self.made().push(Made { pin, id, owner: owner.to_owned(), request: request.clone() });
    }

    /// Sends the request for a new pin until it is answered; its key makes the repeats harmless.
    async fn post(&self, pin: usize, owner: &str, request: &Value) -> Option<Value> {
        let key = format!("pin-{pin}");
        for _ in 0..TRIES {
            let answer = self.world.user(owner).with("idempotency-key", &key).post("/v1/pins", request).await;
            self.told("POST /v1/pins", &answer);
            if answer.status == 201 {
                return Some(answer.json()["items"][0].clone());
            }
            if answer.status < 500 {
                return None;
            }
            self.around.wait(SignedDuration::from_secs(1)).await;
        }
        None
    }

    async fn repeat(&self, pin: usize) {
        let Some(Made { owner, request, .. }) = self.find(pin) else { return };
        self.post(pin, &owner, &request).await;
    }

    async fn edit(&self, pin: usize, version: u64) {
        let Some(Made { id, owner, .. }) = self.find(pin) else { return };
        let text = format!("As somebody changed it, {version}");
        let mut content = crate::pin_request("", "", Value::Null)["content"].take();
        content["title"] = self.own(&id, |own| own.title.clone()).into();
        content["description"] = text.clone().into();
        self.own(&id, |own| {
            own.change_begins();
            own.texts.push(text.clone());
        });
        let answer = self.world.user(&owner).patch(&format!("/v1/pins/{id}"), &json!({"content": content})).await;
        self.told("PATCH content", &answer);
        let is_clear = answer.status < 500;
        self.own(&id, |own| match answer.status {
            _ if !own.change_ends() => {}
            200 => own.texts.retain(|known| *known == text),
            // It may have been made all the same.
            _ if !is_clear => {}
            _ => own.texts.retain(|known| *known != text),
        });
    }

    async fn reschedule(&self, pin: usize, at: Timestamp) {
        let Some(Made { id, owner, .. }) = self.find(pin) else { return };
        self.own(&id, |own| {
            own.change_begins();
            own.times.push(Some(at));
        });
        let body = json!({"publish_at": at.to_string()});
        let answer = self.world.user(&owner).patch(&format!("/v1/pins/{id}"), &body).await;
        self.told("PATCH publish_at", &answer);
        let is_clear = answer.status < 500;
        self.own(&id, |own| match answer.status {
            _ if !own.change_ends() => {}
            200 => own.times.retain(|known| *known == Some(at)),
            _ if !is_clear => {}
            _ => {
                own.times.pop();
            }
        });
    }

    async fn cancel(&self, pin: usize) {
        let Some(Made { id, owner, .. }) = self.find(pin) else { return };
        let was_in_doubt = self.status(&owner, &id).await == "needs_review";
        let answer = self.world.user(&owner).delete(&format!("/v1/pins/{id}")).await;
        self.told("DELETE", &answer);
        let now = self.around.now();
        self.own(&id, |own| {
            own.was_dismissed |= was_in_doubt;
            if answer.status < 300 {
                own.cancelled_at = Some(now);
            }
        });
    }

    async fn retry(&self, pin: usize) {
        let Some(Made { id, owner, .. }) = self.find(pin) else { return };
        self.meddle();
        self.own(&id, |own| own.was_hurried = true);
        let answer = self.world.user(&owner).post(&format!("/v1/pins/{id}/retry"), &json!({})).await;
        self.told("retry", &answer);
    }

    /// Looks at the board, long enough after the attempt that what is there is seen, and says what is there.
    async fn resolve(&self, pin: usize) {
        let Some(Made { id, owner, .. }) = self.find(pin) else { return };
        if self.status(&owner, &id).await != "needs_review" {
            return;
        }
        self.meddle();
        let title = self.own(&id, |own| own.title.clone());
        self.own(&id, |own| own.was_hurried = true);
        self.around.wait(SignedDuration::from_secs(75)).await;
        let taken: Vec<_> = self.around.rows().iter().map(|row| row.text("pinterest_id").to_owned()).collect();
        let there = self.around.simulator.all_pins(pinterest_sim::Mode::Live);
        let mut there = there.into_iter().filter(|pin| pin.content.title.as_deref() == Some(title.as_str()));
        let found = there.find(|pin| !taken.contains(&pin.id));
        let body = found.map_or_else(|| json!({"publish_again": true}), |pin| json!({"published_as": pin.id}));
        let answer = self.world.user(&owner).post(&format!("/v1/pins/{id}/resolve"), &body).await;
        self.told("resolve", &answer);
    }

    async fn disable(&self) {
        self.meddle();
        {
            let (mut known, now) = (self.around.judge.known(), self.around.now());
            let begun = known.delays.begins(Cause::Disabled, now);
            known.disabling.get_or_insert(begun);
        }
        if self.switch("disabled").await {
            self.around.judge.known().disabled_since = Some(self.around.now());
        }
    }

    /// Enables Pinterest, however often that has to be tried.
    pub async fn enable(&self) {
        self.around.judge.known().disabled_since = None;
        while !self.switch("enabled").await {
            self.around.wait(SignedDuration::from_secs(2)).await;
        }
        let (mut known, now) = (self.around.judge.known(), self.around.now());
        if let Some(disabled) = known.disabling.take() {
            known.delays.ends(disabled, now);
            known.delays.breaks(now);
        }
    }

    async fn switch(&self, status: &str) -> bool {
        let mut settings = crate::settings_request();
        settings["status"] = status.into();
        settings["events"] = if self.around.judge.known().events.are_on() { "enabled" } else { "disabled" }.into();
        if let Some(settings) = settings.as_object_mut() {
            settings.remove("app_secret");
        }
        let answer = self.world.admin().put("/v1/settings", &settings).await;
        self.told(status, &answer);
        answer.status == 200
    }

    async fn disconnect(&self, account: usize) {
        self.meddle();
        let id = &self.accounts[account].account.id;
        let answer = self.world.user(&self.owner(account)).delete(&format!("/v1/accounts/{id}")).await;
        self.told("disconnect", &answer);
        if answer.status == 200 {
            self.around.judge.known().disconnected.insert(id.to_string(), self.around.now());
        }
    }

    async fn reconnect(&self, account: usize) {
        self.meddle();
        let Seeded { account, .. } = &self.accounts[account];
        let browser = self.world.browser();
        if let Some(authorize_url) = browser.try_start(account.owner.as_str()).await {
            let page = browser.consent(&authorize_url, &account.username, pinterest_sim::Decision::Allow);
            let answer = browser.open(&page).await;
            self.told("reconnect", &answer);
        }
    }

    /// Makes the pin number `pin` of the first account, for later.
    pub async fn plan_later(&self, pin: usize, at: Timestamp) {
        self.make(pin, &self.owner(0), &self.request(pin, 0, at, false)).await;
    }

    /// What `/healthz` answers.
    pub async fn health(&self) -> Value {
        self.world.anybody().get("/healthz").await.json()
    }

    async fn status(&self, owner: &str, id: &str) -> String {
        let answer = self.world.user(owner).get(&format!("/v1/pins/{id}")).await;
        answer.json()["status"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn told(&self, what: &str, answer: &Answer) {
        let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
        self.around.trace.line("person", format_args!("{what} -> {} {code}", answer.status));
        if answer.status >= 500 && self.around.weather.is_well() {
            let detail = format!("{what} was answered with {} {code}", answer.status);
            self.around.breach(Invariant::AnswersWhereAllIsWell, detail);
        }
    }

    fn meddle(&self) {
        self.around.judge.known().is_meddled_with = true;
    }

    pub(super) fn find(&self, pin: usize) -> Option<Made> {
        self.made().iter().find(|made| made.pin == pin).cloned()
    }

    pub(super) fn own<T>(&self, id: &str, change: impl FnOnce(&mut Owned) -> T) -> T {
        change(self.around.judge.known().pins.get_mut(id).expect("it was made"))
    }

    fn made(&self) -> std::sync::MutexGuard<'_, Vec<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
