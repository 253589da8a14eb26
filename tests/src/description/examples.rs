//! A walk through the API, whose requests and answers become the examples of the description.

use pinterest_sim::{Analytics, Effect};
use serde_json::{Value, json};
use shared::domain::{Mode, Scopes};

use super::keeps::{is_file, route};
use crate::{ABSENT_PIN, Answer, Caller, Planner, World, file, files, host, pin_request, settings_request};

/// When the pins of the walk are to go out.
const LATER: &str = "2027-02-01T09:30:00+01:00";

/// Writes down what is asked and answered.
struct Walk<'a> {
    api: &'a mut Value,
}

/// Puts an example to every operation's request and to its answers, as far as one walk meets with them.
pub async fn add(api: &mut Value) {
    let world = World::new().await;
    let mut walk = Walk { api };
    walk.settings(&world).await;
    world.change_settings(|settings| settings.events = true).await;
    let account = world.connect("alice", "shop").await;
    let planner = Planner { world: &world, account, board: world.board("shop", "New arrivals") };
    walk.accounts(&planner).await;
    walk.media(&world).await;
    walk.pins(&planner).await;
    walk.refusals(&planner).await;
    walk.review(&planner).await;
    walk.figures(&planner).await;
    walk.files(&planner).await;
    walk.plans(&planner).await;
    walk.disconnect(&planner).await;
    walk.events(&planner).await;
    walk.webhooks(&world).await;
    walk.sandbox(&world).await;
}

impl Walk<'_> {
    async fn settings(&mut self, world: &World) {
        let admin = world.admin();
        self.shown(&world.anybody(), "GET", "/healthz").await;
        self.shown(&admin, "PUT", "/v1/settings").await;
        let read = self.shown(&admin, "GET", "/v1/settings").await;
        let mut wanted = settings_request();
        wanted["app_secret"] = json!("the-app-secret-key-as-pinterest-shows-it");
        let saver = world.admin().with("if-match", read.header("etag"));
        self.asked(&saver, "PUT", "/v1/settings", &json!({"status": "on", "mode": "live", "scopes": "pins:raed"}))
            .await;
        self.asked(&saver, "PUT", "/v1/settings", &wanted).await;
        self.asked(&saver, "PUT", "/v1/settings", &wanted).await;
        let restored = admin.put("/v1/settings", &settings_request()).await;
        assert_eq!(restored.status, 200, "{}", restored.text());
        for (method, path) in [
            ("POST", "/v1/settings/verify"),
            ("GET", "/v1/settings/changes"),
            ("GET", "/v1/status"),
            ("GET", "/v1/limits"),
            ("GET", "/v1/owners/alice"),
            ("GET", "/v1/owners/alice/export"),
            ("DELETE", "/v1/owners/nobody"),
        ] {
            self.shown(&admin, method, path).await;
        }
        self.shown(&world.user("bob"), "GET", "/v1/settings").await;
    }

    async fn accounts(&mut self, planner: &Planner<'_>) {
        let (alice, account) = (planner.calls(), format!("/v1/accounts/{}", planner.account));
        self.asked(&alice, "POST", "/v1/accounts/connect", &json!({"return_to": "https://app.example.com/planner"}))
            .await;
        let wanted = json!({"expected_username": "shop", "expires_in_hours": 24});
        let link = self.asked(&alice, "POST", "/v1/accounts/connect-links", &wanted).await.json();
        self.shown(&alice, "GET", "/v1/accounts/connect-links").await;
        let link = format!("/v1/accounts/connect-links/{}", link["id"].as_str().unwrap_or_default());
        self.shown(&alice, "DELETE", &link).await;
        self.shown(&alice, "GET", "/v1/accounts?limit=10").await;
        self.shown(&alice, "GET", &account).await;
        self.asked(&alice, "PUT", &format!("{account}/channels"), &json!({"board_ids": [planner.board]})).await;
        let boards = format!("{account}/boards");
        let wanted = json!({"name": "Cakes", "description": "All of them", "privacy": "PUBLIC"});
        let board = self.asked(&alice, "POST", &boards, &wanted).await.json();
        self.shown(&alice, "GET", &boards).await;
        let sections = format!("{boards}/{}/sections", board["id"].as_str().unwrap_or_default());
        self.asked(&alice, "POST", &sections, &json!({"name": "Lemon"})).await;
        self.shown(&alice, "GET", &sections).await;
    }

    async fn media(&mut self, world: &World) {
        let (alice, bytes) = (world.user("alice"), files::png(1000, 1500));
        self.asked(&alice, "POST", "/v1/media", &json!({"content_type": "image/gif", "size": 0})).await;
        let wanted = json!({"content_type": "image/png", "size": bytes.len(), "name": "Lemon cake"});
        let file = self.asked(&alice, "POST", "/v1/media", &wanted).await.json();
        let path = format!("/v1/media/{}", file["id"].as_str().unwrap_or_default());
        self.shown(&alice, "POST", &format!("{path}/complete")).await;
        assert_eq!(world.upload(&file["upload"], &bytes).status, 200);
        self.shown(&alice, "POST", &format!("{path}/complete")).await;
        self.shown(&alice, "GET", &path).await;
        self.shown(&alice, "GET", "/v1/media").await;
        self.shown(&alice, "DELETE", &path).await;
    }

    async fn pins(&mut self, planner: &Planner<'_>) {
        let (alice, world) = (planner.calls(), planner.world);
        let wanted = pin_request(&planner.account, &planner.board, LATER);
        let pin = self.asked(&alice, "POST", "/v1/pins", &wanted).await.json()["items"][0].clone();
        let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap_or_default());
        self.asked(&alice, "PATCH", &path, &json!({"publish_at": "2027-01-15T08:10:00Z"})).await;
        world.clock_reaches("2027-01-15T08:09:00Z".parse().expect("a moment")).await;
        world.tick().await;
        self.shown(&alice, "GET", &path).await;
        self.shown(&alice, "GET", "/v1/pins?status=published&order=newest").await;
        self.asked(&alice, "PATCH", &path, &json!({"publish_at": LATER})).await;
        let other = alice.post("/v1/pins", &wanted).await.json()["items"][0]["id"].clone();
        self.shown(&alice, "DELETE", &format!("/v1/pins/{}", other.as_str().unwrap_or_default())).await;
    }

    async fn refusals(&mut self, planner: &Planner<'_>) {
        let alice = planner.calls();
        let mut wrong = pin_request(&planner.account, &planner.board, "2027-02-01T09:30:00");
        wrong["content"]["link"] = json!("example.com/lemon-cake");
        self.asked(&alice, "POST", "/v1/pins", &wrong).await;
        self.shown(&alice, "GET", &format!("/v1/pins/{ABSENT_PIN}")).await;
        let failed = planner.failed().await;
        self.asked(&alice, "POST", &format!("/v1/pins/{failed}/retry"), &json!({"publish_at": LATER})).await;
        self.asked(&alice, "POST", &format!("/v1/pins/{failed}/retry"), &json!({"publish_at": "now"})).await;
    }

    async fn review(&mut self, planner: &Planner<'_>) {
        let doubtful = planner.in_review(Effect::Before).await;
        let path = format!("/v1/pins/{doubtful}/resolve");
        self.asked(&planner.calls(), "POST", &path, &json!({"publish_again": true})).await;
    }

    async fn webhooks(&mut self, world: &World) {
        let alice = world.user("alice");
        self.asked(&alice, "POST", "/v1/webhooks", &json!({"url": "http://10.0.0.1/"})).await;
        let wanted = json!({"url": "https://planner.example.com/pinwheel", "types": ["pin.published", "pin.failed"]});
        let made = self.asked(&alice, "POST", "/v1/webhooks", &wanted).await.json();
        let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap_or_default());
        self.shown(&alice, "POST", &format!("{path}/test")).await;
        world.wait(jiff::SignedDuration::from_secs(1)).await;
        self.shown(&alice, "GET", "/v1/webhooks").await;
        self.shown(&alice, "GET", &path).await;
        let sent =
            self.shown(&alice, "GET", &format!("{path}/deliveries")).await.json()["items"][0]["event_id"].clone();
        self.shown(&alice, "POST", &format!("{path}/deliveries/{}/replay", sent.as_str().unwrap_or_default())).await;
        self.asked(&alice, "POST", &format!("{path}/recover"), &json!({"since": "2027-01-15T08:00:00Z"})).await;
        self.asked(&alice, "PATCH", &path, &json!({"types": []})).await;
        self.shown(&alice, "POST", &format!("{path}/secret")).await;
        self.shown(&alice, "POST", &format!("{path}/secret")).await;
        self.shown(&alice, "DELETE", &path).await;
    }

    async fn figures(&mut self, planner: &Planner<'_>) {
        let (alice, account) = (planner.calls(), format!("/v1/accounts/{}", planner.account));
        planner.world.simulator.set_analytics(Analytics { pins_aged_days: 30, ..Analytics::default() });
        let published = alice.get("/v1/pins?status=published&order=newest").await.json()["items"][0]["id"].clone();
        let pin = format!("/v1/pins/{}", published.as_str().unwrap_or_default());
        let days = "from=2027-01-09&to=2027-01-11";
        self.shown(&alice, "GET", &format!("{pin}/analytics?from=2026-01-01")).await;
        self.shown(&alice, "GET", &format!("{pin}/analytics?{days}")).await;
        self.shown(&alice, "GET", &format!("{account}/analytics?{days}")).await;
        self.shown(&alice, "GET", &format!("{account}/top-pins?{days}&sort_by=saves&limit=2")).await;
        self.shown(&alice, "GET", "/v1/pins/analytics?limit=1").await;
        self.shown(&alice, "GET", "/v1/pins/analytics/export?limit=2").await;
    }

    async fn plans(&mut self, planner: &Planner<'_>) {
        let (alice, path) = (planner.calls(), format!("/v1/accounts/{}/plan", planner.account));
        let slots = json!([{"day": "monday", "time": "09:30"}, {"day": "thursday", "time": "18:00"}]);
        let plan = json!({
            "time_zone": "Europe/Berlin", "slots": slots, "pins_per_day": 3, "same_link_hours": 48, "same_image_hours": 48,
            "quiet_hours": {"from": "22:00", "to": "07:00"}, "spread_seconds": 120,
        });
        self.asked(&alice, "PUT", &path, &json!({"time_zone": "Berlin"})).await;
        self.asked(&alice, "PUT", &path, &plan).await;
        self.shown(&alice, "GET", &path).await;
        self.shown(&alice, "GET", &format!("/v1/accounts/{}/slots", planner.account)).await;
        self.shown(&alice, "GET", &format!("/v1/accounts/{}/slots?from=then", planner.account)).await;
        let template = json!({
            "name": "Recipes", "title": "{title} – an easy recipe", "hashtags": ["#recipes"],
            "link_params": {"utm_source": "pinterest", "utm_medium": "social"},
        });
        self.asked(&alice, "POST", "/v1/templates", &json!({"name": "Recipes", "title": "{name}"})).await;
        let kept = self.asked(&alice, "POST", "/v1/templates", &template).await.json();
        let path = format!("/v1/templates/{}", kept["id"].as_str().unwrap_or_default());
        self.shown(&alice, "GET", "/v1/templates").await;
        self.shown(&alice, "GET", &path).await;
        self.asked(&alice, "PUT", &path, &template).await;
        let mut wanted = pin_request(&planner.account, "New arrivals", "next_slot");
        wanted["template_id"] = kept["id"].clone();
        wanted["content"]["link"] = json!("https://example.com/orange-cake");
        wanted["content"]["media"]["url"] = json!("https://example.com/orange-cake.jpg");
        self.asked(&alice, "POST", "/v1/pins/preview", &wanted).await;
        wanted["key"] = json!("orange-cake");
        let batch = json!({"items": [wanted]});
        self.asked(&alice, "POST", "/v1/pins/batch", &json!({"items": []})).await;
        self.asked(&alice, "POST", "/v1/pins/batch/preview", &json!({"items": []})).await;
        self.asked(&alice, "POST", "/v1/pins/batch/preview", &batch).await;
        self.asked(&alice, "POST", "/v1/pins/batch", &batch).await;
        self.shown(&alice, "DELETE", &path).await;
        let range =
            json!({"account_id": planner.account, "from": "2027-01-20T00:00:00Z", "to": "2027-03-01T00:00:00Z"});
        let moving = json!({"range": range, "by_days": 7, "dry_run": true});
        self.asked(&alice, "POST", "/v1/pins/move", &json!({"range": range, "by_days": -365})).await;
        self.asked(&alice, "POST", "/v1/pins/move", &moving).await;
    }

    async fn files(&mut self, planner: &Planner<'_>) {
        let path = format!("/v1/pins/import?account_id={}", planner.account);
        let wrong = file(2).replacen("https://example.com/cakes/2.jpg", "cakes/2.jpg", 1);
        self.sent(planner, &format!("{path}&dry_run=true"), &wrong).await;
        self.sent(planner, &path, &wrong).await;
        let import = self.sent(planner, &path, &file(2)).await.json();
        planner.world.parts.lambda.finish().await;
        let import = format!("/v1/pins/imports/{}", import["id"].as_str().unwrap_or_default());
        self.shown(&planner.calls(), "GET", &import).await;
        self.shown(&planner.calls(), "GET", &format!("{import}/rows")).await;
        self.shown(&planner.calls(), "GET", "/v1/pins/export?limit=2&status=scheduled").await;
    }

    /// Sends a file; it becomes the example where it is taken.
    async fn sent(&mut self, planner: &Planner<'_>, path: &str, file: &str) -> Answer {
        let answer = planner.calls().with("content-type", "text/csv").send("POST", path, Some(file.to_owned())).await;
        self.note("POST", path, &answer);
        if answer.status == 202 {
            self.api["paths"]["/v1/pins/import"]["post"]["requestBody"]["content"]["text/csv"]["example"] = json!(file);
        }
        answer
    }

    async fn disconnect(&mut self, planner: &Planner<'_>) {
        self.shown(&planner.calls(), "DELETE", &format!("/v1/accounts/{}", planner.account)).await;
    }

    async fn events(&mut self, planner: &Planner<'_>) {
        planner.world.wait(jiff::SignedDuration::from_mins(2)).await;
        self.shown(&planner.calls(), "GET", "/v1/events?type=pin.published&type=pin.failed&limit=2").await;
        self.shown(&planner.calls(), "GET", "/v1/events?type=pin.lost").await;
        self.shown(&planner.calls(), "GET", "/v1/events?owner=bob").await;
    }

    async fn sandbox(&mut self, world: &World) {
        let alice = world.user("alice");
        let token = world.simulator.issue_token(host(Mode::Sandbox), "shop", &Scopes::all().to_string());
        let pasted = json!({"access_token": token.expect("the scopes exist")});
        self.asked(&alice, "POST", "/v1/accounts/token", &pasted).await;
        world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
        let answer = alice.post("/v1/accounts/token", &pasted).await;
        self.note("POST", "/v1/accounts/token", &answer);
        self.request("POST", "/v1/accounts/token", &json!({"access_token": "pina_…"}));
    }

    /// Sends a request without a body.
    async fn shown(&mut self, caller: &Caller<'_>, method: &str, path: &str) -> Answer {
        let answer = caller.send(method, path, None).await;
        self.note(method, path, &answer);
        answer
    }

    /// Sends a request with a body; it becomes the example where it is done.
    async fn asked(&mut self, caller: &Caller<'_>, method: &str, path: &str, body: &Value) -> Answer {
        let answer = caller.send(method, path, Some(body.to_string())).await;
        self.note(method, path, &answer);
        if answer.status < 300 {
            self.request(method, path, body);
        }
        answer
    }

    fn request(&mut self, method: &str, path: &str, body: &Value) {
        let operation = &mut self.api["paths"][route(path)][method.to_lowercase()];
        operation["requestBody"]["content"]["application/json"]["example"] = body.clone();
    }

    fn note(&mut self, method: &str, path: &str, answer: &Answer) {
        let operation = &mut self.api["paths"][route(path)][method.to_lowercase()];
        let content = &mut operation["responses"][answer.status.to_string()]["content"][answer.header("content-type")];
        assert!(content.is_object(), "{method} {path}: {} {}", answer.status, answer.text());
        if content.get("example").is_none() {
            content["example"] =
                if is_file(answer.header("content-type")) { json!(answer.text()) } else { answer.json() };
        }
    }
}
