//! What is worth knowing about a pin, and keeps nothing from happening.

use std::borrow::Cow;

use serde::Serialize;
use shared::domain::ContentNote;
use utoipa::ToSchema;

use crate::description;
use crate::planner::Note;

/// What was done to the time of a pin, what could not be verified of it, or what its texts and links have that may not be meant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Note)]
pub struct NoteBody {
    /// The field that it is about, such as `content.title`; `null` where it is about time or place.
    #[schema(required)]
    pub field: Option<String>,
    /// A word for programs.
    #[schema(schema_with = description::notes)]
    pub code: &'static str,
    /// What a person reads.
    pub message: Cow<'static, str>,
}

impl From<Note> for NoteBody {
    fn from(Note { code, message }: Note) -> Self {
        Self { field: None, code, message: message.into() }
    }
}

impl From<ContentNote> for NoteBody {
    fn from(ContentNote { field, code, message }: ContentNote) -> Self {
        Self { field: Some(field), code, message: message.into() }
    }
}

/// What is worth knowing about texts and links.
pub fn bodies(notes: Vec<ContentNote>) -> Vec<NoteBody> {
    notes.into_iter().map(NoteBody::from).collect()
}
