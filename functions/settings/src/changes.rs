//! Lists who changed which settings, newest first.

use std::sync::Arc;

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::api::{Admin, Json, Problem, Query};
use shared::domain::{FieldError, OwnerId};
use shared::platform::Platform;

/// Part of the list of changes.
#[derive(Debug, Serialize)]
pub struct Changes {
    items: Vec<Change>,
    next_cursor: Option<String>,
}

#[derive(Debug, Serialize)]
struct Change {
    at: Timestamp,
    by: OwnerId,
    fields: Vec<String>,
}

/// `GET /v1/settings/changes`.
pub async fn changes(State(platform): State<Arc<Platform>>, _: Admin, query: Query) -> Result<Json<Changes>, Problem> {
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let before = page.cursor.as_deref().and_then(|cursor| order(cursor, &mut errors));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let (changes, next) = platform.settings.changes(page.limit.into(), before.as_deref()).await?;
    let items = changes.into_iter().map(|change| Change { at: change.at, by: change.by, fields: change.fields });
    Ok(Json(Changes { items: items.collect(), next_cursor: next.as_deref().map(cursor) }))
}

/// The place in the list that a cursor stands for; `#` would have to be escaped in an address.
fn order(cursor: &str, errors: &mut Vec<FieldError>) -> Option<String> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = cursor.split_once('-').filter(|(time, version)| is_number(time) && is_number(version));
    if parts.is_none() {
        errors.push(FieldError::new("cursor", "invalid", "Take `next_cursor` of an earlier page as it is."));
    }
    parts.map(|(time, version)| format!("{time}#{version}"))
}

fn cursor(order: &str) -> String {
    order.replace('#', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place_and_anything_else_is_refused() {
        let place = "00000001772366400000#0000000007";
        let mut errors = Vec::new();
        assert_eq!(order(&cursor(place), &mut errors).as_deref(), Some(place));
        assert_eq!(errors, []);
        for wrong in ["", "7", "-", "1-", "1-x", "1-2-3", "~"] {
            assert_eq!(order(wrong, &mut errors), None, "{wrong}");
        }
        assert_eq!(errors.len(), 7);
    }
}
