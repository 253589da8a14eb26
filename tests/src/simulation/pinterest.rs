//! Pinterest as one program meets it: slow, broken before or after it did what was asked, late to show it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use local::virtual_world::VirtualClock;
use pinterest_sim::{Broken, Effect, Fault, FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::pinterest::transport::Payload;
use shared::pinterest::{Transport, TransportError};
use tower::util::BoxCloneSyncService;
use tower::{ServiceExt, service_fn};

use super::dice::Dice;
use super::mortal::{Life, Since};
use super::planted::Client;
use super::surroundings::Surroundings;
use super::weather::{Trouble, holds};

/// Who calls Pinterest, and how.
#[derive(Clone)]
pub struct Calling {
    /// What it is in.
    pub around: Arc<Surroundings>,
    /// Its name.
    pub actor: String,
    /// The time as it has it.
    pub clock: VirtualClock,
    /// How long it lives.
    pub life: Arc<Life>,
    /// What its HTTP client does of its own accord.
    pub client: Client,
    /// Pinterest itself.
    pub pinterest: Router,
}

/// A call, as far as a run cares.
#[derive(Debug, Clone)]
pub struct PinterestCall {
    /// Method and path.
    pub what: String,
    /// Whether it creates a pin.
    pub creates: bool,
    /// What it shows of who it is for.
    pub token: String,
    /// Its body, of a pin as it is, of a form by its fields.
    pub body: Value,
}

/// What becomes of one call.
struct Fate {
    there: Duration,
    fault: Option<Fault>,
    back: Duration,
    answer: Way,
}

/// How an answer comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Arrives,
    NotSent,
    Lost,
    Silent,
}

/// The transport of `calling`.
pub fn transport(calling: Calling) -> Transport {
    let first = Arc::new(OnceLock::new());
    Transport(BoxCloneSyncService::new(service_fn(move |request| {
        let (calling, first) = (calling.clone(), first.clone());
        async move {
            let (mut parts, body) = Request::into_parts(request);
            if let Some(own) = parts.headers.get(AUTHORIZATION).filter(|_| parts.uri.path().ends_with("/v5/pins")) {
                let first: &HeaderValue = first.get_or_init(|| own.clone());
                if calling.client == Client::KeepsAuthorization {
                    parts.headers.insert(AUTHORIZATION, first.clone());
                }
            }
            let body = Payload::collected(body).await.map_err(TransportError::Unknown)?;
            let request = Request::from_parts(parts, body);
            let first = send(&calling, &request).await;
            let again = match calling.client {
                Client::SendsOnce | Client::KeepsAuthorization => false,
                Client::RepeatsWhatWasLost => matches!(first, Err(TransportError::Unknown(_))),
                Client::RepeatsOnTrouble => first.as_ref().is_ok_and(|answer| answer.status().is_server_error()),
            };
            if again { send(&calling, &request).await } else { first }
        }
    })))
}

async fn send(calling: &Calling, request: &Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
    let Calling { around, actor, .. } = calling;
    let call = PinterestCall::read(request);
    if call.creates {
        calling.life.reaches(Since::Post);
    }
    around.trace.line(actor, format_args!("{} {}", call.what, call.subject()));
    let _sending = around.judge.sends(calling, &call);
    tokio::task::yield_now().await;
    let fate = fate(around, &call);
    if fate.answer == Way::NotSent {
        around.trace.line(actor, format_args!("{} -> not sent", call.what));
        return Err(TransportError::NotSent("there was no connection".into()));
    }
    pause(fate.there).await;
    if let Some(fault) = fate.fault {
        around.simulator.set_fault(fault);
    }
    let Ok(response) = calling.pinterest.clone().oneshot(copy(request)).await;
    around.simulator.clear_faults();
    let is_broken = response.extensions().get::<Broken>().is_some();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes);
    let answered = if is_broken { "broken".to_owned() } else { parts.status.as_u16().to_string() };
    let arrives = fate.answer == Way::Arrives && !is_broken;
    around.trace.line(actor, format_args!("{} -> {answered}{}", call.what, if arrives { "" } else { ", lost" }));
    around.judge.answered(around, &call, parts.status.as_u16(), arrives);
    if let Some(time) = body.as_ref().ok().and_then(|body| limit(parts.status, &parts.headers, body))
        && arrives
        && call.creates
    {
        around.judge.limited(&call.token, around.now(), time);
    }
    pause(fate.back).await;
    tokio::task::yield_now().await;
    match (fate.answer, body) {
        (Way::Silent, _) => std::future::pending().await,
        (Way::Arrives, Ok(body)) if !is_broken => Ok(Response::from_parts(parts, body)),
        _ => Err(TransportError::Unknown("the connection was lost".into())),
    }
}

/// For how long Pinterest wants no more requests, if it says so; other refusals carry the same header.
fn limit(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<SignedDuration> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let seconds = headers.get("x-ratelimit-reset")?.to_str().ok()?.parse().ok()?;
    (status == StatusCode::TOO_MANY_REQUESTS && body["code"] == 8).then(|| SignedDuration::from_secs(seconds))
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn copy(request: &Request<Bytes>) -> Request<Body> {
    let mut copy = Request::builder().method(request.method()).uri(request.uri());
    for (name, value) in request.headers() {
        copy = copy.header(name, value);
    }
    copy.body(Body::from(request.body().clone())).expect("it was a request")
}

/// Draws what becomes of a call.
fn fate(around: &Surroundings, call: &PinterestCall) -> Fate {
    let Surroundings { weather, dice, .. } = around;
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or_default();
    let visible_after_ms = call.creates.then(|| millis(dice.time(weather.visibility)));
    let own = Fault { visible_after_ms, times: Some(1), ..Fault::on(Operation::Any) };
    let mut fate = Fate {
        there: Duration::ZERO,
        fault: call.creates.then(|| own.clone()),
        back: Duration::ZERO,
        answer: Way::Arrives,
    };
    if weather.is_calm() || weather.pinterest_latency.is_zero() {
        return fate;
    }
    (fate.there, fate.back) = (dice.time(weather.pinterest_latency / 3), dice.time(weather.pinterest_latency / 3));
    let out = holds(weather.pinterest_outage, around.now());
    if out {
        strike(dice, &mut fate, own, dice.number(0..5));
    } else if weather.pinterest_faults > 0.0 && dice.happens(weather.pinterest_faults) {
        let ways = match weather.trouble {
            Trouble::Doubts => 1..6,
            Trouble::Limits => 6..7,
            Trouble::Any if call.creates => 0..16,
            Trouble::Any => 0..8,
        };
        strike(dice, &mut fate, own, dice.number(ways));
    }
    fate
}

/// Lets a call go wrong in the way number `way`: the first ones fit every call, the others say no to a pin.
fn strike(dice: &Dice, fate: &mut Fate, own: Fault, way: u64) {
    let effect = if dice.happens(0.5) { Effect::Before } else { Effect::After };
    let status = |status| Some(FaultAnswer::Status { status, body: None, headers: BTreeMap::new() });
    let refusal = |status, code: i64, message: &str| {
        let body = Some(json!({"code": code, "message": message}));
        Some(FaultAnswer::Status { status, body, headers: BTreeMap::new() })
    };
    let (effect, answer) = match way {
        0 => return fate.answer = Way::NotSent,
        1 => {
            fate.answer = Way::Silent;
            if effect == Effect::After {
                return;
            }
            (effect, Some(FaultAnswer::Reset))
        }
        2 => (effect, Some(FaultAnswer::Reset)),
        3 => (effect, status(500)),
        4 => (effect, status(503)),
        5 => return fate.answer = Way::Lost,
        6 => {
            let reset = ("x-ratelimit-reset".to_owned(), dice.number(5..90).to_string());
            let body = Some(json!({"code": 8, "message": "This request exceeded a rate limit."}));
            (Effect::Before, Some(FaultAnswer::Status { status: 429, body, headers: [reset].into() }))
        }
        7 => (Effect::Before, status(401)),
        8 => {
            // The answer breaks off in the middle of its body.
            fate.fault = Some(Fault { truncated: true, ..own });
            return;
        }
        9 => (Effect::Before, refusal(409, 409, "Could not get exclusive access to the board.")),
        10 => (Effect::Before, refusal(400, 0, "Sorry! Something went wrong on our end.")),
        11 => (Effect::Before, refusal(400, 0, "Sorry we could not fetch the image.")),
        12 => (Effect::Before, refusal(429, 9, "You have hit a block (Pins) we have in place to combat spam")),
        13 => (Effect::Before, refusal(429, 9, "Sorry! We blocked this link because it may lead to spam.")),
        14 => (Effect::Before, refusal(403, 403, "Not authorized to access the board.")),
        _ => {
            let trial = "Apps with Trial access may not create Pins in production";
            (Effect::Before, refusal(403, 29, trial))
        }
    };
    fate.fault = Some(Fault { effect, answer, ..own });
}

impl PinterestCall {
    fn read(request: &Request<Bytes>) -> Self {
        let path = request.uri().path().trim_start_matches("/live/v5").to_owned();
        let is_form = path == "/oauth/token";
        let body = if is_form {
            url::form_urlencoded::parse(request.body()).map(|(name, value)| (name, Value::from(&*value))).collect()
        } else {
            serde_json::from_slice(request.body()).unwrap_or_default()
        };
        let creates = request.method() == http::Method::POST && path == "/pins";
        let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let token = token.unwrap_or_default().to_owned();
        Self { what: format!("{} {path}", request.method()), creates, token, body }
    }

    /// A text of its body; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    /// The refresh token that it uses, if it is a renewal.
    pub fn renews(&self) -> Option<&str> {
        (self.text("grant_type") == "refresh_token").then(|| self.text("refresh_token"))
    }

    fn subject(&self) -> String {
        let pin = ["title", "description", "grant_type"].map(|name| self.text(name));
        pin.iter().filter(|text| !text.is_empty()).map(|text| format!("{text:?}")).collect::<Vec<_>>().join(" ")
    }
}
