//! The control API, `/control/…`: what tests and people switch over HTTP, and what they ask.
//! Errors are `{field, problem, remedy}` with 422, 404 for what does not exist, or 403 for a page of another site.

mod faults;
mod same_origin;
mod world;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::controls::{Analytics, Answers, BoardWrites, Lifetimes, Limits, MediaProcessing, Rotation};
use crate::options::Tier;
use crate::simulator::Simulator;

pub(crate) fn router() -> Router<Simulator> {
    let show = |read: fn(&Simulator) -> Value| async move |State(simulator): State<Simulator>| Json(read(&simulator));
    Router::new()
        .route("/control/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/control/tier", get(show(tier)).post(set_tier))
        .route("/control/rotation", get(show(rotation)).post(set_rotation))
        .route("/control/lifetimes", get(show(lifetimes)).post(set_lifetimes))
        .route("/control/links", get(show(links)).post(set_links))
        .route("/control/answers", get(show(answers)).post(set_answers))
        .route("/control/limits", get(show(limits)).post(set_limits))
        .route("/control/writes", get(show(writes)).post(set_writes))
        .route("/control/media", get(show(media)).post(set_media))
        .route("/control/analytics", get(show(analytics)).post(set_analytics))
        .route("/control/uploads", get(world::uploads))
        .route("/control/calls", get(world::calls))
        .route("/control/pins", get(world::pins))
        .route("/control/people", post(world::add_person))
        .route("/control/boards", post(world::add_board))
        .route("/control/tokens", post(world::issue_token))
        .route("/control/tokens/revoke", post(world::revoke_tokens))
        .route_layer(from_fn(same_origin::require_same_origin))
}

/// What is wrong with a request to the control API, and what to do about it.
#[derive(Debug, Serialize)]
struct Wrong {
    #[serde(skip)]
    status: StatusCode,
    field: String,
    problem: String,
    remedy: String,
}

impl Wrong {
    fn new(field: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            field: field.to_owned(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// The same of a field of `field`.
    fn below(self, field: &str) -> Self {
        Self { field: format!("{field}.{}", self.field), ..self }
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}

/// Reads a body; the remedy for one that cannot be read is an example of one that can.
fn read<T: DeserializeOwned>(body: &Bytes, field: &str, example: &str) -> Result<T, Wrong> {
    serde_json::from_slice(body)
        .map_err(|error| Wrong::new(field, error.to_string(), format!("send for instance {example}")))
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TierBody {
    tier: Tier,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RotationBody {
    rotation: Rotation,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LinksBody {
    blocked_domains: Vec<String>,
}

fn tier(simulator: &Simulator) -> Value {
    json!(TierBody { tier: simulator.tier() })
}

fn rotation(simulator: &Simulator) -> Value {
    json!(RotationBody { rotation: simulator.rotation() })
}

fn lifetimes(simulator: &Simulator) -> Value {
    json!(simulator.lifetimes())
}

fn links(simulator: &Simulator) -> Value {
    json!(LinksBody { blocked_domains: simulator.blocked_domains() })
}

fn answers(simulator: &Simulator) -> Value {
    json!(simulator.answers())
}

fn writes(simulator: &Simulator) -> Value {
    json!(simulator.board_writes())
}

fn media(simulator: &Simulator) -> Value {
    json!(simulator.media_processing())
}

fn analytics(simulator: &Simulator) -> Value {
    json!(simulator.analytics())
}

fn limits(simulator: &Simulator) -> Value {
    json!(simulator.limits())
}

async fn set_tier(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: TierBody = read(&body, "tier", r#"{"tier":"trial"}; the tiers are unapproved, trial and standard"#)?;
    simulator.set_tier(body.tier);
    Ok(Json(tier(&simulator)))
}

async fn set_rotation(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: RotationBody =
        read(&body, "rotation", r#"{"rotation":"old_stays"}; the others are old_dies, both_die and not_renewed"#)?;
    simulator.set_rotation(body.rotation);
    Ok(Json(rotation(&simulator)))
}

async fn set_lifetimes(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: Lifetimes = read(&body, "lifetimes", r#"{"access_s":120}, or {} for those of Pinterest"#)?;
    simulator.set_lifetimes(body);
    Ok(Json(lifetimes(&simulator)))
}

async fn set_links(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: LinksBody = read(&body, "blocked_domains", r#"{"blocked_domains":["spam.example"]}"#)?;
    simulator.block_domains(body.blocked_domains);
    Ok(Json(links(&simulator)))
}

async fn set_answers(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: Answers = read(
        &body,
        "answers",
        r#"{"create_pin_status":200,"token_scope":false,"extra_fields":true,"board_order":"shuffled"}"#,
    )?;
    for (field, given, known) in [
        ("create_pin_status", i64::from(body.create_pin_status), [200, 201]),
        ("token_status", i64::from(body.token_status), [200, 201]),
        ("board_not_found_code", body.board_not_found_code, [40, 404]),
        ("scopes_missing_status", i64::from(body.scopes_missing_status), [401, 403]),
    ] {
        if !known.contains(&given) {
            let problem = format!("{given} is not what Pinterest answers");
            return Err(Wrong::new(field, problem, format!("send {} or {}", known[0], known[1])));
        }
    }
    simulator.set_answers(body);
    Ok(Json(answers(&simulator)))
}

async fn set_limits(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: Limits =
        read(&body, "limits", r#"{"org_write":3,"after_ms":60000,"for_ms":30000}, or {} for the tier's own"#)?;
    if body.for_ms == Some(0) {
        return Err(Wrong::new("for_ms", "they would never hold", "send 1 or more, or leave it out for always"));
    }
    simulator.set_limits(body);
    Ok(Json(limits(&simulator)))
}

async fn set_writes(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: BoardWrites =
        read(&body, "writes", r#"{"hold_ms":2000,"refusal":"conflict"}; the other refusal is rate_limited"#)?;
    simulator.set_board_writes(body);
    Ok(Json(writes(&simulator)))
}

async fn set_media(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: MediaProcessing = read(
        &body,
        "media",
        r#"{"processing_ms":5000,"outcome":"failed"}; the other outcomes are succeeded and stuck; expires_ms may follow"#,
    )?;
    simulator.set_media_processing(body);
    Ok(Json(media(&simulator)))
}

async fn set_analytics(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: Analytics =
        read(&body, "analytics", r#"{"pins_aged_days":45}; bulk_granted and saves_in_lists may follow"#)?;
    simulator.set_analytics(body);
    Ok(Json(analytics(&simulator)))
}
