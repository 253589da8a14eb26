//! A quarter of an hour before its time, what a pin needs is checked, and what would go wrong is said.

use jiff::SignedDuration;
use pinterest_sim::{Fault, FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::domain::{Pin, Warning};
use tests::{START, Seeded, World};

const MINUTE: SignedDuration = SignedDuration::from_secs(60);

async fn world() -> (World, Seeded) {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    (world, seeded)
}

fn asked(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::GetBoard).count()
}

async fn read(world: &World, pin: &Pin) -> Value {
    world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json()
}

fn refuse_board(world: &World, status: u16, code: i64, message: &str) {
    let body = Some(json!({"code": code, "message": message}));
    let answer = FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::default() };
    world.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::GetBoard) });
}

#[tokio::test(start_paused = true)]
async fn what_would_fail_is_seen_a_quarter_of_an_hour_before_and_nothing_is_posted() {
    for (status, code, message, warning) in [
        (404, 40, "Board not found.", Warning::BoardMissing),
        (403, 29, "You are not permitted to access that resource.", Warning::BoardForbidden),
        (401, 3, "Your application consumer type is not supported", Warning::AppRefused),
    ] {
        let (world, seeded) = world().await;
        let pin = world.seed_pin(&seeded, "Soon", START + MINUTE * 20).await;
        assert_eq!((world.tick().await.warned, asked(&world)), (0, 0), "it is too early to ask");
        refuse_board(&world, status, code, message);
        world.clock_reaches(START + MINUTE * 6).await;
        assert_eq!(world.tick().await.warned, 1);
        let shown = read(&world, &pin).await;
        assert_eq!(shown["warning"], json!({"code": warning.code(), "message": warning.message()}));
        assert_eq!((&shown["status"], &shown["reason"]), (&json!("scheduled"), &json!(null)), "it waits all the same");
        assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_and_board_are_asked_about_once_a_quarter_of_an_hour_and_the_answer_is_not_written_where_all_is_well()
 {
    let (world, seeded) = world().await;
    let mut pins = Vec::new();
    for minute in 15..25 {
        pins.push(world.seed_pin(&seeded, &format!("Pin {minute}"), START + MINUTE * minute).await);
    }
    let publisher = publisher::Publisher::new(world.platform("publisher"));
    for _ in 0..10 {
        tests::invocation(&publisher, world.clock).await;
        world.wait(MINUTE).await;
    }
    assert_eq!(asked(&world), 1);
    for pin in &pins[8..] {
        assert_eq!(world.pin(pin).await, *pin);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_pinterest_refuses_is_renewed_before_the_pin_needs_it() {
    let (world, seeded) = world().await;
    refuse_board(&world, 401, 2, "Authentication failed.");
    let pin = world.seed_pin(&seeded, "Soon", START + MINUTE * 14).await;
    assert_eq!(world.tick().await.warned, 0, "there is a new token");
    let account = world.account(&seeded.account).await;
    assert_eq!(account.token_version, seeded.account.token_version + 1);
    assert_eq!(read(&world, &pin).await["warning"], json!(null));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_has_to_be_reconnected_says_so_before_the_pins_time() {
    let (world, seeded) = world().await;
    world.simulator.revoke_tokens("shop").unwrap();
    let pin = world.seed_pin(&seeded, "Soon", START + MINUTE * 14).await;
    assert_eq!(world.tick().await.warned, 1);
    assert_eq!(read(&world, &pin).await["warning"]["code"], "will_need_reconnect");
    let account = world.user("alice").get(&format!("/v1/accounts/{}", seeded.account.id)).await.json();
    assert_eq!(account["state"], "needs_reconnect");
}

#[tokio::test(start_paused = true)]
async fn a_warning_goes_when_the_pin_is_mended_and_does_not_keep_it_from_going_out() {
    let (world, seeded) = world().await;
    refuse_board(&world, 404, 40, "Board not found.");
    let pin = world.seed_pin(&seeded, "Soon", START + MINUTE * 14).await;
    world.tick().await;
    let other = world.board("shop", "New arrivals");
    let path = format!("/v1/pins/{}", pin.id);
    let mended = world.user("alice").patch(&path, &json!({"board_id": other})).await;
    assert_eq!((mended.status, &mended.json()["warning"]), (200, &json!(null)), "{}", mended.text());

    let left = world.seed_pin(&seeded, "As it is", START + MINUTE * 15).await;
    refuse_board(&world, 404, 40, "Board not found.");
    world.wait(MINUTE).await;
    world.tick().await;
    assert_eq!(read(&world, &left).await["warning"]["code"], "board_missing");
    world.schedule_until(START + MINUTE * 16).await;
    let published = read(&world, &left).await;
    assert_eq!((&published["status"], &published["warning"]), (&json!("published"), &json!(null)));
}

#[tokio::test(start_paused = true)]
async fn an_image_that_pinterest_refused_is_warned_of_before_the_next_pin_with_it() {
    let (world, seeded) = world().await;
    world.refuse_next(403, 233, "Your image is too small. Please choose a larger image and try again.");
    world.seed_pin(&seeded, "First", START + MINUTE).await;
    let second = world.seed_pin(&seeded, "Second", START + MINUTE * 16).await;
    let publisher = publisher::Publisher::new(world.platform("publisher"));
    for _ in 0..3 {
        tests::invocation(&publisher, world.clock).await;
        world.wait(MINUTE).await;
    }
    assert_eq!(read(&world, &second).await["warning"]["code"], "image_refused_before");
}

#[tokio::test(start_paused = true)]
async fn pinterest_in_trouble_is_not_a_warning() {
    let (world, seeded) = world().await;
    let answer = Some(FaultAnswer::status(503));
    world.simulator.set_fault(Fault { answer, ..Fault::on(Operation::GetBoard) });
    let pin = world.seed_pin(&seeded, "Soon", START + MINUTE * 14).await;
    assert_eq!((world.tick().await.warned, asked(&world)), (0, 1));
    assert_eq!(world.pin(&pin).await, pin);
}

#[tokio::test(start_paused = true)]
async fn a_warning_is_taken_back_by_the_next_tick_when_the_cause_is_mended() {
    let (world, seeded) = world().await;
    refuse_board(&world, 404, 40, "Board not found.");
    let pin = world.seed_pin(&seeded, "Soon", START + MINUTE * 15).await;
    let publisher = publisher::Publisher::new(world.platform("publisher"));
    tests::invocation(&publisher, world.clock).await;
    assert_eq!(read(&world, &pin).await["warning"]["code"], "board_missing");
    world.wait(MINUTE).await;
    tests::invocation(&publisher, world.clock).await;
    assert_eq!((&read(&world, &pin).await["warning"], asked(&world)), (&json!(null), 2));
}

#[tokio::test(start_paused = true)]
async fn boards_that_do_not_answer_do_not_keep_an_invocation() {
    let (world, seeded) = world().await;
    let answer = Some(FaultAnswer::Timeout);
    world.simulator.set_fault(Fault { answer, ..Fault::on(Operation::GetBoard) });
    for board in world.simulator.boards(pinterest_sim::Mode::Live, "shop").iter().take(60) {
        let there = Seeded { board: board.id.clone(), ..seeded.clone() };
        world.seed_pin(&there, "Soon", START + MINUTE * 14).await;
    }
    let before = shared::clock::Clock::now(&world.clock);
    world.tick().await;
    let took = shared::clock::Clock::now(&world.clock).duration_since(before);
    assert!(took <= SignedDuration::from_secs(16), "{took}");
    assert!(asked(&world) <= 8, "Pinterest is left alone");
}
