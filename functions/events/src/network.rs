//! How endpoints are reached: by reqwest, with a resolver that answers public addresses only.
//!
//! This is the second place that names reqwest, beside the Pinterest client's transport: Pinterest's addresses are
//! configured, and these are given by users, so a name is resolved once, checked, and connected to as it was checked.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use shared::pinterest::transport::tls;
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use crate::address::is_public;

/// How much of an answer is read.
const ANSWER_LIMIT: usize = 1_024;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// Why an endpoint did not answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Its name resolves to addresses that not everybody can reach.
    #[error("the host has no public address")]
    NotPublic,
    /// There was no connection.
    #[error("the endpoint was not reached")]
    NotReached(#[source] Box<dyn Error + Send + Sync>),
    /// The connection broke.
    #[error("the endpoint did not answer")]
    NoAnswer(#[source] Box<dyn Error + Send + Sync>),
}

/// Sends a request once, and reads the beginning of the answer.
#[derive(Clone)]
pub struct Network(pub BoxCloneSyncService<Request<Bytes>, Response<Bytes>, SendError>);

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl Network {
    /// The internet; with `loopback` also this machine.
    pub fn real(loopback: bool) -> Self {
        let client = builder(loopback).build().expect("the client's settings are constants that go together");
        Self(BoxCloneSyncService::new(service_fn(move |request| send(client.clone(), request))))
    }
}

/// Connections are not kept: each try resolves and checks anew.
fn builder(loopback: bool) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls())
        .http1_only()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(0)
        .dns_resolver(PublicOnly { loopback })
}

/// Resolves names as the system does, and answers only addresses that everybody can reach.
#[derive(Debug, Clone, Copy)]
struct PublicOnly {
    loopback: bool,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted: Vec<_> = found.filter(|address| resolver.admits(address)).collect();
            if admitted.is_empty() {
                return Err(Box::new(SendError::NotPublic) as _);
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

impl PublicOnly {
    fn admits(self, address: &SocketAddr) -> bool {
        is_public(address.ip()) || (self.loopback && address.ip().is_loopback())
    }
}

async fn send(client: Client, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
    let request = reqwest::Request::try_from(request).map_err(|error| SendError::NotReached(error.into()))?;
    let mut response = client.execute(request).await.map_err(classify)?;
    let status = response.status();
    let mut body = BytesMut::new();
    // An answer that breaks off after its status was an answer all the same.
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= ANSWER_LIMIT {
            break;
        }
    }
    body.truncate(ANSWER_LIMIT);
    let mut whole = Response::new(body.freeze());
    *whole.status_mut() = status;
    Ok(whole)
}

fn classify(error: reqwest::Error) -> SendError {
    // The URL may have a secret in it, and whoever reads this knows it.
    let error = error.without_url();
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        if matches!(error.downcast_ref(), Some(SendError::NotPublic)) {
            return SendError::NotPublic;
        }
        cause = error.source();
    }
    if error.is_connect() || error.is_builder() {
        SendError::NotReached(error.into())
    } else {
        SendError::NoAnswer(error.into())
    }
}
