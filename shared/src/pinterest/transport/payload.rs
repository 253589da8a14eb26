//! The body of a request: in memory, or in parts that are made while it is sent.

use std::error::Error;
use std::fmt;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;

/// Parts of a body in their order; an error cuts the request off.
pub type Chunks = BoxStream<'static, Result<Bytes, Box<dyn Error + Send + Sync>>>;

/// The body of a request.
pub enum Payload {
    /// All of it.
    Whole(Bytes),
    /// What is too large to be kept in memory.
    Streamed {
        /// How many bytes `chunks` have together; it goes into `Content-Length`.
        length: u64,
        /// The bytes.
        chunks: Chunks,
    },
}

impl Payload {
    /// The whole body, for transports that have no network to send it over.
    pub async fn collected(self) -> Result<Bytes, Box<dyn Error + Send + Sync>> {
        match self {
            Self::Whole(bytes) => Ok(bytes),
            Self::Streamed { chunks, .. } => {
                let gather = |mut whole: BytesMut, chunk: Bytes| async move {
                    whole.extend_from_slice(&chunk);
                    Ok(whole)
                };
                Ok(chunks.try_fold(BytesMut::new(), gather).await?.freeze())
            }
        }
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(bytes)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Streamed { length, .. } => write!(f, "{length} bytes in parts"),
        }
    }
}
