//! Days for which more pins of an account are planned than `pins_per_day` of the settings: whoever plans them is told, and not
//! refused.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use shared::domain::{AccountId, Pin, PinId, Plan};
use shared::store::StoreError;

use crate::desk::Desk;

/// A pin with the time that it has got, or is to get.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// The pin.
    pub id: &'a PinId,
    /// Its account.
    pub account: &'a AccountId,
    /// Its time.
    pub at: Timestamp,
}

impl<'a> Planned<'a> {
    /// `pin`, if it has a time.
    pub fn of(pin: &'a Pin) -> Option<Self> {
        Some(Self { id: &pin.id, account: &pin.account_id, at: pin.publish_at? })
    }
}

/// Which of `pins` go out on a day of which their account has more than `pins_per_day`. `plan` is the one of an account, whose
/// zone its days are of.
///
/// What cannot be read is no reason to fail a request that was done, so it only goes to the log.
pub async fn find(desk: &Desk, pins: &[Planned<'_>], plan: impl Fn(&AccountId) -> Option<Plan>) -> BTreeSet<PinId> {
    let found = look(desk, pins, plan).await;
    let told =
        found.inspect_err(|error| tracing::warn!(%error, "whether a day has too many pins could not be checked"));
    told.unwrap_or_default()
}

async fn look(
    desk: &Desk,
    pins: &[Planned<'_>],
    plan: impl Fn(&AccountId) -> Option<Plan>,
) -> Result<BTreeSet<PinId>, StoreError> {
    let most = usize::try_from(desk.settings.pins_per_day).unwrap_or(usize::MAX);
    let mut crowded = BTreeSet::new();
    if most == 0 {
        return Ok(crowded);
    }
    let mut days: BTreeMap<(&AccountId, Date), (Timestamp, Timestamp, Vec<&PinId>)> = BTreeMap::new();
    let mut plans: BTreeMap<&AccountId, Plan> = BTreeMap::new();
    for pin in pins {
        let plan = plans.entry(pin.account).or_insert_with(|| plan(pin.account).unwrap_or_default());
        let date = plan.date(pin.at);
        let span = || {
            let end = date.tomorrow().map_or(Timestamp::MAX, |next| plan.start_of(next));
            (plan.start_of(date), end, Vec::new())
        };
        days.entry((pin.account, date)).or_insert_with(span).2.push(pin.id);
    }
    for ((account, _), (from, to, ids)) in days {
        let enough = (most + 1).saturating_sub(ids.len());
        let store = &desk.function.platform.pins;
        if enough == 0 || store.are_planned(&desk.owner, account, (from, to), enough, &ids).await? {
            crowded.extend(ids.into_iter().cloned());
        }
    }
    Ok(crowded)
}
