//! How pins and accounts do on Pinterest: asked when somebody wants to see it, remembered for ten minutes in this process
//! and stored nowhere. See `docs/insights.md`.

pub mod account;
pub mod export;
pub mod list;
pub mod pin;
pub mod top_pins;

mod asker;
mod body;
mod joined;
mod pin_list;
mod range;

use jiff::Timestamp;
use shared::analytics_quota::AnalyticsQuota;
use shared::clock::SharedClock;
use shared::domain::{AccountId, DayRange, Metric, PinId};
use shared::pinterest::{PinFigures, RankedPin, Series};

use crate::kept::Kept;
use asker::{Asker, Unread};
use pin_list::PinList;

/// How many answers of each kind are remembered; each is a few kilobytes.
const MOST_ANSWERS: usize = 500;

/// How many accounts' lists of pins are remembered; each can be a few megabytes.
const MOST_LISTS: usize = 12;

/// What stays the same while an account has the same tokens; new ones may show something else.
type AccountKey = (AccountId, u64);

/// Of which days, by what and how many.
type BestKey = (AccountKey, DayRange, Metric, u8);

/// What Pinterest told in the last ten minutes, and what of its quotas is taken.
#[derive(Debug)]
pub struct KnownFigures {
    quota: AnalyticsQuota,
    pins: Kept<(PinId, u64, DayRange), OnePin>,
    accounts: Kept<(AccountKey, DayRange), (Timestamp, Series)>,
    best: Kept<BestKey, (Timestamp, Vec<RankedPin>)>,
    lists: Kept<AccountKey, PinList>,
}

/// What Pinterest told of one pin.
#[derive(Debug)]
struct OnePin {
    read_at: Timestamp,
    series: Series,
    /// Absent where it could not be had; the days are worth showing without it.
    whole: Option<PinFigures>,
}

impl KnownFigures {
    /// Nothing is known yet.
    pub fn new(clock: &SharedClock) -> Self {
        Self {
            quota: AnalyticsQuota::default(),
            pins: Kept::at_most(MOST_ANSWERS, clock.clone()),
            accounts: Kept::at_most(MOST_ANSWERS, clock.clone()),
            best: Kept::at_most(MOST_ANSWERS, clock.clone()),
            lists: Kept::at_most(MOST_LISTS, clock.clone()),
        }
    }
}
