//! The legal moves of a pin. Nothing else changes a state but the claim, which is one conditional write of the store.

use jiff::Timestamp;

use super::attempt::KEPT;
use super::pin::GRACE;
use super::{
    Attempt, CircuitKind, Due, Failure, Hold, Partition, Pin, PinterestPinId, Setback, State, Status, Warning,
};

/// A move that the pin's state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pin that is {} cannot become {}", from.code(), to.code())]
pub struct IllegalMove {
    /// The state it is in.
    pub from: Status,
    /// The state it was to get.
    pub to: Status,
}

/// Where a held pin waits, and until when if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Where it is, for a time that passes by itself.
    Until(Timestamp),
    /// Parked until its account releases it.
    ForAccount(Option<Timestamp>),
    /// Parked until the circuit of its mode releases it.
    ForCircuit(CircuitKind, Option<Timestamp>),
}

/// When it is the turn of a pin that waits behind others of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Why it waits.
    pub reason: Hold,
    /// How many pins go before it, about.
    pub ahead: usize,
    /// When it can go out, about.
    pub at: Timestamp,
}

impl Pin {
    /// Draft, scheduled or held → scheduled for `at`.
    pub fn schedule(&mut self, at: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Draft, Status::Scheduled, Status::Held], Status::Scheduled)?;
        let at = super::pin::to_millisecond(at);
        self.publish_at = Some(at);
        self.become_due(at, None, now);
        Ok(())
    }

    /// Draft, scheduled or held → cancelled.
    pub fn cancel(&mut self, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Draft, Status::Scheduled, Status::Held], Status::Cancelled)?;
        self.leave_index(State::Cancelled, now);
        Ok(())
    }

    /// Held → scheduled for the time that its owner chose, which may have passed.
    pub fn release(&mut self, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Held], Status::Scheduled)?;
        self.become_due(self.publish_at.unwrap_or(now), None, now);
        Ok(())
    }

    /// Publishing → published, handed to Pinterest at `at`.
    pub fn published(&mut self, id: PinterestPinId, at: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Publishing], Status::Published)?;
        let lateness_ms = self.publish_at.map_or(0, |due| at.as_millisecond() - due.as_millisecond());
        self.leave_index(State::Published { at, lateness_ms, pinterest_pin_id: id }, now);
        Ok(())
    }

    /// Publishing → scheduled again for `due_at`; only for attempts that certainly created nothing.
    pub fn retry(&mut self, setback: Setback, due_at: Timestamp, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Publishing], Status::Scheduled)?;
        self.become_due(self.publish_at.unwrap_or(due_at), Some(setback), now);
        // Whatever its video waits for, it is not tried before.
        if let Some(due) = &mut self.due {
            due.at = due.at.max(super::pin::to_millisecond(due_at));
        }
        Ok(())
    }

    /// Publishing → held; only if certainly nothing was created.
    pub fn hold(&mut self, reason: Hold, wait: Wait, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Publishing], Status::Held)?;
        let (partition, at, until) = match wait {
            Wait::Until(at) => (self.open_partition(), at, Some(at)),
            Wait::ForAccount(until) => {
                (Partition::HeldAccount(self.account_id.clone()), self.publish_at.unwrap_or(now), until)
            }
            Wait::ForCircuit(kind, until) => {
                (Partition::HeldCircuit(self.mode, kind), self.publish_at.unwrap_or(now), until)
            }
        };
        self.due = Some(Due { partition, at: super::pin::to_millisecond(at) });
        self.change(State::Held { reason, until: until.map(super::pin::to_millisecond) }, now);
        Ok(())
    }

    /// Scheduled or held → held behind earlier pins of its account.
    pub fn queue(&mut self, turn: Turn, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Scheduled, Status::Held], Status::Held)?;
        let partition = Partition::HeldAccount(self.account_id.clone());
        self.due = Some(Due { partition, at: super::pin::to_millisecond(self.publish_at.unwrap_or(now)) });
        self.change(State::Held { reason: turn.reason, until: None }, now);
        self.expect(turn);
        Ok(())
    }

    /// Notes when the turn of a held pin comes. Where that is too late for it, it has no time and a warning instead.
    pub fn expect(&mut self, turn: Turn) {
        let State::Held { until, .. } = &mut self.state else { return };
        let comes = self.publish_at.is_none_or(|at| turn.at.duration_since(at) <= GRACE);
        *until = comes.then(|| super::pin::to_millisecond(turn.at));
        self.warning = (!comes).then_some(Warning::WillBeMissed);
        self.ahead = Some(u32::try_from(turn.ahead).unwrap_or(u32::MAX));
    }

    /// Scheduled or held → failed, since it is too late to go out without asking.
    pub fn miss(&mut self, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Scheduled, Status::Held], Status::Failed)?;
        self.leave_index(State::Failed { reason: Failure::Missed }, now);
        Ok(())
    }

    /// Publishing → failed for good; only for attempts that certainly created nothing.
    pub fn fail(&mut self, reason: Failure, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Publishing], Status::Failed)?;
        self.leave_index(State::Failed { reason }, now);
        Ok(())
    }

    /// Adds `attempt` to the timeline and forgets the oldest where there are too many: looks at the board first, of which
    /// there can be many.
    pub fn record(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
        while self.attempts.len() > KEPT {
            let earlier = &self.attempts[..self.attempts.len() - 1];
            let oldest_look = earlier.iter().position(|attempt| attempt.outcome.is_look());
            self.attempts.remove(oldest_look.unwrap_or_default());
        }
    }

    /// Notes what would keep the pin from going out at its time, or that nothing does any more; it waits all the same.
    pub fn warn(&mut self, warning: Option<Warning>) {
        self.warning = warning;
        self.version += 1;
    }

    pub(super) fn allow(&self, from: &[Status], to: Status) -> Result<(), IllegalMove> {
        let status = self.state.status();
        if from.contains(&status) { Ok(()) } else { Err(IllegalMove { from: status, to }) }
    }

    pub(super) fn become_due(&mut self, at: Timestamp, setback: Option<Setback>, now: Timestamp) {
        let at = self.due_for(at, now);
        self.due = Some(Due { partition: self.open_partition(), at: super::pin::to_millisecond(at) });
        self.change(State::Scheduled { setback }, now);
    }

    pub(super) fn leave_index(&mut self, state: State, now: Timestamp) {
        self.due = None;
        self.change(state, now);
    }

    pub(super) fn change(&mut self, state: State, now: Timestamp) {
        self.state = state;
        self.warning = None;
        self.ahead = None;
        self.updated_at = now;
        self.version += 1;
    }
}

#[cfg(test)]
pub(super) mod tests;
