//! What is wrong with one field of a request.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

/// The longest path of a field that is answered, in characters. A path may hold a name that the client made up.
const LONGEST_PATH: usize = 200;

/// The longest message, in characters. A message may quote what the client wrote.
const LONGEST_MESSAGE: usize = 1_000;

/// One wrong field: where, a stable code, and what to do in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field as the client wrote it, such as `targets[1].board_id`.
    pub field: String,
    /// A stable word for programs, such as `too_long`.
    pub code: &'static str,
    /// A sentence for people that names the remedy.
    pub message: String,
    /// How many more errors of this kind were found and are only counted.
    #[serde(skip)]
    pub more: usize,
}

impl FieldError {
    /// Says that `field` is wrong. What is too long to be answered is shortened.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        let (field, message) = (limited(field.into(), LONGEST_PATH), limited(message.into(), LONGEST_MESSAGE));
        Self { field, code, message, more: 0 }
    }
}

/// The first `most` characters of `text`, with an ellipsis where it is longer.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

fn limited(text: String, most: usize) -> String {
    // The length in bytes is known; the characters are counted only where it leaves a doubt.
    if text.len() <= most { text } else { shortened(&text, most).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_end_in_an_ellipsis_between_two_characters() {
        for (text, most, expected) in
            [("", 0, ""), ("abc", 3, "abc"), ("abc", 2, "ab…"), ("äöü", 3, "äöü"), ("äöü", 1, "ä…"), ("x", 0, "…")]
        {
            assert_eq!(shortened(text, most), expected, "{text} {most}");
        }
        let error = FieldError::new("ä".repeat(1_000), "invalid", "ö".repeat(100_000));
        assert_eq!((error.field.chars().count(), error.message.chars().count()), (201, 1_001));
    }
}
