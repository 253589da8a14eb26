//! What must hold in every run, whatever goes wrong.

use std::fmt;

/// An invariant of the publisher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// Every pin ends, or waits with a visible reason and time.
    NothingInLimbo,
    /// No pin is on Pinterest twice by an automatic path.
    NeverTwice,
    /// A published pin is on its board, once, under the id that we have of it.
    PublishedIsThere,
    /// What failed, was cancelled or was never sent is not on Pinterest.
    UnpublishedIsNotThere,
    /// The due index has an entry for all work that may be done, and for nothing else.
    DueIsWork,
    /// Nothing stays parked where nothing holds it.
    NothingLeftParked,
    /// Nothing is posted before its time, by the clock of who posts it.
    NeverEarly,
    /// Nothing is posted without a claim that lasts until the request has ended.
    ClaimedWhilePosted,
    /// What is posted is what its owner last left.
    PostedAsLeft,
    /// Nothing is posted after a cancel or a disconnection was answered.
    HeedsItsOwner,
    /// Nothing is posted while Pinterest is disabled.
    NothingWhileDisabled,
    /// Nothing is posted for an account that is known to be held.
    NothingWhileHeld,
    /// Nothing is posted by itself more than a day late.
    NothingADayLate,
    /// The time that an owner set does not change by itself.
    TimeIsKept,
    /// Every post was counted before it was made.
    PostsAreCounted,
    /// The tokens of an account are renewed by one worker at a time.
    OneRenewalAtATime,
    /// A refresh token is not used again after it was answered.
    NoTokenSpentTwice,
    /// An account is disconnected only where Pinterest refused it or an answer was lost.
    ConnectedUnlessRefused,
    /// An access token that Pinterest takes is used until its end, also where nothing can renew it.
    AccessTokenUsedToItsEnd,
    /// In fair weather a pin is out in time, and nobody has to look at it.
    OnTimeInFairWeather,
    /// Every second for which work was overdue has a reason, in every weather.
    NothingOverdueWithoutReason,
    /// Of an account one pin at a time is posted.
    OnePostAtATime,
    /// There is room for every event of the publisher within a minute.
    EventsAreTaken,
    /// An account that can be renewed stays connected, however long nobody uses it.
    StaysConnected,
    /// What somebody made is there until they take it away.
    NothingVanishes,
    /// A post shows who it is for by a token of that account.
    PostedByItsAccount,
    /// People get an answer where AWS and Pinterest give theirs.
    AnswersWhereAllIsWell,
    /// A slot of an account's plan has one pin.
    SlotsAreGivenOnce,
    /// Every row of a file that was taken becomes one pin.
    RowsBecomePins,
    /// The counters say how many pins need a person.
    CountersAreTrue,
    /// `/healthz` says what the table says.
    HealthIsTrue,
    /// What happened while events are on is in the log once.
    FactIsTold,
    /// Every event tells what happened, and is sent only if it is in the log.
    EventTellsFact,
    /// Every endpoint that lives gets every event that it is to get.
    EventArrives,
    /// An endpoint gets the events of a pin, an account or a file in order, each after it has accepted the one before.
    EventsInOrder,
    /// However often an event is sent, it has one id.
    EventHasOneId,
    /// An endpoint gets events of its owner, of the types that it wants, as they are in the log.
    EventIsOwn,
    /// In fair weather an endpoint that answers gets events at once, whatever others do.
    EventsInTimeInFairWeather,
    /// Nothing panics.
    NoPanic,
}

/// An invariant that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub invariant: Invariant,
    /// What was seen.
    pub detail: String,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.detail)
    }
}
