//! A pin of which nobody knows whether Pinterest created it, while it is looked for on its board.

use jiff::Timestamp;

use super::{AttemptId, AttemptOutcome, Doubt, Pin, PinterestPinId, State, Status};
use super::{Due, IllegalMove, pin::to_millisecond};

/// What is known of the attempt in doubt, and what the looks at the board brought so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The attempt in doubt.
    pub attempt: AttemptId,
    /// Its request was not sent before this moment.
    pub since: Timestamp,
    /// Its request has ended by this moment.
    pub until: Timestamp,
    /// How many looks did not find the pin.
    pub absent: u8,
    /// How many looks running could not tell.
    pub unclear: u8,
    /// Since when no look could tell; absent while they can.
    pub unclear_since: Option<Timestamp>,
}

/// A pin on the board that may be the one in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Pinterest's id of it.
    pub id: PinterestPinId,
    /// When it was created by Pinterest's clock, where that is readable.
    pub created_at: Option<Timestamp>,
}

impl Check {
    /// Why the pin has no outcome yet: a stable word for programs.
    pub const CODE: &str = "checking";

    /// The same in words.
    pub const MESSAGE: &str = "Pinterest's response was lost, so Pinwheel is looking for the pin on its board. If it \
                               is there, it is published. If it isn't there after two checks, it is posted again or \
                               needs your review.";

    /// A check of the attempt `attempt`, whose request was under way at some time between `since` and `until`.
    pub fn new(attempt: AttemptId, since: Timestamp, until: Timestamp) -> Self {
        let (since, until) = (to_millisecond(since), to_millisecond(until));
        Self { attempt, since, until, absent: 0, unclear: 0, unclear_since: None }
    }
}

impl Pin {
    /// Publishing → looked for on its board, first or again at `look_at`. The claim is over, but nobody else may take the
    /// pin: it still counts as being published.
    pub fn check(&mut self, check: Check, look_at: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Publishing], Status::Publishing)?;
        self.due = Some(Due { partition: self.open_partition(), at: to_millisecond(look_at) });
        self.change(State::Checking(check), now);
        Ok(())
    }

    /// Publishing → needs review, since it may have been created; `candidates` are what the board has.
    pub fn doubt(&mut self, reason: Doubt, candidates: Vec<Candidate>, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Publishing], Status::NeedsReview)?;
        self.leave_index(State::NeedsReview { reason, candidates }, now);
        Ok(())
    }

    /// When the first of the attempts was made of which it is not known yet whether they created the pin.
    pub fn first_doubt(&self) -> Option<Timestamp> {
        let unsettled = self.attempts.iter().rev().take_while(|attempt| attempt.outcome.kind() != "resolve");
        unsettled.filter(|attempt| attempt.outcome == AttemptOutcome::Unknown).map(|attempt| attempt.at).min()
    }

    /// What is looked for, if the pin is in doubt.
    pub fn in_check(&self) -> Option<&Check> {
        match &self.state {
            State::Checking(check) => Some(check),
            _ => None,
        }
    }
}
