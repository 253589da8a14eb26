//! The requests themselves: signatures, secrets, tests, replays.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tests::Received;

use super::*;

const HOST: &str = "one.example.com";

/// Whether one of the signatures of `received` is by `secret`, as the specification has it.
fn is_signed(received: &Received, secret: &Value) -> bool {
    let key = BASE64.decode(secret.as_str().unwrap().strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.", received.id, received.timestamp).as_bytes());
    mac.update(&received.body);
    let wanted = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
    received.signature.split(' ').any(|signature| signature == wanted)
}

async fn test(world: &World, path: &str) -> Received {
    let answer = world.user("alice").post(&format!("{path}/test"), &json!({})).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    world.wait(SignedDuration::from_secs(1)).await;
    let received = world.receivers.at(HOST).pop().expect("the test arrived");
    assert_eq!(json!(received.id), answer.json()["event_id"]);
    received
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_told_once_and_signs_and_so_do_both_for_a_day_after_it_was_replaced() {
    let world = world().await;
    let made = webhook(world.user("alice"), &json!({"url": format!("https://{HOST}/")})).await;
    let (path, first) = (path(&made), made["secret"].clone());
    assert!(shown(&world, &path).await.get("secret").is_none());
    let received = test(&world, &path).await;
    assert!(is_signed(&received, &first));
    assert_eq!(received.json()["type"], "webhook.test");
    let at: i64 = received.timestamp.parse().unwrap();
    assert_eq!(at, received.at.as_second());

    let rotated = world.user("alice").post(&format!("{path}/secret"), &json!({})).await.json();
    let second = rotated["secret"].clone();
    assert_ne!(first, second);
    let received = test(&world, &path).await;
    assert!(is_signed(&received, &first) && is_signed(&received, &second));
    let again = world.user("alice").post(&format!("{path}/secret"), &json!({})).await;
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("rotated_lately")));
    assert!(again.json()["detail"].as_str().unwrap().contains("2027-01-16T08:"), "{}", again.text());

    world.wait(SignedDuration::from_hours(24)).await;
    let received = test(&world, &path).await;
    assert!(!is_signed(&received, &first) && is_signed(&received, &second));
    let third = world.user("alice").post(&format!("{path}/secret"), &json!({})).await;
    assert_eq!(third.status, 200, "{}", third.text());
    let stored = world.everything_stored().await;
    for secret in [first, second, third.json()["secret"].clone()] {
        assert!(!stored.contains(secret.as_str().unwrap().strip_prefix("whsec_").unwrap()), "secrets are sealed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_test_is_tried_once_and_can_be_replayed() {
    let world = world().await;
    let path = alices(&world, HOST).await;
    world.receivers.set(HOST, Endpoint::Answers(500));
    let received = test(&world, &path).await;
    pass(&world, SignedDuration::from_mins(10)).await;
    assert_eq!(world.receivers.at(HOST).len(), 1);
    let delivery = &deliveries(&world, &path).await[0];
    assert_eq!((&delivery["type"], &delivery["status"]), (&json!("webhook.test"), &json!("failed")));
    world.receivers.set(HOST, Endpoint::Answers(200));
    let replayed = world.user("alice").post(&format!("{path}/deliveries/{}/replay", received.id), &json!({})).await;
    assert_eq!(replayed.status, 202, "{}", replayed.text());
    world.wait(SignedDuration::from_secs(1)).await;
    assert_eq!(world.receivers.at(HOST).len(), 2);
    assert_eq!(deliveries(&world, &path).await[0]["status"], "delivered");
}

#[tokio::test(start_paused = true)]
async fn an_event_is_replayed_under_the_same_id_and_anothers_is_not_there() {
    let world = world().await;
    let path = alices(&world, HOST).await;
    let alice = world.planner().await;
    published(&alice).await;
    world.connect("bob", "creator").await;
    let id = world.receivers.at(HOST)[1].id.clone();
    let replay = format!("{path}/deliveries/{id}/replay");
    assert_eq!(world.user("alice").post(&replay, &json!({})).await.status, 202);
    world.wait(SignedDuration::from_secs(61)).await;
    let received = world.receivers.at(HOST);
    assert_eq!((received.len(), &received[2].id), (3, &id));
    let bobs = world.user("bob").get("/v1/events").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    for event in [bobs, "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(), "nonsense".to_owned()] {
        let answer = world.user("alice").post(&format!("{path}/deliveries/{event}/replay"), &json!({})).await;
        assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")), "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_became_of_single_events_is_listed_alone() {
    let world = world().await;
    let path = alices(&world, HOST).await;
    for _ in 0..3 {
        test(&world, &path).await;
    }
    let all = world.user("alice").get(&format!("{path}/deliveries")).await.json()["items"].clone();
    let ids: Vec<_> = all.as_array().unwrap().iter().map(|item| item["event_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3);
    let of = |events: &[&str]| {
        let query = events.iter().map(|event| format!("event={event}")).collect::<Vec<_>>().join("&");
        let address = format!("{path}/deliveries?{query}");
        async { world.user("alice").get(&{ address }).await }
    };
    let answer = of(&[ids[2], ids[0], "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa"]).await;
    assert_eq!(answer.json(), json!({"items": [all[2], all[0]], "next_cursor": null}), "{}", answer.text());
    for (events, code) in [(vec!["pie"], "invalid"), (vec![ids[0]; 21], "too_many")] {
        let answer = of(&events).await;
        assert_eq!((answer.status, answer.wrong_fields()), (422, vec![("event".to_owned(), code.to_owned())]));
    }
}
