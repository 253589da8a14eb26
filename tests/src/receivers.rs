//! Endpoints of webhooks, which note what they get and answer as they are told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use events::{Network, SendError};
use http::{Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::clock::Clock;
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use local::virtual_world::VirtualClock;

/// How an endpoint behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// It answers with this status at once.
    Answers(u16),
    /// It answers 200 after this time.
    Slow(SignedDuration),
    /// It never answers.
    Silent,
    /// It refuses the connection.
    Refuses,
    /// Its name resolves to an address that isn't public.
    Private,
}

/// A request that an endpoint got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// When.
    pub at: Timestamp,
    /// At which host.
    pub host: String,
    /// The header `webhook-id`.
    pub id: String,
    /// The header `webhook-timestamp`.
    pub timestamp: String,
    /// The header `webhook-signature`.
    pub signature: String,
    /// The body as it was sent.
    pub body: Bytes,
}

/// Every endpoint of a world, by its host. One that was told nothing answers 204.
#[derive(Debug)]
pub struct Receivers {
    clock: VirtualClock,
    endpoints: Mutex<BTreeMap<String, Endpoint>>,
    received: Mutex<Vec<Received>>,
}

impl Received {
    /// The body.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("what is sent is JSON")
    }
}

impl Receivers {
    /// Endpoints whose time is that of `clock`.
    pub fn new(clock: VirtualClock) -> Self {
        Self { clock, endpoints: Mutex::default(), received: Mutex::default() }
    }

    /// Has the endpoint at `host` behave so from now on.
    pub fn set(&self, host: &str, endpoint: Endpoint) {
        lock(&self.endpoints).insert(host.to_owned(), endpoint);
    }

    /// Everything that the endpoint at `host` got, in order.
    pub fn at(&self, host: &str) -> Vec<Received> {
        lock(&self.received).iter().filter(|received| received.host == host).cloned().collect()
    }

    /// How a sender reaches them.
    pub fn network(self: &Arc<Self>) -> Network {
        let receivers = self.clone();
        Network(BoxCloneSyncService::new(service_fn(move |request| {
            let receivers = receivers.clone();
            async move { receivers.receive(request).await }
        })))
    }

    async fn receive(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let endpoint = lock(&self.endpoints).get(&host).copied().unwrap_or(Endpoint::Answers(204));
        match endpoint {
            Endpoint::Refuses => return Err(SendError::NotReached("connection refused".into())),
            Endpoint::Private => return Err(SendError::NotPublic),
            _ => self.note(host, &request),
        }
        let status = match endpoint {
            Endpoint::Answers(status) => status,
            Endpoint::Slow(time) => {
                self.clock.sleep_until(self.clock.now() + time).await;
                200
            }
            _ => std::future::pending().await,
        };
        let mut answer = Response::new(Bytes::from_static(b"noted"));
        *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
        Ok(answer)
    }

    fn note(&self, host: String, request: &Request<Bytes>) {
        let header = |name: &str| {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        lock(&self.received).push(Received {
            at: self.clock.now(),
            host,
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            body: request.body().clone(),
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
