//! What Pinterest says decides how far a refusal reaches, and what is not Pinterest's word decides nothing.

use jiff::SignedDuration;
use pinterest_sim::{Effect, Fault, FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Hold, Pin, State, Status};
use tests::{START, Seeded, World};

const LACKING: &str = "Your token does not have sufficient permissions to perform this operation. Please ensure your \
                       token is authorized with the correct set of scopes.";

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

fn refuse(world: &World, operation: Operation, (status, code): (u16, i64), message: &str) {
    let body = Some(json!({"code": code, "message": message}));
    let answer = Some(FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::new() });
    let person = Some("shop".to_owned());
    world.simulator.set_fault(Fault { answer, person, times: Some(1), ..Fault::on(operation) });
}

fn posts(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::CreatePin).count()
}

fn outcomes(pin: &Pin) -> Vec<&'static str> {
    pin.attempts.iter().map(|attempt| attempt.outcome.code()).collect()
}

async fn account(world: &World, seeded: &Seeded) -> Value {
    world.user("alice").get(&format!("/v1/accounts/{}", seeded.account.id)).await.json()
}

#[tokio::test(start_paused = true)]
async fn a_missing_scope_holds_its_account_alone_and_is_named_whatever_the_status_and_code() {
    for (status, code, listed) in
        [(401, 3, ""), (401, 3, " Missing: ['boards:write']"), (403, 3, " Missing: ['boards:write']"), (403, 29, "")]
    {
        let world = World::enabled().await;
        let (alice, bob) = (world.seed_account("alice", "shop").await, world.seed_account("bob", "creator").await);
        refuse(&world, Operation::CreatePin, (status, code), &format!("{LACKING}{listed}"));
        let first = world.seed_pin(&alice, "First", START + seconds(5)).await;
        let second = world.seed_pin(&alice, "Second", START + seconds(10)).await;
        let other = world.seed_pin(&bob, "Other", START + seconds(15)).await;
        world.tick().await;
        for pin in [&first, &second] {
            let state = world.pin(pin).await.state;
            assert_eq!(state, State::Held { reason: Hold::NeedsReconnect, until: None }, "{status} {code}{listed}");
        }
        assert_eq!(world.pin(&other).await.state.status(), Status::Published, "nobody else notices");
        assert_eq!(posts(&world), 2, "the account is not tried again");
        assert_eq!(world.user("bob").get("/v1/status").await.json()["holding"], json!([]));
        let body = account(&world, &alice).await;
        assert_eq!((&body["state"], &body["reason"]["code"]), (&json!("needs_reconnect"), &json!("scopes_refused")));
        let named = !listed.is_empty();
        assert_eq!(body["missing_scopes"] == json!(["boards:write"]), named, "{body}");
        assert_eq!(body["reason"]["message"].as_str().unwrap().contains("boards:write"), named, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn scopes_that_were_missing_are_forgotten_when_the_account_is_connected_again() {
    let world = World::enabled().await;
    let alice = world.seed_account("alice", "shop").await;
    refuse(&world, Operation::CreatePin, (403, 3), &format!("{LACKING} Missing: ['boards:write']"));
    let pin = world.seed_pin(&alice, "Waits", START + seconds(5)).await;
    world.tick().await;
    let lacking = world.account(&alice.account).await;
    let mut mended = lacking.clone();
    mended.renewed(world.consent(&mended.owner, &mended.id, "shop").await.1, world.clock.now());
    mended.plan_release(world.clock.now());
    world.platform("oauth").accounts.save(&mut mended, lacking.version).await.unwrap();
    assert_eq!(account(&world, &alice).await["missing_scopes"], json!([]));
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
}

#[tokio::test(start_paused = true)]
async fn a_read_that_lacks_what_publishing_needs_says_so_before_a_pin_meets_it() {
    for (operation, status) in [(Operation::ListBoards, 401), (Operation::ListBoards, 403)] {
        let world = World::enabled().await;
        let alice = world.seed_account("alice", "shop").await;
        refuse(&world, operation, (status, 3), &format!("{LACKING} Missing: ['boards:read']"));
        let answer = world.user("alice").get(&format!("/v1/accounts/{}/boards", alice.account.id)).await;
        assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("scope_missing")), "{}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains("boards:read"), "{}", answer.text());
        assert_eq!(account(&world, &alice).await["reason"]["code"], "scopes_refused");
    }
    let world = World::enabled().await;
    let alice = world.seed_account("alice", "shop").await;
    refuse(&world, Operation::GetBoard, (403, 3), LACKING);
    let pin = world.seed_pin(&alice, "Soon", START + SignedDuration::from_mins(14)).await;
    assert_eq!(world.tick().await.warned, 1);
    let warning = world.pin(&pin).await.warning.map(shared::domain::Warning::code);
    assert_eq!(warning, Some("will_need_reconnect"));
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_publishing_can_do_without_holds_nothing() {
    let world = World::enabled().await;
    let alice = world.seed_account("alice", "shop").await;
    refuse(&world, Operation::CreateBoard, (403, 3), &format!("{LACKING} Missing: ['boards:write_secret']"));
    let path = format!("/v1/accounts/{}/boards", alice.account.id);
    let answer = world.user("alice").post(&path, &json!({"name": "Hidden", "privacy": "SECRET"})).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("scope_missing")), "{}", answer.text());
    assert_eq!(account(&world, &alice).await["state"], "connected");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_pinterests_answer_is_looked_for_under_any_status() {
    for status in [400, 401, 403, 404, 413, 429] {
        for (effect, expected) in [
            (Effect::After, &["unknown", "found_on_board"][..]),
            (Effect::Before, &["unknown", "not_on_board", "not_on_board", "published"]),
        ] {
            let world = World::enabled().await;
            let alice = world.seed_account("alice", "shop").await;
            let answer = Some(FaultAnswer::page(status, "<html><h1>Not here</h1></html>"));
            world.simulator.set_fault(Fault { effect, answer, times: Some(1), ..Fault::on(Operation::CreatePin) });
            let pin = world.seed_pin(&alice, "Edge", START + seconds(5)).await;
            world.schedule_until(START + SignedDuration::from_mins(5)).await;
            let pin = world.pin(&pin).await;
            assert_eq!((pin.state.status(), outcomes(&pin)), (Status::Published, expected.to_vec()), "{status}");
            assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), 1, "{status} {effect:?}");
            assert_eq!(account(&world, &alice).await["state"], "connected", "{status}");
        }
    }
}

/// What something on the way answers in Pinterest's place: nothing, half a JSON, or JSON that is not in Pinterest's form.
const NO_ANSWERS: [&str; 5] = ["", "{\"code\": 29, \"mess", "{\"message\": \"Forbidden\"}", "{}", "[]"];

#[tokio::test(start_paused = true)]
async fn no_answer_without_pinterests_form_ends_a_pin_or_reaches_its_account() {
    for text in NO_ANSWERS {
        let world = World::enabled().await;
        let alice = world.seed_account("alice", "shop").await;
        let (effect, times) = (Effect::Before, Some(1));
        let content_type = Some("application/json".to_owned());
        for (title, status) in [("Unauthorized", 401), ("Forbidden", 403), ("Missing", 404), ("Wrong", 400)] {
            let headers = std::collections::BTreeMap::new();
            let answer =
                FaultAnswer::Raw { status, text: text.to_owned(), content_type: content_type.clone(), headers };
            let fault = Fault { effect, answer: Some(answer), times, ..Fault::on(Operation::CreatePin) };
            world.simulator.set_fault(fault);
            let pin = world.seed_pin(&alice, title, world.clock.now() + seconds(5)).await;
            world.schedule_until(world.clock.now() + SignedDuration::from_mins(5)).await;
            let pin = world.pin(&pin).await;
            assert_eq!(pin.state.status(), Status::Published, "{status} {text:?} {:?}", outcomes(&pin));
            assert_eq!(account(&world, &alice).await["state"], "connected", "{status} {text:?}");
        }
        assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), 4, "{text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_about_one_board_or_site_reaches_no_other_pin() {
    for (http_status, code, message, (status, reason)) in [
        (401, 7, "You don't have permission to edit that board.", ("held", "not_permitted")),
        (401, 7, "Not authorized to access board or Pin.", ("held", "not_permitted")),
        (403, 403, "Not authorized to access the board.", ("held", "not_permitted")),
        (403, 29, "You are not permitted to access that resource.", ("held", "not_permitted")),
        (400, 1, "This site doesn\u{2019}t allow you to save Pins.", ("failed", "site_forbids_saving")),
    ] {
        let world = World::enabled().await;
        let alice = world.seed_account("alice", "shop").await;
        refuse(&world, Operation::CreatePin, (http_status, code), message);
        let first = world.seed_pin(&alice, "First", START + seconds(5)).await;
        let second = world.seed_pin(&alice, "Second", START + seconds(10)).await;
        world.tick().await;
        let path = format!("/v1/pins/{}", first.id);
        let shown = world.user("alice").get(&path).await.json();
        assert_eq!((&shown["status"], &shown["reason"]["code"]), (&json!(status), &json!(reason)), "{message}");
        assert_eq!(world.pin(&second).await.state.status(), Status::Published, "{http_status} {message}");
        assert_eq!(account(&world, &alice).await["state"], "connected", "{http_status} {message}");
        assert_eq!(account(&world, &alice).await["hold"], Value::Null, "{http_status} {message}");
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_with_a_status_of_a_server_is_looked_for_and_an_image_that_was_not_fetched_is_not() {
    for (effect, message, expected) in [
        (Effect::After, "Sorry! Something went wrong on our end.", &["unknown", "found_on_board"][..]),
        (Effect::Before, "Sorry we could not fetch the image.", &["retry", "published"]),
    ] {
        let world = World::enabled().await;
        let alice = world.seed_account("alice", "shop").await;
        let body = Some(json!({"code": 1, "message": message}));
        let answer = Some(FaultAnswer::Status { status: 500, body, headers: std::collections::BTreeMap::new() });
        world.simulator.set_fault(Fault { effect, answer, times: Some(1), ..Fault::on(Operation::CreatePin) });
        let pin = world.seed_pin(&alice, "Trouble", START + seconds(5)).await;
        world.schedule_until(START + SignedDuration::from_mins(5)).await;
        assert_eq!(outcomes(&world.pin(&pin).await), expected, "{message}");
        assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), 1, "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_not_pinterests_answer_proves_nothing() {
    for status in [400, 401, 403, 404] {
        let world = World::enabled().await;
        let alice = world.seed_account("alice", "shop").await;
        let page = |operation| {
            let answer = Some(FaultAnswer::page(status, "<html>"));
            world.simulator.set_fault(Fault { answer, times: Some(1), ..Fault::on(operation) });
        };
        page(Operation::ListBoards);
        let answer = world.user("alice").get(&format!("/v1/accounts/{}/boards", alice.account.id)).await;
        assert_eq!((answer.status, &answer.json()["code"]), (502, &json!("pinterest_unavailable")), "{status}");
        page(Operation::GetBoard);
        let pin = world.seed_pin(&alice, "Soon", START + SignedDuration::from_mins(14)).await;
        assert_eq!(world.tick().await.warned, 0, "{status}");
        assert_eq!(world.pin(&pin).await.warning, None, "{status}");
        let account = world.account(&alice.account).await;
        assert_eq!(account.token_version, alice.account.token_version, "{status}: no token was refused");
    }
}
