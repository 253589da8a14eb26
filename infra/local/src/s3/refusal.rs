//! How S3 refuses.

use axum::http::{Response, StatusCode, header};
use bytes::Bytes;

use crate::signature::Unsigned;

/// A refusal as S3 writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
}

impl Refusal {
    pub const ELSEWHERE: Self = Self::new(
        StatusCode::FORBIDDEN,
        "AccessDenied",
        "this endpoint answers programs and pages at this machine only",
    );
    pub const UNSIGNED: Self = Self::new(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied");
    pub const EXPIRED: Self = Self::new(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired");
    pub const NOT_YET: Self = Self::new(StatusCode::FORBIDDEN, "AccessDenied", "Request is not valid yet");
    pub const HEADERS: Self = Self::new(
        StatusCode::FORBIDDEN,
        "AccessDenied",
        "There were headers present in the request which were not signed",
    );
    pub const KEY: Self = Self::new(
        StatusCode::FORBIDDEN,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    );
    pub const SIGNATURE: Self = Self::new(
        StatusCode::FORBIDDEN,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    );
    pub const SKEWED: Self = Self::new(
        StatusCode::FORBIDDEN,
        "RequestTimeTooSkewed",
        "The difference between the request time and the server's time is too large.",
    );
    pub const BODY: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    );
    pub const HASH: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
    pub const EXISTS: Self = Self::new(
        StatusCode::PRECONDITION_FAILED,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    );
    pub const RANGE: Self =
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", "The requested range is not satisfiable");
    pub const MISSING: Self = Self::new(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.");
    pub const METHOD: Self = Self::new(
        StatusCode::NOT_IMPLEMENTED,
        "NotImplemented",
        "A header or operation you provided implies functionality that is not implemented.",
    );
    pub const XML: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema.",
    );
    pub const FAILED: Self = Self::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "InternalError",
        "We encountered an internal error. Please try again.",
    );

    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message }
    }

    /// As XML, which has nothing of the request in it.
    pub fn response(self) -> Response<Bytes> {
        let Self { code, message, .. } = self;
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/xml"));
        response
    }
}

impl From<Unsigned> for Refusal {
    fn from(why: Unsigned) -> Self {
        match why {
            Unsigned::Missing => Self::UNSIGNED,
            Unsigned::Key => Self::KEY,
            Unsigned::Skewed => Self::SKEWED,
            Unsigned::NotYet => Self::NOT_YET,
            Unsigned::Expired => Self::EXPIRED,
            Unsigned::Headers => Self::HEADERS,
            Unsigned::Signature => Self::SIGNATURE,
            Unsigned::Length => Self::BODY,
            Unsigned::Hash => Self::HASH,
        }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        tracing::error!(%error, "an object could not be read or written");
        Self::FAILED
    }
}
