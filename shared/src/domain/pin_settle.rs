//! How a person settles a pin that needs one: another try, a look at Pinterest, or letting it be.

use jiff::Timestamp;

use super::pin::to_millisecond;
use super::{Attempt, AttemptOutcome, Hold, IllegalMove, Pin, PinterestPinId, State, Status};

impl Pin {
    /// Failed, held for what a person mends, or scheduled after a setback → scheduled for `at`.
    ///
    /// Certainly nothing was created in any of these. The time that counts is the new one, so that the pin has a fresh
    /// day of grace.
    pub fn try_again(&mut self, at: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        if !self.may_be_tried_again() {
            return Err(IllegalMove { from: self.state.status(), to: Status::Scheduled });
        }
        self.begin_anew(at, now);
        Ok(())
    }

    /// Needs review → published as `id`, at the time of the attempt whose outcome was unknown.
    pub fn found(&mut self, id: PinterestPinId, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::NeedsReview], Status::Published)?;
        let at = self.in_doubt_since();
        let lateness_ms = self.publish_at.map_or(0, |due| at.as_millisecond() - due.as_millisecond());
        self.leave_index(State::Published { at, lateness_ms, pinterest_pin_id: id }, now);
        Ok(())
    }

    /// Needs review → scheduled for `now`; only somebody who looked at the board can answer for this.
    pub fn publish_again(&mut self, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::NeedsReview], Status::Scheduled)?;
        self.begin_anew(now, now);
        Ok(())
    }

    /// Failed or needs review → cancelled; whatever is on Pinterest stays there.
    pub fn dismiss(&mut self, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Failed, Status::NeedsReview], Status::Cancelled)?;
        self.leave_index(State::Cancelled, now);
        Ok(())
    }

    /// Notes what came of somebody's wish to have the published pin deleted on Pinterest. It stays published: that it was is
    /// part of its history, and its time stays taken.
    pub fn take_down(&mut self, attempt: Attempt, now: Timestamp) {
        if attempt.outcome == AttemptOutcome::TakenDown {
            self.taken_down_at = Some(now);
        }
        self.record(attempt);
        self.updated_at = now;
        self.version += 1;
    }

    /// When the attempt was made of which nobody knows what came.
    pub fn in_doubt_since(&self) -> Timestamp {
        let doubtful = self.attempts.iter().rev().find(|attempt| attempt.outcome == AttemptOutcome::Unknown);
        doubtful.map_or(self.updated_at, |attempt| attempt.at)
    }

    /// What is parked is released with all that waits for the same, and would be parked again, but for pins that are late and
    /// too many; the other holds wait for somebody who says that it is worth a try.
    fn may_be_tried_again(&self) -> bool {
        match self.state {
            State::Failed { .. }
            | State::Scheduled { setback: Some(_) }
            | State::Held { reason: Hold::DailyLimit, .. } => true,
            State::Held { reason, .. } if !self.is_parked() => {
                matches!(
                    reason,
                    Hold::LinkBlocked | Hold::NotPermitted | Hold::SpamBlock | Hold::TrialTier | Hold::AppNotApproved
                )
            }
            _ => false,
        }
    }

    fn begin_anew(&mut self, at: Timestamp, now: Timestamp) {
        let at = to_millisecond(at);
        self.publish_at = Some(at);
        self.fit_video(Some(&self.content.media().clone()));
        self.become_due(at, None, now);
    }
}

#[cfg(test)]
mod tests;
