//! The API on a socket.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use http::StatusCode;

use super::reply::Refusal;
use super::{BODY_LIMIT, Gateway};

/// Where a request came from, as an extension of the request; this machine where it is not set.
#[derive(Debug, Clone, Copy)]
pub struct SourceIp(pub IpAddr);

impl Default for SourceIp {
    fn default() -> Self {
        Self(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

/// Every path and method goes to the gateway.
pub fn router(gateway: Arc<Gateway>) -> Router {
    Router::new().fallback(answer).with_state(gateway)
}

async fn answer(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Some(ConnectInfo(address)) = parts.extensions.remove::<ConnectInfo<SocketAddr>>() {
        parts.extensions.insert(SourceIp(address.ip()));
    }
    // An unreadable body is a client that has gone, so nobody reads this answer but for the size.
    let response = match to_bytes(body, BODY_LIMIT).await {
        Ok(body) => gateway.call(Request::from_parts(parts, body)).await,
        Err(_) => Refusal::Status(StatusCode::PAYLOAD_TOO_LARGE).into_response(),
    };
    response.map(Body::from)
}
