//! Where videos are uploaded to: a stand-in for the S3 bucket behind `upload_url`. It knows neither
//! tokens nor quotas; faults strike it, and the log lists it, as `upload_media`.

mod form;
mod refusal;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use http::{Method, StatusCode};

use super::answer::{add_headers, broken, cut};
use super::pipeline::{note, pause, strike};
use super::uploads::usable_until;
use crate::controls::{MediaOutcome, MediaProcessing};
use crate::draw;
use crate::fault::{self, Effect, Fault, FaultAnswer, Target};
use crate::mode::Mode;
use crate::moment::after_millis;
use crate::operation::Operation;
use crate::simulator::{Simulator, World};
use crate::store::{MediaFile, NewCall, Processed, Registration};
use form::{Form, Received};
use refusal::Refusal;

const PATH: &str = "/media-upload/";

/// What is known about an upload when its file is about to come.
struct Admission {
    log: i64,
    request_id: String,
    registration: Option<Registration>,
    fault: Fault,
}

pub(super) fn router() -> Router<Simulator> {
    Mode::ALL.into_iter().fold(Router::new(), |router, mode| {
        let serve = move |State(simulator): State<Simulator>, request: Request| serve(simulator, mode, request);
        router.route(&path(mode), post(serve))
    })
}

/// The path of `upload_url` below the base path. Pinterest's own has one address for both hosts; here the path tells
/// them apart, so that faults and the log can.
pub(super) fn path(mode: Mode) -> String {
    format!("/{mode}{PATH}")
}

async fn serve(simulator: Simulator, mode: Mode, request: Request) -> Response {
    let mut form = Form::open(request).await;
    let admission = match simulator.transact(|world| admit(world, mode, &form)) {
        Ok(admission) => admission,
        Err(error) => return Refusal::from(error).response(""),
    };
    let Admission { log, request_id, registration, fault } = admission;
    let delay = Duration::from_millis(fault.delay_ms.unwrap_or(0));
    let is_before = fault.effect == Effect::Before;
    if is_before {
        pause(delay).await;
    }
    let is_struck_before = is_before && fault.answer.is_some();
    let own = if is_struck_before {
        None
    } else {
        Some(answer(take(&simulator, registration, &mut form).await, &request_id))
    };
    if !is_before {
        pause(delay).await;
    }
    // Who sends a file listens only when all of it is sent.
    form.pass_by().await;
    let response = match fault.answer {
        Some(answer) => struck(answer, &request_id).await,
        None => own.unwrap_or_else(broken),
    };
    let response = if fault.truncated { cut(response).await } else { response };
    note(&simulator, log, &response);
    response
}

/// Finds out what the form is for, notes the call, and sees whether a fault strikes it.
fn admit(world: &mut World<'_>, mode: Mode, form: &Form) -> rusqlite::Result<Admission> {
    let registration = match form.parameters.get("key") {
        Some(key) => world.find_registration(mode, key)?,
        None => None,
    };
    let person = registration.as_ref().map(|registration| registration.person.as_str());
    let request_id = draw::request_id(world.rng);
    let operation = Operation::UploadMedia;
    let log = world.note_call(&NewCall {
        method: Method::POST.as_str(),
        path: PATH,
        mode,
        operation,
        person,
        request_id: &request_id,
    })?;
    let target = Target { operation, mode, person, board: None };
    let fault = fault::strike(&mut world.controls.faults, world.rng, world.now, &target);
    Ok(Admission { log, request_id, registration, fault: fault.unwrap_or_else(|| Fault::on(operation)) })
}

/// Takes the file. Nothing is written down before the form is at its end.
async fn take(simulator: &Simulator, registration: Option<Registration>, form: &mut Form) -> Result<(), Refusal> {
    form.check()?;
    let registration = registration.ok_or_else(Refusal::access_denied)?;
    compare(&registration, form)?;
    if usable_until(registration.registered_at) <= simulator.now() {
        return Err(Refusal::policy_expired());
    }
    let received = form.receive().await?;
    simulator.transact(|world| {
        let processed = processed(world, &received);
        let file = MediaFile { size: received.size, sha256: received.sha256 };
        world.receive_file(&registration.id, &file, &processed)
    })?;
    Ok(())
}

/// Whether the form brings what was registered and nothing else.
fn compare(registration: &Registration, form: &Form) -> Result<(), Refusal> {
    for (name, value) in &registration.parameters {
        let is_signed = ["policy", "x-amz-signature"].contains(&name.as_str());
        match form.parameters.get(name) {
            Some(given) if given == value => {}
            Some(_) if is_signed => return Err(Refusal::signature_does_not_match()),
            _ => return Err(Refusal::condition_failed(name, value)),
        }
    }
    match form.parameters.keys().find(|name| !registration.parameters.contains_key(*name)) {
        Some(name) => Err(Refusal::extra_field(name)),
        None => Ok(()),
    }
}

fn processed(world: &World<'_>, received: &Received) -> Processed {
    let MediaProcessing { processing_ms, outcome, expires_ms } = world.controls.media;
    let at = after_millis(world.now, processing_ms);
    Processed {
        at: (outcome != MediaOutcome::Stuck).then_some(at),
        succeeds: outcome == MediaOutcome::Succeeded && received.is_video,
        expires_at: expires_ms.map(|millis| after_millis(at, millis)),
    }
}

fn answer(taken: Result<(), Refusal>, request_id: &str) -> Response {
    match taken {
        Ok(()) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            refusal::name(&mut response, request_id);
            response
        }
        Err(refusal) => refusal.response(request_id),
    }
}

/// The answer of a fault; one without a body has that of S3.
async fn struck(answer: FaultAnswer, request_id: &str) -> Response {
    let FaultAnswer::Status { status, body: None, headers } = answer else {
        let mut response = strike(answer, http::HeaderMap::new()).await;
        refusal::name(&mut response, request_id);
        return response;
    };
    let mut response = Refusal::of_status(status).response(request_id);
    add_headers(&mut response, &headers);
    response
}
