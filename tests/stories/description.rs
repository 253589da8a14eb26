//! The OpenAPI description: served as it follows from the code, complete, and true. Whether answers keep to it is asked
//! of every answer in every story.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{World, description};

/// Every operation with its method and path.
fn operations(api: &Value) -> Vec<(String, &Value)> {
    let paths = api["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        let of_path = item.as_object().unwrap().iter();
        of_path.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    });
    operations.collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_served_is_what_the_functions_say_of_themselves() {
    let world = World::new().await;
    let served = world.anybody().get("/v1/openapi.json").await;
    assert_eq!((served.status, served.header("content-type")), (200, "application/json"));
    let current = description::text(&description::complete().await);
    assert!(served.text() == current, "run: cargo run -p programs --bin openapi");
    assert_eq!(served.json()["openapi"], "3.1.0");
}

#[tokio::test(start_paused = true)]
async fn every_route_for_programs_is_described_and_nothing_else() {
    let world = World::new().await;
    let routes = world.routes().into_iter().filter(|route| {
        let for_programs = route.path.starts_with("/v1/") || route.path == "/healthz";
        // A HEAD answers as its GET does.
        for_programs && route.path != "/v1/openapi.json" && route.method != "HEAD"
    });
    let routes: BTreeSet<_> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    let api = serde_json::to_value(description::merged()).unwrap();
    let described: BTreeSet<_> = operations(&api).into_iter().map(|(operation, _)| operation).collect();
    assert_eq!(described, routes);
    let takes_body = |name: &str| ["POST ", "PUT ", "PATCH "].iter().any(|method| name.starts_with(method));
    for (name, operation) in operations(&api) {
        let without_body = [
            "POST /v1/settings/verify",
            "POST /v1/media/{id}/complete",
            "POST /v1/webhooks/{id}/test",
            "POST /v1/webhooks/{id}/secret",
            "POST /v1/webhooks/{id}/deliveries/{event}/replay",
        ];
        let says_all = without_body.contains(&name.as_str());
        let is_to = takes_body(&name) && !says_all;
        assert_eq!(operation["requestBody"].is_object(), is_to, "{name}");
    }
}

/// Whether there is an example: an object, or a file.
fn is_shown(content: &Value) -> bool {
    let is_file = |kind: &str| content[kind]["example"].is_string();
    content["application/json"]["example"].is_object() || is_file("text/csv") || is_file("application/jsonl")
}

#[tokio::test(start_paused = true)]
async fn every_operation_shows_a_request_and_an_answer_and_explains_what_goes_wrong() {
    let api = description::complete().await;
    for (name, operation) in operations(&api) {
        let done = ["200", "201", "202"].into_iter().find_map(|status| operation["responses"].get(status));
        assert!(is_shown(&done.unwrap()["content"]), "{name} shows an answer");
        if operation.get("requestBody").is_some() {
            assert!(is_shown(&operation["requestBody"]["content"]), "{name} shows a request");
        }
        assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 10), "{name}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            let told = response["description"].as_str().unwrap();
            assert!(!told.is_empty(), "{name} {status}");
            assert!(
                told.lines().all(|line| !line.ends_with(": ")),
                "{name} {status} has a code without a meaning: {told}"
            );
        }
    }
}
