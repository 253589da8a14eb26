//! What keeps back all pins of a mode while none of them can work.
//!
//! A circuit opens when Pinterest refuses the app itself, or does not answer several times running. Pins that come due
//! meanwhile are parked. From time to time one pin tries; when it goes through, the circuit releases the others in pages
//! and is gone. A mode without circuits is the normal case.

use jiff::{SignedDuration, Timestamp};

use super::attempt::words;
use super::{AccountId, Due, Hold, Mode, Partition, PinId, Shard};

/// How many failures running open the circuit of an outage.
const FAILURES_TO_OPEN: u32 = 5;

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
        App = "app", "Pinterest refuses the app.";
        /// Pinterest does not answer.
        Outage = "outage", "Pinterest does not answer.";
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
    /// How many posts running got no answer while it kept nothing back.
    pub running: u32,
    /// How many pins tried in vain, one after the other.
    pub trials: u32,
    /// The account of the last pin that failed; another account's pin says more about Pinterest.
    pub suspect: Option<AccountId>,
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

impl Circuit {
    /// A circuit for the first pin that met `reason`, one of the account `of`: open where the app is refused, counting
    /// where nobody answered.
    pub fn new(mode: Mode, reason: Hold, of: &AccountId, now: Timestamp) -> Self {
        let is_outage = reason == Hold::PinterestDown;
        let mut circuit = Self {
            mode,
            kind: if is_outage { CircuitKind::Outage } else { CircuitKind::App },
            reason,
            opened_at: now,
            phase: if is_outage { Phase::Counting } else { Phase::Open },
            running: 0,
            trials: 0,
            suspect: None,
            due_at: now,
            version: 0,
        };
        circuit.fail(reason, of, false, now);
        circuit
    }

    /// Whether `pin` has to wait.
    pub fn keeps_back(&self, pin: &PinId) -> bool {
        match &self.phase {
            Phase::Open => true,
            Phase::Trying { pin: trying } => trying != pin,
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

    /// Notes that a pin of the account `of` failed for `reason`: it opens (again) if that was the trial, or one failure
    /// too many.
    pub fn fail(&mut self, reason: Hold, of: &AccountId, was_trial: bool, now: Timestamp) {
        self.suspect = Some(of.clone());
        let keeps_back = self.keeps_any_back();
        if was_trial {
            self.trials += 1;
        } else if !keeps_back {
            self.running += 1;
            if self.kind == CircuitKind::Outage && self.running < FAILURES_TO_OPEN {
                return;
            }
            (self.opened_at, self.trials) = (now, 0);
        }
        (self.reason, self.phase, self.running) = (reason, Phase::Open, 0);
        self.due_at = now + self.pause();
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

    /// Keeps back nothing from now on.
    pub fn close(&mut self, now: Timestamp) {
        (self.phase, self.running) = (Phase::Releasing { left: 3 }, 0);
        self.due_at = now;
    }

    /// Keeps back nothing from now on, because nobody waits; the first pin that fails opens it again.
    ///
    /// What is being parked at this moment is released all the same.
    pub fn close_untried(&mut self, now: Timestamp) {
        self.close(now);
        self.running = FAILURES_TO_OPEN - 1;
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
            CircuitKind::Outage => (PROBE_EVERY * 2_i32.pow(self.trials.min(8))).min(LONGEST_PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn of() -> AccountId {
        AccountId::random(&SystemRandom)
    }

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn outage() -> Circuit {
        let mut circuit = Circuit::new(Mode::Live, Hold::PinterestDown, &of(), NOW);
        while circuit.phase == Phase::Counting {
            circuit.fail(Hold::PinterestDown, &of(), false, NOW);
        }
        circuit
    }

    #[test]
    fn five_failures_running_are_an_outage_and_one_refusal_of_the_app_is_enough() {
        let mut circuit = Circuit::new(Mode::Live, Hold::PinterestDown, &of(), NOW);
        for _ in 2..=5 {
            assert_eq!((&circuit.phase, circuit.due()), (&Phase::Counting, None), "nobody has to do anything yet");
            circuit.fail(Hold::PinterestDown, &of(), false, NOW);
        }
        assert_eq!(circuit.phase, Phase::Open);
        assert_eq!(Circuit::new(Mode::Live, Hold::TrialTier, &of(), NOW).phase, Phase::Open);
    }

    #[test]
    fn every_pin_but_the_one_that_tries_is_kept_back_until_it_went_through() {
        let (one, two) = (PinId::random(&SystemRandom), PinId::random(&SystemRandom));
        let mut circuit = outage();
        assert!(circuit.keeps_back(&one) && circuit.keeps_back(&two));
        circuit.try_with(one.clone(), NOW);
        assert!(!circuit.keeps_back(&one) && circuit.keeps_back(&two));
        circuit.close(NOW);
        assert!(!circuit.keeps_back(&one) && !circuit.keeps_back(&two));
    }

    #[test]
    fn pauses_between_pins_that_try_grow_up_to_four_minutes() {
        let mut circuit = outage();
        let pauses: Vec<_> = (0..6)
            .map(|_| {
                circuit.fail(Hold::PinterestDown, &of(), true, NOW);
                circuit.due_at.duration_since(NOW).as_secs()
            })
            .collect();
        assert_eq!(pauses, [60, 120, 240, 240, 240, 240]);
    }

    #[test]
    fn a_refused_app_is_tried_twice_a_day_and_the_time_is_known() {
        let circuit = Circuit::new(Mode::Live, Hold::TrialTier, &of(), NOW);
        assert_eq!((circuit.kind, circuit.until()), (CircuitKind::App, Some(NOW + APP_PAUSE)));
        assert_eq!(outage().until(), None, "nobody knows when an outage ends");
    }

    #[test]
    fn a_release_goes_on_page_by_page_and_is_repeated_after_two_and_ten_minutes() {
        let mut circuit = outage();
        circuit.close(NOW);
        assert!(circuit.released(true, NOW));
        let mut moments = Vec::new();
        let mut now = NOW;
        while circuit.released(false, now) {
            now = circuit.due_at;
            moments.push(now.duration_since(NOW).as_secs());
        }
        assert_eq!(moments, [120, 600]);
    }

    #[test]
    fn somebody_who_mended_the_cause_does_not_wait_for_the_pause() {
        let mut circuit = Circuit::new(Mode::Live, Hold::TrialTier, &of(), NOW);
        assert!(circuit.hasten(NOW + SignedDuration::from_mins(1)));
        assert_eq!(circuit.due_at, NOW + SignedDuration::from_mins(1));
        assert!(!circuit.hasten(NOW + SignedDuration::from_mins(2)));
    }

    #[test]
    fn an_outage_that_nobody_waits_for_is_over_and_opens_again_at_the_first_failure() {
        let mut circuit = outage();
        circuit.close_untried(NOW);
        assert!(!circuit.keeps_any_back());
        circuit.fail(Hold::PinterestDown, &of(), false, NOW);
        assert!(circuit.keeps_any_back());
    }
}
