//! Times by the plan of an account: free slots, intervals, and what is too close to what.
//!
//! What is planned here is not stored yet. A slot is given by the write that stores the pin, so of several requests that
//! found the same slot free one gets it, and the others look again.

mod account;
mod calendar;

use std::collections::BTreeMap;

use jiff::Timestamp;
use shared::api::Note;
use shared::domain::{AccountId, Alike, Clash, Content, FieldError, PinId, Plan};
use shared::store::{SlotClaim, StoreError};

use crate::desk::Desk;
use account::{AccountPlan, Looked};

pub use account::SlotState;

/// Plans pins one after another; each takes those before it into account.
pub struct Planner<'d> {
    desk: &'d Desk,
    accounts: BTreeMap<AccountId, AccountPlan>,
}

/// A pin that is to be planned.
#[derive(Debug, Clone, Copy)]
pub struct ToPlan<'w> {
    /// The pin.
    pub id: &'w PinId,
    /// Its account.
    pub account: &'w AccountId,
    /// What it shows.
    pub content: &'w Content,
}

/// When a pin goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// The moment; absent for a draft.
    pub at: Option<Timestamp>,
    /// The slot that it is to be given.
    pub claim: Option<SlotClaim>,
    /// What was done to its time, for whoever asked for it.
    pub notes: Vec<Note>,
}

/// Why there is no time for a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoTime {
    /// The account has no slots.
    NoSlots,
    /// All slots of more than a year are taken, or too close to something.
    NoFreeSlot,
    /// The time that was asked for is too close to another pin.
    TooClose(Clash),
}

impl Timing {
    /// At that moment, whatever the plan.
    pub fn fixed(at: Option<Timestamp>) -> Self {
        Self { at, claim: None, notes: Vec::new() }
    }
}

impl NoTime {
    /// What is wrong with the field `path` that asked for the time.
    pub fn objection(&self, path: &str, plan: &Plan) -> FieldError {
        match self {
            Self::NoSlots => {
                let message = "This account has no posting times yet. Add posting times, or choose a time.";
                FieldError::new(path, "no_slots", message)
            }
            Self::NoFreeSlot => {
                let message = "No posting time is free within a year. Add posting times, allow more pins per day, or \
                               choose a time.";
                FieldError::new(path, "no_free_slot", message)
            }
            Self::TooClose(clash) => {
                let field = match clash.alike {
                    Alike::Link => "same_link_hours",
                    Alike::Image => "same_image_hours",
                };
                let (what, until) = (clash.alike.told(), plan.zone.written(clash.until));
                let message = format!(
                    "Too close to pin {} of this account, which {what}. Choose a time from {until} on. To schedule \
                     it anyway, send \"spacing\": {{\"{field}\": 0}}.",
                    clash.other
                );
                FieldError::new(path, "too_close", message)
            }
        }
    }
}

impl<'d> Planner<'d> {
    /// Nothing is planned yet; `plans` are those of the accounts that pins are planned for.
    pub fn new(desk: &'d Desk, plans: impl IntoIterator<Item = (AccountId, Plan)>) -> Self {
        let accounts = plans.into_iter().map(|(id, plan)| (id, AccountPlan::new(plan)));
        Self { desk, accounts: accounts.collect() }
    }

    /// Goes on by these plans, with what it planned and read already.
    pub fn set_plans(&mut self, plans: impl IntoIterator<Item = (AccountId, Plan)>) {
        for (id, plan) in plans {
            match self.accounts.get_mut(&id) {
                Some(account) => account.plan = plan,
                None => drop(self.accounts.insert(id, AccountPlan::new(plan))),
            }
        }
    }

    /// The plan of an account.
    pub fn plan(&self, account: &AccountId) -> &Plan {
        &self.accounts[account].plan
    }

    /// Takes note of a pin that is planned already.
    pub fn note(&mut self, wanted: ToPlan<'_>, timing: &Timing) {
        let Some(at) = timing.at else { return };
        self.account(wanted.account).note(wanted, at, timing.claim.as_ref().map(|claim| claim.slot));
    }

    /// The time that was asked for, unless it is too close to another pin.
    pub async fn exactly(&mut self, wanted: ToPlan<'_>, at: Timestamp) -> Result<Result<Timing, NoTime>, StoreError> {
        let desk = self.desk;
        let account = self.account(wanted.account);
        account.look(desk, wanted.account, (at, at)).await?;
        if let Some(clash) = account.clash(wanted, at) {
            return Ok(Err(NoTime::TooClose(clash)));
        }
        let timing = Timing::fixed(Some(at));
        self.note(wanted, &timing);
        Ok(Ok(timing))
    }

    /// `at`, or the first time after it that is not quiet and not too close to anything.
    pub async fn from(&mut self, wanted: ToPlan<'_>, at: Timestamp) -> Result<Timing, StoreError> {
        let desk = self.desk;
        let account = self.account(wanted.account);
        let (mut found, mut notes) = (at, Vec::new());
        loop {
            let awake = account.plan.after_quiet(found);
            notes.extend((awake != found).then_some(Note::QUIET));
            account.look(desk, wanted.account, (awake, awake)).await?;
            let Some(clash) = account.clash(wanted, awake) else {
                found = awake;
                break;
            };
            notes.push(Note::SPACED);
            found = clash.until;
        }
        notes.dedup();
        let spread = account.plan.spread(found, wanted.id);
        notes.extend((spread != found).then_some(Note::SPREAD));
        let timing = Timing { at: Some(spread), claim: None, notes };
        self.note(wanted, &timing);
        Ok(timing)
    }

    /// The first free slot that is not before `from`.
    pub async fn next_slot(
        &mut self,
        wanted: ToPlan<'_>,
        from: Timestamp,
    ) -> Result<Result<Timing, NoTime>, StoreError> {
        let desk = self.desk;
        let account = self.account(wanted.account);
        let Looked { free, spaced } = match account.next_slot(desk, wanted, from).await? {
            Ok(looked) => looked,
            Err(none) => return Ok(Err(none)),
        };
        let at = account.plan.spread(free.slot, wanted.id);
        let notes = [Some(Note::SLOT), spaced.then_some(Note::SPACED), (at != free.slot).then_some(Note::SPREAD)];
        let timing = Timing { at: Some(at), claim: Some(free), notes: notes.into_iter().flatten().collect() };
        self.note(wanted, &timing);
        Ok(Ok(timing))
    }

    /// Every slot of the account from `from` on and before `to`, and who has it.
    pub async fn slots(
        &mut self,
        account: &AccountId,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<(Timestamp, SlotState)>, StoreError> {
        let desk = self.desk;
        self.account(account).every_slot(desk, account, (from, to)).await
    }

    /// Forgets what it read of an account, since somebody else was faster, and that the pin was planned.
    pub fn forget(&mut self, wanted: ToPlan<'_>, timing: &Timing) {
        self.account(wanted.account).forget(wanted.id, timing.claim.as_ref().map(|claim| claim.slot));
    }

    fn account(&mut self, id: &AccountId) -> &mut AccountPlan {
        self.accounts.get_mut(id).expect("pins are planned for accounts whose plan is known")
    }
}
