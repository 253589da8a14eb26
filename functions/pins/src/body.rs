//! A pin as an answer.

use axum::response::{IntoResponse, Response};
use http::header;
use shared::api::{Json, NoteBody, PinBody, entity_tag};

/// A pin as an answer: it carries the entity tag of its version, for `If-Match`.
pub struct Answer {
    /// The pin.
    pub body: PinBody,
    /// Its version.
    pub version: u64,
    /// What there is to say of a time that it was given.
    pub notes: Vec<NoteBody>,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let tag = entity_tag(self.version);
        let mut body = self.body;
        body.note(self.notes);
        ([(header::ETAG, tag)], Json(body)).into_response()
    }
}
