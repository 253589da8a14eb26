//! What `POST /pins` lets through, field by field.

use http::StatusCode;
use pinterest_sim::Mode;
use serde_json::{Value, json};

use crate::world::{World, image};

/// Sends a good pin with one field replaced, or left out for `None`.
async fn create(world: &World, token: &str, field: &str, value: Option<Value>) -> (u16, String) {
    let mut body = json!({ "board_id": world.board(Mode::Live, "shop", "New arrivals"), "media_source": image() });
    match value {
        Some(value) => body[field] = value,
        None => drop(body.as_object_mut().unwrap().remove(field)),
    }
    let reply = world.post(Mode::Live, "/pins", token, &body).await;
    (reply.status.as_u16(), reply.refusal().2.to_owned())
}

#[tokio::test]
async fn fields_that_are_good_are_taken() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    for (field, value) in [
        ("title", json!("é".repeat(100))),
        ("title", Value::Null),
        ("description", json!("d".repeat(800))),
        ("alt_text", json!("a".repeat(500))),
        ("link", json!(format!("https://example.com/{}", "l".repeat(2028)))),
        ("dominant_color", json!("#6E7874")),
        ("parent_pin_id", json!("123")),
        ("sponsor_id", Value::Null),
        ("ai_disclosures", json!({ "values": ["AI_MODIFIED"] })),
        (
            "media_source",
            json!({ "source_type": "image_url", "url": "http://127.0.0.1:8080/1.png", "is_standard": false }),
        ),
    ] {
        let (status, message) = create(&world, &token, field, Some(value.clone())).await;
        assert_eq!(status, 201, "{field} {value}: {message}");
    }
}

#[tokio::test]
async fn what_is_declared_of_ai_is_answered_and_what_is_not_is_not() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    for (values, answered) in [
        (json!(["SYNTHETIC_PERFORMER", "AI_MODIFIED"]), json!(["SYNTHETIC_PERFORMER", "AI_MODIFIED"])),
        (json!(["AI_MODIFIED", "AI_MODIFIED"]), json!(["AI_MODIFIED"])),
        (json!([]), Value::Null),
    ] {
        let body = json!({ "board_id": board, "media_source": image(), "ai_disclosures": { "values": values } });
        let made = world.post(Mode::Live, "/pins", &token, &body).await.body;
        assert_eq!(made["ai_disclosures"]["values"], answered, "{values}");
        let path = format!("/pins/{}", made["id"].as_str().unwrap());
        assert_eq!(world.get(Mode::Live, &path, &token).await.body["ai_disclosures"]["values"], answered, "{values}");
    }
}

#[tokio::test]
async fn fields_that_are_wrong_are_refused_by_name() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let media = |extra: Value| {
        let mut media = image();
        media.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        Some(media)
    };
    for (field, value, words) in [
        ("board_id", None, "'board_id' is a required property"),
        ("board_id", Some(Value::Null), "'board_id' is a required property"),
        ("board_id", Some(json!("abc")), r"'abc' does not match '^\d+$' for parameter 'board_id'"),
        ("board_id", Some(json!(123)), "123 is not of type 'string'"),
        ("board_section_id", Some(json!("x")), r"does not match '^\d+$'"),
        ("parent_pin_id", Some(json!("")), r"does not match '^\d+$'"),
        ("title", Some(json!("t".repeat(101))), "'title' is too long (constraint: maxLength=100)"),
        ("title", Some(json!(1)), "1 is not of type 'string'"),
        ("description", Some(json!("d".repeat(801))), "maxLength=800"),
        ("alt_text", Some(json!("a".repeat(501))), "maxLength=500"),
        ("link", Some(json!(format!("https://example.com/{}", "l".repeat(2029)))), "maxLength=2048"),
        ("link", Some(json!("example")), "Parameter 'link' with the value 'example' is not a valid URL format."),
        ("link", Some(json!("javascript:alert(1)")), "is not a valid URL format."),
        ("dominant_color", Some(json!("red")), "dominant_color"),
        ("ai_disclosures", Some(json!({ "values": ["YES"] })), "ai_disclosures"),
        ("ai_disclosures", Some(json!({ "values": "AI_MODIFIED" })), "ai_disclosures"),
        ("ai_disclosures", Some(json!({})), "'ai_disclosures.values' is a required property"),
        ("ai_disclosures", Some(json!(["AI_MODIFIED"])), "'ai_disclosures' is not of type 'object'"),
        ("ai_disclosures", Some(json!({ "values": [], "note": "" })), "'ai_disclosures.note' was unexpected"),
        ("publish_at", Some(json!("2026-01-01")), "'publish_at' was unexpected"),
        ("note", Some(json!("")), "'note' was unexpected"),
        ("media_source", None, "'media_source' is a required property"),
        ("media_source", Some(json!("x")), "'media_source' is not of type 'object'"),
        ("media_source", Some(json!({})), "'media_source.source_type' is a required property"),
        ("media_source", Some(json!({ "source_type": "gif" })), "is not one of"),
        ("media_source", Some(json!({ "source_type": "image_url" })), "'media_source.url' is a required property"),
        ("media_source", media(json!({ "data": "eA==" })), "'media_source.data' was unexpected"),
        ("media_source", media(json!({ "surprise": 1 })), "'media_source.surprise' was unexpected"),
        ("media_source", media(json!({ "is_standard": "yes" })), "is not of type 'boolean'"),
        (
            "media_source",
            Some(json!({ "source_type": "image_base64", "content_type": "image/gif", "data": "eA==" })),
            "is not one of",
        ),
        (
            "media_source",
            Some(json!({ "source_type": "image_base64", "content_type": "image/png", "data": "data:eA==" })),
            "does not match",
        ),
        ("media_source", Some(json!({ "source_type": "multiple_image_urls", "items": "x" })), "is not of type 'array'"),
        (
            "media_source",
            Some(
                json!({ "source_type": "multiple_image_urls", "index": 2, "items": [{ "url": "https://a.example" }, { "url": "https://a.example" }] }),
            ),
            "past the last item",
        ),
    ] {
        let shown = format!("{field} {value:?}");
        let (status, message) = create(&world, &token, field, value).await;
        assert_eq!(status, 400, "{shown}");
        assert!(message.contains(words), "{shown}: {message}");
    }
    let board = world.board(Mode::Live, "shop", "New arrivals");
    assert!(world.simulator.pins(&board).is_empty());
}

#[tokio::test]
async fn a_body_that_is_not_an_object_is_refused() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    for body in [json!([]), json!("x"), json!(null)] {
        assert_eq!(world.post(Mode::Live, "/pins", &token, &body).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let none = world.call(http::Method::POST, "/live/v5/pins", &token, None).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
}
