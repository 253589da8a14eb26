//! What keeps a whole mode back: an app that Pinterest refuses, and an outage.

use jiff::{SignedDuration, Timestamp};
use pinterest_sim::{Fault, FaultAnswer, NewBoard, NewPerson, Operation, Tier};
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{CircuitKind, Hold, Mode, Partition, Pin, State, Status};
use tests::{START, Seeded, World};

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// A world with `count` accounts, each of another person.
async fn accounts(count: usize) -> (World, Vec<Seeded>) {
    let world = World::enabled().await;
    let mut seeded = Vec::new();
    for index in 0..count {
        let username = format!("person{index}");
        world.simulator.add_person(NewPerson { username: username.clone(), ..NewPerson::default() }).unwrap();
        world.simulator.add_board(NewBoard::public(pinterest_sim::Mode::Live, &username, "Board")).unwrap();
        seeded.push(world.seed_account(&format!("owner{index}"), &username).await);
    }
    (world, seeded)
}

/// One pin every `pause`, the accounts taking turns.
async fn seed(world: &World, accounts: &[Seeded], count: i64, from: Timestamp, pause: SignedDuration) -> Vec<Pin> {
    let mut pins = Vec::new();
    for index in 0..count {
        let account = &accounts[usize::try_from(index).unwrap() % accounts.len()];
        let at = from + pause * i32::try_from(index).unwrap();
        pins.push(world.seed_pin(account, &format!("Pin {index}"), at).await);
    }
    pins
}

fn calls(world: &World, operation: Operation) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

async fn states(world: &World, pins: &[Pin]) -> Vec<State> {
    let mut states = Vec::new();
    for pin in pins {
        states.push(world.pin(pin).await.state);
    }
    states
}

fn count(states: &[State], wanted: Status) -> usize {
    states.iter().filter(|state| state.status() == wanted).count()
}

async fn parked(world: &World, kind: CircuitKind) -> usize {
    let partition = Partition::HeldCircuit(Mode::Live, kind);
    world.platform("reader").pins.due(&partition, Timestamp::MAX).await.unwrap().len()
}

/// Lets the schedule fire only when the circuit's next step is due, until nothing is left of it.
async fn circuit_ends(world: &World) {
    for _ in 0..10 {
        let Some(circuit) = world.platform("reader").circuits.list(Mode::Live).await.unwrap().pop() else { return };
        world.clock.sleep_until(circuit.due_at.max(world.clock.now())).await;
        world.schedule_until(world.clock.now() + seconds(5)).await;
    }
    panic!("the circuit does not end");
}

fn down(world: &World, operation: Operation, answer: FaultAnswer) {
    world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(operation) });
}

#[tokio::test(start_paused = true)]
async fn trial_access_holds_every_pin_of_the_mode_after_one_refusal_and_says_so() {
    let (world, accounts) = accounts(3).await;
    world.simulator.set_tier(Tier::Trial);
    let pins = seed(&world, &accounts, 9, START + seconds(5), seconds(10)).await;
    world.schedule_until(START + minutes(2)).await;
    assert_eq!(calls(&world, Operation::CreatePin), 1);
    for state in states(&world, &pins).await {
        assert!(matches!(state, State::Held { reason: Hold::TrialTier, until: Some(_) }), "{state:?}");
    }
    assert_eq!(parked(&world, CircuitKind::App).await, 9);
    let holding = world.user("owner0").get("/v1/status").await.json()["holding"].clone();
    assert_eq!((&holding[0]["code"], holding[0]["until"].is_string()), (&json!("trial_tier"), true), "{holding}");
    let health = world.anybody().get("/healthz").await;
    assert_eq!((health.status, health.json()["held_by"].clone()), (200, json!("trial_tier")));
    // Half a day later one pin tries.
    world.clock.sleep_until(START + SignedDuration::from_hours(12)).await;
    world.schedule_until(START + SignedDuration::from_hours(12) + minutes(2)).await;
    assert_eq!(calls(&world, Operation::CreatePin), 2);
    assert_eq!(parked(&world, CircuitKind::App).await, 9);
    // Pinterest grants standard access, the next pin that tries goes through, and the others follow in order.
    world.simulator.set_tier(Tier::Standard);
    let opened = world.platform("reader").circuits.list(Mode::Live).await.unwrap()[0].clone();
    world.clock.sleep_until(opened.due_at).await;
    world.schedule_until(opened.due_at + minutes(1)).await;
    circuit_ends(&world).await;
    assert_eq!(parked(&world, CircuitKind::App).await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_administrator_who_checks_the_set_up_after_mending_it_sets_the_pins_free_at_once() {
    for by_saving in [false, true] {
        let (world, accounts) = accounts(2).await;
        world.simulator.set_tier(Tier::Unapproved);
        let pins = seed(&world, &accounts, 4, START + seconds(5), seconds(1)).await;
        world.tick().await;
        for state in states(&world, &pins).await {
            assert!(matches!(state, State::Held { reason: Hold::AppNotApproved, until: Some(_) }), "{state:?}");
        }
        world.simulator.set_tier(Tier::Standard);
        if by_saving {
            let settings = world.admin().get("/v1/settings").await;
            let etag = settings.header("etag").to_owned();
            let mut request = tests::settings_request();
            request["scopes"] = json!("user_accounts:read,pins:read,pins:write,boards:read,boards:write");
            let saved = world.admin().with("if-match", etag).put("/v1/settings", &request).await;
            assert_eq!(saved.status, 200, "{}", saved.text());
        } else {
            assert_eq!(world.admin().post("/v1/settings/verify", &json!({})).await.status, 200);
        }
        world.schedule_until(world.clock.now() + minutes(4)).await;
        assert_eq!(count(&states(&world, &pins).await, Status::Published), 4, "by saving: {by_saving}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_costs_no_pin_few_calls_and_no_flood() {
    let (world, accounts) = accounts(2).await;
    let pins = seed(&world, &accounts, 40, START + seconds(10), seconds(9)).await;
    down(&world, Operation::CreatePin, FaultAnswer::status(503));
    down(&world, Operation::GetUserAccount, FaultAnswer::status(503));
    let before = world.simulator.calls().len();
    world.schedule_until(START + minutes(6) + seconds(10)).await;
    let meanwhile = world.simulator.calls().len() - before;
    let during = states(&world, &pins).await;
    assert_eq!(calls(&world, Operation::CreatePin), 5, "five failures running open the circuit");
    assert!(meanwhile <= 44, "{meanwhile} calls where 40 would have been made");
    assert_eq!(count(&during, Status::Publishing), 5, "what was sent may have arrived");
    assert!(during.iter().any(|state| matches!(state, State::Held { reason: Hold::PinterestDown, until: None })));
    world.simulator.clear_faults();
    let back = world.clock.now();
    world.schedule_until(back + minutes(5)).await;
    let after = states(&world, &pins).await;
    assert_eq!(count(&after, Status::Published), 40, "everything that waited is out within minutes");
    assert_eq!(parked(&world, CircuitKind::Outage).await, 0);
    circuit_ends(&world).await;
    assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), 40, "each once");
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_posting_alone_costs_few_posts_and_no_pin() {
    let (world, accounts) = accounts(1).await;
    // All are of one account, and how many late ones go out in a day is another matter.
    world.change_settings(|settings| settings.pins_per_day = 0).await;
    let pins = seed(&world, &accounts, 40, START + seconds(5), seconds(5)).await;
    down(&world, Operation::CreatePin, FaultAnswer::status(500));
    world.schedule_until(START + minutes(5)).await;
    let posts = calls(&world, Operation::CreatePin);
    assert!((7..=9).contains(&posts), "{posts} posts in five minutes");
    world.simulator.clear_faults();
    world.schedule_until(world.clock.now() + minutes(10)).await;
    assert_eq!(count(&states(&world, &pins).await, Status::Published), 40);
}

#[tokio::test(start_paused = true)]
async fn failures_of_one_owner_with_answers_to_others_in_between_hold_its_account_and_are_no_outage() {
    let (world, accounts) = accounts(2).await;
    let fault = Fault { person: Some("person0".into()), ..Fault::on(Operation::CreatePin) };
    world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(500)), ..fault });
    let pins = seed(&world, &accounts, 20, START + seconds(10), seconds(10)).await;
    world.tick().await;
    world.schedule_until(START + minutes(5)).await;
    let states = states(&world, &pins).await;
    assert_eq!(count(&states, Status::Published), 10);
    let held = |state: &&State| matches!(state, State::Held { reason: Hold::PinterestDown, until: Some(_) });
    assert!(states.iter().filter(held).count() > 0, "{states:?}");
    assert_eq!(parked(&world, CircuitKind::Outage).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_circuit_of_one_mode_leaves_the_other_alone() {
    let (world, accounts) = accounts(1).await;
    world.simulator.set_tier(Tier::Trial);
    let pin = world.seed_pin(&accounts[0], "Live", START + seconds(5)).await;
    world.tick().await;
    assert!(matches!(world.pin(&pin).await.state, State::Held { reason: Hold::TrialTier, .. }));
    world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
    let scopes = shared::domain::Scopes::defaults().to_string();
    let id = world.link_as("sandra", "person0", Mode::Sandbox, &scopes).await.unwrap();
    let id = id.parse().unwrap();
    let board = NewBoard::public(pinterest_sim::Mode::Sandbox, "person0", "Trial board");
    let board = world.simulator.add_board(board).unwrap();
    let account = world.platform("reader").accounts.load(&"sandra".parse().unwrap(), &id).await.unwrap().unwrap();
    let pin = world.seed_pin(&Seeded { account, board }, "Sandbox", world.clock.now()).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
}
