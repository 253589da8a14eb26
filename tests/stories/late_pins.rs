//! What was held up does not come as a flood: of an account's late pins, `pins_per_day` go out by themselves in a day, and the
//! others say why they wait and until when. Pins that are in time go out at their second all the same.

use jiff::{SignedDuration, Timestamp};
use pinterest_sim::{Fault, FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Pin, State};
use tests::{START, Seeded, World};

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// The next day of UTC begins sixteen hours after the world.
const MIDNIGHT: SignedDuration = SignedDuration::from_hours(16);

async fn pins(world: &World, account: &Seeded, count: i32, (from, pause): (Timestamp, SignedDuration)) -> Vec<Pin> {
    let mut pins = Vec::new();
    for index in 0..count {
        pins.push(world.seed_pin(account, &format!("{from} {index}"), from + pause * index).await);
    }
    pins
}

/// How many of `pins` are out, and how late the latest of them was.
async fn out(world: &World, pins: &[Pin]) -> (usize, SignedDuration) {
    let (mut count, mut latest) = (0, SignedDuration::ZERO);
    for pin in pins {
        if let State::Published { lateness_ms, .. } = world.pin(pin).await.state {
            count += 1;
            latest = latest.max(SignedDuration::from_millis(lateness_ms));
        }
    }
    (count, latest)
}

/// The pins as their owner sees them.
async fn shown(world: &World, pins: &[Pin]) -> Vec<Value> {
    let mut shown = Vec::new();
    for pin in pins {
        shown.push(world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json());
    }
    shown
}

fn waiting(shown: &[Value]) -> Vec<&Value> {
    shown.iter().filter(|pin| pin["reason"]["code"] == "daily_limit").collect()
}

/// Pinterest takes the next post of alice for spam.
fn spam(world: &World) {
    let body = json!({"code": 9, "message": "Sorry! You have hit a block (Pins) to combat spam."});
    let answer = FaultAnswer::Status { status: 429, body: Some(body), headers: std::collections::BTreeMap::new() };
    world.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreatePin) });
}

#[tokio::test(start_paused = true)]
async fn after_a_spam_block_as_many_late_pins_go_out_in_a_day_as_the_settings_say_and_the_others_say_when() {
    let world = World::enabled().await;
    let alice = world.seed_account("alice", "emma").await;
    spam(&world);
    let late = pins(&world, &alice, 60, (START + minutes(1), minutes(1))).await;
    world.schedule_until(START + minutes(65)).await;
    world.clock.sleep_until(START + hours(12)).await;
    let in_time = pins(&world, &alice, 3, (START + hours(12) + minutes(30), minutes(1))).await;
    world.schedule_until(START + hours(12) + minutes(40)).await;
    assert_eq!(out(&world, &late).await.0, 25, "of sixty");
    let (count, latest) = out(&world, &in_time).await;
    assert!(count == 3 && latest < SignedDuration::from_millis(500), "{count} in time, {latest} late");
    let pins_shown = shown(&world, &late).await;
    let told = waiting(&pins_shown);
    assert_eq!(told.len(), 35);
    for (index, pin) in told.iter().enumerate() {
        assert_eq!(pin["ahead"], index, "{pin}");
        if index < 25 {
            assert_eq!((&pin["held_until"], &pin["warning"]), (&json!((START + MIDNIGHT).to_string()), &json!(null)));
        } else {
            // Its turn would come more than a day after its time.
            assert_eq!((&pin["held_until"], &pin["warning"]["code"]), (&json!(null), &json!("will_be_missed")));
        }
    }
    world.clock.sleep_until(START + MIDNIGHT - minutes(2)).await;
    world.schedule_until(START + MIDNIGHT + minutes(5)).await;
    assert_eq!(out(&world, &late).await.0, 50, "a day has begun");
    world.clock.sleep_until(START + hours(25)).await;
    world.schedule_until(START + hours(27)).await;
    let missed: Vec<_> = shown(&world, &late).await.into_iter().filter(|pin| pin["status"] == "failed").collect();
    assert_eq!(missed.len(), 10);
    assert!(missed.iter().all(|pin| pin["reason"]["code"] == "missed"), "{missed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_backlog_is_limited_whatever_made_it_and_a_new_time_sets_a_pin_free() {
    let world = World::enabled().await;
    world.change_settings(|settings| settings.pins_per_day = 10).await;
    let (alice, bob) = (world.seed_account("alice", "emma").await, world.seed_account("bob", "paul").await);
    let late = pins(&world, &alice, 400, (START - hours(2), SignedDuration::from_secs(10))).await;
    let of_bob = pins(&world, &bob, 6, (START - hours(1), minutes(1))).await;
    world.schedule_until(START + minutes(12)).await;
    assert_eq!(out(&world, &late).await.0, 10);
    assert_eq!(out(&world, &of_bob).await.0, 6, "accounts have each their own days");
    let pins_shown = shown(&world, &late).await;
    let told = waiting(&pins_shown);
    assert_eq!(told.len(), 390, "each says so");
    let user = world.user("alice");
    let moved = (told[100]["id"].as_str().unwrap(), told[380]["id"].as_str().unwrap());
    let at = START + minutes(20);
    let answer = user.patch(&format!("/v1/pins/{}", moved.0), &json!({"publish_at": at.to_string()})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("scheduled")), "{}", answer.text());
    let answer = user.post(&format!("/v1/pins/{}/retry", moved.1), &json!({})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("scheduled")), "{}", answer.text());
    world.schedule_until(START + minutes(22)).await;
    for id in [moved.0, moved.1] {
        let pin = user.get(&format!("/v1/pins/{id}")).await.json();
        assert_eq!((&pin["status"], &pin["ahead"]), (&json!("published"), &json!(null)), "{pin}");
    }
    // A limit that is raised lets more go within an hour.
    world.change_settings(|settings| settings.pins_per_day = 50).await;
    world.schedule_until(START + minutes(90)).await;
    assert_eq!(out(&world, &late).await.0, 52);
    world.change_settings(|settings| settings.pins_per_day = 0).await;
    world.schedule_until(START + minutes(160)).await;
    assert_eq!(out(&world, &late).await.0, 400, "0 is no limit");
}

#[tokio::test(start_paused = true)]
async fn pins_that_somebody_plans_for_one_moment_are_not_late() {
    let world = World::enabled().await;
    let alice = world.seed_account("alice", "emma").await;
    let crowd = pins(&world, &alice, 300, (START + minutes(5), SignedDuration::ZERO)).await;
    world.schedule_until(START + minutes(12)).await;
    assert_eq!(out(&world, &crowd).await.0, 300);
}

#[tokio::test(start_paused = true)]
async fn pins_that_wait_behind_others_say_how_many_and_until_when() {
    let world = World::enabled().await;
    let alice = world.seed_account("alice", "emma").await;
    let crowd = pins(&world, &alice, 380, (START + minutes(4), SignedDuration::from_millis(1))).await;
    world.schedule_until(START + minutes(3)).await;
    let shown = shown(&world, &crowd).await;
    let queued: Vec<_> = shown.iter().filter(|pin| pin["reason"]["code"] == "queued").collect();
    assert_eq!(queued.len(), 140);
    for (index, pin) in queued.iter().enumerate() {
        assert_eq!(pin["ahead"], 240 + index, "{pin}");
        let expected: Timestamp = pin["held_until"].as_str().unwrap().parse().unwrap();
        assert!((START + minutes(4)..START + minutes(9)).contains(&expected), "{expected}");
    }
    let first = queued[0]["publish_at"].as_str().unwrap();
    let list = world.user("alice").get(&format!("/v1/pins?status=held&limit=100&from={first}")).await.json();
    assert_eq!(list["items"][0]["ahead"], 240, "{list}");
    world.schedule_until(START + minutes(12)).await;
    assert_eq!(out(&world, &crowd).await.0, 380);
}

#[tokio::test(start_paused = true)]
async fn two_publishers_together_post_no_more_late_pins_than_one() {
    let world = World::enabled().await;
    world.slow_pinterest();
    let alice = world.seed_account("alice", "emma").await;
    let late = pins(&world, &alice, 60, (START - hours(2), minutes(1))).await;
    let both = [world.platform("one"), world.platform("two")].map(publisher::Publisher::new);
    let [one, two] = &both;
    futures_util::future::join(tests::invocation(one, world.clock), tests::invocation(two, world.clock)).await;
    world.schedule_until(world.clock.now() + minutes(5)).await;
    assert_eq!(out(&world, &late).await.0, 25);
}

/// The codes of some notes, of which there may be none.
fn codes(notes: &Value) -> Vec<&str> {
    notes.as_array().into_iter().flatten().map(|note| note["code"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn who_plans_more_pins_for_a_day_than_the_settings_say_is_told_and_not_refused() {
    let world = World::ready().await;
    world.change_settings(|settings| settings.pins_per_day = 3).await;
    let (shop, other) = (world.planner().await, world.seed_account("alice", "paul").await);
    let (emma, board) = (shop.account, shop.board);
    let (paul, of_paul) = (other.account.id.to_string(), other.board);
    let user = world.user("alice");
    let request = |account: &str, board: &str, at: Timestamp| {
        json!({
            "targets": [{"account_id": account, "board_id": board}],
            "content": {"media": {"source_type": "image_url", "url": "https://example.com/a.jpg"}},
            "publish_at": at.to_string(),
        })
    };
    let day = START + hours(48);
    let mut ids = Vec::new();
    for (hour, expected) in [(0, vec![]), (1, vec![]), (2, vec![]), (3, vec!["many_pins"])] {
        let body = request(&emma, &board, day + hours(hour));
        let preview = user.post("/v1/pins/preview", &body).await.json();
        assert_eq!(codes(&preview["items"][0]["notes"]), expected, "{preview}");
        let answer = user.post("/v1/pins", &body).await;
        assert_eq!((answer.status, codes(&answer.json()["notes"])), (201, expected), "{}", answer.text());
        ids.push(answer.json()["items"][0]["id"].as_str().unwrap().to_owned());
    }
    for (what, body) in
        [("another account", request(&paul, &of_paul, day)), ("another day", request(&emma, &board, day + hours(24)))]
    {
        let answer = user.post("/v1/pins", &body).await.json();
        assert_eq!(codes(&answer["notes"]), Vec::<&str>::new(), "{what}: {answer}");
        ids.push(answer["items"][0]["id"].as_str().unwrap().to_owned());
    }
    let elsewhere = format!("/v1/pins/{}", ids[5]);
    for (at, expected) in [(day + hours(5), vec!["many_pins"]), (day + hours(26), vec![])] {
        let answer = user.patch(&elsewhere, &json!({"publish_at": at.to_string()})).await;
        assert_eq!((answer.status, codes(&answer.json()["notes"])), (200, expected), "{}", answer.text());
    }
    let answer = user.post("/v1/pins/move", &json!({"pin_ids": [ids[5]], "by_days": -1})).await.json();
    assert_eq!(codes(&answer["items"][0]["notes"]), ["many_pins"], "{answer}");
    let cancelled = user.delete(&format!("/v1/pins/{}", ids[0])).await;
    assert_eq!(cancelled.status, 200);
    let answer =
        user.post("/v1/pins/move", &json!({"pin_ids": [ids[5]], "by_minutes": 1, "dry_run": true})).await.json();
    assert_eq!(codes(&answer["items"][0]["notes"]), ["many_pins"], "four are left: {answer}");
    let date = |hour: i64| (day + hours(24 * 7 + hour)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let row = |hour| format!("T{hour},https://example.com/{hour}.jpg,{board},,,,{},\n", date(hour));
    let header = "Title,Media URL,Pinterest board,Thumbnail,Description,Link,Publish date,Keywords\n";
    for (rows, warned) in [(3, 0), (4, 4)] {
        let file: String = [header.to_owned()].into_iter().chain((0..rows).map(row)).collect();
        let path = format!("/v1/pins/import?dry_run=true&account_id={emma}");
        let check = world.user("alice").with("content-type", "text/csv").send("POST", &path, Some(file)).await.json();
        assert_eq!(check["warned"], warned, "{check}");
        if warned > 0 {
            assert_eq!(codes(&check["rows"][0]["warnings"]), ["many_pins"], "{check}");
        }
    }
    world.change_settings(|settings| settings.pins_per_day = 0).await;
    let answer = user.post("/v1/pins", &request(&emma, &board, day + hours(6))).await.json();
    assert_eq!(codes(&answer["notes"]), Vec::<&str>::new(), "0 is no limit: {answer}");
}
