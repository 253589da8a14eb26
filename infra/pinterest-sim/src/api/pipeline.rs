//! What every call goes through: who calls, quotas, faults, tier, scopes, the work, the log.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use super::answer::{Broken, broken, cut, default_body, faked, raw, respond, usual_headers};
use super::{
    Answer, Caller, Incoming, Refusal, account, analytics, boards, oauth, pin_update, pins, sections, uploads, writes,
};
use crate::draw;
use crate::fault::{self, Effect, Fault, FaultAnswer, Target};
use crate::mode::Mode;
use crate::operation::{Category, Operation};
use crate::options::Tier;
use crate::simulator::{Simulator, World};
use crate::store::{Kind, NewCall};

/// A day: longer than anybody waits for an answer.
const NEVER: Duration = Duration::from_hours(24);

/// What is known about a call before its work begins.
struct Admission {
    log: i64,
    headers: HeaderMap,
    caller: Result<Option<Caller>, Refusal>,
    fault: Option<Fault>,
}

/// Serves one call.
pub(super) async fn serve(simulator: Simulator, mut call: Incoming) -> Response {
    let admission = match simulator.transact(|world| admit(world, &call)) {
        Ok(admission) => admission,
        Err(refusal) => return respond(refusal.status(), Some(&refusal.body()), HeaderMap::new()),
    };
    let Admission { log, headers, caller, fault } = admission;
    let fault = fault.unwrap_or_else(|| Fault::on(call.operation));
    call.visible_after_ms = fault.visible_after_ms.unwrap_or(0);
    let delay = Duration::from_millis(fault.delay_ms.unwrap_or(0));
    if fault.effect == Effect::Before {
        pause(delay).await;
    }
    let is_struck_before = fault.effect == Effect::Before && fault.answer.is_some();
    let own = if is_struck_before { None } else { Some(attempt(&simulator, &call, caller, headers.clone())) };
    if fault.effect == Effect::After {
        pause(delay).await;
    }
    let response = match fault.answer {
        Some(answer) => strike(answer, headers).await,
        None => own.unwrap_or_else(broken),
    };
    let response = if fault.truncated { cut(response).await } else { response };
    note(&simulator, log, &response);
    response
}

/// Waits as long as a fault says.
pub(super) async fn pause(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

/// Does the work, or not, and says so.
fn attempt(
    simulator: &Simulator,
    call: &Incoming,
    caller: Result<Option<Caller>, Refusal>,
    headers: HeaderMap,
) -> Response {
    match caller.and_then(|caller| simulator.transact(|world| perform(world, call, caller.as_ref()))) {
        Ok(answer) => respond(answer.status, answer.body.as_ref(), headers),
        Err(refusal) => {
            let refusal = refusal.coded_for(simulator.answers());
            respond(refusal.status(), Some(&refusal.body()), headers)
        }
    }
}

/// Gives the answer of a fault.
pub(super) async fn strike(answer: FaultAnswer, headers: HeaderMap) -> Response {
    match answer {
        FaultAnswer::Reset => broken(),
        FaultAnswer::Timeout => {
            tokio::time::sleep(NEVER).await;
            broken()
        }
        FaultAnswer::Status { status, body, headers: extra } => faked(status, body, &extra, headers),
        FaultAnswer::Raw { status, text, content_type, headers } => raw(status, text, content_type, &headers),
    }
}

/// Completes the line of the log, unless no answer was given.
pub(super) fn note(simulator: &Simulator, log: i64, response: &Response) {
    if response.extensions().get::<Broken>().is_some() {
        return;
    }
    let noted = simulator.transact(|world| world.note_status(log, response.status().as_u16()));
    if let Err(error) = noted {
        tracing::error!(%error, "the log of calls lacks a status");
    }
}

/// Finds out who calls, counts the call, notes it, and sees whether a fault strikes it.
fn admit(world: &mut World<'_>, call: &Incoming) -> Result<Admission, Refusal> {
    let identified = identify(world, call)?;
    let person = match &identified {
        Ok(Some(caller)) => Some(caller.username.clone()),
        Ok(None) => oauth::person_of_grant(world, call)?,
        Err(_) => None,
    };
    let quota = world.take_quota(call.operation.category(), person.as_deref())?;
    let request_id = draw::request_id(world.rng);
    let log = world.note_call(&NewCall {
        method: &call.method,
        path: &call.path,
        mode: call.mode,
        operation: call.operation,
        person: person.as_deref(),
        request_id: &request_id,
    })?;
    let target = Target { operation: call.operation, mode: call.mode, person: person.as_deref(), board: call.board() };
    let fault = fault::strike(&mut world.controls.faults, world.rng, world.now, &target);
    let caller = if quota.exceeded { Err(Refusal::rate_limited()) } else { identified };
    Ok(Admission { log, headers: usual_headers(&request_id, &quota), caller, fault })
}

/// The person behind the token; `None` for what is called with the app's credentials.
fn identify(world: &World<'_>, call: &Incoming) -> Result<Result<Option<Caller>, Refusal>, Refusal> {
    if call.operation.is_of_the_app() {
        return Ok(Ok(None));
    }
    let token = match call.bearer() {
        Some(token) => world.find_token(call.mode, Kind::Access, token)?,
        None => None,
    };
    let Some(token) = token else {
        return Ok(Err(Refusal::authentication_failed()));
    };
    let Some(person) = world.find_person(&token.person_id)? else {
        return Ok(Err(Refusal::user_not_found()));
    };
    Ok(Ok(Some(Caller {
        person_id: person.id,
        username: person.username,
        scopes: token.scopes,
        is_app: token.text.starts_with("pinc"),
    })))
}

fn perform(world: &mut World<'_>, call: &Incoming, caller: Option<&Caller>) -> Result<Answer, Refusal> {
    let Some(caller) = caller else {
        return match call.operation {
            Operation::RevokeToken => oauth::revoke(world, call),
            _ => oauth::token(world, call),
        };
    };
    permit(world, call, caller)?;
    let board = writes::admit(world, call)?;
    let answer = work(world, call, caller)?;
    writes::hold(world, board);
    Ok(answer)
}

fn work(world: &mut World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    match call.operation {
        Operation::GetUserAccount => account::get(world, call, caller),
        Operation::ListBoards => boards::list(world, call, caller),
        Operation::CreateBoard => boards::create(world, call, caller),
        Operation::GetBoard => boards::get(world, call, caller),
        Operation::UpdateBoard => boards::update(world, call, caller),
        Operation::DeleteBoard => boards::delete(world, call, caller),
        Operation::ListBoardPins => pins::list_of_board(world, call, caller),
        Operation::ListSections => sections::list(world, call, caller),
        Operation::CreateSection => sections::create(world, call, caller),
        Operation::ListSectionPins => pins::list_of_section(world, call, caller),
        Operation::CreatePin => pins::create(world, call, caller),
        Operation::ListPins => pins::list(world, call, caller),
        Operation::GetPin => pins::get(world, call, caller),
        Operation::UpdatePin => pin_update::update(world, call, caller),
        Operation::DeletePin => pins::delete(world, call, caller),
        Operation::SavePin => pins::save(world, call, caller),
        Operation::RegisterMedia => uploads::register(world, call, caller),
        Operation::GetMedia => uploads::get(world, call, caller),
        Operation::GetPinAnalytics => analytics::of_pin(world, call, caller),
        Operation::GetPinsAnalytics => analytics::of_pins(world),
        Operation::GetUserAnalytics => analytics::of_user(world, call, caller),
        Operation::GetTopPins => analytics::top_pins(world, call, caller),
        // What is left is called with the app's credentials, or is no operation of its own.
        _ => Err(Refusal::not_simulated("this operation")),
    }
}

/// Whether app and token may do this at all.
fn permit(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<(), Refusal> {
    if world.controls.tier == Tier::Unapproved {
        return Err(Refusal::app_not_approved());
    }
    // Analytics do not exist in the sandbox. Invented: that it says so with 403 code 29.
    if call.mode == Mode::Sandbox && call.operation.category() == Category::OrgAnalytics {
        return Err(Refusal::not_permitted());
    }
    // Invented: what it says.
    if caller.is_app && !call.operation.takes_client_credentials() {
        return Err(Refusal::not_permitted());
    }
    if !call.operation.scopes().iter().all(|scope| caller.scopes.has(scope)) {
        let has = |scope: &&&str| caller.scopes.has(scope);
        return Err(Refusal::scopes_missing(call.operation.scopes().iter().filter(|scope| !has(scope)).copied()));
    }
    deny_data_of_pinners(world, call, caller)?;
    let publishes = call.mode == Mode::Live && call.operation == Operation::CreatePin;
    if publishes && world.controls.tier == Tier::Trial {
        return Err(Refusal::trial_may_not_create());
    }
    Ok(())
}

/// Refuses the operations that new apps may not use on accounts that are no business, where that is switched on. Which
/// they are is published; invented: that sections are like boards.
fn deny_data_of_pinners(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<(), Refusal> {
    let reads = matches!(
        call.operation,
        Operation::GetBoard | Operation::ListBoardPins | Operation::ListSectionPins | Operation::GetPin
    );
    if !reads || !world.controls.answers.pinner_data_denied {
        return Ok(());
    }
    let person = world.find_person(&caller.person_id)?.ok_or_else(Refusal::user_not_found)?;
    if person.is_business() { Ok(()) } else { Err(Refusal::pinner_data_denied()) }
}

/// Answers a path or method that is not simulated. Invented: the real words are not known.
pub(super) async fn unknown_path(State(simulator): State<Simulator>, uri: http::Uri) -> Response {
    let message = format!("pinterest-sim does not simulate this method on /v5{}.", uri.path());
    let body = json!({ "code": 501, "message": message, "status": "failure" });
    respond(StatusCode::NOT_IMPLEMENTED, Some(&body), request_id(&simulator))
}

/// Answers a call whose body could not be read to its end.
pub(super) fn unread(simulator: &Simulator) -> Response {
    respond(StatusCode::PAYLOAD_TOO_LARGE, Some(&default_body(413)), request_id(simulator))
}

/// The one header of an answer that belongs to no operation.
fn request_id(simulator: &Simulator) -> HeaderMap {
    let id = simulator.transact(|world| Ok::<_, rusqlite::Error>(draw::request_id(world.rng)));
    let value = id.ok().and_then(|id| HeaderValue::try_from(id).ok());
    value.map(|value| (HeaderName::from_static("x-pinterest-rid"), value)).into_iter().collect()
}
