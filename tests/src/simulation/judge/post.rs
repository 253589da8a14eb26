//! What must hold at the moment at which a post is handed to the network.

use jiff::{SignedDuration, Timestamp};
use shared::clock::Clock;

use super::{Judge, Known};
use crate::simulation::invariant::Invariant;
use crate::simulation::pinterest::{Calling, PinterestCall};
use crate::simulation::rows::Row;
use crate::simulation::surroundings::Surroundings;

/// How long a request to Pinterest may take.
const REQUEST: SignedDuration = SignedDuration::from_secs(15);

/// How long a publisher may go by what it read of an account or of the settings.
const HEED: SignedDuration = SignedDuration::from_secs(10);

/// How late a pin may go out by itself.
const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// Holds the table against a post.
pub fn check(judge: &Judge, around: &Surroundings, calling: &Calling, call: &PinterestCall) {
    let title = call.text("title");
    let rows = around.rows();
    let claimed: Vec<_> =
        rows.iter().filter(|row| row.text("title") == title && row.text("status") == "publishing").collect();
    let now = calling.clock.now();
    let breach = |invariant, why: &str| around.breach(invariant, format!("{title:?} was posted {why}"));
    // Not within the `if`: a breach is noted with the same lock.
    let against = own_will(&judge.known(), around, call, claimed.is_empty());
    if let Some((invariant, why)) = against {
        return breach(invariant, why);
    }
    let any = |fits: &dyn Fn(&Row) -> bool| claimed.iter().any(|row| fits(row));
    if !any(&|row| row.moment("lease_until").is_some_and(|until| until >= now + REQUEST)) {
        return breach(Invariant::ClaimedWhilePosted, "without a claim that lasts");
    }
    if !any(&|row| row.publish_at().is_some_and(|at| at <= now)) {
        breach(Invariant::NeverEarly, "before its time");
    }
    if !any(&|row| row.publish_at().is_some_and(|at| now.duration_since(at) <= GRACE + HEED)) {
        breach(Invariant::NothingADayLate, "more than a day late");
    }
    if !any(&|row| row.text("description") == call.text("description")) {
        breach(Invariant::PostedAsLeft, "other than it was claimed");
    }
    for account in rows.iter().filter(|row| row.is_account()) {
        let is_its = claimed.iter().all(|row| row.text("account_id") == account.text("id"));
        let against = accounts_will(&judge.known(), around, account, now).filter(|_| is_its);
        if let Some((invariant, why)) = against {
            breach(invariant, why);
        }
    }
}

/// What the owner of the pin and the administrator want.
fn own_will(
    known: &Known,
    around: &Surroundings,
    call: &PinterestCall,
    is_unclaimed: bool,
) -> Option<(Invariant, &'static str)> {
    let mut own = known.pins.values().filter(|pin| pin.title == call.text("title")).peekable();
    let is_known = own.peek().is_some();
    let is_off = is_known && own.clone().all(|pin| pin.cancelled_at.is_some());
    if is_off {
        return Some((Invariant::HeedsItsOwner, "after it was cancelled"));
    }
    if is_known && !own.any(|pin| pin.texts.iter().any(|text| text == call.text("description"))) {
        return Some((Invariant::PostedAsLeft, "other than its owner left it"));
    }
    let is_disabled = known.disabled_since.is_some_and(|since| around.now() > since + HEED);
    if is_disabled && around.weather.aws_is_well() {
        return Some((Invariant::NothingWhileDisabled, "while Pinterest was disabled"));
    }
    if is_limited(known, around, call) {
        return Some((Invariant::NothingWhileHeld, "while Pinterest wanted nothing of its account"));
    }
    is_unclaimed.then_some((Invariant::ClaimedWhilePosted, "without a claim"))
}

/// Whether Pinterest named a time before which it wants no post with this token, and everybody can have heard of it.
///
/// Said at the end of an invocation, it is heeded by that pin alone; and who asks for a retry asks for a post.
fn is_limited(known: &Known, around: &Surroundings, call: &PinterestCall) -> bool {
    let weather = &around.weather;
    let heard = weather.aws_is_well() && weather.deaths == 0.0 && !known.is_meddled_with;
    let differ = SignedDuration::try_from(weather.skew * 2).unwrap_or_default() + SignedDuration::from_secs(1);
    let is_quick = weather.pinterest_latency.as_secs() < 5;
    heard
        && is_quick
        && known
            .limits
            .get(&call.token)
            .is_some_and(|(since, until)| around.now() > *since + HEED && around.now() + differ < *until)
}

/// What is known of the account.
fn accounts_will(
    known: &Known,
    around: &Surroundings,
    account: &Row,
    now: Timestamp,
) -> Option<(Invariant, &'static str)> {
    if !around.weather.aws_is_well() {
        // What cannot be read cannot be heeded.
        return None;
    }
    let id = account.text("id");
    let long_ago = |since: &Timestamp| around.now() > *since + HEED;
    let held = account.moment("hold_until").filter(|until| *until > now);
    if held.is_some_and(|until| known.holds.get(&(id.to_owned(), until)).is_some_and(long_ago)) {
        return Some((Invariant::NothingWhileHeld, "while its account was held"));
    }
    if account.text("state") == "disconnected" && known.disconnected.get(id).is_some_and(long_ago) {
        return Some((Invariant::HeedsItsOwner, "after its account was disconnected"));
    }
    None
}
