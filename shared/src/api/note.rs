//! What is worth knowing about a pin, and keeps nothing from happening.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::pin::description;
use crate::domain::{ContentNote, PinId};

/// What was done to the time of a pin and why, or what could not be verified of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// A word for programs.
    pub code: &'static str,
    /// What a person reads.
    pub message: &'static str,
}

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
    /// With `too_close`: the other pin, and when there is room.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub params: Option<TooCloseBody>,
}

/// What a pin is too close to by the account's plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TooClose)]
pub struct TooCloseBody {
    /// The other pin.
    pub pin_id: PinId,
    /// What the two have in common.
    #[schema(schema_with = description::alikes)]
    pub alike: &'static str,
    /// What the other one is called.
    #[schema(required)]
    pub title: Option<String>,
    /// When the other one goes out.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// The first time after it at which there is room.
    #[schema(value_type = String, format = DateTime)]
    pub earliest: Timestamp,
}

impl Note {
    /// Every note.
    pub const ALL: [Self; 6] =
        [Self::SLOT, Self::SPACED, Self::QUIET, Self::SPREAD, Self::MANY_PINS, Self::UNVERIFIABLE];

    /// The pin has the next free slot.
    pub const SLOT: Self = Self { code: "slot", message: "The next free slot of the account's plan." };
    /// It was moved away from a pin like it.
    pub const SPACED: Self =
        Self { code: "spaced", message: "Moved later to keep pins with the same link or image apart." };
    /// It was moved out of the quiet hours.
    pub const QUIET: Self = Self { code: "quiet", message: "Moved later because of the account's quiet hours." };
    /// It was moved by some seconds.
    pub const SPREAD: Self =
        Self { code: "spread", message: "Moved by some seconds, so that pins don't all start at :00." };

    /// More pins of the account are planned for that day than go out by themselves when they are late.
    pub const MANY_PINS: Self = Self {
        code: "many_pins",
        message: "This account has more pins on this day than the daily limit in the settings (pins_per_day, 25 by \
                  default). They go out on time, but Pinterest may treat so many as spam. If they are delayed, only \
                  that many go out per day.",
    };

    /// Its board could not be verified.
    pub const UNVERIFIABLE: Self = Self {
        code: "board_unverifiable",
        message: "Pinterest doesn't let this app read the boards of personal accounts, so Pinwheel couldn't check \
                  that the board exists. Check it yourself, or convert the account to a free business account on \
                  Pinterest.",
    };

    /// The word for programs, and what it means.
    pub fn told(self) -> (&'static str, &'static str) {
        (self.code, self.message)
    }
}

impl From<Note> for NoteBody {
    fn from(Note { code, message }: Note) -> Self {
        Self { field: None, code, message: message.into(), params: None }
    }
}

impl From<ContentNote> for NoteBody {
    fn from(ContentNote { field, code, message }: ContentNote) -> Self {
        Self { field: Some(field), code, message: message.into(), params: None }
    }
}

/// What is worth knowing about texts and links.
pub fn bodies(notes: Vec<ContentNote>) -> Vec<NoteBody> {
    notes.into_iter().map(NoteBody::from).collect()
}
