//! Two at the same pin: people with each other, and a person with the publisher.

use std::time::Duration;

use jiff::SignedDuration;
use local::in_process::{Fault, Plan};
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::{Disturb, Planner, START, World};

const LATER: &str = "2027-02-01T00:00:00Z";

fn path(id: &str) -> String {
    format!("/v1/pins/{id}")
}

fn title(text: &str) -> Value {
    json!({"content": {"title": text}})
}

#[tokio::test(start_paused = true)]
async fn of_two_people_who_saw_the_same_version_the_second_is_told() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan(LATER).await;
    let seen = alice.calls().get(&path(&id)).await.header("etag").to_owned();
    let first = alice.calls().with("if-match", &seen).patch(&path(&id), &title("First")).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let late = || alice.calls().with("if-match", &seen);
    let retry = format!("{}/retry", path(&id));
    let resolve = format!("{}/resolve", path(&id));
    for answer in [
        late().patch(&path(&id), &title("Second")).await,
        late().delete(&path(&id)).await,
        late().post(&retry, &json!({})).await,
        late().post(&resolve, &json!({"publish_again": true})).await,
    ] {
        assert_eq!((answer.status, &answer.json()["code"]), (412, &json!("changed_meanwhile")));
    }
    assert_eq!(alice.read(&id).await["content"]["title"], "First");
    let again = alice.calls().with("if-match", first.header("etag")).patch(&path(&id), &title("Second")).await;
    assert_eq!((again.status, &again.json()["content"]["title"]), (200, &json!("Second")));
}

#[tokio::test(start_paused = true)]
async fn two_people_who_change_different_fields_at_once_both_get_their_way() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan(LATER).await;
    let slow = Disturb::calls("PutItem", 0..=0, Plan { wait: Duration::from_secs(1), fault: None });
    let pins = pins::router(world.platform_with("slow pins", &[slow.clone() as _]));
    let (slow_caller, path) = (alice.calls().at(&pins), path(&id));
    let description = json!({"content": {"description": "With oranges."}});
    let quick = async {
        world.wait(SignedDuration::from_millis(500)).await;
        alice.calls().patch(&path, &title("Orange cake")).await
    };
    let (one, two) = tokio::join!(slow_caller.patch(&path, &description), quick);
    assert_eq!((one.status, two.status, slow.seen()), (200, 200, 2), "the slow one was judged again");
    let content = alice.read(&id).await["content"].clone();
    assert_eq!((&content["title"], &content["description"]), (&json!("Orange cake"), &json!("With oranges.")));
}

#[tokio::test(start_paused = true)]
async fn a_change_with_a_precondition_loses_against_one_that_lands_before_its_write() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan(LATER).await;
    let seen = alice.calls().get(&path(&id)).await.header("etag").to_owned();
    let slow = Disturb::calls("PutItem", 0..=0, Plan { wait: Duration::from_secs(1), fault: None });
    let pins = pins::router(world.platform_with("slow pins", &[slow as _]));
    let (slow_caller, path) = (alice.calls().at(&pins).with("if-match", seen), path(&id));
    let quick = async {
        world.wait(SignedDuration::from_millis(500)).await;
        alice.calls().patch(&path, &title("Quick")).await
    };
    let body = title("Slow");
    let (one, two) = tokio::join!(slow_caller.patch(&path, &body), quick);
    assert_eq!((one.status, two.status), (412, 200));
    assert_eq!(alice.read(&id).await["content"]["title"], "Quick");
}

/// What is on Pinterest, by title.
fn titles(world: &World) -> Vec<String> {
    let pins = world.simulator.all_pins(pinterest_sim::Mode::Live);
    pins.into_iter().filter_map(|pin| pin.content.title).collect()
}

#[tokio::test(start_paused = true)]
async fn an_edit_in_the_last_moment_is_published_or_refused_and_never_lost() {
    let (mut won, mut lost) = (0, 0);
    for offset in -6..=12 {
        let world = World::enabled().await;
        let alice = world.planner().await;
        let due = START + SignedDuration::from_mins(10);
        let id = alice.plan(due.to_string()).await;
        world.clock.sleep_until(due - SignedDuration::from_secs(60)).await;
        // The write is ten milliseconds under way, so that the claim can fall between reading and writing.
        let slow = Disturb::every("PutItem", Plan { wait: Duration::from_millis(10), fault: None });
        let pins = pins::router(world.platform_with("pins", &[slow as _]));
        let caller = alice.calls().at(&pins);
        let edit = async {
            world.clock.sleep_until(due - SignedDuration::from_millis(12) + SignedDuration::from_millis(offset)).await;
            caller.patch(&path(&id), &title("Edited")).await
        };
        let (_, answer) = tokio::join!(world.tick(), edit);
        let published = titles(&world);
        match answer.status {
            200 => {
                won += 1;
                assert_eq!(published, ["Edited"], "{offset} ms");
            }
            409 => {
                lost += 1;
                let code = answer.json()["code"].clone();
                assert!(["publishing", "published"].contains(&code.as_str().unwrap()), "{code}");
                assert_eq!(published, ["Lemon cake"], "{offset} ms");
            }
            other => panic!("{offset} ms: {other}"),
        }
        assert_eq!(alice.read(&id).await["content"]["title"], json!(published[0]), "what is shown is what went out");
    }
    assert!(won > 0 && lost > 0, "{won} won, {lost} lost: the moment is between them");
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_moved_away_in_the_last_moment_does_not_go_out() {
    for wait in [0, 5, 50] {
        let world = World::enabled().await;
        let alice = world.planner().await;
        let due = START + SignedDuration::from_mins(10);
        let id = alice.plan(due.to_string()).await;
        world.clock.sleep_until(due - SignedDuration::from_secs(60)).await;
        let slow = Disturb::every("PutItem", Plan { wait: Duration::from_millis(wait), fault: None });
        let pins = pins::router(world.platform_with("pins", &[slow as _]));
        let caller = alice.calls().at(&pins);
        let edit = async {
            world.clock.sleep_until(due - SignedDuration::from_millis(20)).await;
            caller.patch(&path(&id), &json!({"publish_at": LATER})).await
        };
        let (_, answer) = tokio::join!(world.tick(), edit);
        let moved = answer.status == 200;
        assert_eq!((moved, titles(&world).len()), (wait < 20, usize::from(wait >= 20)), "{wait} ms: {}", answer.text());
    }
}

/// Lets a change of a pin die at its `nth` write, then repeats it.
async fn repeat_after_death(alice: &Planner<'_>, id: &str, nth: usize, fault: Fault) {
    let world = alice.world;
    let seen = alice.calls().get(&path(id)).await.header("etag").to_owned();
    let hook = Disturb::calls("PutItem", nth..=usize::MAX, Plan::fault(fault));
    let pins = pins::router(world.platform_with("dying pins", &[hook.clone() as _]));
    let body = json!({"content": {"title": "Edited"}, "publish_at": "2027-02-02T00:00:00Z"});
    let caller = alice.calls().at(&pins).with("if-match", &seen);
    let died = tokio::time::timeout(Duration::from_millis(500), caller.patch(&path(id), &body)).await;
    assert!(died.is_err() && hook.seen() > nth, "{fault:?}: it was cut");
    let repeated = alice.calls().with("if-match", &seen).patch(&path(id), &body).await;
    assert_eq!(repeated.status, 200, "{fault:?}: {}", repeated.text());
    assert_eq!((&repeated.json()["content"]["title"], alice.read(id).await), (&json!("Edited"), repeated.json()));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_died_is_repeated_with_the_same_precondition() {
    for fault in [Fault::StallsBefore, Fault::StallsAfter] {
        let world = World::enabled().await;
        let alice = world.planner().await;
        let id = alice.plan(LATER).await;
        repeat_after_death(&alice, &id, 0, fault).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_is_lost_still_answers() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan(LATER).await;
    let seen = alice.calls().get(&path(&id)).await.header("etag").to_owned();
    let lost = Disturb::calls("PutItem", 0..=0, Plan::fault(Fault::AnswerLost));
    let pins = pins::router(world.platform_with("unlucky pins", &[lost as _]));
    let answer = alice.calls().at(&pins).with("if-match", seen).patch(&path(&id), &title("Edited")).await;
    assert_eq!((answer.status, &answer.json()["content"]["title"]), (200, &json!("Edited")));
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_is_lost_answers_that_it_was_made_though_the_pin_went_out_meanwhile() {
    let mut went_out = 0;
    for before in [1, 2, 5, 10, 20] {
        let world = World::enabled().await;
        let alice = world.planner().await;
        let due = START + SignedDuration::from_mins(10);
        let id = alice.plan(due.to_string()).await;
        world.clock.sleep_until(due - SignedDuration::from_secs(60)).await;
        let lost = Disturb::calls("PutItem", 0..=0, Plan::fault(Fault::AnswerLost));
        let pins = pins::router(world.platform_with("unlucky pins", &[lost as _]));
        let caller = alice.calls().at(&pins);
        let body = json!({"content": {"title": "Edited"}, "publish_at": due.to_string()});
        let edit = async {
            world.clock.sleep_until(due - SignedDuration::from_millis(before)).await;
            caller.patch(&path(&id), &body).await
        };
        let (_, answer) = tokio::join!(world.tick(), edit);
        assert_eq!((answer.status, titles(&world)), (200, vec!["Edited".to_owned()]), "{before} ms: {}", answer.text());
        went_out += u32::from(answer.json()["status"] != "scheduled");
        let other = json!({"content": {"title": "Another"}});
        for (body, status) in [(body, 200), (other, 409), (json!({"publish_at": LATER}), 409), (json!({"x": 1}), 409)] {
            assert_eq!(alice.calls().patch(&path(&id), &body).await.status, status, "{body}");
        }
    }
    assert!(went_out > 0, "the pin goes out between the two tries of the change");
}
