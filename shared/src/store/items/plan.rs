//! The plan of an account, inside the account's item: who posts reads that item anyway.

use jiff::civil::{Time, Weekday};
use serde::{Deserialize, Serialize};

use super::account::Incomplete;
use crate::domain::{Plan, QuietHours, Slot, Zone};

/// A plan as it lies in the table.
#[derive(Serialize, Deserialize)]
pub(super) struct PlanItem {
    zone: String,
    /// The day of the week, Monday being 1, with the time of that day.
    slots: Vec<(i8, String)>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pins_per_day: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    quiet: Option<(String, String)>,
    same_link_hours: u32,
    same_image_hours: u32,
    spread_seconds: u32,
    version: u64,
}

impl From<&Plan> for PlanItem {
    fn from(plan: &Plan) -> Self {
        let slot = |slot: &Slot| (slot.day.to_monday_one_offset(), slot.time.to_string());
        Self {
            zone: plan.zone.as_str().to_owned(),
            slots: plan.slots.iter().map(slot).collect(),
            pins_per_day: plan.pins_per_day,
            quiet: plan.quiet.map(|quiet| (quiet.from.to_string(), quiet.to.to_string())),
            same_link_hours: plan.same_link_hours,
            same_image_hours: plan.same_image_hours,
            spread_seconds: plan.spread_seconds,
            version: plan.version,
        }
    }
}

impl PlanItem {
    pub(super) fn plan(self) -> Result<Plan, Incomplete> {
        let time = |text: &str| text.parse::<Time>().map_err(|_| Incomplete("readable time in its plan"));
        let slot = |(day, at): &(i8, String)| {
            let day = Weekday::from_monday_one_offset(*day).map_err(|_| Incomplete("readable day in its plan"))?;
            Ok(Slot { day, time: time(at)? })
        };
        let quiet = self.quiet.as_ref().map(|(from, to)| Ok(QuietHours { from: time(from)?, to: time(to)? }));
        Ok(Plan {
            // A zone that was taken out of the database since is no reason not to publish.
            zone: Zone::parse(&self.zone).unwrap_or_else(|| Plan::default().zone),
            slots: self.slots.iter().map(slot).collect::<Result<_, _>>()?,
            pins_per_day: self.pins_per_day,
            quiet: quiet.transpose()?,
            same_link_hours: self.same_link_hours,
            same_image_hours: self.same_image_hours,
            spread_seconds: self.spread_seconds,
            version: self.version,
        })
    }
}
