//! When a piece of work is due, and in which partition of the due index it waits.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{AccountId, CircuitKind, Mode};

/// One of the sixteen logical shards; an account always falls into the same one, so one owner paces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u8);

impl Shard {
    /// How many shards there are; fixed, since pins that wait carry their shard.
    pub const COUNT: u8 = 16;

    /// The shard that also carries the work of no account: circuits and the sweep.
    pub const FIRST: Self = Self(0);

    /// All shards.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    /// The shard of that number, if there is one.
    pub fn new(number: u8) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    /// The shard of everything that belongs to `account`.
    pub fn of(account: &AccountId) -> Self {
        Self(Sha256::digest(account.as_str())[0] % Self::COUNT)
    }

    /// The shard's number, below [`Shard::COUNT`].
    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A partition of the due index.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Partition {
    /// Work that the publisher may do: `live#7`.
    Open(Mode, Shard),
    /// Pins that wait for their account: `held#acc_…`.
    HeldAccount(AccountId),
    /// Pins of a mode that wait for its circuit of that kind: `held#app#live`.
    HeldCircuit(Mode, CircuitKind),
    /// Pins that another version of this program parked where this one parks none. Only the sweep looks there.
    Other(String),
}

impl Partition {
    /// Whether pins are parked here, out of the publisher's way until something releases them.
    pub fn is_parking(&self) -> bool {
        !matches!(self, Self::Open(..))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(mode, shard) => write!(f, "{mode}#{shard}"),
            Self::HeldAccount(account) => write!(f, "held#{account}"),
            Self::HeldCircuit(mode, kind) => write!(f, "held#{}#{mode}", kind.code()),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl FromStr for Partition {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (kind, rest) = text.split_once('#').ok_or(())?;
        if kind == "held" {
            let known = match rest.split_once('#') {
                Some((kind, mode)) => {
                    CircuitKind::from_code(kind).and_then(|kind| Some(Self::HeldCircuit(mode.parse().ok()?, kind)))
                }
                None => rest.parse().map(Self::HeldAccount).ok(),
            };
            return Ok(known.unwrap_or_else(|| Self::Other(text.to_owned())));
        }
        let shard = rest.parse().ok().and_then(Shard::new).ok_or(())?;
        Ok(Self::Open(kind.parse()?, shard))
    }
}

/// A place in the due index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Who may take it.
    pub partition: Partition,
    /// Not before this moment; to the millisecond.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn a_partition_reads_its_own_text() {
        let account = AccountId::random(&SystemRandom);
        for shard in Shard::all() {
            let partition = Partition::Open(Mode::Live, shard);
            assert_eq!(partition.to_string().parse(), Ok(partition));
        }
        let held = Partition::HeldAccount(account);
        assert_eq!(held.to_string().parse(), Ok(held));
        for kind in CircuitKind::ALL {
            let held = Partition::HeldCircuit(Mode::Sandbox, *kind);
            assert_eq!(held.to_string().parse(), Ok(held));
        }
        for newer in ["held#me", "held#app", "held#app#moon", "held#moon#live", "held#lane#acc_a"] {
            let partition = newer.parse::<Partition>().expect("what another version parked is found by the sweep");
            assert!(partition.is_parking(), "{newer}");
            assert_eq!((partition.to_string().as_str(), partition), (newer, Partition::Other(newer.into())));
        }
        for bad in ["live#16", "live", "moon#1"] {
            assert_eq!(bad.parse::<Partition>(), Err(()), "{bad}");
        }
    }

    #[test]
    fn accounts_spread_over_all_shards() {
        let shards: std::collections::BTreeSet<_> =
            (0..1000).map(|_| Shard::of(&AccountId::random(&SystemRandom))).collect();
        assert_eq!(shards.len(), 16);
    }
}
