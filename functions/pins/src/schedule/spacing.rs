//! How far apart the pins of a request are to be.

use serde::Serialize;
use serde_json::Value;
use shared::api::Fields;
use shared::domain::plan::{LONGEST_INTERVAL_MINUTES, LONGEST_SPACING_HOURS};
use shared::domain::{FieldError, Plan};

use crate::when::When;

/// What a request says about it; what it does not say is as in the account's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spacing {
    /// From one target to the next, of those that go by the common time.
    pub interval_minutes: Option<u32>,
    same_link_hours: Option<u32>,
    same_image_hours: Option<u32>,
}

impl Spacing {
    /// Reads what is said for targets that go by the time `common`; notes what is wrong.
    pub fn read(value: Value, common: Option<When>, errors: &mut Vec<FieldError>) -> Option<Self> {
        let mut fields = Fields::open("spacing", value, errors)?;
        let interval_minutes = fields.number("interval_minutes", (1, LONGEST_INTERVAL_MINUTES));
        let same_link_hours = fields.number("same_link_hours", (0, LONGEST_SPACING_HOURS));
        let same_image_hours = fields.number("same_image_hours", (0, LONGEST_SPACING_HOURS));
        if interval_minutes.is_some() && common == Some(When::Draft) {
            let message = "Drafts have no time, so they can't be spaced. Set publish_at to a time, \"now\" or \
                           \"next_slot\".";
            fields.wrong("interval_minutes", "no_time", message);
        }
        fields.close();
        Some(Self { interval_minutes, same_link_hours, same_image_hours })
    }

    /// The plan by which an account's pins are planned: its own, with what `spacing` says in its place. Without a plan
    /// nothing is kept apart that the request does not ask for.
    pub fn plan(spacing: Option<Self>, plan: Option<Plan>) -> Plan {
        let plan = plan.unwrap_or(Plan { same_link_hours: 0, same_image_hours: 0, ..Plan::default() });
        let said = |hours: fn(&Self) -> Option<u32>| spacing.as_ref().and_then(hours);
        Plan {
            same_link_hours: said(|spacing| spacing.same_link_hours).unwrap_or(plan.same_link_hours),
            same_image_hours: said(|spacing| spacing.same_image_hours).unwrap_or(plan.same_image_hours),
            ..plan
        }
    }
}
