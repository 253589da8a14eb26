//! Whose posts get no answer from Pinterest, and what that says: of an account, of its owner, or of Pinterest itself.

use jiff::{SignedDuration, Timestamp};

use super::pause_after;
use crate::domain::{AccountId, OwnerId};

/// How many failures running hold an account.
const ACCOUNT_FAILURES: u32 = 3;

/// How many failures running, of all its accounts, hold an owner.
const OWNER_FAILURES: u32 = 5;

/// How many failures without any answer in between show an outage.
const OUTAGE_FAILURES: u32 = 5;

/// Of how many owners they are at least, unless nobody else was answered.
const OUTAGE_OWNERS: usize = 3;

/// For how long an answer speaks against an outage.
pub const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// How long a failure is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// How many owners are told apart. While more of them fail and nobody is answered, everybody counts as failing.
const MOST_OWNERS: usize = 500;

/// How many accounts of an owner are told apart.
const MOST_ACCOUNTS: usize = 20;

/// An owner whose posts got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingOwner {
    /// Who.
    pub owner: OwnerId,
    /// How many posts running of all its accounts got no answer; those during an outage are not counted.
    pub failures: u32,
    /// How many of its posts got none since Pinterest last answered anybody.
    pub recent: u32,
    /// When the last one failed.
    pub failed_at: Timestamp,
    /// Its accounts whose last post got no answer.
    pub accounts: Vec<FailingAccount>,
}

/// An account whose posts got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingAccount {
    /// Which one.
    pub account: AccountId,
    /// How many posts running.
    pub failures: u32,
}

/// The owners of a mode whose posts got no answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailingOwners(Vec<FailingOwner>);

impl FailingOwners {
    /// The owners as they were stored.
    pub fn new(owners: Vec<FailingOwner>) -> Self {
        Self(owners)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &FailingOwner> {
        self.0.iter()
    }

    /// Whether nobody fails.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `owner` failed since Pinterest last answered anybody.
    pub fn is_failing(&self, owner: &OwnerId) -> bool {
        self.0.len() >= MOST_OWNERS || self.recent(owner) > 0
    }

    /// How often `owner` failed since Pinterest last answered anybody.
    pub fn recent(&self, owner: &OwnerId) -> u32 {
        self.find(owner).map_or(0, |failing| failing.recent)
    }

    /// Until when `owner` is held by what it met itself; a moment that has passed lets one of its pins try.
    pub fn owner_held_until(&self, owner: &OwnerId) -> Option<Timestamp> {
        let failing = self.find(owner)?;
        let beyond = failing.failures.checked_sub(OWNER_FAILURES)?;
        Some(failing.failed_at + pause_after(beyond))
    }

    /// Until when `account` is held after its last failure, given who was `answered` lately: nothing where nobody was, for
    /// then it may be an outage, which is found out first.
    pub fn account_held_until(&self, owner: &OwnerId, account: &AccountId, answered: &[OwnerId]) -> Option<Timestamp> {
        let failing = self.find(owner)?;
        let failures = failing.accounts.iter().find(|failing| failing.account == *account)?.failures;
        if failures <= failing.recent && self.nobody_else(answered) {
            return None;
        }
        Some(failing.failed_at + pause_after(failures.checked_sub(ACCOUNT_FAILURES)?))
    }

    /// Notes that a post got no answer. While an outage is known, `counts` is false: it says nothing of the owner then.
    pub(super) fn fail(&mut self, owner: &OwnerId, account: &AccountId, counts: bool, now: Timestamp) {
        self.forget_old(now);
        let place = self.0.iter().position(|failing| failing.owner == *owner);
        if place.is_none() && self.0.len() >= MOST_OWNERS {
            return;
        }
        let place = place.unwrap_or_else(|| {
            let owner = owner.clone();
            self.0.push(FailingOwner { owner, failures: 0, recent: 0, failed_at: now, accounts: Vec::new() });
            self.0.len() - 1
        });
        let failing = &mut self.0[place];
        (failing.recent, failing.failed_at) = (failing.recent.saturating_add(1), now);
        if counts {
            failing.failures = failing.failures.saturating_add(1);
            failing.note(account);
        }
    }

    /// Notes that Pinterest answered a post of `owner` for `account`; answers whether that changed anything.
    pub(super) fn answer(&mut self, owner: &OwnerId, account: &AccountId) -> bool {
        let mut changed = false;
        for failing in &mut self.0 {
            changed |= failing.recent > 0;
            failing.recent = 0;
            if failing.owner == *owner {
                let before = failing.accounts.len();
                failing.accounts.retain(|failing| failing.account != *account);
                changed |= failing.failures > 0 || failing.accounts.len() < before;
                failing.failures = 0;
            }
        }
        self.0.retain(|failing| failing.failures > 0 || !failing.accounts.is_empty());
        changed
    }

    /// Forgets who failed once only, when an outage is over: those who fail by themselves fail again.
    pub(super) fn forgive(&mut self) {
        for failing in &mut self.0 {
            failing.recent = 0;
        }
        self.0.retain(|failing| failing.failures > 1);
    }

    /// Forgets whose last failure was long ago.
    pub(super) fn forget_old(&mut self, now: Timestamp) {
        self.0.retain(|failing| now.duration_since(failing.failed_at) < REMEMBERED);
    }

    /// Forgets `owner`; answers whether that changed anything.
    pub fn forget(&mut self, owner: &OwnerId) -> bool {
        let before = self.0.len();
        self.0.retain(|failing| failing.owner != *owner);
        self.0.len() < before
    }

    /// Whether what failed since the last answer shows an outage: posts of several owners, or of everybody who posted
    /// lately, given who was `answered`.
    pub(super) fn show_an_outage(&self, answered: &[OwnerId]) -> bool {
        let failing = self.0.iter().filter(|failing| failing.recent > 0);
        let failures: u32 = failing.clone().map(|failing| failing.recent).sum();
        failures >= OUTAGE_FAILURES && (failing.count() >= OUTAGE_OWNERS || self.nobody_else(answered))
    }

    /// Whether all of those that were `answered` lately fail now.
    fn nobody_else(&self, answered: &[OwnerId]) -> bool {
        answered.iter().all(|owner| self.recent(owner) > 0)
    }

    fn find(&self, owner: &OwnerId) -> Option<&FailingOwner> {
        self.0.iter().find(|failing| failing.owner == *owner)
    }
}

impl FailingOwner {
    fn note(&mut self, account: &AccountId) {
        if let Some(failing) = self.accounts.iter_mut().find(|failing| failing.account == *account) {
            failing.failures = failing.failures.saturating_add(1);
        } else if self.accounts.len() < MOST_ACCOUNTS {
            self.accounts.push(FailingAccount { account: account.clone(), failures: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::random::SystemRandom;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn owner(name: &str) -> OwnerId {
        name.parse().unwrap()
    }

    fn account() -> AccountId {
        AccountId::random(&SystemRandom)
    }

    /// Who failed in that order, each with one account.
    fn failed(names: &[&str]) -> FailingOwners {
        let accounts: std::collections::BTreeMap<_, _> = names.iter().map(|name| (*name, account())).collect();
        let mut failing = FailingOwners::default();
        for name in names {
            failing.fail(&owner(name), &accounts[name], true, NOW);
        }
        failing
    }

    #[test]
    fn an_outage_is_three_owners_at_once_or_everybody_who_posted_lately() {
        for (names, answered, is_outage) in [
            (&["a", "b", "c", "a"][..], &[][..], false),
            (&["a", "b", "c", "a", "b"], &[], true),
            (&["a", "b", "c", "a", "b"], &["d"], true),
            (&["a", "b", "a", "b", "a"], &["d"], false),
            (&["a", "b", "a", "b", "a"], &["a", "b"], true),
            (&["a", "a", "a", "a", "a"], &["b"], false),
            (&["a", "a", "a", "a", "a"], &["a"], true),
            (&["a", "a", "a", "a"], &[], false),
        ] {
            let answered: Vec<_> = answered.iter().copied().map(owner).collect();
            assert_eq!(failed(names).show_an_outage(&answered), is_outage, "{names:?} failed, {answered:?} answered");
        }
    }

    #[test]
    fn an_answer_to_anybody_begins_the_count_of_an_outage_anew_and_leaves_what_an_owner_met_itself() {
        let mut failing = failed(&["a", "a", "b", "b", "c"]);
        assert!(failing.answer(&owner("d"), &account()));
        assert!(!failing.show_an_outage(&[]) && !failing.is_failing(&owner("a")));
        assert_eq!(failing.find(&owner("a")).unwrap().failures, 2);
        assert!(!failing.answer(&owner("d"), &account()), "the second answer costs no write");
    }

    #[test]
    fn an_account_is_held_before_its_owner_and_each_longer_and_longer() {
        let (one, two) = (account(), account());
        let mut failing = FailingOwners::default();
        let mut held = Vec::new();
        for account in [&one, &one, &one, &two, &two, &two] {
            failing.fail(&owner("a"), account, true, NOW);
            let seconds = |until: Option<Timestamp>| until.map(|until| until.duration_since(NOW).as_secs());
            held.push((
                seconds(failing.account_held_until(&owner("a"), account, &[owner("d")])),
                seconds(failing.owner_held_until(&owner("a"))),
            ));
        }
        let expected =
            [(None, None), (None, None), (Some(30), None), (None, None), (None, Some(30)), (Some(30), Some(60))];
        assert_eq!(held, expected);
        assert_eq!(failing.account_held_until(&owner("a"), &one, &[]), None, "it may be an outage");
        assert!(failing.answer(&owner("a"), &two));
        assert_eq!(failing.owner_held_until(&owner("a")), None);
        assert!(failing.account_held_until(&owner("a"), &one, &[]).is_some(), "the other account was not answered");
    }

    #[test]
    fn failures_of_long_ago_and_of_an_outage_say_nothing_of_an_owner() {
        let mut failing = failed(&["a", "b", "b"]);
        failing.fail(&owner("a"), &account(), false, NOW);
        assert_eq!((failing.recent(&owner("a")), failing.find(&owner("a")).unwrap().failures), (2, 1));
        failing.forgive();
        assert_eq!(failing.iter().map(|failing| failing.owner.as_str()).collect::<Vec<_>>(), ["b"]);
        failing.forget_old(NOW + REMEMBERED);
        assert!(failing.is_empty());
    }

    #[test]
    fn no_more_owners_are_told_apart_than_fit_into_an_item() {
        let mut failing = FailingOwners::default();
        for number in 0..2 * MOST_OWNERS {
            failing.fail(&owner(&format!("owner{number}")), &account(), true, NOW);
        }
        assert_eq!(failing.0.len(), MOST_OWNERS);
        assert!(failing.is_failing(&owner("owner900")), "with so many, it is everybody");
    }
}
