//! The control API.

use http::{Method, StatusCode};
use pinterest_sim::{Effect, FaultAnswer, Mode, Operation, Rotation, Tier};
use serde_json::{Value, json};

use crate::world::{World, image};

#[tokio::test]
async fn pins_are_told_to_the_millisecond() {
    let world = World::new();
    let token = world.connect(Mode::Sandbox, "shop").await;
    let board = world.board(Mode::Sandbox, "shop", "New arrivals");
    let pin = json!({ "board_id": board, "title": "Timed", "media_source": image() });
    let created = world.post(Mode::Sandbox, "/pins", &token, &pin).await;
    let told = world.control(Method::GET, &format!("pins?board={board}"), &Value::Null).await;
    let expected = json!({ "id": created.body["id"], "title": "Timed", "board_id": board, "created_at": "2026-03-01T12:00:00.000Z" });
    assert_eq!(told.body, json!({ "items": [expected] }));
    for (query, status) in [("", 422), ("?board=123", 404)] {
        let wrong = world.control(Method::GET, &format!("pins{query}"), &Value::Null).await;
        assert_eq!((wrong.status.as_u16(), &wrong.body["field"]), (status, &json!("board")));
        assert!(wrong.body["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()));
    }
}

#[tokio::test]
async fn no_page_of_another_site_switches_anything() {
    let world = World::new();
    for (host, origin, status) in [
        ("localhost:7879", "http://localhost:7879", 201),
        ("localhost:7879", "https://evil.example", 403),
        ("localhost:7879", "null", 403),
        ("evil.example:7879", "http://evil.example:7879", 403),
    ] {
        let request = http::Request::post("/control/faults").header("host", host).header("origin", origin);
        // A form or `fetch` without a preflight can send this type.
        let request = request.header("content-type", "text/plain");
        let fault = json!({"operation": "create_pin", "answer": "reset"}).to_string();
        let reply = world.send(request.body(fault.into()).unwrap()).await;
        assert_eq!(reply.status.as_u16(), status, "{host} {origin}: {}", reply.text);
    }
    assert_eq!(world.simulator.faults().len(), 1);
}

#[tokio::test]
async fn faults_are_set_listed_and_cleared() {
    let world = World::new();
    let fault = json!({
        "operation": "create_pin", "times": 2, "probability": 0.5, "after_ms": 1, "for_ms": 30, "mode": "live", "person": "shop", "board": "123",
        "effect": "after", "answer": { "status": 500, "body": { "code": 1 }, "headers": { "a": "b" } },
        "truncated": true, "delay_ms": 10, "visible_after_ms": 20,
    });
    let added = world.control(Method::POST, "faults", &fault).await;
    assert_eq!((added.status, &added.body), (StatusCode::CREATED, &fault));
    let faults = world.simulator.faults();
    assert_eq!(
        (faults[0].operation, faults[0].times, faults[0].effect),
        (Operation::CreatePin, Some(2), Effect::After)
    );
    let listed = world.control(Method::GET, "faults", &Value::Null).await;
    assert_eq!(listed.body, json!({ "items": [fault] }));
    assert_eq!(world.control(Method::DELETE, "faults", &Value::Null).await.status, StatusCode::NO_CONTENT);
    assert!(world.simulator.faults().is_empty());
    let raw = json!({ "status": 403, "text": "<html>", "content_type": "text/html", "headers": {} });
    let added = world.control(Method::POST, "faults", &json!({ "operation": "create_pin", "answer": raw })).await;
    assert_eq!((added.status, &added.body["answer"]), (StatusCode::CREATED, &raw));
    assert_eq!(world.simulator.faults().pop().unwrap().answer, Some(FaultAnswer::page(403, "<html>")));
    for (word, answer) in [("reset", FaultAnswer::Reset), ("timeout", FaultAnswer::Timeout)] {
        world.control(Method::POST, "faults", &json!({ "operation": "token", "answer": word })).await;
        assert_eq!(world.simulator.faults().pop().unwrap().answer, Some(answer));
    }
}

#[tokio::test]
async fn a_wrong_fault_is_refused_with_field_and_remedy() {
    let world = World::new();
    for (fault, field) in [
        (json!({ "answer": "reset" }), "operation"),
        (json!({ "operation": "post_pin", "answer": "reset" }), "operation"),
        (json!({ "operation": "create_pin" }), "answer"),
        (json!({ "operation": "create_pin", "answer": "break" }), "answer"),
        (json!({ "operation": "create_pin", "answer": { "status": 20 } }), "answer.status"),
        (json!({ "operation": "create_pin", "answer": { "code": 1 } }), "answer.code"),
        (json!({ "operation": "create_pin", "answer": { "status": 500, "headers": [] } }), "answer.headers"),
        (json!({ "operation": "create_pin", "answer": { "status": 500, "text": 1 } }), "answer.text"),
        (json!({ "operation": "create_pin", "answer": { "status": 500, "text": "", "body": {} } }), "answer.text"),
        (
            json!({ "operation": "create_pin", "answer": { "status": 500, "content_type": "a/b" } }),
            "answer.content_type",
        ),
        (json!({ "operation": "create_pin", "answer": "reset", "times": 0 }), "times"),
        (json!({ "operation": "create_pin", "answer": "reset", "times": -1 }), "times"),
        (json!({ "operation": "create_pin", "answer": "reset", "probability": 2 }), "probability"),
        (json!({ "operation": "create_pin", "answer": "reset", "for_ms": 0 }), "for_ms"),
        (json!({ "operation": "create_pin", "answer": "reset", "after_ms": -1 }), "after_ms"),
        (json!({ "operation": "create_pin", "answer": "reset", "truncated": true }), "truncated"),
        (json!({ "operation": "create_pin", "truncated": "yes" }), "truncated"),
        (json!({ "operation": "create_pin", "truncated": false }), "answer"),
        (json!({ "operation": "create_pin", "answer": "reset", "effect": "during" }), "effect"),
        (json!({ "operation": "create_pin", "answer": "reset", "mode": "test" }), "mode"),
        (json!({ "operation": "create_pin", "answer": "reset", "person": 1 }), "person"),
        (json!({ "operation": "create_pin", "answer": "reset", "delay": 1 }), "delay"),
        (json!([]), "body"),
    ] {
        let reply = world.control(Method::POST, "faults", &fault).await;
        assert_eq!((reply.status, &reply.body["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{fault}");
        for part in ["problem", "remedy"] {
            assert!(reply.body[part].as_str().is_some_and(|text| !text.is_empty()), "{fault}");
        }
    }
    assert!(world.simulator.faults().is_empty());
}

#[tokio::test]
async fn switches_are_set_and_told() {
    let world = World::new();
    for (path, body) in [
        ("tier", json!({ "tier": "trial" })),
        ("rotation", json!({ "rotation": "not_renewed" })),
        ("lifetimes", json!({ "access_s": 120, "refresh_s": 600 })),
        ("links", json!({ "blocked_domains": ["spam.example"] })),
        ("limits", json!({ "org_read": 5, "org_write": null, "org_analytics": 60, "universal": 7 })),
        (
            "answers",
            json!({
                "create_pin_status": 200, "token_status": 201, "board_not_found_code": 404,
                "scopes_missing_status": 401, "pinner_data_denied": true, "token_scope": false,
                "extra_fields": false, "created_at_offset": true, "board_order": "oldest_first",
                "created_at_shift_s": -28800,
            }),
        ),
        ("media", json!({ "processing_ms": 5000, "outcome": "stuck", "expires_ms": 60000 })),
        ("writes", json!({ "hold_ms": 500, "refusal": "conflict" })),
    ] {
        let set = world.control(Method::POST, path, &body).await;
        assert_eq!((set.status, &set.body), (StatusCode::OK, &body), "{path}");
        assert_eq!(world.control(Method::GET, path, &Value::Null).await.body, body, "{path}");
        let wrong = world.control(Method::POST, path, &json!({ "surprise": 1 })).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(wrong.body["remedy"].as_str().unwrap().starts_with("send for instance {"), "{path}");
    }
    assert_eq!((world.simulator.tier(), world.simulator.rotation()), (Tier::Trial, Rotation::NotRenewed));
    assert_eq!(world.simulator.limits().org_read, Some(5));
    for (path, body, field) in [
        ("answers", json!({ "create_pin_status": 418 }), "create_pin_status"),
        ("answers", json!({ "token_status": 418 }), "token_status"),
        ("answers", json!({ "board_not_found_code": 50 }), "board_not_found_code"),
        ("answers", json!({ "scopes_missing_status": 400 }), "scopes_missing_status"),
        ("limits", json!({ "org_read": 1, "for_ms": 0 }), "for_ms"),
        ("writes", json!({ "refusal": "never" }), "writes"),
        ("media", json!({ "outcome": "lost" }), "media"),
        ("media", json!({ "processing_ms": -1 }), "media"),
    ] {
        let wrong = world.control(Method::POST, path, &body).await;
        assert_eq!((wrong.status.as_u16(), &wrong.body["field"]), (422, &json!(field)), "{path} {body}");
    }
}

#[tokio::test]
async fn tokens_are_handed_out_and_ended() {
    let world = World::new();
    let wanted = json!({ "username": "shop", "mode": "sandbox" });
    let issued = world.control(Method::POST, "tokens", &wanted).await;
    let token = issued.body["access_token"].as_str().unwrap();
    assert_eq!(world.get(Mode::Sandbox, "/boards", token).await.status, StatusCode::OK);
    let ended = world.control(Method::POST, "tokens/revoke", &json!({ "username": "shop" })).await;
    assert_eq!(ended.body, json!({ "revoked": 1 }));
    assert_eq!(world.get(Mode::Sandbox, "/boards", token).await.status, StatusCode::UNAUTHORIZED);
    for (path, body, status) in [
        ("tokens", json!({ "username": "nobody", "mode": "live" }), 404),
        ("tokens", json!({ "username": "shop", "mode": "live", "scopes": "all" }), 422),
        ("tokens/revoke", json!({ "username": "nobody" }), 404),
        ("tokens/revoke", json!({}), 422),
    ] {
        assert_eq!(world.control(Method::POST, path, &body).await.status.as_u16(), status, "{path} {body}");
    }
}

#[tokio::test]
async fn people_and_boards_are_added() {
    let world = World::new();
    let person = world.control(Method::POST, "people", &json!({ "username": "newcomer" })).await;
    assert_eq!(person.status, StatusCode::CREATED);
    let board = json!({ "mode": "live", "owner": "newcomer", "name": "First", "collaborators": ["shop"] });
    let added = world.control(Method::POST, "boards", &board).await;
    assert_eq!(added.status, StatusCode::CREATED);
    assert_eq!(world.simulator.boards(Mode::Live, "shop")[0].id, added.body["id"].as_str().unwrap());
    for (path, body) in [
        ("people", json!({ "username": "newcomer" })),
        ("people", json!({ "username": "a/b" })),
        ("boards", board),
        ("boards", json!({ "mode": "live", "owner": "newcomer" })),
    ] {
        let reply = world.control(Method::POST, path, &body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {body}");
    }
}

#[tokio::test]
async fn calls_are_logged_in_order_with_person_and_status() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    world.get(Mode::Live, "/boards?page_size=1", &token).await;
    let refused = world.post(Mode::Sandbox, "/pins", &token, &json!({})).await;
    let told = world.control(Method::GET, "calls", &Value::Null).await;
    let line = |call: &Value| {
        format!("{} {} {} {} {}", call["method"], call["path"], call["mode"], call["person"], call["status"])
    };
    let lines: Vec<_> = told.body["items"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(
        lines,
        [
            r#""POST" "/v5/oauth/token" "live" "shop" 200"#,
            r#""GET" "/v5/boards?page_size=1" "live" "shop" 200"#,
            r#""POST" "/v5/pins" "sandbox" null 401"#,
        ]
    );
    assert_eq!(told.body["items"][2]["request_id"], refused.header("x-pinterest-rid"));
    assert_eq!(told.body["items"][2]["at"], "2026-03-01T12:00:00.000Z");
    assert_eq!(world.simulator.calls().len(), 3);
}
