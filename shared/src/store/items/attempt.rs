//! An entry of a pin's timeline, in the pin's item.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use crate::domain::{Attempt, AttemptId, AttemptOutcome};

/// An attempt as it lies in the table.
#[derive(Serialize, Deserialize)]
pub(super) struct AttemptItem {
    id: AttemptId,
    #[serde(with = "millisecond::required")]
    at: Timestamp,
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    http: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    rid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    by: Option<String>,
}

impl From<&Attempt> for AttemptItem {
    fn from(attempt: &Attempt) -> Self {
        Self {
            id: attempt.id.clone(),
            at: attempt.at,
            outcome: attempt.outcome.stored().to_owned(),
            http: attempt.http_status,
            code: attempt.code,
            message: attempt.message.clone(),
            rid: attempt.request_id.clone(),
            ms: attempt.took_ms,
            by: attempt.by.clone(),
        }
    }
}

impl From<AttemptItem> for Attempt {
    fn from(item: AttemptItem) -> Self {
        Self {
            id: item.id,
            at: item.at,
            outcome: AttemptOutcome::from_stored(&item.outcome),
            http_status: item.http,
            code: item.code,
            message: item.message,
            request_id: item.rid,
            took_ms: item.ms,
            by: item.by,
        }
    }
}
