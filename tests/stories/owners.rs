//! Administrators and machines that administer see what an owner has, and take all of it along.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Caller, World, pin_request};

/// Every line of an export, and how many parts it had.
async fn exported(caller: &Caller<'_>, owner: &str) -> (Vec<Value>, usize) {
    let (mut lines, mut parts, mut query) = (Vec::new(), 0, String::new());
    loop {
        let answer = caller.get(&format!("/v1/owners/{owner}/export{query}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/jsonl"), "{}", answer.text());
        lines.extend(answer.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        parts += 1;
        let link = answer.header("link").to_owned();
        let Some(next) = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) else { break };
        next.clone_into(&mut query);
    }
    (lines, parts)
}

fn kinds(lines: &[Value]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for line in lines {
        *kinds.entry(line["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

#[tokio::test(start_paused = true)]
async fn an_export_has_everything_of_one_owner_and_no_secret() {
    let world = World::enabled().await;
    world.change_settings(|settings| settings.events = true).await;
    let account = world.link("alice", "shop").await;
    let board = world.board("shop", "New arrivals");
    world.link("bob", "creator").await;
    let media = world.ready_media("alice", &tests::files::png(10, 15)).await;
    let pins = world.user("alice").post("/v1/pins", &pin_request(&account, &board, "2027-02-01T09:00:00Z")).await;
    let pin = pins.json()["items"][0]["id"].as_str().unwrap().to_owned();
    for number in 0..105 {
        let body = json!({"name": format!("Template {number}")});
        assert_eq!(world.user("alice").post("/v1/templates", &body).await.status, 201);
    }

    let (lines, parts) = exported(&world.admin(), "alice").await;
    let kinds = kinds(&lines);
    assert!(parts >= 3, "{parts}");
    for (kind, count) in [("account", 1), ("pin", 1), ("media", 1), ("template", 105)] {
        assert_eq!(kinds.get(kind), Some(&count), "{kinds:?}");
    }
    assert!(kinds.contains_key("event"), "{kinds:?}");
    let text = Value::from(lines.clone()).to_string();
    assert!(text.contains(&pin) && text.contains(&media) && text.contains("Lemon cake"));
    for secret in ["access_token", "refresh_token", "\"creator\"", "bob"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let sealed = world.platform("reader").accounts.list(&"alice".parse().unwrap()).await.unwrap().remove(0);
    assert!(!text.contains(&sealed.tokens().unwrap().access.0), "no sealed token either");

    let (by_machine, _) = exported(&world.machine("pinwheel/admin"), "alice").await;
    assert_eq!(by_machine, lines);
    assert_eq!(exported(&world.admin(), "nobody").await.0, [Value::Null; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_owner_is_shown_as_they_see_themselves() {
    let world = World::enabled().await;
    let account = world.link("auth0|alice", "shop").await;
    let board = world.board("shop", "New arrivals");
    let request = pin_request(&account, &board, "2027-02-01T09:00:00Z");
    assert_eq!(world.user("auth0|alice").post("/v1/pins", &request).await.status, 201);
    let seen = world.user("auth0|alice").get("/v1/limits").await.json();
    for caller in [world.admin(), world.machine("pinwheel/admin")] {
        let answer = caller.get("/v1/owners/auth0%7Calice").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json(), json!({"owner": "auth0|alice", "limits": seen, "erasure": null}));
    }
    assert_eq!(seen["waiting_pins"]["used"], 1);
    let blank = world.admin().get("/v1/owners/%20").await;
    assert_eq!((blank.status, &blank.json()["code"]), (404, &json!("not_found")));
}

#[tokio::test(start_paused = true)]
async fn a_cursor_of_another_owner_is_refused() {
    let world = World::enabled().await;
    let first = world.admin().get("/v1/owners/alice/export").await;
    let link = first.header("link").to_owned();
    let query = link.strip_prefix('<').and_then(|link| link.split('>').next()).unwrap();
    for (owner, query, status) in [("alice", query, 200), ("bob", query, 422), ("alice", "?cursor=x", 422)] {
        let answer = world.admin().get(&format!("/v1/owners/{owner}/export{query}")).await;
        assert_eq!(answer.status, status, "{owner} {query}: {}", answer.text());
    }
}
