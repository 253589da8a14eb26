//! Pins that are late: how many of them an account posts in a day, and when it is the turn of the others.
//!
//! However pins came to be late (an outage, a hold, a backlog), each that is posted is counted first, so that the limit holds
//! over all ways on which pins are released and all publishers. A pin that is in time is not counted.

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, Hold, Partition, Pin, Setback, Turn};
use shared::store::StoreError;

use crate::change::change;
use crate::ending::Ending;
use crate::{Publisher, pace};

/// How soon it is looked again whether more may go out, for the limit may have been raised.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// How many late pins an account may still post today, and how many in a day.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// Today, from now on.
    pub left: usize,
    a_day: usize,
}

impl Allowance {
    /// How `account` stands; nothing where there is no limit.
    pub async fn of(publisher: &Publisher, account: &Account) -> Result<Option<Self>, StoreError> {
        let Some(a_day) = limit(publisher) else { return Ok(None) };
        let day = account.date(publisher.platform.clock.now());
        let posted = publisher.platform.pins.late_posts(&account.owner, &account.id, day).await?;
        let left = usize::try_from(a_day.saturating_sub(posted)).unwrap_or(usize::MAX);
        Ok(Some(Self { left, ..Self::used_up(a_day) }))
    }

    /// Nothing is left of that many a day.
    fn used_up(a_day: u32) -> Self {
        Self { left: 0, a_day: usize::try_from(a_day).unwrap_or(usize::MAX).max(1) }
    }

    /// Nothing is left of it.
    pub fn without_rest(self) -> Self {
        Self { left: 0, ..self }
    }

    /// In how many days it is the turn of a pin with `late` late pins before it; nothing where that is today.
    fn days(self, late: usize) -> Option<i64> {
        let beyond = late.checked_sub(self.left)?;
        Some(i64::try_from(beyond / self.a_day).unwrap_or(i64::MAX).saturating_add(1))
    }
}

/// When it is the turn of a pin of `account` that has `ahead` pins before it, `late` of which are late.
pub fn turn(account: &Account, allowance: Option<Allowance>, (ahead, late): (usize, usize), now: Timestamp) -> Turn {
    match allowance.and_then(|allowance| allowance.days(late)) {
        None => Turn { reason: Hold::Queued, ahead, at: now + pace::time_for(ahead) },
        Some(days) => Turn { reason: Hold::DailyLimit, ahead, at: account.start_of_day(now, days) },
    }
}

/// When it is looked again whether more pins of `account` may go out, of which as many did today as may.
pub fn next_look(account: &Account, now: Timestamp) -> Timestamp {
    account.start_of_day(now, 1).min(now + LOOK_AGAIN)
}

/// What keeps `pin` from being posted, where it is late and its account has posted as many late pins today as it may.
///
/// Asked at the last moment, for the pin is counted where nothing does.
pub async fn keep_back(publisher: &Publisher, pin: &Pin, account: &Account) -> Option<Ending> {
    let now = publisher.platform.clock.now();
    let most = limit(publisher).filter(|_| pin.is_late(now))?;
    let counted = publisher.platform.pins.count_late_post(pin, account.date(now), most, now).await;
    let turn = match counted {
        Ok(true) => return None,
        Ok(false) => wait(publisher, pin, account, Allowance::used_up(most)).await,
        Err(error) => Err(error),
    };
    let told = turn.inspect_err(|error| tracing::error!(%error, pin = %pin.id, "a late pin could not be counted"));
    Some(told.map_or(Ending::Retry(Setback::AwsTrouble), Ending::WaitItsTurn))
}

/// Sees to it that `pin` is released when its turn comes, which is written before it is parked.
async fn wait(publisher: &Publisher, pin: &Pin, account: &Account, allowance: Allowance) -> Result<Turn, StoreError> {
    let now = publisher.platform.clock.now();
    let at = next_look(account, now);
    if account.release_at.is_none_or(|planned| planned > at) {
        change(publisher, account.clone(), |account| account.release_by(at)).await?;
        let _ = publisher.sessions.reload(&account.owner, &account.id).await;
    }
    let held = Partition::HeldAccount(account.id.clone());
    let ahead = publisher.platform.pins.count_due(&held, pin.publish_at.unwrap_or(now)).await?;
    Ok(turn(account, Some(allowance), (ahead, ahead), now))
}

/// How many late pins an account may post in a day; nothing where it is as many as there are.
fn limit(publisher: &Publisher) -> Option<u32> {
    Some(publisher.platform.current_settings.last_known().pins_per_day).filter(|most| *most > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_today_while_there_is_room_and_then_as_many_come_each_day() {
        let allowance = |left| Allowance { left, ..Allowance::used_up(25) };
        for (left, late, days) in
            [(25, 24, None), (25, 25, Some(1)), (25, 49, Some(1)), (25, 50, Some(2)), (0, 0, Some(1)), (3, 28, Some(2))]
        {
            assert_eq!(allowance(left).days(late), days, "{left} left, {late} before it");
        }
    }
}
