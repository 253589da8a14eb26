//! Faults on media uploads, the form included.

use std::time::Duration;

use http::StatusCode;
use pinterest_sim::{Broken, Effect, Fault, FaultAnswer, Mode, Operation};
use serde_json::json;
use tokio::time::timeout;
use tower::ServiceExt;

use crate::film::{FILM, Registered};
use crate::world::World;

async fn registered() -> (World, Registered) {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let registered = Registered::new(&world, Mode::Live, &token).await;
    (world, registered)
}

fn on_upload(effect: Effect, answer: FaultAnswer) -> Fault {
    Fault { times: Some(1), effect, answer: Some(answer), ..Fault::on(Operation::UploadMedia) }
}

#[tokio::test]
async fn an_upload_fails_before_or_after_its_file_was_taken() {
    for (effect, taken) in [(Effect::Before, false), (Effect::After, true)] {
        let (world, registered) = registered().await;
        world.simulator.set_fault(on_upload(effect, FaultAnswer::status(503)));
        let reply = registered.upload(&world, FILM).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(reply.text.contains("<Code>SlowDown</Code>"), "{}", reply.text);
        assert_eq!(registered.seen(&world).file.is_some(), taken, "{effect:?}");
        assert_eq!(registered.upload(&world, FILM).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn an_answer_to_an_upload_can_be_made_up() {
    let (world, registered) = registered().await;
    let headers = [("retry-after".to_owned(), "7".to_owned())].into();
    let answer = FaultAnswer::Status { status: 500, body: Some(json!({ "a": 1 })), headers };
    world.simulator.set_fault(on_upload(Effect::Before, answer));
    let reply = registered.upload(&world, FILM).await;
    assert_eq!((reply.status.as_u16(), &reply.body, reply.header("retry-after")), (500, &json!({ "a": 1 }), "7"));
}

#[tokio::test]
async fn an_upload_is_reset_before_or_after_its_file_was_taken() {
    for (effect, taken) in [(Effect::Before, false), (Effect::After, true)] {
        let (world, registered) = registered().await;
        world.simulator.set_fault(on_upload(effect, FaultAnswer::Reset));
        let mut request = registered.request(registered.form(FILM));
        *request.uri_mut() = "/live/media-upload/".parse().unwrap();
        let response = world.simulator.router().oneshot(request).await.unwrap();
        assert_eq!(response.extensions().get::<Broken>(), Some(&Broken));
        assert_eq!(registered.seen(&world).file.is_some(), taken, "{effect:?}");
        assert_eq!(world.simulator.calls().pop().unwrap().status, None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_is_never_answered_before_or_after_its_file_was_taken() {
    for (effect, taken) in [(Effect::Before, false), (Effect::After, true)] {
        let (world, registered) = registered().await;
        world.simulator.set_fault(on_upload(effect, FaultAnswer::Timeout));
        assert!(timeout(Duration::from_hours(1), registered.upload(&world, FILM)).await.is_err());
        assert_eq!(registered.seen(&world).file.is_some(), taken, "{effect:?}");
    }
}

#[tokio::test]
async fn a_fault_on_uploads_can_be_meant_for_a_person_or_a_host() {
    for (person, mode, strikes) in [
        (Some("shop"), None, true),
        (Some("friend"), None, false),
        (None, Some(Mode::Live), true),
        (None, Some(Mode::Sandbox), false),
    ] {
        let (world, registered) = registered().await;
        let fault = on_upload(Effect::Before, FaultAnswer::status(503));
        world.simulator.set_fault(Fault { person: person.map(str::to_owned), mode, ..fault });
        assert_eq!(registered.upload(&world, FILM).await.status == 503, strikes, "{person:?} {mode:?}");
    }
}

#[tokio::test]
async fn a_registration_can_be_made_and_its_answer_lost() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let fault =
        Fault { effect: Effect::After, answer: Some(FaultAnswer::status(500)), ..Fault::on(Operation::RegisterMedia) };
    world.simulator.set_fault(fault);
    let reply = world.post(Mode::Live, "/media", &token, &json!({ "media_type": "video" })).await;
    assert_eq!((reply.status.as_u16(), world.simulator.media().len()), (500, 1));
}

#[tokio::test]
async fn an_upload_takes_nothing_of_the_quota_and_the_log_names_its_person() {
    let (world, registered) = registered().await;
    let reply = registered.upload(&world, FILM).await;
    assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("x-ratelimit")), "{:?}", reply.headers);
    let calls: Vec<_> = world.simulator.calls().into_iter().map(|call| (call.operation, call.person)).collect();
    let shop = || Some("shop".to_owned());
    assert_eq!(calls[1..], [(Operation::RegisterMedia, shop()), (Operation::UploadMedia, shop())]);
}
