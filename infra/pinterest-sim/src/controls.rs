//! What tests and people switch while the simulator runs. The controls belong to the process: a
//! reopened world starts without faults and with the tier of its options.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::options::Tier;
use crate::simulator::Simulator;

/// What happens to a refresh token when it is used. Pinterest does not say; operators have seen
/// each of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// A new one is answered and the old one is dead at once.
    #[default]
    OldDies,
    /// A new one is answered and the old one goes on working.
    OldStays,
    /// The answer carries no refresh token and the old one goes on working.
    NotRenewed,
}

/// Variations of right answers that a client must bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answers {
    /// `POST /pins` is answered 201 (as documented) or 200 (as the description allows).
    pub create_pin_status: u16,
    /// Token answers carry `scope`; the description makes it optional from 5.28 on.
    pub token_scope: bool,
    /// Objects carry fields that no description mentions.
    pub extra_fields: bool,
    /// `created_at` ends in `Z`, as described, and not without offset, as seen live.
    pub created_at_offset: bool,
}

impl Default for Answers {
    fn default() -> Self {
        Self { create_pin_status: 201, token_scope: true, extra_fields: true, created_at_offset: false }
    }
}

/// Quotas to use in place of the tier's own, in calls per window; the window stays the tier's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// For the category `org_read`.
    pub org_read: Option<u32>,
    /// For the category `org_write`.
    pub org_write: Option<u32>,
    /// Over all categories.
    pub universal: Option<u32>,
}

pub(crate) struct Controls {
    pub(crate) tier: Tier,
    pub(crate) rotation: Rotation,
    pub(crate) answers: Answers,
    pub(crate) limits: Limits,
    pub(crate) blocked_domains: Vec<String>,
    pub(crate) faults: Vec<Fault>,
}

impl Controls {
    pub(crate) fn new(tier: Tier) -> Self {
        Self {
            tier,
            rotation: Rotation::default(),
            answers: Answers::default(),
            limits: Limits::default(),
            blocked_domains: Vec::new(),
            faults: Vec::new(),
        }
    }
}

impl Simulator {
    /// Makes matching calls fail until the fault has struck `times` times or is cleared. Of
    /// several that match a call, the one set first strikes.
    pub fn set_fault(&self, fault: Fault) {
        self.with_controls(|controls| controls.faults.push(fault));
    }

    /// Removes every fault.
    pub fn clear_faults(&self) {
        self.with_controls(|controls| controls.faults.clear());
    }

    /// The faults that can still strike, with what is left of their `times`.
    pub fn faults(&self) -> Vec<Fault> {
        self.with_controls(|controls| controls.faults.clone())
    }

    /// Changes the app's access tier.
    pub fn set_tier(&self, tier: Tier) {
        self.with_controls(|controls| controls.tier = tier);
    }

    /// The app's access tier.
    pub fn tier(&self) -> Tier {
        self.with_controls(|controls| controls.tier)
    }

    /// Chooses what happens to a used refresh token.
    pub fn set_rotation(&self, rotation: Rotation) {
        self.with_controls(|controls| controls.rotation = rotation);
    }

    /// What happens to a used refresh token.
    pub fn rotation(&self) -> Rotation {
        self.with_controls(|controls| controls.rotation)
    }

    /// Chooses among the right answers.
    pub fn set_answers(&self, answers: Answers) {
        self.with_controls(|controls| controls.answers = answers);
    }

    /// The chosen variations of right answers.
    pub fn answers(&self) -> Answers {
        self.with_controls(|controls| controls.answers)
    }

    /// Replaces quotas of the tier; `Limits::default()` gives the tier's own back.
    pub fn set_limits(&self, limits: Limits) {
        self.with_controls(|controls| controls.limits = limits);
    }

    /// The replaced quotas.
    pub fn limits(&self) -> Limits {
        self.with_controls(|controls| controls.limits)
    }

    /// Refuses pins whose link is on one of these domains or below it, with 429 code 9.
    pub fn block_domains<S: Into<String>>(&self, domains: impl IntoIterator<Item = S>) {
        let domains = domains.into_iter().map(|domain| domain.into().to_lowercase()).collect();
        self.with_controls(|controls| controls.blocked_domains = domains);
    }

    /// The domains that pins may not link to.
    pub fn blocked_domains(&self) -> Vec<String> {
        self.with_controls(|controls| controls.blocked_domains.clone())
    }
}
