//! A pin whose answer was lost is looked for on its board before a second try.

mod doubtful;
mod evidence;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use local::in_process::{Effect as AwsEffect, Fault as AwsFault, Hook, Plan};
use pinterest_sim::{Effect, Fault, FaultAnswer, Operation};
use publisher::Publisher;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{AttemptOutcome, Doubt, Pin, Setback, State, Status};
use tests::{CAUTIOUS, START, Seeded, World, invocation};

const MINUTE: SignedDuration = SignedDuration::from_secs(60);

async fn world() -> (World, Seeded) {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    (world, seeded)
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// Loses the answer to the next `times` pins.
fn lose(world: &World, effect: Effect, answer: FaultAnswer, times: u32) {
    let answer = Some(answer);
    world.simulator.set_fault(Fault { effect, answer, times: Some(times), ..Fault::on(Operation::CreatePin) });
}

fn created(world: &World) -> usize {
    world.simulator.all_pins(pinterest_sim::Mode::Live).len()
}

fn calls(world: &World, operation: Operation) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

fn outcomes(pin: &Pin) -> Vec<&'static str> {
    pin.attempts.iter().map(|attempt| attempt.outcome.code()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_pin_whose_answer_was_lost_is_found_on_its_board_and_never_posted_twice() {
    for answer in [FaultAnswer::Reset, FaultAnswer::status(500), FaultAnswer::status(503), FaultAnswer::Timeout] {
        let (world, seeded) = world().await;
        lose(&world, Effect::After, answer.clone(), 1);
        let pin = world.seed_pin(&seeded, "Lost", START + seconds(5)).await;
        world.schedule_until(START + MINUTE * 5).await;
        let found = world.pin(&pin).await;
        let State::Published { pinterest_pin_id, lateness_ms, .. } = &found.state else { panic!("{found:?}") };
        assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live)[0].id, pinterest_pin_id.to_string());
        assert!((0..=50).contains(lateness_ms), "it went out when it was posted, not when it was found");
        assert_eq!(outcomes(&found), ["unknown", "found_on_board"], "{answer:?}");
        assert_eq!((created(&world), calls(&world, Operation::CreatePin)), (1, 1), "{answer:?}");
        assert_eq!(world.account(&seeded.account).await.doubts, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_not_on_its_board_is_posted_once_more_after_two_looks() {
    for answer in [FaultAnswer::Reset, FaultAnswer::status(502), FaultAnswer::Timeout] {
        let (world, seeded) = world().await;
        lose(&world, Effect::Before, answer.clone(), 1);
        let pin = world.seed_pin(&seeded, "Lost", START + seconds(5)).await;
        world.schedule_until(START + MINUTE * 5).await;
        let pin = world.pin(&pin).await;
        assert_eq!(pin.state.status(), Status::Published, "{answer:?}");
        assert_eq!(outcomes(&pin), ["unknown", "not_on_board", "not_on_board", "published"]);
        let looks: Vec<_> = pin.attempts[1..3].iter().map(|look| look.at).collect();
        let ended = pin.attempts[0].at + SignedDuration::from_millis(pin.attempts[0].took_ms.unwrap().cast_signed());
        assert!(looks[0] >= ended + seconds(75) && looks[1] >= ended + seconds(150), "{looks:?}");
        assert!(looks[1] <= ended + seconds(155), "and not much later");
        assert_eq!((created(&world), calls(&world, Operation::CreatePin)), (1, 2), "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn while_a_pin_is_looked_for_it_says_so_and_nobody_changes_it() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    world.lose_next(Effect::Before);
    let request = tests::pin_request(&alice.account, &alice.board, "now");
    let id = alice.calls().post("/v1/pins", &request).await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    world.wait(seconds(30)).await;
    let pin = alice.read(&id).await;
    assert_eq!((&pin["status"], &pin["reason"]["code"]), (&json!("publishing"), &json!("checking")));
    assert!(pin["next_attempt_at"].is_string(), "when it is looked for: {pin}");
    let path = format!("/v1/pins/{id}");
    for answer in [
        alice.calls().patch(&path, &json!({"content": {"title": "Other"}})).await,
        alice.calls().delete(&path).await,
        alice.calls().post(&format!("{path}/retry"), &json!({})).await,
        alice.calls().post(&format!("{path}/resolve"), &json!({"publish_again": true})).await,
    ] {
        assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("checking")), "{}", answer.text());
    }
    world.parts.lambda.finish().await;
    let pin = alice.read(&id).await;
    assert_eq!(pin["status"], "published", "{pin}");
}

/// Dies in the claim, which is done.
#[derive(Debug)]
struct DiesInTheClaim;

impl Hook for DiesInTheClaim {
    fn before(&self, effect: &AwsEffect<'_>) -> Plan {
        let claims = effect.operation == "UpdateItem" && effect.request.to_string().contains("attempts_begun");
        if claims { Plan::fault(AwsFault::StallsAfter) } else { Plan::default() }
    }
}

async fn die_after_claiming(world: &World) {
    let dying = Publisher::new(world.platform_with("dying publisher", &[Arc::new(DiesInTheClaim)]));
    let died = tokio::time::timeout(Duration::from_secs(8), invocation(&dying, world.clock)).await;
    assert!(died.is_err(), "it hangs in the claim until it is dropped");
}

#[tokio::test(start_paused = true)]
async fn a_pin_whose_publisher_died_after_the_claim_goes_out_after_two_looks() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Orphan", START + seconds(5)).await;
    die_after_claiming(&world).await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Publishing);
    let report = world.tick().await;
    assert_eq!((report.checking, report.published), (0, 0), "its lease has not run out");
    world.schedule_until(START + MINUTE * 9).await;
    let pin = world.pin(&pin).await;
    assert_eq!(outcomes(&pin), ["unknown", "not_on_board", "not_on_board", "published"]);
    assert!(pin.attempts[0].message.as_deref().unwrap().contains("stopped"));
    assert_eq!(created(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn a_person_decides_where_nothing_may_be_posted_again_by_itself() {
    for (dies, reason) in [(false, Doubt::OutcomeUnknown), (true, Doubt::PublisherStopped)] {
        let (world, seeded) = world().await;
        let pin = world.seed_pin(&seeded, "Lost", START + seconds(5)).await;
        if dies {
            die_after_claiming(&world).await;
        } else {
            lose(&world, Effect::Before, FaultAnswer::Reset, 1);
        }
        for _ in 0..9 {
            let cautious = Publisher::new(world.platform_of("cautious", &[], &[CAUTIOUS]));
            invocation(&cautious, world.clock).await;
            world.wait(MINUTE).await;
        }
        let State::NeedsReview { reason: found, candidates } = world.pin(&pin).await.state else { panic!() };
        assert_eq!((found, candidates.len()), (reason, 0));
        assert_eq!(created(&world), 0);
        assert_eq!(world.account(&seeded.account).await.doubts, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_gets_no_answer_three_times_is_left_to_a_person() {
    let (world, seeded) = world().await;
    lose(&world, Effect::Before, FaultAnswer::status(500), 9);
    let pin = world.seed_pin(&seeded, "Cursed", START + seconds(5)).await;
    world.schedule_until(START + MINUTE * 40).await;
    let pin = world.pin(&pin).await;
    assert!(matches!(pin.state, State::NeedsReview { reason: Doubt::OutcomeUnknown, .. }), "{:?}", pin.state);
    assert_eq!(calls(&world, Operation::CreatePin), 3);
}

#[tokio::test(start_paused = true)]
async fn a_board_that_cannot_be_read_for_hours_is_left_to_a_person_and_one_that_can_again_is_not() {
    for hours in [5, 9] {
        let (world, seeded) = world().await;
        lose(&world, Effect::Before, FaultAnswer::Reset, 1);
        let (answer, for_ms) = (Some(FaultAnswer::status(403)), Some(hours * 3_600_000));
        world.simulator.set_fault(Fault { answer, for_ms, ..Fault::on(Operation::ListBoardPins) });
        let pin = world.seed_pin(&seeded, "Lost", START + seconds(5)).await;
        for _ in 0..45 {
            world.tick_for(seconds(3)).await;
            world.wait(MINUTE * 10).await;
        }
        let pin = world.pin(&pin).await;
        if hours == 5 {
            assert_eq!(pin.state.status(), Status::Published, "{:?}", outcomes(&pin));
        } else {
            assert!(matches!(pin.state, State::NeedsReview { reason: Doubt::BoardUnreadable, .. }), "{:?}", pin.state);
            assert_eq!(pin.attempts[0].outcome, AttemptOutcome::Unknown, "the attempt itself is not forgotten");
            assert_eq!(calls(&world, Operation::CreatePin), 1);
        }
        assert!(calls(&world, Operation::ListBoardPins) <= 25, "asked ever more rarely");
    }
}

#[tokio::test(start_paused = true)]
async fn after_an_unknown_outcome_a_visible_delay_of_up_to_a_minute_makes_no_second_pin() {
    for delay_s in [0, 10, 30, 59, 60] {
        let (world, seeded) = world().await;
        world.simulator.set_fault(Fault {
            effect: Effect::After,
            answer: Some(FaultAnswer::Reset),
            times: Some(1),
            visible_after_ms: Some(delay_s * 1000),
            ..Fault::on(Operation::CreatePin)
        });
        world.seed_pin(&seeded, "Slowly visible", START + seconds(5)).await;
        world.schedule_until(START + MINUTE * 6).await;
        assert_eq!((created(&world), calls(&world, Operation::CreatePin)), (1, 1), "visible after {delay_s} s");
    }
}
