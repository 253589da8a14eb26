//! Times as the database keeps them and as Pinterest writes them.

use jiff::{SignedDuration, Timestamp};

/// Milliseconds since 1970, the form in the database.
pub(crate) fn to_millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// The time of a number in the database; a number out of range becomes 1970.
pub(crate) fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `created_at` as live answers carry it: whole seconds of UTC, no offset
/// (<https://github.com/pinterest/api-quickstart/issues/78>).
pub(crate) fn without_offset(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// RFC 3339 with milliseconds, for measuring.
pub(crate) fn with_millis(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// A later time; the latest one there is where the sum would overflow.
pub(crate) fn after_millis(time: Timestamp, millis: u64) -> Timestamp {
    let span = SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX));
    time.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// A time some seconds later.
pub(crate) fn after_seconds(time: Timestamp, seconds: i64) -> Timestamp {
    let span = SignedDuration::from_secs(seconds);
    time.saturating_add(span).unwrap_or(Timestamp::MAX)
}
