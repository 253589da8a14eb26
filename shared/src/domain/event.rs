//! What happened: the entries of the event log.

use jiff::Timestamp;

use super::attempt::words;
use super::{
    Account, AccountId, Circuit, EventId, Hold, Import, ImportId, Mode, OwnerId, Pin, PinterestUserId, ReconnectReason,
    Settings, State,
};

words! {
    /// What kind of thing happened.
    EventType {
        /// A pin is on Pinterest.
        PinPublished = "pin.published", "The pin is on Pinterest.";
        /// A pin will not be published as it is.
        PinFailed = "pin.failed", "The pin won't be published as it is; its reason says why and what to do.";
        /// A pin waits for something other than its time, or for something else than before.
        PinHeld = "pin.held", "The pin is on hold; its reason says why.";
        /// A held pin waits for its time again.
        PinReleased = "pin.released", "The pin is no longer on hold. It goes out at its time, or at once if that has passed.";
        /// Nobody knows whether a pin is on Pinterest.
        PinNeedsReview = "pin.needs_review", "The pin may or may not be on Pinterest; someone has to check the board.";
        /// Something is in the way of a pin that is due soon.
        PinWarning = "pin.warning", "Something will keep the pin from going out at its time; its warning says what to do before then.";
        /// An account was connected, or connected again.
        AccountConnected = "account.connected", "The account was connected or reconnected.";
        /// An account has to be connected again.
        AccountNeedsReconnect = "account.needs_reconnect", "The account has to be reconnected; its reason says why.";
        /// An account was disconnected.
        AccountDisconnected = "account.disconnected", "The account was disconnected.";
        /// The pins of a file are stored.
        ImportFinished = "import.finished", "Every pin of the file is stored.";
        /// Publishing in a mode is paused.
        PublishingPaused = "publishing.paused", "Publishing in this mode is paused; the reason says why. In an outage of Pinterest's, it is paused only for owners whose posts fail.";
        /// Pins are published again.
        PublishingResumed = "publishing.resumed", "Pins are published again in this mode.";
    }
}

/// An entry of the event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, which says when it was written.
    pub id: EventId,
    /// What happened to what.
    pub happening: Happening,
}

/// Something that happened, which has no place in the log yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// What kind of thing.
    pub kind: EventType,
    /// Whose it is; absent for what concerns the whole installation.
    pub owner: Option<OwnerId>,
    /// Rises from one event of the same subject to the next. Numbers are left out, and those of different subjects have nothing
    /// to do with each other.
    pub sequence: u64,
    /// What it happened to, as it was right after it.
    pub subject: Subject,
}

/// What something happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A pin, without its timeline.
    Pin(Box<Pin>),
    /// An account.
    Account(AccountState),
    /// A file of pins.
    Import(ImportState),
    /// Publishing as a whole, in a mode.
    Publishing {
        /// The mode.
        mode: Mode,
        /// Why nothing is published; absent where it is.
        reason: Option<Hold>,
    },
}

/// What an event says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountState {
    /// The account.
    pub id: AccountId,
    /// Its mode.
    pub mode: Mode,
    /// Pinterest's id of the person.
    pub user_id: PinterestUserId,
    /// The name.
    pub username: String,
    /// Why it has to be connected again, if it has.
    pub reason: Option<ReconnectReason>,
}

/// What an event says of a file of pins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportState {
    /// The file.
    pub id: ImportId,
    /// How many rows it has.
    pub rows: u32,
    /// How many pins it became.
    pub stored: u32,
    /// When it was taken.
    pub created_at: Timestamp,
}

impl EventType {
    /// What a write of a pin makes known, if anything. `before` is the pin that it replaces; absent for a new one, and for one
    /// that was claimed.
    pub fn of_pin(before: Option<&Pin>, after: &Pin) -> Option<Self> {
        let was = before.map(|pin| &pin.state);
        let is_new_status = was.is_none_or(|state| state.status() != after.state.status());
        let entered = match &after.state {
            State::Published { .. } => is_new_status.then_some(Self::PinPublished),
            State::Failed { .. } => is_new_status.then_some(Self::PinFailed),
            State::NeedsReview { .. } => is_new_status.then_some(Self::PinNeedsReview),
            State::Held { reason, .. } => {
                let is_same = matches!(was, Some(State::Held { reason: before, .. }) if before == reason);
                (!is_same).then_some(Self::PinHeld)
            }
            State::Scheduled { .. } => matches!(was, Some(State::Held { .. })).then_some(Self::PinReleased),
            State::Draft | State::Publishing { .. } | State::Checking(_) | State::Cancelled => None,
        };
        let is_warned = after.warning.is_some() && before.is_none_or(|pin| pin.warning != after.warning);
        entered.or(is_warned.then_some(Self::PinWarning))
    }

    /// Whether it concerns the whole installation, so that only administrators are told.
    pub fn is_of_installation(self) -> bool {
        matches!(self, Self::PublishingPaused | Self::PublishingResumed)
    }
}

impl Happening {
    /// What happened to `pin`, whose version counts its changes.
    pub fn to_pin(kind: EventType, pin: &Pin) -> Self {
        let told = Pin {
            attempts: Vec::new(),
            created_by: None,
            history: Vec::new(),
            request_fingerprint: None,
            ..pin.clone()
        };
        Self { kind, owner: Some(pin.owner.clone()), sequence: pin.version, subject: Subject::Pin(Box::new(told)) }
    }

    /// What happened to `account`, whose version counts its changes.
    pub fn to_account(kind: EventType, account: &Account, now: Timestamp) -> Self {
        let state = AccountState {
            id: account.id.clone(),
            mode: account.mode,
            user_id: account.user_id.clone(),
            username: account.username.clone(),
            reason: account.reconnect_reason(now),
        };
        let (owner, sequence) = (Some(account.owner.clone()), account.version);
        Self { kind, owner, sequence, subject: Subject::Account(state) }
    }

    /// That every pin of `import` is stored, which happens once.
    pub fn finished(import: &Import) -> Self {
        let state = ImportState {
            id: import.id.clone(),
            rows: import.rows,
            stored: import.stored,
            created_at: import.created_at,
        };
        let subject = Subject::Import(state);
        Self { kind: EventType::ImportFinished, owner: Some(import.owner.clone()), sequence: 1, subject }
    }

    /// What the settings `after` mean for publishing, of which `fields` are other than before.
    pub fn by_settings(after: &Settings, fields: &[String], now: Timestamp) -> Vec<Self> {
        let is_changed = |name: &str| fields.iter().any(|field| field == name);
        let was_enabled = after.enabled != is_changed("status");
        let went_on = |mode: Mode| was_enabled && (mode == after.mode) != is_changed("mode");
        let goes_on = |mode: Mode| after.enabled && mode == after.mode;
        let changed = Mode::ALL.into_iter().filter(|mode| went_on(*mode) != goes_on(*mode));
        let why = if after.enabled { Hold::OtherMode } else { Hold::Disabled };
        changed.map(|mode| Self::to_publishing(mode, Some(why).filter(|_| !goes_on(mode)), now)).collect()
    }

    /// What it means for publishing in `mode` that its circuits, `before`, are `after` from now on.
    pub fn by_circuits(mode: Mode, (before, after): (&[Circuit], &[Circuit]), now: Timestamp) -> Option<Self> {
        let pausing = |circuits: &[Circuit]| circuits.iter().find(|one| one.keeps_any_back()).map(|one| one.reason);
        let (was, is) = (pausing(before), pausing(after));
        (was.is_some() != is.is_some()).then(|| Self::to_publishing(mode, is, now))
    }

    /// That publishing in `mode` pauses for `reason`, or goes on where there is none. Settings and circuits both do that, so
    /// that the time is what counts.
    fn to_publishing(mode: Mode, reason: Option<Hold>, now: Timestamp) -> Self {
        let kind = if reason.is_some() { EventType::PublishingPaused } else { EventType::PublishingResumed };
        let sequence = u64::try_from(now.as_millisecond()).unwrap_or_default();
        Self { kind, owner: None, sequence, subject: Subject::Publishing { mode, reason } }
    }

    /// The name of the subject, which no other one has.
    pub fn subject_id(&self) -> String {
        match &self.subject {
            Subject::Pin(pin) => pin.id.to_string(),
            Subject::Account(account) => account.id.to_string(),
            Subject::Import(import) => import.id.to_string(),
            Subject::Publishing { mode, .. } => format!("publishing#{mode}"),
        }
    }
}

#[cfg(test)]
mod tests;
