//! Whether an owner has room for more, at next to no cost.
//!
//! Templates, accounts and the files of a day are counted each time, since they are few and made rarely. Pins that wait and
//! bytes of files are estimated ([ADR 18](../../docs/adr/0018-limits-by-estimates.md)): a count is noted once, what is added is
//! noted by drawing lots, what goes away is not noted at all, and before anything is refused it is counted again.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Account, Limit, Limits, OwnerId, Reached};
use crate::open_imports;
use crate::platform::Platform;
use crate::random::{self, Random};
use crate::store::{Stock, StoreError, Use};

/// How many parts of a limit are told apart: one pin of 33 is noted at the default limit, as 33.
const PARTS: u64 = 1_500;

/// Which part of a limit is so little that it is not noted but counted, once a minute in a process, until lots have it noted.
const LITTLE: u64 = 100;

/// How long a refusal rests on the same count, unless the owner gave something up.
const FULL: SignedDuration = SignedDuration::from_mins(1);

/// How long a count is shown to people before it is done again.
const SHOWN: SignedDuration = SignedDuration::from_mins(10);

/// How many pins, and how many pages of files, are counted each time that people ask.
const FEW_PINS: usize = 1_000;
const FEW_PAGES: usize = 1;

/// How much an owner has of something, and may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    limit: Limit,
    /// Absent where there is no limit.
    most: Option<u64>,
    used: u64,
    /// Whether requests are refused at present by what is noted, so that it has to be exact.
    is_exact: bool,
    /// Whether what the owner has is noted; little is only counted until lots say that it is.
    is_noted: bool,
}

impl Room {
    /// The room of somebody who has `used`, as it was counted.
    pub fn counted(limits: &Limits, limit: Limit, used: u64) -> Self {
        Self { limit, most: limits.most(limit), used, is_exact: true, is_noted: true }
    }

    /// How much more there may be.
    pub fn left(&self) -> u64 {
        self.most.map_or(u64::MAX, |most| most.saturating_sub(self.used))
    }

    /// Whether there is more than there may be.
    pub fn is_exceeded(&self) -> bool {
        self.most.is_some_and(|most| most < self.used)
    }

    /// Refuses `wanted` where there is no room for all of it.
    pub fn admit(&self, wanted: u64) -> Result<(), Reached> {
        if wanted <= self.left() { Ok(()) } else { Err(self.reached(wanted)) }
    }

    /// Says that there is no room for `wanted`.
    pub fn reached(&self, wanted: u64) -> Reached {
        Reached { limit: self.limit, most: self.most.unwrap_or(u64::MAX), used: self.used, wanted }
    }

    /// The share of the limit by which additions are noted.
    fn step(&self) -> u64 {
        if self.is_exact { 1 } else { self.most.map_or(1, |most| (most / PARTS).max(1)) }
    }
}

impl Stock {
    fn limit(self) -> Limit {
        match self {
            Self::WaitingPins => Limit::WaitingPins,
            Self::Media => Limit::Media,
        }
    }
}

/// Whether `owner` has room for `wanted` more. Where the answer says no, it was counted at most a minute ago, and what the
/// owner gave up since is counted as well.
pub async fn room(
    platform: &Platform,
    limits: &Limits,
    (owner, stock): (&OwnerId, Stock),
    wanted: u64,
) -> Result<Room, StoreError> {
    let limit = stock.limit();
    let Some(most) = limits.most(limit) else {
        return Ok(Room { limit, most: None, used: 0, is_exact: false, is_noted: false });
    };
    let now = platform.clock.now();
    let is_full = |known: &Use| known.full_until.is_some_and(|until| now < until);
    let by =
        |known: &Use| Room { limit, most: Some(most), used: known.amount, is_exact: is_full(known), is_noted: true };
    match platform.uses.glance(owner, stock).await? {
        Some(known) if fits(&known, most, wanted) && (is_full(&known) || !is_outgrown(&known, most)) => {
            return Ok(by(&known));
        }
        Some(_) => {}
        None => {
            let little =
                platform.uses.little(owner, stock, now).filter(|used| used.saturating_add(wanted) <= most / LITTLE);
            if let Some(used) = little {
                return Ok(Room { limit, most: Some(most), used, is_exact: false, is_noted: false });
            }
        }
    }
    // What refuses somebody is read as it is now: the owner may have made room.
    let noted = platform.uses.load(owner, stock).await?;
    if let Some(known) = noted.as_ref().filter(|known| is_full(known)) {
        return Ok(by(known));
    }
    let amount = count(platform, (owner, stock), now, most.saturating_sub(wanted)).await?;
    let mut known = Use { amount, counted: amount, counted_at: now, full_until: None };
    if !fits(&known, most, wanted) {
        tracing::warn!(limit = limit.code(), used = amount, most, "an owner has reached a limit");
        known.full_until = Some(now + FULL);
    } else if noted.is_none() && amount <= most / LITTLE {
        platform.uses.remember_little(owner, stock, amount, now);
        return Ok(Room { is_noted: false, ..by(&known) });
    }
    platform.uses.save(owner, stock, &known).await?;
    Ok(by(&known))
}

/// Notes that the owner got `amount`. What cannot be noted is missing in the estimate until the next count, which is no reason
/// to fail a request that was done.
pub async fn taken(platform: &Platform, (owner, stock): (&OwnerId, Stock), room: &Room, amount: u64) {
    let noted = if room.most.is_some() { share(&*platform.random, amount, room.step()) } else { 0 };
    if noted == 0 {
        if room.most.is_some() && !room.is_noted {
            platform.uses.add_to_little(owner, stock, amount);
        }
        return;
    }
    let written = if room.is_noted {
        platform.uses.add(owner, stock, noted).await
    } else {
        let (counted, counted_at) = (room.used, platform.clock.now());
        let known = Use { amount: counted.saturating_add(noted), counted, counted_at, full_until: None };
        platform.uses.save(owner, stock, &known).await
    };
    if let Err(error) = written {
        tracing::warn!(%error, "an owner's usage could not be recorded");
    }
}

/// Notes that the owner gave something up, so that a refusal of a moment ago is not repeated.
pub async fn freed(platform: &Platform, limits: &Limits, (owner, stock): (&OwnerId, Stock)) {
    if limits.most(stock.limit()).is_none() {
        return;
    }
    if let Err(error) = forget_full(platform, owner, stock).await {
        tracing::warn!(%error, "it could not be noted that an owner has room");
    }
}

async fn forget_full(platform: &Platform, owner: &OwnerId, stock: Stock) -> Result<(), StoreError> {
    let known = platform.uses.glance(owner, stock).await?;
    if known.is_some_and(|known| known.full_until.is_some()) {
        platform.uses.forget_full(owner, stock).await?;
    }
    Ok(())
}

/// How much the owner has, for people: exactly where that is not much, otherwise as it was counted at most ten minutes ago,
/// with about what was added since.
pub async fn used(
    platform: &Platform,
    limits: &Limits,
    (owner, stock): (&OwnerId, Stock),
) -> Result<(u64, bool), StoreError> {
    let now = platform.clock.now();
    let few = match stock {
        Stock::WaitingPins => platform.pins.count_few_waiting(owner, now, FEW_PINS).await?,
        Stock::Media => platform.media.count_bytes(owner, now, FEW_PAGES).await?,
    };
    if let Some(few) = few {
        return Ok((few, true));
    }
    let known = platform.uses.glance(owner, stock).await?;
    if let Some(known) = known.filter(|known| now.duration_since(known.counted_at) < SHOWN) {
        return Ok((known.amount, false));
    }
    let amount = count(platform, (owner, stock), now, 0).await?;
    if limits.most(stock.limit()).is_some() {
        let known = Use { amount, counted: amount, counted_at: now, full_until: None };
        platform.uses.save(owner, stock, &known).await?;
    }
    Ok((amount, true))
}

/// How many of an owner's `accounts` are connected, those that have to be connected again included.
pub fn connected(accounts: &[Account]) -> u64 {
    accounts.iter().filter(|account| account.tokens().is_some()).count() as u64
}

async fn count(
    platform: &Platform,
    (owner, stock): (&OwnerId, Stock),
    now: Timestamp,
    enough: u64,
) -> Result<u64, StoreError> {
    match stock {
        Stock::WaitingPins => {
            let imports = open_imports::of(platform, owner, now).await?;
            let unstored: u64 = imports.iter().map(|import| u64::from(import.unstored())).sum();
            Ok(unstored + platform.pins.count_waiting(owner, now, enough.saturating_sub(unstored)).await?)
        }
        // So many pages that only the number of files that one owner can have ends it.
        Stock::Media => Ok(platform.media.count_bytes(owner, now, usize::MAX).await?.unwrap_or_default()),
    }
}

fn fits(known: &Use, most: u64, wanted: u64) -> bool {
    known.amount.saturating_add(wanted) <= most
}

/// Whether so much was added since the count that it is time for another: half of the room there was then. So the last count
/// before the limit is near it, and what was drawn since says little wrong.
fn is_outgrown(known: &Use, most: u64) -> bool {
    let half = most.saturating_sub(known.counted) / 2;
    known.amount.saturating_sub(known.counted) > half.max(most / 100)
}

/// What to note of `amount`: all of it where it is a `step` or more, otherwise a step as often as it is part of one.
fn share(random: &dyn Random, amount: u64, step: u64) -> u64 {
    let drawn = || u64::from_be_bytes(random::bytes(random)) % step;
    if amount >= step || amount == 0 {
        amount
    } else if drawn() < amount {
        step
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn what_is_drawn_is_what_is_added_in_the_long_run() {
        for (amount, step) in [(1, 33), (7, 33), (40, 33), (1, 1), (100_000, 13_333_333)] {
            let times = 100_000;
            let noted: u64 = (0..times).map(|_| share(&SystemRandom, amount, step)).sum();
            let added = amount * times;
            let variance = u128::from(step.saturating_sub(amount)) * u128::from(added);
            let off = u128::from(noted.abs_diff(added));
            assert!(
                off * off <= 36 * variance,
                "{amount} of {step}: {noted} for {added} is six standard deviations off"
            );
        }
        assert_eq!(share(&SystemRandom, 0, 33), 0);
    }

    #[test]
    fn it_is_counted_again_ever_nearer_to_the_limit() {
        let known = |counted, amount| Use { amount, counted, counted_at: Timestamp::UNIX_EPOCH, full_until: None };
        for (counted, amount, outgrown) in [
            (0, 25_000, false),
            (0, 25_001, true),
            (25_001, 37_500, false),
            (25_001, 37_501, true),
            (49_900, 50_000, false),
            (49_900, 50_401, true),
        ] {
            assert_eq!(is_outgrown(&known(counted, amount), 50_000), outgrown, "{counted} {amount}");
        }
    }

    #[test]
    fn who_has_room_for_all_of_it_is_admitted() {
        let mut limits = Limits::default();
        limits.set(Limit::Templates, 3);
        let of = |used| Room::counted(&limits, Limit::Templates, used);
        assert_eq!(of(2).admit(1), Ok(()));
        let reached = Reached { limit: Limit::Templates, most: 3, used: 3, wanted: 1 };
        assert_eq!(of(3).admit(1), Err(reached));
        assert_eq!(of(7).left(), 0);
        limits.set(Limit::Templates, 0);
        assert_eq!(Room::counted(&limits, Limit::Templates, 1_000_000).admit(1_000_000), Ok(()));
    }
}
