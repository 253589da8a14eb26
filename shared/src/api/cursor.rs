//! Lists in pages: the shape of an answer, and cursors that are opaque to clients and bound to their list.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::Page;
use crate::domain::FieldError;

/// How many bytes of a list's hash its cursors carry; enough to tell lists apart, not a protection.
const MARK: usize = 6;

/// Part of a list: `{items, next_cursor}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct List<T> {
    /// The entries.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next part; `null` at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// The cursor for the place `place` of the list `list`.
///
/// `list` names everything that decides what is in the list and in which order, such as its filters.
pub fn cursor(list: &str, place: &str) -> String {
    let mut bytes = mark(list).to_vec();
    bytes.extend_from_slice(place.as_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

impl Page {
    /// The place of `list` at which an earlier page ended; a cursor of another list is noted in `errors`.
    pub fn place(&self, list: &str, errors: &mut Vec<FieldError>) -> Option<String> {
        let place = read(list, self.cursor.as_deref()?);
        if place.is_none() {
            errors.push(foreign_cursor());
        }
        place
    }
}

/// What is wrong with a cursor that does not belong to the list.
pub fn foreign_cursor() -> FieldError {
    let message = "Invalid cursor. Omit it to start from the first page, and keep the other parameters unchanged \
                   from page to page.";
    FieldError::new("cursor", "invalid", message)
}

fn read(list: &str, cursor: &str) -> Option<String> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    let (marked, place) = bytes.split_first_chunk::<MARK>()?;
    if *marked != mark(list) {
        return None;
    }
    String::from_utf8(place.to_vec()).ok()
}

fn mark(list: &str) -> [u8; MARK] {
    let digest = Sha256::digest(list);
    let mut mark = [0; MARK];
    mark.copy_from_slice(&digest[..MARK]);
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(list: &str, cursor: &str) -> Result<Option<String>, String> {
        let mut errors = Vec::new();
        let page = Page { limit: 1, cursor: Some(cursor.to_owned()) };
        let place = page.place(list, &mut errors);
        errors.pop().map_or(Ok(place), |error| Err(error.field))
    }

    #[test]
    fn a_cursor_leads_back_to_its_place_in_its_own_list_only() {
        let cursor = cursor("boards of a", "bookmark=/é");
        assert_eq!(place("boards of a", &cursor), Ok(Some("bookmark=/é".to_owned())));
        assert_eq!(place("boards of b", &cursor), Err("cursor".to_owned()));
    }

    #[test]
    fn what_is_no_cursor_is_named() {
        for bad in ["x", "====", "AAAA", "bookmark", "é"] {
            assert_eq!(place("boards", bad), Err("cursor".to_owned()), "{bad}");
        }
    }
}
