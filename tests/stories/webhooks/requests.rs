//! What people may ask of webhooks, and what they are told.

use super::*;

#[tokio::test(start_paused = true)]
async fn webhooks_are_listed_shown_changed_and_deleted() {
    let world = world().await;
    let alice = || world.user("alice");
    let mut paths = Vec::new();
    for number in 0..3 {
        paths.push(alices(&world, &format!("host{number}.example.com")).await);
    }
    let page = alice().get("/v1/webhooks?limit=2").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = alice().get(&format!("/v1/webhooks?limit=2&cursor={cursor}")).await.json();
    assert_eq!((page["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (2, 1));
    let read = alice().get(&paths[0]).await;
    let tag = read.header("etag").to_owned();
    let change = json!({"url": "https://new.example.com/", "types": ["pin.failed"]});
    let changed = alice().with("if-match", &tag).patch(&paths[0], &change).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!((&changed.json()["url"], &changed.json()["types"]), (&change["url"], &change["types"]));
    let stale = alice().with("if-match", &tag).patch(&paths[0], &json!({"types": []})).await;
    assert_eq!((stale.status, &stale.json()["code"]), (412, &json!("changed_meanwhile")));
    assert_eq!(alice().delete(&paths[1]).await.status, 200);
    assert_eq!(alice().get(&paths[1]).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn wrong_fields_are_named() {
    let world = world().await;
    for (body, expected) in [
        (json!({}), vec![("url", "required")]),
        (
            json!({"url": 7, "types": "all", "scope": "world", "name": 1}),
            vec![("url", "wrong_type"), ("scope", "invalid"), ("name", "unknown_field"), ("types", "wrong_type")],
        ),
        (json!({"url": "https://10.0.0.1/"}), vec![("url", "not_public")]),
        (json!({"url": "http://example.com/"}), vec![("url", "https_required")]),
        (json!({"url": "http://127.0.0.1:9/"}), vec![("url", "https_required")]),
        (json!({"url": "https://example.com/", "types": ["pin.exploded"]}), vec![("types[0]", "invalid")]),
    ] {
        let answer = world.user("alice").post("/v1/webhooks", &body).await;
        let expected: Vec<_> = expected.into_iter().map(|(field, code)| (field.to_owned(), code.to_owned())).collect();
        assert_eq!((answer.status, answer.wrong_fields()), (422, expected), "{body}");
    }
    let path = alices(&world, "one.example.com").await;
    for since in ["yesterday", "2027-01-15T09:00:00Z", "2026-11-15T09:00:00Z"] {
        let answer = world.user("alice").post(&format!("{path}/recover"), &json!({"since": since})).await;
        assert_eq!(answer.wrong_fields(), [("since".to_owned(), "invalid".to_owned())], "{since}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_webhook_is_of_its_owner_alone_and_one_of_the_installation_is_for_administrators() {
    let world = world().await;
    let path = alices(&world, "one.example.com").await;
    for answer in [
        world.user("bob").get(&path).await,
        world.user("bob").patch(&path, &json!({"enabled": false})).await,
        world.user("bob").delete(&path).await,
        world.user("bob").get(&format!("{path}/deliveries")).await,
        world.user("bob").post(&format!("{path}/test"), &json!({})).await,
        world.user("bob").post(&format!("{path}/secret"), &json!({})).await,
        world.user("bob").post(&format!("{path}/recover"), &json!({"since": "2027-01-15T08:00:00Z"})).await,
        world.admin().get(&path).await,
    ] {
        assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")));
    }
    let body = json!({"url": "https://all.example.com/", "scope": "installation"});
    let refused = world.user("alice").post("/v1/webhooks", &body).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("admin_required")));
    let refused = world.user("alice").get("/v1/webhooks?scope=installation").await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("admin_required")));
    let made = webhook(world.admin(), &body).await;
    assert_eq!(world.admin().get("/v1/webhooks?scope=installation").await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.admin().get("/v1/webhooks").await.json()["items"], json!([]));
    assert_eq!(world.user("alice").get(&super::path(&made)).await.status, 404);
    assert_eq!(world.admin().get(&super::path(&made)).await.json()["scope"], "installation");
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_makes_one_webhook_and_tells_its_secret_once_more() {
    let world = world().await;
    let body = json!({"url": "https://one.example.com/"});
    let ask = |key: &'static str, body: Value| {
        let world = &world;
        async move { world.user("alice").with("idempotency-key", key).post("/v1/webhooks", &body).await }
    };
    let (first, second) = (ask("one", body.clone()).await, ask("one", body.clone()).await);
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.json(), second.json());
    let other = ask("one", json!({"url": "https://two.example.com/"})).await;
    assert_eq!((other.status, &other.json()["code"]), (409, &json!("idempotency_mismatch")));
    world.wait(SignedDuration::from_hours(25)).await;
    assert_eq!(ask("one", body).await.status, 409);
    assert_eq!(world.user("alice").get("/v1/webhooks").await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_owner_has_ten_webhooks() {
    let world = world().await;
    for number in 0..10 {
        alices(&world, &format!("host{number}.example.com")).await;
    }
    let full = world.user("alice").post("/v1/webhooks", &json!({"url": "https://more.example.com/"})).await;
    assert_eq!(
        (full.status, &full.json()["code"], &full.json()["limit"]["name"]),
        (409, &json!("limit_reached"), &json!("webhooks"))
    );
    webhook(world.user("bob"), &json!({"url": "https://more.example.com/"})).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_of_a_webhook_that_is_disabled_or_while_events_are_off() {
    let world = world().await;
    let path = alices(&world, "one.example.com").await;
    let alice = world.planner().await;
    alice.calls().patch(&path, &json!({"enabled": false})).await;
    published(&alice).await;
    assert_eq!(world.receivers.at("one.example.com"), []);
    let asked = alice.calls().post(&format!("{path}/test"), &json!({})).await;
    assert_eq!((asked.status, &asked.json()["code"]), (409, &json!("webhook_disabled")));
    alice.calls().patch(&path, &json!({"enabled": true})).await;
    world.change_settings(|settings| settings.events = false).await;
    let asked = alice.calls().post(&format!("{path}/test"), &json!({})).await;
    assert_eq!((asked.status, &asked.json()["code"]), (409, &json!("events_disabled")));
}
