//! What people did to a pin besides what its attempts tell: who made, edited, moved and cancelled it.

use jiff::Timestamp;

use super::{Pin, State};

/// How many changes a pin remembers, besides that it was created.
pub const KEPT: usize = 10;

/// Somebody's change of a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub action: Action,
    /// Who did it, as the log names them; absent where the installation has no key to hash people with.
    pub by: Option<String>,
}

super::attempt::words! {
    /// What somebody did to a pin.
    Action {
        /// It was created.
        Created = "created", "Someone created the pin.";
        /// It has another content or place.
        Edited = "edited", "Someone changed the pin's content or board.";
        /// It has another time, a first one, or none any more.
        Moved = "moved", "Someone changed the pin's time.";
        /// It was called off.
        Cancelled = "cancelled", "Someone cancelled the pin.";
        _ => Other, "A change recorded by another version of Pinwheel.";
    }
}

impl Pin {
    /// Notes who made of `before` what the pin is now. What is in the timeline already is only given its name there.
    pub fn attribute(&mut self, before: &Self, by: Option<&str>, now: Timestamp) {
        let mut is_told = false;
        for attempt in &mut self.attempts {
            let is_new = before.attempts.iter().all(|known| known.id != attempt.id);
            if is_new && attempt.outcome.is_by_a_person() {
                attempt.by = by.map(str::to_owned);
                is_told = true;
            }
        }
        if is_told {
            return;
        }
        for action in self.actions_since(before) {
            self.history.push(HistoryEntry { at: now, action, by: by.map(str::to_owned) });
        }
        let surplus = self.history.len().saturating_sub(KEPT);
        self.history.drain(..surplus);
    }

    /// Everything that the pin remembers of people's changes, the oldest first.
    pub fn whole_history(&self) -> impl Iterator<Item = HistoryEntry> {
        let created = HistoryEntry { at: self.created_at, action: Action::Created, by: self.created_by.clone() };
        std::iter::once(created).chain(self.history.iter().cloned())
    }

    fn actions_since(&self, before: &Self) -> Vec<Action> {
        if self.state.status() != before.state.status() && self.state == State::Cancelled {
            return vec![Action::Cancelled];
        }
        let is_edited = self.content != before.content
            || (&self.board_id, &self.section_id) != (&before.board_id, &before.section_id);
        let is_moved = self.publish_at != before.publish_at;
        let edited = is_edited.then_some(Action::Edited);
        edited.into_iter().chain(is_moved.then_some(Action::Moved)).collect()
    }
}

#[cfg(test)]
mod tests;
