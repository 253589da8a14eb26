//! Changing a pin: what is given replaces, what is not stays, and what was right for a new pin is right here.

use jiff::SignedDuration;
use pinterest_sim::{Effect, Operation};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Mode, ReconnectReason};
use tests::{Answer, Planner, START, World};

const LATER: &str = "2027-02-01T00:00:00Z";

async fn patch(planner: &Planner<'_>, id: &str, body: Value) -> Answer {
    planner.calls().patch(&format!("/v1/pins/{id}"), &body).await
}

fn wrong(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

/// How often Pinterest was asked for boards.
fn looks(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::ListBoards).count()
}

#[tokio::test(start_paused = true)]
async fn a_pin_shows_other_content_at_another_place_and_time_and_keeps_the_rest() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan(LATER).await;
    let before = alice.read(&id).await;
    world.wait(SignedDuration::from_secs(9)).await;
    let other = world.board("shop", "Suppliers");
    let sections = format!("/v1/accounts/{}/boards/{other}/sections", before["account_id"].as_str().unwrap());
    let section = world.user("alice").post(&sections, &json!({"name": "Fruit"})).await.json()["id"].clone();
    let body = json!({
        "content": {"title": "Orange cake", "link": null}, "board_id": other, "section_id": section,
        "publish_at": "2027-02-02T01:30:00+01:00",
    });
    let answer = patch(&alice, &id, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut expected = before.clone();
    expected["content"]["title"] = json!("Orange cake");
    expected["content"]["link"] = Value::Null;
    (expected["board_id"], expected["section_id"]) = (json!(other), section);
    expected["publish_at"] = json!("2027-02-02T00:30:00Z");
    expected["updated_at"] = json!("2027-01-15T08:00:09Z");
    let by = expected["history"][0]["by"].clone();
    for action in ["edited", "moved"] {
        let entry = json!({"at": "2027-01-15T08:00:09Z", "action": action, "by": by});
        expected["history"].as_array_mut().unwrap().push(entry);
    }
    assert_eq!(answer.json(), expected);
    assert_eq!(alice.read(&id).await, expected);
    let stored = alice.stored(&id).await;
    assert_eq!(stored.due.map(|due| due.at), stored.publish_at, "the publisher finds it at its new time");
}

#[tokio::test(start_paused = true)]
async fn an_answer_carries_the_tag_of_its_version_and_an_empty_change_keeps_it() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan(LATER).await;
    let shown = alice.calls().get(&format!("/v1/pins/{id}")).await;
    let same = json!({"content": {"title": "Lemon cake"}, "board_id": alice.board, "publish_at": LATER});
    for body in [json!({}), same] {
        let answer = patch(&alice, &id, body).await;
        assert_eq!((answer.status, answer.header("etag")), (200, shown.header("etag")));
        assert_eq!(answer.json(), shown.json());
    }
    let changed = patch(&alice, &id, json!({"content": {"title": "Orange cake"}})).await;
    assert!(changed.header("etag").starts_with('"') && changed.header("etag") != shown.header("etag"));
    assert_eq!(alice.calls().get(&format!("/v1/pins/{id}")).await.header("etag"), changed.header("etag"));
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_gets_a_time_is_scheduled_and_one_that_is_due_soon_brings_the_publisher() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let kicks = world.record_kicks();
    for (publish_at, kicked) in
        [(LATER.to_owned(), false), ((START + SignedDuration::from_secs(170)).to_string(), true)]
    {
        let id = alice.plan(Value::Null).await;
        let answer = patch(&alice, &id, json!({"publish_at": publish_at})).await;
        assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("scheduled")), "{}", answer.text());
        world.parts.lambda.finish().await;
        assert_eq!(!std::mem::take(&mut *kicks.lock().unwrap()).is_empty(), kicked, "{publish_at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_moved_to_now_is_on_pinterest_within_a_second() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    for planned in [json!(null), json!(LATER)] {
        let id = alice.plan(planned).await;
        assert_eq!(patch(&alice, &id, json!({"publish_at": "now"})).await.status, 200);
        world.parts.lambda.finish().await;
        let pin = alice.read(&id).await;
        assert_eq!(pin["status"], "published", "{pin}");
        assert!(pin["lateness_ms"].as_i64().unwrap() <= 1000, "{pin}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_without_a_time_is_a_draft_again_and_is_not_published() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan((START + SignedDuration::from_mins(5)).to_string()).await;
    let answer = patch(&alice, &id, json!({"publish_at": null})).await;
    assert_eq!((&answer.json()["status"], &answer.json()["publish_at"]), (&json!("draft"), &Value::Null));
    assert_eq!(alice.stored(&id).await.due, None);
    let page = alice.calls().get("/v1/pins?from=2027-01-01T00:00:00Z").await.json();
    assert_eq!(page["items"], json!([]), "it has left its day of the calendar");
    world.wait(SignedDuration::from_mins(5)).await;
    world.tick().await;
    assert_eq!(alice.on_pinterest(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_failed_pin_is_corrected_and_goes_out_when_it_gets_a_time() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    let corrected = patch(&alice, &id, json!({"content": {"link": "https://example.com/mended"}})).await.json();
    assert_eq!((&corrected["status"], &corrected["reason"]["code"]), (&json!("failed"), &json!("board_not_found")));
    assert_eq!(patch(&alice, &id, json!({"publish_at": "now"})).await.json()["status"], "scheduled");
    world.parts.lambda.finish().await;
    let pin = alice.read(&id).await;
    assert_eq!((&pin["status"], &pin["content"]["link"]), (&json!("published"), &json!("https://example.com/mended")));
    let kept = alice.failed().await;
    assert_eq!(patch(&alice, &kept, json!({"publish_at": null})).await.json()["status"], "draft");
}

#[tokio::test(start_paused = true)]
async fn a_time_or_a_place_is_judged_like_that_of_a_new_pin() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    for planned in [json!(null), json!(LATER)] {
        let id = alice.plan(planned).await;
        let before = alice.stored(&id).await;
        for (body, expected) in [
            (json!({"publish_at": "2027-01-15T07:58:59Z"}), ("publish_at", "in_the_past")),
            (json!({"publish_at": "2029-01-16T08:00:01Z"}), ("publish_at", "too_far")),
            (json!({"publish_at": "2027-02-01T09:30:00"}), ("publish_at", "offset_missing")),
            (json!({"board_id": "1"}), ("board_id", "not_found")),
            (json!({"board_id": null}), ("board_id", "required")),
            (json!({"account_id": alice.account}), ("account_id", "unknown_field")),
        ] {
            let answer = patch(&alice, &id, body.clone()).await;
            assert_eq!((answer.status, answer.wrong_fields()), (422, wrong(&[expected])), "{body}");
        }
        assert_eq!(alice.stored(&id).await, before, "nothing was stored");
    }
    assert_eq!(looks(&world), 3, "an unknown board is looked up before it is refused");
}

#[tokio::test(start_paused = true)]
async fn every_wrong_field_is_named_at_once() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan(LATER).await;
    let body = json!({
        "content": {"title": "t".repeat(101), "link": "nowhere"}, "board_id": "1", "section_id": " ",
        "publish_at": "2027-01-01T00:00:00Z", "when": "now",
    });
    let expected = wrong(&[
        ("section_id", "required"),
        ("when", "unknown_field"),
        ("content.title", "too_long"),
        ("content.link", "invalid_url"),
        ("publish_at", "in_the_past"),
        ("board_id", "not_found"),
    ]);
    let answer = patch(&alice, &id, body).await;
    assert_eq!((answer.status, answer.wrong_fields()), (422, expected));
}

#[tokio::test(start_paused = true)]
async fn content_can_be_changed_while_nothing_can_be_scheduled_and_a_time_cannot() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan(LATER).await;
    let draft = alice.plan(Value::Null).await;
    let try_all = async |refusal: (u16, &str)| {
        for id in [&id, &draft] {
            let title = format!("Cake while {}", refusal.1);
            let answer = patch(&alice, id, json!({"content": {"title": title}})).await;
            assert_eq!((answer.status, &answer.json()["content"]["title"]), (200, &json!(title)));
            for body in [json!({"publish_at": "2027-03-01T00:00:00Z"}), json!({"section_id": "7"})] {
                let answer = patch(&alice, id, body.clone()).await;
                let code = answer.json()["errors"][0]["code"].clone();
                let code = if code.is_null() { answer.json()["code"].clone() } else { code };
                assert_eq!((answer.status, code), (refusal.0, json!(refusal.1)), "{body}");
            }
        }
    };
    world.change_settings(|settings| settings.enabled = false).await;
    try_all((403, "pinterest_disabled")).await;
    world.change_settings(|settings| (settings.enabled, settings.mode) = (true, Mode::Sandbox)).await;
    try_all((422, "other_mode")).await;
    world.change_settings(|settings| settings.mode = Mode::Live).await;
    world.user("alice").delete(&format!("/v1/accounts/{}", alice.account)).await;
    try_all((422, "account_disconnected")).await;
    let answer = patch(&alice, &id, json!({"publish_at": null})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("draft")), "it can still be called off");
}

#[tokio::test(start_paused = true)]
async fn a_held_pin_keeps_its_hold_unless_the_change_mends_it() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.blocked().await;
    assert_eq!(alice.read(&id).await["reason"]["code"], "link_blocked");
    let renamed = patch(&alice, &id, json!({"content": {"title": "Orange cake"}})).await.json();
    assert_eq!((&renamed["status"], &renamed["reason"]["code"]), (&json!("held"), &json!("link_blocked")));
    let mended = patch(&alice, &id, json!({"content": {"link": "https://example.com/clean"}})).await.json();
    assert_eq!((&mended["status"], &mended["reason"]), (&json!("scheduled"), &Value::Null));
    world.parts.lambda.finish().await;
    assert_eq!(alice.read(&id).await["status"], "published", "and it goes out at once");
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_waits_for_its_account_is_moved_and_goes_out_at_its_new_time() {
    let world = World::ready().await;
    let alice = Planner {
        account: world.connect("alice", "shop").await,
        board: world.board("shop", "New arrivals"),
        world: &world,
    };
    let store = world.platform("accounts");
    let owner = "alice".parse().unwrap();
    let mut account = store.accounts.load(&owner, &alice.account.parse().unwrap()).await.unwrap().unwrap();
    account.needs_reconnect(ReconnectReason::AccessRefused, START);
    let version = account.version;
    store.accounts.save(&mut account, version).await.unwrap();
    let id = alice.plan("now").await;
    assert_eq!(alice.read(&id).await["reason"]["code"], "needs_reconnect");
    let moved_to = START + SignedDuration::from_hours(2);
    let moved = patch(&alice, &id, json!({"publish_at": moved_to.to_string()})).await.json();
    assert_eq!((&moved["status"], &moved["reason"]["code"]), (&json!("held"), &json!("needs_reconnect")));
    world.connect("alice", "shop").await;
    world.tick().await;
    assert_eq!(alice.read(&id).await["status"], "scheduled", "it is released for its new time");
    world.clock.sleep_until(moved_to - SignedDuration::from_secs(60)).await;
    world.tick().await;
    let pin = alice.read(&id).await;
    assert_eq!((&pin["status"], pin["lateness_ms"].as_i64().unwrap() <= 50), (&json!("published"), true), "{pin}");
}

#[tokio::test(start_paused = true)]
async fn what_is_claimed_or_has_ended_is_not_changed_and_says_what_to_do_instead() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let published = alice.plan("now").await;
    let in_review = alice.in_review(Effect::After).await;
    let cancelled = alice.plan(LATER).await;
    alice.calls().delete(&format!("/v1/pins/{cancelled}")).await;
    for (id, code, says) in [
        (&published, "published", "on Pinterest"),
        (&in_review, "needs_review", "published_as"),
        (&cancelled, "cancelled", "Schedule a new one"),
    ] {
        let before = alice.stored(id).await;
        for body in [json!({"content": {"title": "x"}}), json!({"publish_at": LATER}), json!({"nonsense": 1})] {
            let answer = patch(&alice, id, body).await;
            assert_eq!((answer.status, &answer.json()["code"]), (409, &json!(code)));
            assert!(answer.json()["detail"].as_str().unwrap().contains(says), "{}", answer.text());
        }
        assert_eq!(alice.stored(id).await, before);
    }
}
