//! Analytics: of a pin, of an account, of its best pins, and `pin_metrics`. Production only.

mod asked;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::boards::id_in_path;
use super::{Answer, Caller, Incoming, Refusal};
use crate::figures::{self, Figures};
use crate::mode::Mode;
use crate::simulator::World;
use crate::store::{Pin, PinFilter, Slice};
use asked::{Days, Metric, metrics};

/// `GET /pins/{pin_id}/analytics`.
pub(super) fn of_pin(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let id = id_in_path(call, "pin_id")?;
    let pin = world.find_pin(call.mode, id)?.ok_or_else(Refusal::pin_not_found)?;
    let board = world.find_board(call.mode, &pin.board_id)?.ok_or_else(Refusal::pin_not_found)?;
    if pin.owner_id != caller.person_id && !world.may_save_to(&board, &caller.person_id)? {
        return Err(Refusal::pin_not_authorized());
    }
    let wrong = || Refusal::bad_400("Invalid pins analytics parameters.");
    let days = Days::of(call, today(world), wrong)?;
    let asked = metrics(call, &Metric::OF_PINS, wrong)?.ok_or_else(wrong)?;
    let of_lifetime = asked.iter().filter(|metric| metric.is_of_lifetime()).count();
    // Seen live: the two kinds are not answered in one call. Invented: the words.
    if of_lifetime > 0 && of_lifetime < asked.len() {
        return Err(wrong());
    }
    if of_lifetime > 0 {
        let lifetime = lifetime(world, &pin);
        let counts = asked.iter().map(|metric| (metric.name(), metric.of_lifetime(lifetime)));
        let counts: Map<_, _> = counts.map(|(name, count)| (name.to_owned(), json!(count))).collect();
        return Ok(Answer::ok(json!({ "all": { "lifetime_metrics": counts } })));
    }
    let born = born(world, &pin);
    let answer = days.answer(&asked, born, |day| figures::of_day(&pin, born, day, today(world)));
    Ok(Answer::ok(json!({ "all": answer })))
}

/// `GET /pins/analytics`, which few apps may call. Invented: that a grant only ends the refusal; nothing of ours has one.
pub(super) fn of_pins(world: &World<'_>) -> Result<Answer, Refusal> {
    if world.controls.analytics.bulk_granted {
        return Err(Refusal::not_simulated("the analytics of many pins at once"));
    }
    Err(Refusal::app_not_approved())
}

/// `GET /user_account/analytics`.
pub(super) fn of_user(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let wrong = || Refusal::bad_400("Invalid user accounts analytics parameters.");
    let days = Days::of(call, today(world), wrong)?;
    let asked = metrics(call, &Metric::OF_ACCOUNTS, wrong)?.unwrap_or_else(|| Metric::OF_ACCOUNTS.to_vec());
    let pins = own_pins(world, caller)?;
    // Where nothing narrows it, pins that others saved from the account's site count too. Invented: how many there are.
    let is_own = call.query("from_claimed_content").is_some();
    let answer = days.answer(&asked, Date::MIN, |day| {
        let mut sum = Figures::default();
        for pin in &pins {
            let of_pin = figures::of_day(pin, born(world, pin), day, today(world));
            sum.add(of_pin);
            if !is_own {
                sum.add(of_pin);
            }
        }
        sum
    });
    Ok(Answer::ok(json!({ "all": answer })))
}

/// `GET /user_account/analytics/top_pins`.
pub(super) fn top_pins(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let wrong = || Refusal::bad_400("Invalid user accounts analytics parameters.");
    let days = Days::of(call, today(world), wrong)?;
    let asked = metrics(call, &Metric::OF_ACCOUNTS, wrong)?.unwrap_or_else(|| Metric::OF_ACCOUNTS.to_vec());
    let sort = call.query("sort_by").and_then(Metric::parse).filter(|metric| Metric::SORTS.contains(metric));
    let sort = sort.ok_or_else(wrong)?;
    let count = call.query("num_of_pins").map_or(Some(10), |count| count.parse().ok()).unwrap_or(0);
    let young = match call.query("created_in_last_n_days") {
        None => false,
        Some("30") => true,
        Some(_) => return Err(wrong()),
    };
    if !(1..=50).contains(&count) {
        return Err(wrong());
    }
    let today = today(world);
    let mut pins: Vec<_> = own_pins(world, caller)?
        .into_iter()
        .filter(|pin| !young || born(world, pin) > figures::shifted(today, -30))
        .map(|pin| (figures::sum(&pin, born(world, &pin), (days.from, days.to), today), pin))
        .collect();
    pins.sort_by_key(|(sum, pin)| (std::cmp::Reverse(sort.whole(*sum)), pin.seq));
    let told = pins.iter().take(count).map(|(sum, pin)| {
        let named = |value: &dyn Fn(&Metric) -> Value| -> Map<_, _> {
            asked.iter().map(|metric| (metric.name().to_owned(), value(metric))).collect()
        };
        json!({
            "pin_id": pin.id,
            "metrics": named(&|metric| metric.of(*sum)),
            "data_status": named(&|_| json!("READY")),
        })
    });
    let told: Vec<_> = told.collect();
    Ok(Answer::ok(json!({
        "date_availability": { "is_realtime": false, "latest_available_timestamp": last_final(today).as_millisecond() },
        "sort_by": sort.name(),
        "pins": told,
    })))
}

/// `pin_metrics` of a pin, where the call asks for it; null in the sandbox.
pub(super) fn pin_metrics(world: &World<'_>, call: &Incoming, pin: &Pin) -> Result<Value, Refusal> {
    match call.query("pin_metrics") {
        None | Some("false") => Ok(Value::Null),
        Some("true") if call.mode == Mode::Sandbox => Ok(Value::Null),
        Some("true") => {
            let today = today(world);
            let window = (figures::shifted(today, -89), today);
            let of_days = figures::sum(pin, born(world, pin), window, today);
            let mut of_lifetime = counts(world, lifetime(world, pin));
            of_lifetime["reaction"] = Metric::TotalReactions.of_lifetime(lifetime(world, pin)).into();
            of_lifetime["comment"] = Metric::TotalComments.of_lifetime(lifetime(world, pin)).into();
            Ok(json!({ "90d": counts(world, of_days), "lifetime_metrics": of_lifetime }))
        }
        Some(other) => Err(Refusal::invalid(format!("'{other}' is not of type 'boolean' for parameter 'pin_metrics'"))),
    }
}

/// Counts under the names that the description's example has, which are others than those of analytics.
fn counts(world: &World<'_>, figures: Figures) -> Value {
    let mut counts = json!({
        "pin_click": figures.pin_clicks,
        "impression": figures.impressions,
        "clickthrough": figures.outbound_clicks,
    });
    if world.controls.analytics.saves_in_lists {
        counts["save"] = json!(figures.saves);
    }
    counts
}

fn lifetime(world: &World<'_>, pin: &Pin) -> Figures {
    let (born, today) = (born(world, pin), today(world));
    figures::sum(pin, born, (born, today), today)
}

/// Pins that only their owner sees count as well.
fn own_pins(world: &World<'_>, caller: &Caller) -> Result<Vec<Pin>, Refusal> {
    let filter = PinFilter { mode: Some(Mode::Live), owner_id: Some(&caller.person_id), ..PinFilter::default() };
    Ok(world.list_pins(filter, Slice::ALL)?)
}

fn today(world: &World<'_>) -> Date {
    figures::date(world.now)
}

/// The day on which a pin was made, or on which it is to count as made.
fn born(world: &World<'_>, pin: &Pin) -> Date {
    figures::shifted(figures::date(pin.created_at), -i64::from(world.controls.analytics.pins_aged_days))
}

/// The end of the last day that is final.
fn last_final(today: Date) -> Timestamp {
    let next = figures::shifted(today, -3).at(0, 0, 0, 0);
    TimeZone::UTC.to_timestamp(next).map_or(Timestamp::UNIX_EPOCH, |next| next - jiff::SignedDuration::from_millis(1))
}
