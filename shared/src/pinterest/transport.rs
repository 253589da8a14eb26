//! The seam to the network: a request becomes a response, or an error that says what is known.
//!
//! In production this is reqwest without redirects and retries; in a simulation it is the simulator's router.

mod payload;
mod reqwest;

pub use self::payload::{Chunks, Payload};
pub use self::reqwest::{over_the_network, tls};

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use tower::util::BoxCloneSyncService;

/// The longest answer that is read, in bytes; a page of 250 pins has about a quarter of it.
pub const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Provably before the first byte of the request: no connection, or no TLS.
    #[error("the request was not sent")]
    NotSent(#[source] Box<dyn Error + Send + Sync>),
    /// Everything else: the request may have arrived.
    #[error("the request may have been received")]
    Unknown(#[source] Box<dyn Error + Send + Sync>),
}

/// Sends a request once.
#[derive(Clone)]
pub struct Transport(pub BoxCloneSyncService<Request<Payload>, Response<Bytes>, TransportError>);

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}
