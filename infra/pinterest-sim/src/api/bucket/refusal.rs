//! S3's ways to say no (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).

use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use maud::html;

/// An answer of S3 that says no.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    fn denied(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
    }

    pub(super) fn access_denied() -> Self {
        Self::denied("Access Denied")
    }

    pub(super) fn policy_expired() -> Self {
        Self::denied("Invalid according to Policy: Policy expired.")
    }

    /// A field that is missing, or has another value than the policy says.
    pub(super) fn condition_failed(name: &str, value: &str) -> Self {
        let condition = format!("[\"eq\", \"${name}\", \"{value}\"]");
        Self::denied(format!("Invalid according to Policy: Policy Condition failed: {condition}"))
    }

    /// A field that the policy does not name.
    pub(super) fn extra_field(name: &str) -> Self {
        Self::denied(format!("Invalid according to Policy: Extra input fields: {name}"))
    }

    pub(super) fn signature_does_not_match() -> Self {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        Self::new(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", message)
    }

    pub(super) fn second_mechanism() -> Self {
        Self::bad(
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
        )
    }

    pub(super) fn length_missing() -> Self {
        let message = "You must provide the Content-Length HTTP header.";
        Self::new(StatusCode::LENGTH_REQUIRED, "MissingContentLength", message)
    }

    pub(super) fn not_a_form() -> Self {
        let message = "Bucket POST must be of the enclosure-type multipart/form-data";
        Self::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message)
    }

    pub(super) fn fields_too_large() -> Self {
        let message = "Your POST request fields preceding the upload file were too large.";
        Self::bad("MaxPostPreDataLengthExceeded", message)
    }

    pub(super) fn too_large() -> Self {
        Self::bad("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    }

    /// Whether it is about a body that is not worth waiting for.
    pub(super) fn is_about_size(&self) -> bool {
        self.code == "EntityTooLarge"
    }

    pub(super) fn file_missing() -> Self {
        Self::bad("InvalidArgument", "POST requires exactly one file upload per request.")
    }

    /// What S3 says with a status when nothing more is known.
    pub(super) fn of_status(status: u16) -> Self {
        let (code, message) = match status {
            400 => (
                "RequestTimeout",
                "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.",
            ),
            403 => ("AccessDenied", "Access Denied"),
            503 => ("SlowDown", "Please reduce your request rate."),
            _ => ("InternalError", "We encountered an internal error. Please try again."),
        };
        Self::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), code, message)
    }

    pub(super) fn response(&self, request_id: &str) -> Response {
        let error = html! {
            Error { Code { (self.code) } Message { (self.message) } RequestId { (request_id) } }
        };
        let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", error.into_string());
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        name(&mut response, request_id);
        response
    }
}

impl From<multer::Error> for Refusal {
    fn from(error: multer::Error) -> Self {
        tracing::debug!(%error, "a form cannot be read");
        Self::bad("MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the simulator cannot use its database");
        Self::of_status(500)
    }
}

/// Gives a response the id by which the log lists it.
pub(super) fn name(response: &mut Response, request_id: &str) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amz-request-id", id);
    }
}
