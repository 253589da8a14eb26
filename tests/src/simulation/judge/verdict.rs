//! What must hold when all is quiet again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::domain::{AccountId, Shard};

use super::{Judge, Known, Shows};
use crate::simulation::invariant::Invariant;
use crate::simulation::rows::Row;
use crate::simulation::surroundings::Surroundings;

/// How late a pin may be in fair weather, on top of what clocks and indexes are wrong.
const IN_TIME: SignedDuration = SignedDuration::from_secs(6);

pub fn conclude(judge: &Judge, around: &Surroundings, health: &Value) {
    let rows = around.rows();
    let known = judge.known();
    let mut found = Vec::new();
    {
        let mut note = |invariant, detail: String| found.push((invariant, detail));
        for row in rows.iter().filter(|row| row.is_pin()) {
            at_rest(row, around.now(), &mut note);
            in_index(row, &mut note);
            as_asked(&known, around, row, &mut note);
        }
        for id in known.pins.keys().filter(|id| !rows.iter().any(|row| row.is_pin() && row.text("id") == *id)) {
            note(Invariant::NothingVanishes, format!("{id} is gone"));
        }
        on_boards(&known, around, &rows, &mut note);
        super::planned::check(&known, &rows, &mut note);
        super::events::check(&known, around, &mut note);
        parked(&rows, around.now(), &mut note);
        accounts(&known, around, &rows, &mut note);
        healthy(&rows, around.now(), health, &mut note);
    }
    drop(known);
    for (invariant, detail) in found {
        around.breach(invariant, detail);
    }
}

/// Every pin is at an end, or waits for a reason and a time that can be seen.
fn at_rest(row: &Row, now: Timestamp, note: &mut impl FnMut(Invariant, String)) {
    let (id, status) = (row.text("id"), row.text("status"));
    let is_ahead = |name| row.moment(name).is_some_and(|at| at >= now);
    let is_at_rest = match status {
        "published" => row.has("pinterest_id") && row.has("published_at"),
        "failed" | "needs_review" => row.has("reason"),
        "cancelled" | "draft" => true,
        "scheduled" => is_ahead("due_at"),
        "held" => row.has("reason") && (is_parked(row) || is_ahead("due_at")),
        _ => false,
    };
    if !is_at_rest {
        let due = row.text("due_shard");
        note(Invariant::NothingInLimbo, format!("{id} is {status} {:?} in {due:?}", row.text("reason")));
    }
}

fn in_index(row: &Row, note: &mut impl FnMut(Invariant, String)) {
    let (id, status) = (row.text("id"), row.text("status"));
    let waits = matches!(status, "scheduled" | "held" | "publishing");
    if row.has("due_shard") != waits || row.has("due_at") != waits {
        note(Invariant::DueIsWork, format!("{id} is {status} and in {:?}", row.text("due_shard")));
    }
    let account: Option<AccountId> = row.text("account_id").parse().ok();
    let own = account.map(|account| format!("live#{}", Shard::of(&account)));
    if waits && !is_parked(row) && Some(row.text("due_shard")) != own.as_deref() {
        note(Invariant::DueIsWork, format!("{id} waits in {:?}, which is not its shard", row.text("due_shard")));
    }
}

/// A pin has the time and the text that its owner left, and in fair weather it was out in time.
fn as_asked(known: &Known, around: &Surroundings, row: &Row, note: &mut impl FnMut(Invariant, String)) {
    let Some(own) = known.pins.get(row.text("id")) else { return };
    if !own.was_hurried && !own.times.contains(&row.publish_at()) {
        let detail = format!("{:?} was to go out at {:?} and has {:?}", own.title, own.times, row.publish_at());
        note(Invariant::TimeIsKept, detail);
    }
    let weather = &around.weather;
    if !weather.is_fair() || known.is_meddled_with || own.was_hurried || own.shows == Shows::Video {
        return;
    }
    let skew = SignedDuration::try_from(weather.skew).unwrap_or_default();
    let made_late = own.made_at.zip(row.publish_at()).map(|(made, at)| made.duration_since(at));
    let most = IN_TIME + skew * 2 + made_late.unwrap_or_default().max(SignedDuration::ZERO);
    let lateness = SignedDuration::from_millis(row.number("lateness_ms").unwrap_or_default());
    let status = row.text("status");
    if !matches!(status, "published" | "cancelled" | "draft") || lateness > most {
        note(Invariant::OnTimeInFairWeather, format!("{:?} is {status}, {} ms late", own.title, lateness.as_millis()));
    }
}

/// Holds what is on Pinterest against what the table says, by title; twins have one title together.
fn on_boards(known: &Known, around: &Surroundings, rows: &[Row], note: &mut impl FnMut(Invariant, String)) {
    let mut there: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pin in around.simulator.all_pins(pinterest_sim::Mode::Live) {
        there.entry(pin.content.title.unwrap_or_default()).or_default().push(pin.id);
    }
    let mut ours: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.is_pin()) {
        ours.entry(row.text("title")).or_default().push(row);
    }
    for (title, rows) in &ours {
        let there = there.remove(*title).unwrap_or_default();
        let count = |statuses: &[&str]| rows.iter().filter(|row| statuses.contains(&row.text("status"))).count();
        let mut ids: Vec<_> = rows.iter().map(|row| row.text("pinterest_id")).filter(|id| !id.is_empty()).collect();
        let published = ids.len();
        ids.sort_unstable();
        ids.dedup();
        let dismissed = known.pins.values().filter(|pin| pin.title == *title && pin.was_dismissed).count();
        let most = published + count(&["needs_review", "publishing"]) + dismissed;
        if there.len() > rows.len() {
            note(Invariant::NeverTwice, format!("{title:?} is on Pinterest {} times", there.len()));
        } else if there.len() > most {
            note(Invariant::UnpublishedIsNotThere, format!("{title:?} is there {} times, not {most}", there.len()));
        }
        if ids.len() < published || !ids.iter().all(|id| there.iter().any(|there| there == id)) {
            note(Invariant::PublishedIsThere, format!("{title:?} is published as {ids:?} and there as {there:?}"));
        }
        let posts = known.posts.get(*title).copied().unwrap_or_default();
        let begun: i64 = rows.iter().filter_map(|row| row.number("attempts_begun")).sum();
        if posts > begun {
            note(Invariant::PostsAreCounted, format!("{title:?} was posted {posts} times and counts {begun}"));
        }
    }
    if let Some((title, _)) = there.first_key_value() {
        note(Invariant::UnpublishedIsNotThere, format!("{title:?} is nobody's"));
    }
}

/// Nothing is parked at an account that can post, or at a circuit that is not open.
fn parked(rows: &[Row], now: Timestamp, note: &mut impl FnMut(Invariant, String)) {
    for row in rows.iter().filter(|row| row.is_pin() && is_parked(row)) {
        let at = row.text("due_shard").trim_start_matches("held#");
        let account = rows.iter().find(|account| account.is_account() && account.text("id") == at);
        let is_held = match account {
            Some(account) => account.text("state") != "connected" || account.moment("hold_until") > Some(now),
            None => rows.iter().any(|circuit| circuit.text("pk").starts_with("circuit#")),
        };
        if !is_held {
            note(Invariant::NothingLeftParked, format!("{} is parked in {:?}", row.text("id"), row.text("due_shard")));
        }
    }
}

fn accounts(known: &Known, around: &Surroundings, rows: &[Row], note: &mut impl FnMut(Invariant, String)) {
    for account in rows.iter().filter(|row| row.is_account()) {
        let id = account.text("id");
        let needs_reconnect = account.text("state") == "needs_reconnect";
        if needs_reconnect && around.weather.is_fair() && !known.is_meddled_with {
            let reason = account.text("reconnect_reason");
            note(Invariant::ConnectedUnlessRefused, format!("{id} has to be connected again: {reason}"));
        }
        let state = account.text("state");
        if state == "connected" && !account.has("refresh_token") {
            note(Invariant::ConnectedUnlessRefused, format!("{id} has lost what its tokens are renewed with"));
        }
        let ends = account.moment("access_expires_at");
        let was_lost = account.text("reconnect_reason") == "refresh_lost" && !known.access_was_refused;
        if was_lost && account.moment("reconnect_from") < ends {
            note(Invariant::AccessTokenUsedToItsEnd, format!("{id} has an access token until {ends:?}"));
        }
        let counter = rows.iter().find(|row| row.text("sk") == format!("count#{id}"));
        for status in ["failed", "needs_review"] {
            let of_it = |row: &&Row| row.text("account_id") == id && row.text("status") == status;
            let count = i64::try_from(rows.iter().filter(of_it).count()).unwrap_or_default();
            let told = counter.and_then(|row| row.number(status)).unwrap_or_default();
            if told != count {
                note(Invariant::CountersAreTrue, format!("{id} has {count} that are {status} and counts {told}"));
            }
        }
    }
}

fn healthy(rows: &[Row], now: Timestamp, health: &Value, note: &mut impl FnMut(Invariant, String)) {
    let open = rows.iter().filter(|row| row.text("due_shard").starts_with("live#"));
    let oldest = open.filter_map(|row| row.moment("due_at")).min();
    let overdue = oldest.map_or(0, |at| now.duration_since(at).as_secs().max(0));
    let status = health["status"].as_str().unwrap_or_default();
    let expected: &[&str] = if overdue > 300 { &["late"] } else { &["ok", "held"] };
    if health["oldest_overdue_s"].as_i64() != Some(overdue) || !expected.contains(&status) {
        note(Invariant::HealthIsTrue, format!("{health} where {overdue} s are overdue"));
    }
}

fn is_parked(row: &Row) -> bool {
    row.text("due_shard").starts_with("held#")
}
