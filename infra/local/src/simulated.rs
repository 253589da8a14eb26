//! Pinterest's transport without a network: the simulator's router is called on the spot.

use std::error::Error;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{Request, Response};
use http_body_util::BodyExt;
use shared::pinterest::transport::Payload;
use shared::pinterest::{Transport, TransportError};
use tower::util::BoxCloneSyncService;
use tower::{ServiceExt, service_fn};

/// A transport whose requests `simulator` answers.
///
/// An answer that the simulator marks as broken, or whose body fails in its middle, is lost on its way, as over a
/// connection that was reset.
pub fn transport(simulator: Router) -> Transport {
    Transport(BoxCloneSyncService::new(service_fn(move |request| send(simulator.clone(), request))))
}

async fn send(simulator: Router, request: Request<Payload>) -> Result<Response<Bytes>, TransportError> {
    let cut = Arc::new(OnceLock::new());
    let request = request.map(|body| match body {
        Payload::Whole(bytes) => Body::from(bytes),
        Payload::Streamed { chunks, .. } => {
            let cut = cut.clone();
            Body::from_stream(chunks.inspect_err(move |error| drop(cut.set(error.to_string()))))
        }
    });
    let Ok(response) = simulator.oneshot(request).await;
    // As where a connection is cut in the middle of a request.
    if let Some(error) = cut.get() {
        return Err(TransportError::Unknown(error.as_str().into()));
    }
    if response.extensions().get::<pinterest_sim::Broken>().is_some() {
        return Err(TransportError::Unknown("the simulator broke the connection".into()));
    }
    let (parts, body) = response.into_parts();
    match body.collect().await {
        Ok(body) => Ok(Response::from_parts(parts, body.to_bytes())),
        Err(error) => Err(TransportError::Unknown(Box::<dyn Error + Send + Sync>::from(error))),
    }
}
