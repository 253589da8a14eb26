//! What a person changes of a pin that no publisher is at.

use jiff::Timestamp;

use super::pin::to_millisecond;
use super::{BoardId, Content, Hold, IllegalMove, Pin, SectionId, State, Status};

/// A pin as it is to be from now on; what stays is the same as before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What it shows.
    pub content: Content,
    /// The board.
    pub board_id: BoardId,
    /// Which section of the board, if any.
    pub section_id: Option<SectionId>,
    /// Whether the board was seen in the account.
    pub board_verified: bool,
    /// When.
    pub time: NewTime,
}

/// What an edit does to the time of a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewTime {
    /// Nothing.
    Same,
    /// Takes it away, which makes the pin a draft.
    None,
    /// Moves it.
    At(Timestamp),
}

impl Pin {
    /// Draft, scheduled, held or failed → the same with other content, another place or another time.
    ///
    /// A time schedules a draft and a failed pin, and its absence makes any of them a draft. A held pin stays held,
    /// with its new time, unless its hold has ended by that time, the edit mends what holds it (another link where
    /// Pinterest blocks the present one, another board where the account may not pin to it), or it waits as one of too many late pins. An edit that changes nothing leaves
    /// the version as it is.
    pub fn edit(&mut self, edit: Edit, now: Timestamp) -> Result<(), IllegalMove> {
        self.allow(&[Status::Draft, Status::Scheduled, Status::Held, Status::Failed], Status::Scheduled)?;
        let before = self.clone();
        let mended = self.is_mended_by(&edit);
        self.content = edit.content;
        self.board_id = edit.board_id;
        self.section_id = edit.section_id;
        self.fit_video(Some(before.content.media()));
        self.board_verified = edit.board_verified;
        if (&self.content, &self.board_id, &self.section_id) != (&before.content, &before.board_id, &before.section_id)
        {
            self.warning = None;
        }
        match edit.time {
            NewTime::Same if mended => self.release(now)?,
            NewTime::Same if self.video != before.video => self.wait_for_video(now),
            NewTime::Same => {}
            NewTime::None => {
                self.publish_at = None;
                self.leave_index(State::Draft, now);
            }
            NewTime::At(at) => self.move_to(to_millisecond(at), mended, now),
        }
        self.version = before.version;
        self.updated_at = before.updated_at;
        if *self != before {
            self.version = before.version + 1;
            self.updated_at = now;
        }
        Ok(())
    }

    fn is_mended_by(&self, edit: &Edit) -> bool {
        match self.state {
            State::Held { reason: Hold::LinkBlocked, .. } => edit.content.link() != self.content.link(),
            State::Held { reason: Hold::NotPermitted, .. } => edit.board_id != self.board_id,
            _ => false,
        }
    }

    /// Another picture than before, with or without an upload of its own, has another next step.
    fn wait_for_video(&mut self, now: Timestamp) {
        if let (State::Scheduled { setback }, Some(at)) = (&self.state, self.publish_at) {
            self.become_due(at, *setback, now);
        }
    }

    fn move_to(&mut self, at: Timestamp, mended: bool, now: Timestamp) {
        self.publish_at = Some(at);
        match self.state {
            // A new time is not late, so what holds late pins back does not concern it.
            State::Held { reason, until }
                if !mended && reason != Hold::DailyLimit && until.is_none_or(|until| at < until) =>
            {
                // What is parked waits in the order of time, everything else for the end of its hold.
                if self.is_parked()
                    && let Some(due) = &mut self.due
                {
                    due.at = at;
                }
            }
            _ => self.become_due(at, None, now),
        }
    }
}

#[cfg(test)]
mod tests;
