//! Rows that are too close to pins like them, by the plans of their accounts.

use std::collections::{BTreeMap, HashMap};

use shared::domain::{AccountId, Clash, ImportId, Neighbour, Neighbours, PinId, Plan};

use super::calendar::Calendar;
use super::columns::Column;
use super::row::Row;
use crate::desk::Desk;
use crate::placement::Placement;

const NOT_COMPARED: &str = "You have more than 4,000 pins from this time on, so the row wasn't compared with all of \
                            them. Check yourself whether a pin with the same link or image is too close, or import \
                            fewer weeks at a time.";

/// Refuses rows that are too close to pins in the calendar, or to earlier rows.
pub fn check(
    desk: &Desk,
    id: &ImportId,
    rows: &mut [Row],
    (accounts, placements): (&[Option<AccountId>], &[Option<Placement>]),
    calendar: &Calendar,
) {
    let mut by_account: BTreeMap<&AccountId, (&Plan, Vec<usize>)> = BTreeMap::new();
    for (position, (account, placement)) in accounts.iter().zip(placements).enumerate() {
        let plan = placement.as_ref().and_then(|placement| placement.plan.as_ref());
        let (Some(account), Some(plan), None) = (account, plan, &rows[position].twin) else { continue };
        if plan.same_link_hours > 0 || plan.same_image_hours > 0 {
            by_account.entry(account).or_insert((plan, Vec::new())).1.push(position);
        }
    }
    for (account, (plan, positions)) in by_account {
        let mut crowd = Crowd::default();
        for entry in calendar.entries.iter().filter(|entry| entry.to.account_id == *account) {
            crowd.pins.insert(&Neighbour::new(entry.id.clone(), entry.at, &entry.content));
        }
        for position in positions {
            let row = &mut rows[position];
            if row.at.and_then(|at| at.checked_sub(plan.reach()).ok()).is_some_and(|from| calendar.lacks(from)) {
                row.warn(Column::PublishDate, "not_compared", NOT_COMPARED);
            }
            keep_apart(desk, id, row, plan, &mut crowd);
        }
    }
}

fn keep_apart(desk: &Desk, id: &ImportId, row: &mut Row, plan: &Plan, crowd: &mut Crowd) {
    let (Some(content), Some(at), true) = (&row.content, row.at, row.errors.is_empty()) else { return };
    let own = Neighbour::new(PinId::of_import(&desk.owner, id, row.line), at, content);
    if let Some(clash) = crowd.pins.clash(&own, plan) {
        row.wrong(Column::PublishDate, "too_close", told(&clash, plan, crowd));
    } else {
        crowd.lines.insert(own.id.clone(), row.line);
        crowd.pins.insert(&own);
    }
}

fn told(Clash { alike, other, until }: &Clash, plan: &Plan, crowd: &Crowd) -> String {
    let what = alike.told();
    let other = crowd.lines.get(other).map_or_else(|| format!("pin {other}"), |line| format!("line {line}"));
    let until = plan.zone.written(*until);
    format!(
        "Too close to {other} of this account, which {what}. Choose a time from {until} on, or shorten the minimum \
         distance under the account's posting times."
    )
}

/// Pins of an account, and which of them are rows.
#[derive(Default)]
struct Crowd {
    pins: Neighbours,
    lines: HashMap<PinId, u32>,
}
