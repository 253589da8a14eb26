//! The lifecycle rules of `template.yaml`: what nobody completed, and what no pin was made with, goes away.

use std::io;

use jiff::{SignedDuration, Timestamp};

use super::place::Place;

/// The values of the tag `state` with how long such an object is kept. S3 rounds up to the next midnight; nobody relies
/// on the moment.
const RULES: [(&str, SignedDuration); 2] =
    [("pending", SignedDuration::from_hours(24)), ("unused", SignedDuration::from_hours(90 * 24))];

/// Deletes what has expired.
pub fn expire(place: &Place, now: Timestamp) -> io::Result<usize> {
    place.delete_where(|facts| {
        let state = facts.tags.get("state").map_or("", String::as_str);
        RULES.iter().any(|(rule, kept)| state == *rule && now.duration_since(facts.created_at) > *kept)
    })
}
