//! No pin is overdue without a reason: whenever a publisher moves a pin on, every second since it was due is explained.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::delays::{Cause, Times};
use super::{Judge, Known};
use crate::simulation::invariant::Invariant;
use crate::simulation::mirror::Written;
use crate::simulation::rows::Row;
use crate::simulation::surroundings::Surroundings;

/// Whether a delay without a reason is a breach. The publisher has just learned to hand kicked pins over and to park what has no
/// room in its lane; the reasons that this adds are to be told apart from faults first.
const EVERY_DELAY_NEEDS_A_REASON: bool = false;

/// How late work may be begun where nothing goes wrong, on top of what clocks, networks and indexes take.
const IN_TIME: SignedDuration = SignedDuration::from_secs(6);

/// How many calls to AWS, one after the other, are made at most before work is begun.
const CALLS: u32 = 12;

/// After the end of a lease, the clocks of all publishers have it that it is over.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(11);

/// About how many pins of an account go out in a minute at most.
const MOST_OF_MINUTE: usize = 70;

const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// How far a tick reaches: one may be missing.
const REACH: SignedDuration = SignedDuration::from_mins(3);

/// The last part of an invocation, in which nothing is begun.
pub const LAST_CLAIM: SignedDuration = SignedDuration::from_secs(30);

/// Sees that a pin was written.
pub fn wrote(judge: &Judge, around: &Surroundings, actor: &str, written: &Written) {
    let now = around.now();
    let mut known = judge.known();
    let late = match (&written.before, &written.after) {
        (Some(before), Some(after)) if is_publisher(actor) && is_moved(before, after) => {
            late(&known, around, before, now)
        }
        _ => None,
    };
    if let Some(row) = &written.after {
        known.places.see(row, now, is_publisher(actor));
    }
    lane(&mut known, actor, written, now, own_time(around));
    drop(known);
    if let (Some((late, allowed)), Some(before), true) = (late, &written.before, EVERY_DELAY_NEEDS_A_REASON) {
        let (title, status) = (before.text("title"), before.text("status"));
        let detail = format!(
            "{title:?} was {status} and due at {:?}; of the delay {} ms have no reason, and {} are allowed",
            before.moment("due_at").unwrap_or_default(),
            late.as_millis(),
            allowed.as_millis()
        );
        around.breach(Invariant::NothingOverdueWithoutReason, detail);
    }
}

/// How much of its delay nothing explains, where that is more than there may be.
fn late(known: &Known, around: &Surroundings, row: &Row, now: Timestamp) -> Option<(SignedDuration, SignedDuration)> {
    let is_open = row.text("due_shard").starts_with("live#");
    let is_video = known.pins.get(row.text("id")).is_some_and(|pin| pin.shows == super::Shows::Video);
    if !is_open || is_video {
        return None;
    }
    let due = row.moment("due_at")?;
    let lease = row.moment("lease_until").filter(|_| row.text("status") == "publishing" && !row.has("in_check"));
    let mut from = due.max(lease.map_or(due, |until| until + CLOCKS_DIFFER));
    let place = known.places.find(row);
    if let Some(place) = place {
        from = from.max(place.since + around.weather.index_lag);
    }
    if place.is_none_or(|place| place.is_left_to_ticks) {
        let written = place.map_or(Timestamp::MIN, |place| place.since + around.weather.index_lag);
        from = from.max(known.delays.done_by_tick_after(written, times(around))?);
    }
    let allowed = IN_TIME + own_time(around);
    let late = known.delays.unexplained(row.text("account_id"), from, now, times(around));
    (late > allowed).then_some((late, allowed))
}

/// What clocks are wrong by, and what calls to AWS take.
fn own_time(around: &Surroundings) -> SignedDuration {
    let time = around.weather.skew * 2 + around.weather.aws_latency * CALLS;
    SignedDuration::try_from(time).unwrap_or_default()
}

fn times(around: &Surroundings) -> Times {
    let reach = REACH.min(around.weather.timeout - LAST_CLAIM);
    Times { settles: SignedDuration::from_secs(10) + own_time(around) + around.weather.index_lag, reach }
}

/// Notes who has a pin of which account in hand.
fn lane(known: &mut Known, actor: &str, written: &Written, now: Timestamp, own_time: SignedDuration) {
    let in_hand =
        |row: &Option<Row>| row.as_ref().is_some_and(|row| row.text("status") == "publishing" && !row.has("in_check"));
    let Some(row) = &written.after else { return };
    match (in_hand(&written.before), in_hand(&written.after)) {
        (false, true) => {
            let account = row.text("account_id").to_owned();
            let waits = known.lanes.entry(account.clone()).or_default().claims(now, IN_TIME + own_time);
            let from = waits.unwrap_or(now);
            let lane = known.delays.begins(Cause::Lane(account), from);
            known.in_hand.push((actor.to_owned(), row.text("id").to_owned(), lane));
        }
        (true, false) => {
            known.lanes.entry(row.text("account_id").to_owned()).or_default().free_since = Some(now);
            let_go(known, now, |_, pin| pin == row.text("id"));
        }
        _ => {}
    }
}

/// How the pins of one account went out.
#[derive(Debug, Default)]
pub struct Lane {
    claims: VecDeque<Timestamp>,
    free_since: Option<Timestamp>,
}

impl Lane {
    /// Sees a claim; answers since when the pin had to wait for those before it, if it had to: because the one before was
    /// under way until then, or because there were as many in the last minute as Pinterest takes.
    fn claims(&mut self, now: Timestamp, at_once: SignedDuration) -> Option<Timestamp> {
        let before = self.claims.back().copied();
        self.claims.push_back(now);
        let is_full = self.claims.len() > MOST_OF_MINUTE
            && self.claims.pop_front().is_some_and(|first| now.duration_since(first) < MINUTE + at_once);
        let freed = self.free_since.filter(|freed| now.duration_since(*freed) <= at_once);
        if is_full { before } else { freed }
    }
}

/// Notes that publishers no longer have those pins in hand that `fits` answers true for, of a publisher and a pin.
pub fn let_go(known: &mut Known, now: Timestamp, fits: impl Fn(&str, &str) -> bool) {
    let (gone, left): (Vec<_>, _) =
        std::mem::take(&mut known.in_hand).into_iter().partition(|(actor, pin, _)| fits(actor, pin));
    known.in_hand = left;
    for (_, _, lane) in gone {
        known.delays.ends(lane, now);
    }
}

/// Whether a write moves a pin on, and does not only add to what is known of it.
fn is_moved(before: &Row, after: &Row) -> bool {
    let differs = |name| before.text(name) != after.text(name) || before.number(name) != after.number(name);
    ["status", "due_shard", "due_at", "in_check"].into_iter().any(differs)
}

/// Whether it is a publisher's name.
pub fn is_publisher(actor: &str) -> bool {
    actor.strip_prefix('p').is_some_and(|number| number.parse::<u64>().is_ok())
}
