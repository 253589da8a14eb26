//! Scheduling pins: what is taken, what is refused, and what happens at once.

use jiff::SignedDuration;
use local::in_process::{Fault as AwsFault, Plan};
use pinterest_sim::{Fault, FaultAnswer, NewBoard, Operation};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Mode, Pin};
use tests::{Answer, Disturb, START, World, host, pin_request};

fn wrong(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

async fn post(world: &World, body: &Value) -> Answer {
    world.user("alice").post("/v1/pins", body).await
}

async fn stored(world: &World, id: &Value) -> Pin {
    let id = id.as_str().unwrap().parse().unwrap();
    world.platform("reader").pins.load(&"alice".parse().unwrap(), &id).await.unwrap().unwrap()
}

/// How often Pinterest was asked for boards.
fn looks(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::ListBoards).count()
}

#[tokio::test(start_paused = true)]
async fn a_pin_is_taken_for_its_time_and_waits_in_the_due_index() {
    let world = World::enabled().await;
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    let answer = post(&world, &pin_request(&account, &board, "2027-02-01T09:30:00+01:00")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let pin = answer.json()["items"][0].clone();
    let expected = json!({
        "id": pin["id"], "account_id": account, "mode": "live", "board_id": board, "section_id": null,
        "board_verified": true,
        "content": {
            "title": "Lemon cake", "description": "The one with olive oil.", "alt_text": "A cake on a plate",
            "link": "https://example.com/lemon-cake", "dominant_color": null, "ai_disclosures": [],
            "media": {"source_type": "image_url", "url": "https://example.com/lemon-cake.jpg"},
        },
        "preview": {
            "url": "https://example.com/lemon-cake.jpg", "width": null, "height": null, "color": null, "kind": "image",
            "duration_ms": null, "expires_at": null,
        },
        "status": "scheduled", "reason": null, "notes": [], "warning": null, "held_until": null, "ahead": null,
        "next_attempt_at": null,
        "publish_at": "2027-02-01T08:30:00Z", "published_at": null, "lateness_ms": null, "pinterest_pin_id": null,
        "pinterest_url": null, "taken_down_at": null, "candidates": [], "attempts": [],
        "history": [{"at": "2027-01-15T08:00:00Z", "action": "created", "by": pin["history"][0]["by"]}],
        "created_at": "2027-01-15T08:00:00Z", "updated_at": "2027-01-15T08:00:00Z",
    });
    assert_eq!(pin, expected);
    let shown = world.user("alice").get(&format!("/v1/pins/{}", pin["id"].as_str().unwrap())).await;
    assert_eq!((shown.status, shown.json()), (200, expected));
    let stored = stored(&world, &pin["id"]).await;
    let due = stored.due.clone().unwrap();
    assert_eq!((due.partition, Some(due.at)), (stored.open_partition(), stored.publish_at));
}

#[tokio::test(start_paused = true)]
async fn what_is_due_soon_brings_the_publisher_and_nothing_else_does() {
    let world = World::enabled().await;
    let kicks = world.record_kicks();
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    let soon = (START + SignedDuration::from_secs(180)).to_string();
    let late = (START + SignedDuration::from_secs(181)).to_string();
    for (publish_at, kicked) in [(json!("now"), 1), (json!(soon), 1), (json!(late), 0), (Value::Null, 0)] {
        let answer = post(&world, &pin_request(&account, &board, publish_at.clone())).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        world.parts.lambda.finish().await;
        let events = std::mem::take(&mut *kicks.lock().unwrap());
        assert_eq!(events.len(), kicked, "{publish_at}");
        if let Some(event) = events.first() {
            let pin = &answer.json()["items"][0];
            assert_eq!(event, &json!({"pins": [{"owner": "alice", "id": pin["id"], "due_at": pin["publish_at"]}]}));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_for_now_is_on_pinterest_within_a_second() {
    let world = World::enabled().await;
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    let answer = post(&world, &pin_request(&account, &board, "now")).await.json();
    world.parts.lambda.finish().await;
    let pin = world.user("alice").get(&format!("/v1/pins/{}", answer["items"][0]["id"].as_str().unwrap())).await.json();
    assert_eq!(pin["status"], "published", "{pin}");
    assert!(pin["lateness_ms"].as_i64().unwrap() <= 1000, "{pin}");
    let pins = world.simulator.pins(&board);
    assert_eq!((pins.len(), json!(pins[0].id)), (1, pin["pinterest_pin_id"].clone()));
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_cannot_be_called_costs_no_pin() {
    let world = World::enabled().await;
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    let deaf = Disturb::every("Invoke", Plan::fault(AwsFault::ServerError));
    let pins = pins::router(world.platform_with("unheard pins", &[deaf.clone() as _]));
    let answer = world.user("alice").at(&pins).post("/v1/pins", &pin_request(&account, &board, "now")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert!(deaf.seen() > 0, "it was tried");
}

#[tokio::test(start_paused = true)]
async fn one_request_schedules_for_several_targets_each_at_its_own_time() {
    let world = World::enabled().await;
    let (shop, creator) = (world.link("alice", "shop").await, world.link("alice", "creator").await);
    let (arrivals, recipes) = (world.board("shop", "New arrivals"), world.board("creator", "Summer recipes"));
    let sections = format!("/v1/accounts/{creator}/boards/{recipes}/sections");
    let section = world.user("alice").get(&sections).await.json()["items"][0]["id"].clone();
    let mut body = pin_request(&shop, &arrivals, "2027-02-01T00:00:00Z");
    body["targets"] = json!([
        {"account_id": shop, "board_id": arrivals},
        {"account_id": creator, "board_id": recipes, "section_id": section, "publish_at": "2027-03-01T00:00:00Z"},
        {"account_id": creator, "board_id": recipes, "publish_at": null},
    ]);
    let items = post(&world, &body).await.json()["items"].clone();
    let part = |name: &str| items.as_array().unwrap().iter().map(|pin| pin[name].clone()).collect::<Vec<_>>();
    assert_eq!(part("account_id"), [json!(shop), json!(creator), json!(creator)]);
    assert_eq!(part("section_id"), [Value::Null, section, Value::Null]);
    assert_eq!(part("publish_at"), [json!("2027-02-01T00:00:00Z"), json!("2027-03-01T00:00:00Z"), Value::Null]);
    assert_eq!(part("status"), ["scheduled", "scheduled", "draft"]);
    assert_eq!(part("board_verified"), [true, true, true]);
    assert_eq!(stored(&world, &items[2]["id"]).await.due, None, "nothing is to be done for a draft");
}

#[tokio::test(start_paused = true)]
async fn boards_are_remembered_for_ten_minutes_and_looked_up_again_before_one_is_refused() {
    let world = World::enabled().await;
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    let at = "2027-02-01T00:00:00Z";
    for _ in 0..3 {
        assert_eq!(post(&world, &pin_request(&account, &board, at)).await.status, 201);
    }
    assert_eq!(looks(&world), 1, "known boards are not asked for again");

    let new = world.simulator.add_board(NewBoard::public(host(Mode::Live), "shop", "Brand new")).unwrap();
    let answer = post(&world, &pin_request(&account, &new, at)).await.json();
    assert_eq!((&answer["items"][0]["board_verified"], looks(&world)), (&json!(true), 2));

    let answer = post(&world, &pin_request(&account, "1", at)).await;
    assert_eq!(answer.wrong_fields(), wrong(&[("targets[0].board_id", "not_found")]));
    assert_eq!(looks(&world), 3, "an unknown board is looked up before it is refused");

    world.wait(SignedDuration::from_mins(10)).await;
    assert_eq!(post(&world, &pin_request(&account, &board, at)).await.status, 201);
    assert_eq!(looks(&world), 4);
}

#[tokio::test(start_paused = true)]
async fn a_pin_is_taken_unverified_while_boards_cannot_be_read() {
    let world = World::enabled().await;
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    let body = pin_request(&account, &board, "2027-02-01T00:00:00Z");
    let slow = Fault { delay_ms: Some(9_000), ..Fault::on(Operation::ListBoards) };
    let failing = |answer| Fault { answer: Some(answer), ..Fault::on(Operation::ListBoards) };
    let faults = [
        slow,
        failing(FaultAnswer::status(429)),
        failing(FaultAnswer::status(500)),
        failing(FaultAnswer::Reset),
        failing(FaultAnswer::Timeout),
    ];
    for fault in faults {
        world.simulator.clear_faults();
        world.simulator.set_fault(fault.clone());
        let began = world.clock.now();
        let answer = post(&world, &body).await;
        assert_eq!((answer.status, &answer.json()["items"][0]["board_verified"]), (201, &json!(false)), "{fault:?}");
        let waited = world.clock.now().duration_since(began);
        assert!(waited < SignedDuration::from_secs(10), "{waited:?} are longer than API Gateway waits");
    }
    world.simulator.clear_faults();
    assert_eq!(post(&world, &body).await.json()["items"][0]["board_verified"], true, "a failure is not remembered");
}

#[tokio::test(start_paused = true)]
async fn pins_of_an_account_that_must_be_reconnected_are_taken_to_wait() {
    let world = World::enabled().await;
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    world.simulator.revoke_tokens("shop").unwrap();
    let answer = post(&world, &pin_request(&account, &board, "2027-02-01T00:00:00Z")).await;
    assert_eq!((answer.status, &answer.json()["items"][0]["board_verified"]), (201, &json!(false)));
    world.wait(SignedDuration::from_hours(31 * 24)).await;
    let answer = post(&world, &pin_request(&account, &board, "2027-04-01T00:00:00Z")).await;
    assert_eq!((answer.status, &answer.json()["items"][0]["board_verified"]), (201, &json!(false)), "token ended");
}

#[tokio::test(start_paused = true)]
async fn one_pin_costs_one_write() {
    let world = World::enabled().await;
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    let before = world.meter.total().write_units;
    post(&world, &pin_request(&account, &board, "2027-02-01T00:00:00Z")).await;
    let units = world.meter.total().write_units - before;
    // The item, its entry in the due index and its entry in the calendar.
    assert!((units - 3.0).abs() < f64::EPSILON, "{units}");
}
