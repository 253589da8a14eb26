//! Boards that are created through us.

use std::collections::BTreeMap;

use pinterest_sim::{Effect, Fault, FaultAnswer, Operation, Tier};
use serde_json::{Value, json};
use shared::domain::{Mode, Scopes};
use tests::{Answer, World, host, pin_request};

async fn create(world: &World, id: &str, body: &Value) -> Answer {
    world.user("alice").post(&format!("/v1/accounts/{id}/boards"), body).await
}

async fn boards(world: &World, id: &str) -> Vec<Value> {
    let list = world.user("alice").get(&format!("/v1/accounts/{id}/boards?limit=100")).await.json();
    list["items"].as_array().unwrap().clone()
}

fn asked(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::CreateBoard).count()
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn wrong(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_new_board_is_on_pinterest_and_answered_as_the_list_shows_it() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    for (name, privacy, expected) in [
        ("Lemon cakes", Value::Null, "PUBLIC"),
        ("Brot & Brötchen 🥐", json!("PUBLIC"), "PUBLIC"),
        ("For advertisements", json!("PROTECTED"), "PROTECTED"),
        ("Next season", json!("SECRET"), "SECRET"),
    ] {
        let wanted = json!({"name": format!(" {name} "), "description": "With olive oil.", "privacy": privacy});
        let answer = create(&world, &id, &wanted).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let board = answer.json();
        let body = json!({"id": board["id"], "name": name, "privacy": expected, "owner": "shop", "is_group": false});
        assert_eq!(board, body);
        assert!(boards(&world, &id).await.contains(&board), "{name} is listed");
        let there = world.simulator.boards(host(Mode::Live), "shop");
        let there = there.iter().find(|board| board.name == name).unwrap();
        assert_eq!((there.description.as_str(), there.privacy.as_str()), ("With olive oil.", expected));
    }
    assert_eq!(asked(&world), 4);
}

#[tokio::test(start_paused = true)]
async fn a_new_board_can_be_published_to_at_once() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let schedule = async |board: &str| world.user("alice").post("/v1/pins", &pin_request(&id, board, "now")).await;
    let known = schedule(&world.board("shop", "New arrivals")).await;
    assert_eq!(known.status, 201, "the boards are known from here on: {}", known.text());
    let board = create(&world, &id, &json!({"name": "Lemon cakes", "privacy": "SECRET"})).await.json();
    let board = board["id"].as_str().unwrap();
    let pin = schedule(board).await;
    assert_eq!((pin.status, &pin.json()["items"][0]["board_verified"]), (201, &json!(true)), "{}", pin.text());
    world.tick().await;
    assert_eq!(world.simulator.pins(board).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_pinterest_does_not_take_is_a_wrong_name() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let before = world.simulator.boards(host(Mode::Live), "shop").len();
    for name in ["New arrivals", "new ARRIVALS", "Suppliers", &"x".repeat(51)] {
        let answer = create(&world, &id, &json!({ "name": name })).await;
        assert_eq!(answer.wrong_fields(), wrong(&[("name", "invalid_or_taken")]), "{name}");
        assert!(answer.text().contains("Choose another name."), "{}", answer.text());
    }
    let long = json!({"name": "Lemon cakes", "description": "x".repeat(501)});
    assert_eq!(create(&world, &id, &long).await.wrong_fields(), wrong(&[("description", "refused_by_pinterest")]));
    assert_eq!(world.simulator.boards(host(Mode::Live), "shop").len(), before);
}

#[tokio::test(start_paused = true)]
async fn everything_wrong_with_a_board_is_named_before_pinterest_is_asked() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    for (body, fields) in [
        (json!({}), wrong(&[("name", "required")])),
        (json!({"name": " \n", "privacy": "private"}), wrong(&[("name", "required"), ("privacy", "invalid")])),
        (json!({"name": 5, "description": {}, "privacy": 1, "is_ads_only": true}), {
            let types = ["name", "description", "privacy"].map(|field| (field, "wrong_type"));
            wrong(&[&types[..], &[("is_ads_only", "unknown_field")]].concat())
        }),
        (json!([]), wrong(&[("body", "wrong_type")])),
    ] {
        let answer = create(&world, &id, &body).await;
        assert_eq!((answer.status, answer.wrong_fields()), (422, fields), "{body}");
    }
    let path = format!("/v1/accounts/{id}/boards");
    for (body, status) in [(None, 422), (Some("{"), 400), (Some("name=Lemon"), 400)] {
        let answer = world.user("alice").send("POST", &path, body.map(str::to_owned)).await;
        assert_eq!(answer.status, status, "{body:?}");
    }
    assert_eq!(asked(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn the_scopes_that_are_missing_are_named_before_pinterest_is_asked() {
    let world = World::enabled().await;
    for (username, scopes, privacy, missing) in [
        ("shop", "user_accounts:read,pins:read,boards:read", "PUBLIC", "boards:write"),
        ("creator", "user_accounts:read", "SECRET", "boards:read, boards:write, boards:write_secret"),
        ("friend", "user_accounts:read,boards:read,boards:write", "SECRET", "boards:write_secret"),
    ] {
        let id = world.link_as("alice", username, Mode::Live, scopes).await.unwrap();
        let answer = create(&world, &id, &json!({"name": "Lemon cakes", "privacy": privacy})).await;
        assert_eq!(code(&answer), (409, "scope_missing".into()));
        assert!(answer.text().contains(&format!("without {missing}.")), "{}", answer.text());
    }
    assert_eq!(asked(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn boards_are_not_created_where_pinterest_may_not_be_asked() {
    let world = World::enabled().await;
    let scopes = Scopes::defaults().to_string();
    let sandbox = world.link_as("alice", "creator", Mode::Sandbox, &scopes).await.unwrap();
    let live = world.link("alice", "shop").await;
    let refused = async |id: &str| code(&create(&world, id, &json!({"name": "Lemon cakes"})).await);
    assert_eq!(refused(&sandbox).await, (409, "other_mode".into()));
    world.change_settings(|settings| settings.enabled = false).await;
    assert_eq!(refused(&live).await, (403, "pinterest_disabled".into()));
    world.change_settings(|settings| settings.enabled = true).await;
    world.user("alice").delete(&format!("/v1/accounts/{live}")).await;
    assert_eq!(refused(&live).await, (409, "needs_reconnect".into()));
    assert_eq!(asked(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_outcome_nobody_knows_says_so_and_is_not_repeated() {
    let transient = json!({"code": 1, "message": "Sorry! Something went wrong on our end."});
    let disguised = FaultAnswer::Status { status: 400, body: Some(transient), headers: BTreeMap::new() };
    for answer in [FaultAnswer::Reset, FaultAnswer::Timeout, FaultAnswer::status(500), disguised] {
        for effect in [Effect::Before, Effect::After] {
            let world = World::enabled().await;
            let id = world.link("alice", "shop").await;
            let fault = Fault { answer: Some(answer.clone()), effect, ..Fault::on(Operation::CreateBoard) };
            world.simulator.set_fault(fault);
            let told = create(&world, &id, &json!({"name": "Lemon cakes"})).await;
            assert_eq!(code(&told), (502, "outcome_unknown".into()), "{answer:?}");
            assert!(told.text().contains("the board may or may not exist"), "{}", told.text());
            assert_eq!(asked(&world), 1);
            let created = effect == Effect::After;
            let listed = boards(&world, &id).await.iter().any(|board| board["name"] == "Lemon cakes");
            assert_eq!(listed, created, "the list that the answer names tells which it was");
            world.simulator.clear_faults();
            let again = create(&world, &id, &json!({"name": "Lemon cakes"})).await;
            assert_eq!(again.status, if created { 422 } else { 201 });
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_what_pinterest_documents_leaves_the_outcome_unknown() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    for body in [json!({}), json!({"id": 7, "name": "Lemon cakes"}), json!([])] {
        let answer = FaultAnswer::Status { status: 201, body: Some(body), headers: BTreeMap::new() };
        world.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreateBoard) });
        let told = create(&world, &id, &json!({"name": "Lemon cakes"})).await;
        assert_eq!(code(&told), (502, "outcome_unknown".into()));
    }
}

#[tokio::test(start_paused = true)]
async fn either_success_status_of_pinterests_is_a_new_board() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    for status in [200, 201] {
        let body = Some(json!({"id": "77", "name": "Lemon cakes"}));
        let answer = FaultAnswer::Status { status, body, headers: BTreeMap::new() };
        world.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreateBoard) });
        let told = create(&world, &id, &json!({"name": "Lemon cakes"})).await;
        assert_eq!((told.status, &told.json()["id"]), (201, &json!("77")), "{status}: {}", told.text());
    }
}

#[tokio::test(start_paused = true)]
async fn pinterests_refusals_say_what_to_do() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let words = |code: i64, message: &str| Some(json!({"code": code, "message": message, "status": "failure"}));
    let limit = BTreeMap::from([("x-ratelimit-reset".to_owned(), "1500".to_owned())]);
    for (status, body, headers, expected, remedy) in [
        (403, words(29, "You are not permitted."), BTreeMap::new(), (403, "not_permitted"), "reconnect it"),
        (409, words(409, "Could not get exclusive access."), BTreeMap::new(), (409, "board_busy"), "in a moment"),
        (429, words(8, "exceeded a rate limit"), limit.clone(), (429, "pinterest_rate_limited"), "in 25 minutes"),
        (429, words(9, "It may lead to spam."), limit, (429, "pinterest_spam_block"), "a few hours"),
    ] {
        world.simulator.clear_faults();
        let answer = FaultAnswer::Status { status, body, headers };
        world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(Operation::CreateBoard) });
        let told = create(&world, &id, &json!({"name": "Lemon cakes"})).await;
        assert_eq!(code(&told), (expected.0, expected.1.to_owned()));
        assert!(told.json()["detail"].as_str().unwrap().contains(remedy), "{}", told.text());
        let waits = expected.1 == "pinterest_rate_limited";
        assert_eq!(told.header("retry-after"), if waits { "1500" } else { "" });
    }
    world.simulator.clear_faults();
    world.simulator.set_tier(Tier::Unapproved);
    let told = create(&world, &id, &json!({"name": "Lemon cakes"})).await;
    assert_eq!(code(&told), (502, "app_not_approved".into()));
    let account = world.user("alice").get(&format!("/v1/accounts/{id}")).await.json();
    assert_eq!(account["state"], "connected", "none of this is the fault of its token");
}
