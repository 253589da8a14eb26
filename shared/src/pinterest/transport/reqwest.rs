//! The network, by reqwest on rustls with ring and a fixed trust store.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use reqwest::redirect::Policy;
use reqwest::{Body, Client, ClientBuilder};
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use super::{ANSWER_LIMIT, Payload, Transport, TransportError};

/// How long a connection may take to be made; shorter than any call's patience, so that running out of it is known to
/// be before the first byte.
const CONNECT: Duration = Duration::from_secs(5);

/// Idle connections are closed by us before Pinterest closes them under a request.
const IDLE: Duration = Duration::from_secs(15);

/// A transport over the network.
///
/// HTTP/1.1, no redirects, no retries, no proxy from the environment.
pub fn over_the_network() -> Transport {
    let client = builder().build().expect("the client's settings are constants that go together");
    Transport(BoxCloneSyncService::new(service_fn(move |request| send(client.clone(), request))))
}

fn builder() -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls())
        .http1_only()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .user_agent(concat!("Pinwheel/", env!("CARGO_PKG_VERSION")))
}

/// TLS with ring and a fixed trust store.
pub fn tls() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the default protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

async fn send(client: Client, request: Request<Payload>) -> Result<Response<Bytes>, TransportError> {
    let request = reqwest::Request::try_from(request.map(body)).map_err(not_sent)?;
    let mut response = client.execute(request).await.map_err(classify)?;
    let mut whole = Response::builder().status(response.status());
    if let Some(headers) = whole.headers_mut() {
        headers.clone_from(response.headers());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(unknown)? {
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err(TransportError::Unknown("the answer is longer than any of Pinterest's".into()));
        }
        body.extend_from_slice(&chunk);
    }
    whole.body(body.freeze()).map_err(unknown)
}

/// The length of a streamed body stands in its headers, so that it is not sent in chunks, which S3 does not take.
fn body(payload: Payload) -> Body {
    match payload {
        Payload::Whole(bytes) => Body::from(bytes),
        Payload::Streamed { chunks, .. } => Body::wrap_stream(chunks),
    }
}

/// Only a connection that was never made is known not to have carried the request.
fn classify(error: reqwest::Error) -> TransportError {
    // The address is Pinterest's own and says nothing new; with a bookmark it may be long.
    let error = error.without_url();
    if error.is_connect() || error.is_builder() { not_sent(error) } else { unknown(error) }
}

fn not_sent(error: impl Error + Send + Sync + 'static) -> TransportError {
    TransportError::NotSent(Box::new(error))
}

fn unknown(error: impl Error + Send + Sync + 'static) -> TransportError {
    TransportError::Unknown(Box::new(error))
}
