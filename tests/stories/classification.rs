//! Every refusal that is known of Pinterest, with its real body: what the pin becomes, and what a person reads.

use jiff::SignedDuration;
use pinterest_sim::{Fault, FaultAnswer, Operation};
use publisher::Publisher;
use serde_json::{Value, json};
use shared::api::Problem;
use shared::domain::Shard;
use shared::pinterest::{CallError, Refusal};
use tests::{START, World};

/// What Pinterest answers: status, body, and the headers that matter.
struct Row {
    status: u16,
    body: Value,
    headers: &'static [(&'static str, &'static str)],
}

fn row(status: u16, body: Value) -> Row {
    Row { status, body, headers: &[] }
}

/// What is not Pinterest's, but a page of something on the way.
fn raw(status: u16, text: &str) -> Row {
    Row { status, body: Value::String(text.to_owned()), headers: &[] }
}

const LACKING: &str = "Your token does not have sufficient permissions to perform this operation. Please ensure your \
                       token is authorized with the correct set of scopes.";

/// Pinterest's refusals of `POST /pins` as its documentation, its descriptions and operators quote them.
fn table() -> Vec<Row> {
    let failure = |code: i64, message: &str| json!({"code": code, "message": message, "status": "failure"});
    let bare = |code: i64, message: &str| json!({"code": code, "message": message});
    let reset = &[("x-ratelimit-reset", "600"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-limit", "100, 100;w=60")];
    vec![
        row(
            400,
            bare(1, "Whoops! It looks like you entered an invalid URL. Try creating a Pin again with a valid URL."),
        ),
        row(400, failure(1, "Parameter 'link' with the value 'x' is not a valid URL format.")),
        row(400, failure(1, r"'board_id' with the value 'x' does not match '^\d+$'")),
        row(400, failure(1, "media_source.items violates the constraint: maxItems=5")),
        row(400, failure(1, "A video needs cover_image_url or cover_image_content_type and cover_image_data.")),
        row(400, failure(1, "Sorry we could not fetch the image.")),
        row(500, failure(1, "Sorry we could not fetch the image.")),
        row(400, failure(2401, "Unable to reach the URL. Please check the URL is correct and try again.")),
        row(400, failure(0, "Sorry! Something went wrong on our end.")),
        row(400, failure(2787, "Something went wrong on our end. Sorry about that.")),
        row(403, failure(2787, "Something went wrong on our end. Sorry about that.")),
        row(500, failure(2787, "Something went wrong on our end. Sorry about that.")),
        row(400, failure(1, "This site doesn't allow you to save Pins.")),
        row(400, bare(400, "The board name is invalid or duplicated.")),
        row(400, bare(400, "Invalid board section parameters.")),
        row(401, failure(2, "Authentication failed.")),
        row(401, failure(3, "Your application consumer type is not supported")),
        row(401, failure(3, LACKING)),
        row(403, failure(3, &format!("{LACKING} Missing: ['boards:write']"))),
        row(403, failure(3, &format!("{LACKING} Missing: ['boards:read', 'boards:write', 'pins:read', 'pins:write']"))),
        row(401, failure(283, "The authorization grant is invalid")),
        row(401, failure(7, "You don't have permission to edit that board.")),
        row(403, failure(403, "PINNER_DATA_ACCESS_DENIED")),
        row(401, bare(7, "Not authorized to access board or Pin.")),
        row(401, bare(7, "Authorization failed.")),
        row(403, bare(29, "You are not permitted to access that resource.")),
        row(
            403,
            failure(
                29,
                "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox \
                 https://api-sandbox.pinterest.com instead.",
            ),
        ),
        row(403, failure(29, "Your token does not have sufficient permissions to perform this operation.")),
        row(403, bare(233, "Your image is too small. Please choose a larger image and try again.")),
        row(403, bare(235, "Sorry, this image is broken. Please pick a different image.")),
        row(403, bare(403, "Not authorized to access the board.")),
        row(404, bare(40, "Board not found.")),
        row(404, bare(404, "Board not found.")),
        row(404, bare(404, "Board or section not found.")),
        row(404, bare(2031, "Sorry! We couldn't find this board section.")),
        row(404, bare(50, "Pin not found.")),
        row(404, bare(30, "User not found.")),
        row(409, bare(409, "Could not get exclusive access to the board to create a new Pin.")),
        row(409, bare(409, "Board section conflict.")),
        Row {
            headers: reset,
            ..row(
                429,
                failure(
                    8,
                    "This request exceeded a rate limit. This can happen if the client exceeds one of the published \
                     rate limits or if multiple write operations are applied to an object within a short time window.",
                ),
            )
        },
        row(429, failure(8, "This request exceeded a rate limit.")),
        row(
            429,
            json!({
                "code": 9, "message": "Sorry! We blocked this link because it may lead to spam.",
                "status": "failure", "details": {"source_field": null},
            }),
        ),
        row(
            429,
            json!({"code": 0, "message": "Blocked.", "message_detail": "You have hit a block (Pins) we have in place to combat SPAM."}),
        ),
        row(500, bare(500, "Could not create a new Pin.")),
        row(404, json!({"message": "Board not found."})),
        raw(400, ""),
        raw(401, "<html>Unauthorized</html>"),
        raw(403, "<html>Forbidden</html>"),
        raw(403, r#"{"code": 29, "mess"#),
        raw(404, "<html>Not Found</html>"),
        raw(429, ""),
        raw(502, ""),
        raw(503, "<html>Service Unavailable</html>"),
    ]
}

impl Row {
    /// What the simulator sends.
    fn answer(&self) -> FaultAnswer {
        let headers = self.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match &self.body {
            Value::String(text) => FaultAnswer::page(self.status, text),
            body => FaultAnswer::Status { status: self.status, body: Some(body.clone()), headers },
        }
    }

    /// How the client reads it: its kind and reach, and what a caller of the API is told where it comes to a request of
    /// theirs.
    fn meaning(&self) -> String {
        let said = |name: &str| self.body[name].as_str();
        let words: Vec<_> = [said("message"), said("message_detail")].into_iter().flatten().collect();
        let refusal = Refusal::new(self.status, self.body["code"].as_i64(), words.join(" "));
        let (kind, reach) = (format!("{:?}", refusal.kind), refusal.kind.reach());
        let Problem { status, code, detail, .. } = CallError::Refused(refusal).into();
        format!("{kind}, reaches {reach:?}\n    API: {} {code}: {detail}", status.as_u16())
    }
}

/// What a client reads of a pin that met `row`, in a few lines.
async fn reads(row: &Row) -> String {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    world.simulator.set_fault(Fault { answer: Some(row.answer()), times: Some(1), ..Fault::on(Operation::CreatePin) });
    let pin = world.seed_pin(&seeded, "Refused", START + SignedDuration::from_secs(5)).await;
    // Stopped before a second try could hide what the first one met.
    let stop = world.clock_reaches(START + SignedDuration::from_millis(5_400));
    let publisher = Publisher::new(world.platform("publisher"));
    let shard = Shard::of(&seeded.account.id).number();
    let tick = tests::invocation_for(&publisher, world.clock, vec![shard]);
    futures_util::future::select(Box::pin(tick), Box::pin(stop)).await;
    let body = world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json();
    let first = &body["attempts"][0];
    let reason = &body["reason"];
    assert!(
        first["message"].is_string() && first["http_status"] == row.status,
        "Pinterest's own words are kept: {body}"
    );
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    format!(
        "{} {} {}\n    {}\n    {} {}, {}\n    {}\n",
        row.status,
        first["code"],
        text(&first["message"]),
        row.meaning(),
        text(&body["status"]),
        text(&reason["code"]),
        if body["held_until"].is_string() || body["next_attempt_at"].is_string() { "with a time" } else { "no time" },
        text(&reason["message"]),
    )
}

#[tokio::test(start_paused = true)]
async fn every_refusal_of_pinterests_has_a_meaning_and_says_what_to_do() {
    let mut table_read = String::new();
    for row in table() {
        table_read.push_str(&reads(&row).await);
    }
    insta::assert_snapshot!(table_read);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_the_other_environment_ends_in_a_named_reconnection_without_a_renewal_loop() {
    let world = World::enabled().await;
    let scopes = shared::domain::Scopes::defaults().to_string();
    let id = world.link_as("alice", "shop", shared::domain::Mode::Live, &scopes).await.unwrap();
    // The same account with a token that the sandbox issued.
    let platform = world.platform("seed");
    let owner = "alice".parse().unwrap();
    let mut account = platform.accounts.load(&owner, &id.parse().unwrap()).await.unwrap().unwrap();
    let token = world.simulator.issue_token(pinterest_sim::Mode::Sandbox, "shop", &scopes).unwrap();
    let place = shared::vault::Place { owner: &owner, account: &account.id, purpose: shared::vault::Purpose::Access };
    let access = platform.tokens.seal(&token, place).await.unwrap();
    let tokens = shared::domain::SealedTokens { access, ..account.tokens().unwrap().clone() };
    let version = account.version;
    account.renewed(tokens, START);
    platform.accounts.save(&mut account, version).await.unwrap();
    let board = world.simulator.boards(pinterest_sim::Mode::Live, "shop")[0].id.clone();
    let pin =
        world.seed_pin(&tests::Seeded { account, board }, "Wrong host", START + SignedDuration::from_secs(5)).await;
    world.tick().await;
    let body = world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json();
    assert_eq!((&body["status"], &body["reason"]["code"]), (&json!("held"), &json!("needs_reconnect")), "{body}");
    assert_eq!(body["attempts"].as_array().unwrap().len(), 1);
    let account = world.user("alice").get(&format!("/v1/accounts/{id}")).await.json();
    assert_eq!((&account["state"], &account["reason"]["code"]), (&json!("needs_reconnect"), &json!("access_refused")));
}
