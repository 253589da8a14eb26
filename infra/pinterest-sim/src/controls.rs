//! What tests and people switch while the simulator runs. The controls belong to the process: a
//! reopened world starts without faults and with the tier of its options.

mod analytics;
mod media;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::{Armed, Fault};
use crate::options::Tier;
use crate::simulator::Simulator;
use crate::stretch::Stretch;

pub use analytics::Analytics;
pub use media::{MediaOutcome, MediaProcessing};

/// What happens to a refresh token when it is used. Pinterest does not say; operators have seen
/// each of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// A new one is answered and the old one is dead at once.
    #[default]
    OldDies,
    /// As [`Self::OldDies`], and every earlier access token of the person dies with it.
    BothDie,
    /// A new one is answered and the old one goes on working.
    OldStays,
    /// The answer carries no refresh token and the old one goes on working.
    NotRenewed,
}

/// How long the tokens last that are made from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lifetimes {
    /// An access token, in seconds.
    pub access_s: u32,
    /// A refresh token, in seconds.
    pub refresh_s: u32,
}

impl Default for Lifetimes {
    /// 30 and 60 days, as published.
    fn default() -> Self {
        Self { access_s: 2_592_000, refresh_s: 5_184_000 }
    }
}

/// Variations of right answers that a client must bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Answers {
    /// `POST /pins` is answered 201 (as documented) or 200 (as the description allows).
    pub create_pin_status: u16,
    /// `POST /oauth/token` is answered 200, or 201 as the description lists from 5.28 on.
    pub token_status: u16,
    /// The code of a 404 for a board: 40, as the description has it for saving a pin, or 404, as it
    /// has it for listing a board's pins.
    pub board_not_found_code: i64,
    /// The status with which a missing scope is refused, always with code 3: 403 or 401; both were seen.
    pub scopes_missing_status: u16,
    /// Boards and pins of accounts that are no business are refused with `PINNER_DATA_ACCESS_DENIED`, as to apps that
    /// were registered from 2026-09-14 on, until Pinterest grants them access.
    pub pinner_data_denied: bool,
    /// Token answers carry `scope`; the description makes it optional from 5.28 on.
    pub token_scope: bool,
    /// Objects carry fields that no description mentions.
    pub extra_fields: bool,
    /// `created_at` ends in `Z`, as described, and not without offset, as seen live.
    pub created_at_offset: bool,
    /// By how many seconds `created_at` is ahead of UTC: its time zone is not documented.
    pub created_at_shift_s: i64,
    /// The order in which the pins of boards and sections are listed, which is not documented either.
    pub board_order: BoardOrder,
}

/// The order in which the pins of a board or section are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoardOrder {
    /// By creation, the last one first.
    #[default]
    NewestFirst,
    /// By creation, the first one first.
    OldestFirst,
    /// In an order that has nothing to do with time, but stays the same.
    Shuffled,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            create_pin_status: 201,
            token_status: 200,
            board_not_found_code: 40,
            scopes_missing_status: 403,
            pinner_data_denied: false,
            token_scope: true,
            extra_fields: true,
            created_at_offset: false,
            created_at_shift_s: 0,
            board_order: BoardOrder::NewestFirst,
        }
    }
}

/// Quotas to use in place of the tier's own, in calls per window; the window stays the tier's.
///
/// Limits with `after_ms` or `for_ms` hold for that stretch of time in place of those set before,
/// which hold again afterwards; limits without replace all that were set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// For the category `org_read`.
    pub org_read: Option<u32>,
    /// For the category `org_write`.
    pub org_write: Option<u32>,
    /// For the category `org_analytics`.
    pub org_analytics: Option<u32>,
    /// Over all categories.
    pub universal: Option<u32>,
    /// From when on they hold, in milliseconds after they are set; `None` for at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
    /// For how long they hold, in milliseconds; `None` for without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_ms: Option<u64>,
}

/// What becomes of a write to a board that was written to a moment ago. The description warns of
/// both refusals; how long the moment is, it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BoardWrites {
    /// For how long a write has its board to itself, in milliseconds; 0, the default, for not at
    /// all.
    pub hold_ms: u64,
    /// What another write to the board is answered meanwhile.
    pub refusal: BoardRefusal,
}

/// How a write to a board that is not free is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoardRefusal {
    /// 429 code 8, by the second cause that its text names.
    #[default]
    RateLimited,
    /// 409: no exclusive access to the board.
    Conflict,
}

pub(crate) struct Controls {
    pub(crate) tier: Tier,
    pub(crate) rotation: Rotation,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) answers: Answers,
    limits: Vec<(Stretch, Limits)>,
    pub(crate) board_writes: BoardWrites,
    /// Until when each board belongs to the last write.
    pub(crate) holds: BTreeMap<String, Timestamp>,
    pub(crate) blocked_domains: Vec<String>,
    pub(crate) media: MediaProcessing,
    pub(crate) analytics: Analytics,
    pub(crate) faults: Vec<Armed>,
}

impl Controls {
    pub(crate) fn new(tier: Tier) -> Self {
        Self {
            tier,
            rotation: Rotation::default(),
            lifetimes: Lifetimes::default(),
            answers: Answers::default(),
            limits: Vec::new(),
            board_writes: BoardWrites::default(),
            holds: BTreeMap::new(),
            blocked_domains: Vec::new(),
            media: MediaProcessing::default(),
            analytics: Analytics::default(),
            faults: Vec::new(),
        }
    }

    /// The limits that hold at a time: of several, those set last.
    pub(crate) fn limits_at(&self, now: Timestamp) -> Limits {
        let holding = self.limits.iter().rev().find(|(stretch, _)| stretch.holds(now));
        holding.map(|(_, limits)| *limits).unwrap_or_default()
    }
}

impl Simulator {
    /// Makes matching calls fail until the fault has struck `times` times, its time is over or it
    /// is cleared. Of several that match a call, the one set first strikes.
    pub fn set_fault(&self, fault: Fault) {
        let armed = Armed::new(fault, self.now());
        self.with_controls(|controls| controls.faults.push(armed));
    }

    /// Removes every fault.
    pub fn clear_faults(&self) {
        self.with_controls(|controls| controls.faults.clear());
    }

    /// The faults that can still strike, with what is left of their `times`.
    pub fn faults(&self) -> Vec<Fault> {
        let now = self.now();
        self.with_controls(|controls| {
            controls.faults.iter().filter(|armed| !armed.is_over(now)).map(|armed| armed.fault.clone()).collect()
        })
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

    /// Chooses how long the tokens last that are made from now on.
    pub fn set_lifetimes(&self, lifetimes: Lifetimes) {
        self.with_controls(|controls| controls.lifetimes = lifetimes);
    }

    /// How long a token lasts that is made now.
    pub fn lifetimes(&self) -> Lifetimes {
        self.with_controls(|controls| controls.lifetimes)
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
        let stretch = Stretch::new(self.now(), limits.after_ms, limits.for_ms);
        self.with_controls(|controls| {
            if limits.after_ms.is_none() && limits.for_ms.is_none() {
                controls.limits.clear();
            }
            controls.limits.push((stretch, limits));
        });
    }

    /// The replaced quotas that hold now.
    pub fn limits(&self) -> Limits {
        let now = self.now();
        self.with_controls(|controls| controls.limits_at(now))
    }

    /// Chooses what becomes of writes to one board that follow each other closely.
    pub fn set_board_writes(&self, writes: BoardWrites) {
        self.with_controls(|controls| {
            controls.board_writes = writes;
            controls.holds.clear();
        });
    }

    /// What becomes of writes to one board that follow each other closely.
    pub fn board_writes(&self) -> BoardWrites {
        self.with_controls(|controls| controls.board_writes)
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
