//! S3 in this process, as far as Pinwheel uses it: signed puts, reads of parts, tags, deletion and lifecycle rules.
//!
//! It checks signatures by the clock that it is given, so that an address expires in a story as it does on AWS. Source of
//! the rules: the Amazon S3 API reference, 2006-03-01, and "Authenticating Requests (AWS Signature Version 4)".

mod lifecycle;
mod operations;
mod place;
mod refusal;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::any;
use bytes::Bytes;
use shared::clock::SharedClock;
use url::Url;

pub use crate::access_key::AccessKey;
use crate::issuer::{is_local, is_loopback};
use crate::signature;
pub(crate) use operations::operation;
use place::Place;
use refusal::Refusal;

/// The path under which the local stack has it.
pub const PATH: &str = "/_s3";

/// The largest object of one request: S3 takes 5 GB, Pinterest 2 GB.
const LARGEST: usize = 2_000_000_000;

/// S3, in memory or in a folder.
pub struct S3 {
    place: Place,
    key: AccessKey,
    clock: SharedClock,
}

impl S3 {
    /// Without an object, forgotten at the end.
    pub fn in_memory(key: AccessKey, clock: SharedClock) -> Self {
        Self { place: Place::memory(), key, clock }
    }

    /// With the objects of this folder, which only its owner may read; it is made when it is missing.
    pub fn in_folder(path: &Path, key: AccessKey, clock: SharedClock) -> std::io::Result<Self> {
        Ok(Self { place: Place::folder(path)?, key, clock })
    }

    /// Answers one request: its host names the bucket, or its path does after [`PATH`].
    pub fn handle(&self, request: &http::Request<Bytes>) -> Response<Bytes> {
        self.run(request).unwrap_or_else(Refusal::response)
    }

    /// Deletes what the bucket's lifecycle rules say; answers how many objects.
    pub fn expire(&self) -> std::io::Result<usize> {
        lifecycle::expire(&self.place, self.clock.now())
    }

    /// How many objects there are.
    pub fn count(&self) -> std::io::Result<usize> {
        self.place.count()
    }

    /// The service on a socket, for programs and pages at this machine: nothing is done but by a signature, and whoever
    /// comes from elsewhere, through a tunnel or by a foreign page, is refused before.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route(&format!("{PATH}/{{*object}}"), any(serve))
            .with_state(self)
            .layer(DefaultBodyLimit::max(LARGEST))
            .layer(from_fn(local_only))
    }

    /// The refusal as this key gets to see it: whoever may not list the bucket is not told what is missing in it.
    fn told(&self, refusal: Refusal) -> Refusal {
        if refusal == Refusal::MISSING && !self.key.may_list { Refusal::UNSIGNED } else { refusal }
    }

    fn run(&self, request: &http::Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
        signature::check(request, signature::S3, &self.key, self.clock.now())?;
        let answer = operations::run(&self.place, request, self.clock.now());
        answer.map_err(|refusal| self.told(refusal))
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").finish_non_exhaustive()
    }
}

async fn serve(State(s3): State<Arc<S3>>, parts: http::request::Parts, body: Bytes) -> Response<axum::body::Body> {
    let request = http::Request::from_parts(parts, body);
    // Files are read and written, which may take longer than others should wait.
    let answer = tokio::task::spawn_blocking(move || s3.handle(&request)).await;
    answer.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), |answer| answer.map(Into::into))
}

async fn local_only(request: Request, next: Next) -> axum::response::Response {
    let headers = request.headers();
    if is_local(headers) && origin(headers).is_none_or(|origin| is_loopback(&origin)) {
        return next.run(request).await;
    }
    Refusal::ELSEWHERE.response().map(axum::body::Body::from)
}

/// Host and port of the page that sends the request, where one does.
fn origin(headers: &HeaderMap) -> Option<String> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok().and_then(|origin| Url::parse(origin).ok());
    Some(origin.map_or_else(String::new, |url| {
        format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
    }))
}

#[cfg(test)]
mod tests;
