//! Tools whose calls to `/v1` get no answer, or none that helps.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;
use shared::pinterest::transport::Payload;
use shared::pinterest::{Transport, TransportError};
use tests::World;
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use super::{cake, call, refused};

/// A way to `/v1` on which every answer is lost, which notes what is sent.
fn deaf(sent: Arc<Mutex<Vec<String>>>) -> Transport {
    Transport(BoxCloneSyncService::new(service_fn(move |request: Request<Payload>| {
        sent.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
        std::future::pending::<Result<Response<Bytes>, TransportError>>()
    })))
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_said_to_be_one() {
    let mut world = World::enabled().await;
    let sent = Arc::new(Mutex::new(Vec::new()));
    let router = ::mcp::router_over(world.platform("mcp"), deaf(sent.clone()));
    world.replace(::mcp::ROUTES, router);
    let reading = refused(&world, "list_pins", json!({})).await;
    assert_eq!(reading, "Pinwheel didn't answer in time. Try again.");
    let writing = refused(&world, "retry_pin", json!({"pin_id": "pin_x"})).await;
    assert!(writing.contains("it is not known whether this was done"), "{writing}");
    for (tool, arguments) in [
        ("preview_pins", json!({"pins": [cake("acc_x", &["Recipes"], "2027-02-01T09:00:00Z")]})),
        ("check_import", json!({"csv": "Title,Media URL"})),
    ] {
        let checking = refused(&world, tool, arguments).await;
        assert_eq!(checking, "Pinwheel didn't answer in time. Try again.", "{tool} stores nothing");
    }
    let paths = ["GET /v1/pins", "POST /v1/pins/pin_x/retry", "POST /v1/pins/batch/preview", "POST /v1/pins/import"];
    assert_eq!(*sent.lock().unwrap(), paths, "nothing is sent twice");
}

/// A way to `/v1` with two accounts, of which one's posting times can't be read.
fn half_readable() -> Transport {
    Transport(BoxCloneSyncService::new(service_fn(|request: Request<Payload>| async move {
        let (status, body) = match request.uri().path() {
            "/v1/accounts" => (200, json!({"items": [{"id": "acc_a"}, {"id": "acc_b"}], "next_cursor": null})),
            "/v1/accounts/acc_a/plan" => (200, json!({"time_zone": "Europe/Berlin"})),
            _ => (503, json!({"code": "unavailable", "detail": "AWS isn't responding."})),
        };
        Ok::<_, TransportError>(Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
    })))
}

#[tokio::test(start_paused = true)]
async fn posting_times_that_cannot_be_read_hide_no_account() {
    let mut world = World::enabled().await;
    let router = ::mcp::router_over(world.platform("mcp"), half_readable());
    world.replace(::mcp::ROUTES, router);
    let accounts = call(&world, "accounts", json!({})).await["accounts"].clone();
    assert_eq!(accounts[0]["posting_plan"]["time_zone"], "Europe/Berlin");
    assert_eq!(accounts[1]["posting_plan_problem"], "AWS isn't responding.\nCode: unavailable");
}
