//! The rules that the publisher keeps, in one value, so that a simulation can break them one at a time and show that it
//! would notice. What runs is [`Rules::default`].

use jiff::SignedDuration;

/// Times and rules of a publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Nothing is claimed in the last part of an invocation, so that every request in flight ends within it.
    pub last_claim: SignedDuration,
    /// How much longer than the invocation a claim holds.
    pub lease_beyond: SignedDuration,
    /// How long before its time a pin is claimed: not at all.
    pub early: SignedDuration,
    /// How far ahead a tick looks.
    pub look_ahead: SignedDuration,
    /// How long after a shard has changed hands its last owner may begin posts: it looks every two seconds, and a look
    /// takes time.
    pub handover: SignedDuration,
    /// How long before their time the accounts and boards of pins are checked, and when the earliest tick that meets
    /// them does it at the latest: two ticks, in case one is missing.
    pub foresight: [SignedDuration; 2],
    /// How long after the end of a request whose outcome is unknown the board is looked at: a created pin is on its
    /// board's list within a minute of that, as far as anybody knows.
    pub first_look: SignedDuration,
    /// When the board is looked at again, and how long after the first look at the least.
    pub second_look: SignedDuration,
    /// How many looks have to miss a pin before it is posted again.
    pub looks: u8,
    /// How long before the attempt a pin may be created that is taken for it, since clocks differ.
    pub created_before: SignedDuration,
    /// How far before the attempt the board is read, since the order of its list is not promised.
    pub depth: SignedDuration,
    /// How many pins a page of the list has.
    pub page_size: u8,
    /// How many pages are read at most.
    pub pages: usize,
    /// Rules that are not kept: none.
    pub without: Vec<Rule>,
}

/// A rule that is kept or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// After an unknown outcome the board is looked at before a second try.
    LookAfterUnknown,
    /// After the death of a publisher the board is looked at before a second try.
    LookAfterDeath,
    /// A pin whose board could not be read, or not far enough, is not taken for absent.
    KeepUnclearOpen,
    /// What other pins of the owner were published as is not taken for the pin in doubt.
    ExcludeOwn,
    /// An account under a hold is not called.
    HeedHolds,
    /// What waited for an account is released.
    Release,
    /// A pin that is a day late is not published without asking.
    HeedGrace,
    /// Nothing is posted while Pinterest is switched off.
    HeedSettings,
    /// Of an account's tokens one worker at a time makes a new pair.
    RenewAlone,
    /// A new pair is stored.
    StoreNewPair,
    /// Where Pinterest sends no new refresh token, the old one is kept.
    KeepRefreshToken,
    /// The access token is used until it ends where only its renewal was lost.
    UseAccessToItsEnd,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            last_claim: SignedDuration::from_secs(30),
            lease_beyond: SignedDuration::from_secs(30),
            early: SignedDuration::ZERO,
            look_ahead: shared::kick::LOOK_AHEAD,
            handover: SignedDuration::from_secs(3),
            foresight: [SignedDuration::from_mins(15), SignedDuration::from_mins(13)],
            first_look: SignedDuration::from_secs(75),
            second_look: SignedDuration::from_secs(150),
            looks: 2,
            created_before: SignedDuration::from_mins(2),
            depth: SignedDuration::from_mins(10),
            page_size: 250,
            pages: 10,
            without: Vec::new(),
        }
    }
}

impl Rules {
    /// Whether `rule` is kept.
    pub fn keep(&self, rule: Rule) -> bool {
        !self.without.contains(&rule)
    }
}
