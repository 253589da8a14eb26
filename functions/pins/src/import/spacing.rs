//! Rows that are too close to pins like them, by the plans of their accounts.

use std::collections::{BTreeMap, HashMap};

use shared::domain::{AccountId, Clash, ImportId, Neighbour, Neighbours, PinId, Plan};
use shared::store::StoreError;

use super::columns::Column;
use super::row::Row;
use crate::desk::Desk;
use crate::placement::Placement;

/// The most pages of a hundred pins that are read of the calendar.
const MOST_PAGES: usize = 40;

const NOT_COMPARED: &str = "Your calendar has more than 4,000 pins from this time on, so the row was not compared with all \
                            of them: look yourself whether a pin with the same link or image is close. Files of fewer \
                            weeks are compared whole.";

/// Refuses rows that are too close to pins in the calendar, or to earlier rows.
pub async fn check(
    desk: &Desk,
    id: &ImportId,
    rows: &mut [Row],
    accounts: &[Option<AccountId>],
    placements: &[Option<Placement>],
) -> Result<(), StoreError> {
    let mut by_account: BTreeMap<&AccountId, (&Plan, Vec<usize>)> = BTreeMap::new();
    for (position, (account, placement)) in accounts.iter().zip(placements).enumerate() {
        let plan = placement.as_ref().and_then(|placement| placement.plan.as_ref());
        let (Some(account), Some(plan)) = (account, plan) else { continue };
        if plan.same_link_hours > 0 || plan.same_image_hours > 0 {
            by_account.entry(account).or_insert((plan, Vec::new())).1.push(position);
        }
    }
    for (account, (plan, positions)) in by_account {
        let mut crowd = Crowd::default();
        let times = positions.iter().filter_map(|position| rows[*position].at);
        let (Some(first), Some(last)) = (times.clone().min(), times.max()) else { continue };
        let span = (first - plan.reach(), last + plan.reach());
        let (pins, complete) = desk.function.platform.pins.planned_between(&desk.owner, span, MOST_PAGES).await?;
        if !complete {
            tracing::warn!(%account, "the calendar is too full to keep everything in it apart");
        }
        // The latest are read first.
        let read_from = if complete { None } else { pins.iter().filter_map(|pin| pin.publish_at).min() };
        pins.iter()
            .filter(|pin| pin.account_id == *account)
            .filter_map(Neighbour::of)
            .for_each(|pin| crowd.pins.insert(&pin));
        for position in positions {
            if let Some(read_from) = read_from
                && rows[position].at.is_some_and(|at| at < read_from + plan.reach())
            {
                rows[position].warn(Column::PublishDate, "not_compared", NOT_COMPARED);
            }
            keep_apart(desk, id, &mut rows[position], plan, &mut crowd);
        }
    }
    Ok(())
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
    let other = crowd.lines.get(other).map_or_else(|| format!("The pin {other}"), |line| format!("Line {line}"));
    let until = plan.zone.written(*until);
    format!(
        "{other} of this account {what} and is too close. From {until} on there is room; or keep less apart by PUT \
         /v1/accounts/{{id}}/plan."
    )
}

/// Pins of an account, and which of them are rows.
#[derive(Default)]
struct Crowd {
    pins: Neighbours,
    lines: HashMap<PinId, u32>,
}
