//! The way from the tools for assistants to `/v1`, without a network: API Gateway and the functions on the spot.

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Map, Value};
use shared::api::Route;
use shared::pinterest::transport::Payload;
use shared::pinterest::{Transport, TransportError};
use tower::util::BoxCloneSyncService;
use tower::{ServiceExt, service_fn};

use crate::addresses::serving;
use crate::caller::context_of;
use crate::permissions::in_the_name_of;

/// A transport whose requests `functions` answer.
pub(crate) fn transport(functions: Vec<(&'static [Route], Router)>) -> Transport {
    Transport(BoxCloneSyncService::new(service_fn(move |request| answer(functions.clone(), request))))
}

async fn answer(
    functions: Vec<(&'static [Route], Router)>,
    request: Request<Payload>,
) -> Result<Response<Bytes>, TransportError> {
    let Some(claims) = claims(request.headers()) else {
        let refusal = Response::builder().status(StatusCode::UNAUTHORIZED);
        let refusal = refusal.body(Bytes::from_static(br#"{"message":"Unauthorized"}"#));
        return Ok(refusal.expect("the refusal is valid"));
    };
    let (parts, body) = request.into_parts();
    let body = body.collected().await.map_err(TransportError::Unknown)?;
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(context_of(Some(&claims)));
    let (function, router) = serving(&functions, request.uri().path());
    let Ok(response) = in_the_name_of(function, router.clone().oneshot(request)).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("bodies are complete").to_bytes();
    Ok(Response::from_parts(parts, body))
}

/// What the token says; the signature is the authorizer's business.
fn claims(headers: &HeaderMap) -> Option<Map<String, Value>> {
    let token = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let payload = BASE64URL_NOPAD.decode(token.split('.').nth(1)?.as_bytes()).ok()?;
    serde_json::from_slice(&payload).ok()
}
