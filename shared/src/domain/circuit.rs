//! What keeps back all pins of a mode while none of them can work.
//!
//! A circuit opens when Pinterest refuses the app itself, or answers nobody: then it keeps back the owners whose posts fail,
//! and lets those through that have not failed. Pins that come due meanwhile are parked. From time to time one pin tries;
//! when it goes through, the circuit releases the others in pages and is gone. A mode without circuits is the normal case.

mod failing;

pub use failing::{ANSWERED_WITHIN, FailingAccount, FailingOwner, FailingOwners};

use jiff::{SignedDuration, Timestamp};

use super::attempt::words;
use super::{AccountId, Due, Hold, Mode, OwnerId, Partition, Pin, PinId, Shard};

/// How long a mode waits after Pinterest refused the app itself, which only a person mends.
pub const APP_PAUSE: SignedDuration = SignedDuration::from_hours(12);

/// How often Pinterest is asked whether an outage is over.
pub const PROBE_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// The longest pause between two pins that try. Longer would let pins wait after the outage is over.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(4);

/// How long a pin that tries may take before another one does.
const TRIAL: SignedDuration = SignedDuration::from_secs(90);

/// When a release is repeated, for pins that were being parked meanwhile.
const REPEAT: [SignedDuration; 2] = [SignedDuration::from_mins(8), SignedDuration::from_mins(2)];

/// When the next page of a long release follows.
const NEXT_PAGE: SignedDuration = SignedDuration::from_secs(10);

words! {
    /// Why a circuit is there.
    CircuitKind {
        /// Pinterest refuses the app: trial access, or not approved.
        App = "app", "Pinterest is refusing the app.";
        /// Pinterest does not answer.
        Outage = "outage", "Pinterest isn't responding.";
    }
}

/// Keeps back the pins of a mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    /// Whose pins it keeps back.
    pub mode: Mode,
    /// Why it is there.
    pub kind: CircuitKind,
    /// What the pins that it keeps back say.
    pub reason: Hold,
    /// When it opened.
    pub opened_at: Timestamp,
    /// How far it is.
    pub phase: Phase,
    /// How many pins tried in vain, one after the other.
    pub trials: u32,
    /// Whose posts got no answer.
    pub failing: FailingOwners,
    /// When its next step is due.
    pub due_at: Timestamp,
    /// Counts changes; 0 for a circuit that was not stored yet.
    pub version: u64,
}

/// How far a circuit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Keeps back nothing yet; failures are counted.
    Counting,
    /// Keeps back every pin.
    Open,
    /// Keeps back every pin but one, which tries.
    Trying {
        /// The pin that tries.
        pin: PinId,
    },
    /// Keeps back nothing; what was parked is released.
    Releasing {
        /// How many releases are still to come.
        left: u8,
    },
}

/// A post that got no answer.
#[derive(Debug, Clone, Copy)]
pub struct UnansweredPost<'a> {
    /// Whose it is.
    pub owner: &'a OwnerId,
    /// The account that it was for.
    pub account: &'a AccountId,
    /// Whether it was the pin that tried for the others.
    pub was_trial: bool,
    /// The owners that Pinterest answered within [`ANSWERED_WITHIN`], as far as that is known.
    pub answered: &'a [OwnerId],
}

impl Circuit {
    /// An open circuit for the first pin that Pinterest refused because of the app itself.
    pub fn refused(mode: Mode, reason: Hold, now: Timestamp) -> Self {
        let mut circuit = Self::counting(mode, now);
        (circuit.kind, circuit.phase) = (CircuitKind::App, Phase::Open);
        (circuit.reason, circuit.due_at) = (reason, now + APP_PAUSE);
        circuit
    }

    /// A circuit that counts posts without an answer and keeps nothing back yet.
    pub fn counting(mode: Mode, now: Timestamp) -> Self {
        Self {
            mode,
            kind: CircuitKind::Outage,
            reason: Hold::PinterestDown,
            opened_at: now,
            phase: Phase::Counting,
            trials: 0,
            failing: FailingOwners::default(),
            due_at: now,
            version: 0,
        }
    }

    /// A circuit that releases what is parked for one that is not there any more.
    pub fn releasing(mode: Mode, kind: CircuitKind, now: Timestamp) -> Self {
        let mut circuit = Self::counting(mode, now);
        circuit.kind = kind;
        circuit.close(now);
        circuit
    }

    /// Whether `pin` has to wait. In an outage an owner that has not failed is let through.
    pub fn keeps_back(&self, pin: &Pin) -> bool {
        let is_of_the_failing = || self.kind == CircuitKind::App || self.failing.is_failing(&pin.owner);
        match &self.phase {
            Phase::Open => is_of_the_failing(),
            Phase::Trying { pin: trying } => *trying != pin.id && is_of_the_failing(),
            Phase::Counting | Phase::Releasing { .. } => false,
        }
    }

    /// Whether it keeps pins back at all.
    pub fn keeps_any_back(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Trying { .. })
    }

    /// Whether `pin` is the one that tries.
    pub fn is_tried_by(&self, pin: &PinId) -> bool {
        matches!(&self.phase, Phase::Trying { pin: trying } if trying == pin)
    }

    /// When the pins that it keeps back are tried again, where that can be told.
    pub fn until(&self) -> Option<Timestamp> {
        (self.kind == CircuitKind::App && self.phase == Phase::Open).then_some(self.due_at)
    }

    /// Lets one pin try.
    pub fn try_with(&mut self, pin: PinId, now: Timestamp) {
        self.phase = Phase::Trying { pin };
        self.due_at = now + TRIAL;
    }

    /// Notes that Pinterest refused the app itself: it opens, or stays open longer after a pin that tried.
    pub fn refuse(&mut self, reason: Hold, was_trial: bool, now: Timestamp) {
        if was_trial {
            self.trials += 1;
        } else {
            (self.opened_at, self.trials) = (now, 0);
        }
        (self.reason, self.phase) = (reason, Phase::Open);
        self.due_at = now + self.pause();
    }

    /// Notes that `post` got no answer: it opens if that shows an outage, or opens again if it was the trial.
    pub fn fail(&mut self, post: UnansweredPost<'_>, now: Timestamp) {
        let keeps_back = self.keeps_any_back();
        self.failing.fail(post.owner, post.account, !keeps_back, now);
        if post.was_trial {
            self.trials += 1;
        } else if !keeps_back && self.failing.show_an_outage(post.answered) {
            (self.opened_at, self.trials) = (now, 0);
        } else {
            return;
        }
        (self.reason, self.phase) = (Hold::PinterestDown, Phase::Open);
        self.due_at = now + self.pause();
    }

    /// Notes that Pinterest answered a post of `owner` for `account`; answers whether that changed anything.
    pub fn answer(&mut self, owner: &OwnerId, account: &AccountId) -> bool {
        self.failing.answer(owner, account)
    }

    /// Keeps back every pin a little longer, since what tried proved nothing.
    pub fn postpone(&mut self, now: Timestamp) {
        self.phase = Phase::Open;
        self.due_at = now + PROBE_EVERY;
    }

    /// Brings the next step of an open circuit forward to `now`, because somebody may have mended the cause; answers
    /// whether that changed anything.
    pub fn hasten(&mut self, now: Timestamp) -> bool {
        let later = self.phase == Phase::Open && now < self.due_at;
        if later {
            self.due_at = now;
        }
        later
    }

    /// Keeps back nothing from now on but owners that fail by themselves.
    pub fn close(&mut self, now: Timestamp) {
        self.phase = Phase::Releasing { left: 3 };
        self.failing.forgive();
        self.due_at = now;
    }

    /// Keeps back nothing from now on, because nobody waits; the first pin that fails opens it again.
    ///
    /// What is being parked at this moment is released all the same.
    pub fn close_untried(&mut self, now: Timestamp) {
        (self.phase, self.due_at) = (Phase::Releasing { left: 3 }, now);
    }

    /// What is left of it after the last release, if anything: whose posts fail is not forgotten.
    pub fn after_release(mut self, now: Timestamp) -> Option<Self> {
        self.phase = Phase::Counting;
        self.failing.forget_old(now);
        (!self.failing.is_empty()).then_some(self)
    }

    /// Lets its next step be taken at once, since the pin that was to try cannot.
    pub fn pass_on(&mut self, now: Timestamp) {
        (self.phase, self.due_at) = (Phase::Open, now);
    }

    /// Notes that a page was released, `full` where there may be more; answers whether another step follows.
    pub fn released(&mut self, full: bool, now: Timestamp) -> bool {
        let Phase::Releasing { left } = &mut self.phase else { return true };
        if full {
            self.due_at = now + NEXT_PAGE;
            return true;
        }
        *left = left.saturating_sub(1);
        match left.checked_sub(1).and_then(|left| REPEAT.get(usize::from(left))) {
            Some(pause) => {
                self.due_at = now + *pause;
                true
            }
            None => false,
        }
    }

    /// Where its next step waits, if there is one.
    pub fn due(&self) -> Option<Due> {
        let counts = self.phase == Phase::Counting;
        (!counts).then(|| Due {
            partition: Partition::Open(self.mode, Shard::FIRST),
            at: super::pin::to_millisecond(self.due_at),
        })
    }

    /// Where the pins that it keeps back wait.
    pub fn parking(&self) -> Partition {
        Partition::HeldCircuit(self.mode, self.kind)
    }

    fn pause(&self) -> SignedDuration {
        match self.kind {
            CircuitKind::App => APP_PAUSE,
            CircuitKind::Outage => pause_after(self.trials),
        }
    }
}

/// The pause after that many failures beyond the first: it doubles up to the longest.
fn pause_after(failures: u32) -> SignedDuration {
    (PROBE_EVERY * 2_i32.pow(failures.min(8))).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
