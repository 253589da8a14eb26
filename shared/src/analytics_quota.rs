//! Keeps calls for figures within Pinterest's quotas, over all invocations.
//!
//! An app with standard access has 60 calls for analytics a minute and user. An app on trial has 1,000 calls a day for
//! everything, of which figures take at most 800: the rest is for tokens, boards and pins. What the tier is, Pinterest's
//! answers say.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::Account;
use crate::pinterest::{RateLimit, Refusal, RefusalKind};
use crate::platform::Platform;
use crate::store::{Quota, QuotaWindow, StoreError};

/// How many calls for analytics a user has in a minute
/// (<https://developers.pinterest.com/docs/reference/rate-limits/>).
const PER_MINUTE: u32 = 60;

/// How many calls for figures an app on trial access makes in a day, of the 1,000 that it has for everything.
pub const PER_TRIAL_DAY: u32 = 800;

/// How many calls are taken at once, so that not each of them costs a write.
const BLOCK_OF_MINUTE: u32 = 5;
const BLOCK_OF_DAY: u32 = 20;

/// Of how many quotas a process remembers what it has taken.
const MOST_REMEMBERED: usize = 1_000;

/// Which of Pinterest's categories a call counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// `org_analytics`, which is scarce.
    Analytics,
    /// `org_read`, of which there are a thousand a minute: counted for apps on trial alone.
    Read,
}

/// There is nothing left of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedUp {
    /// In how many seconds there is again.
    pub retry_after_s: u64,
    /// Whether it is the day of an app on trial access.
    pub is_trial: bool,
}

/// What this process has taken of quotas and not used yet.
#[derive(Debug, Default)]
pub struct AnalyticsQuota {
    taken: Mutex<HashMap<Quota, Taken>>,
    is_trial: Mutex<Option<bool>>,
}

#[derive(Debug, Clone, Copy)]
struct Taken {
    window: i64,
    left: u32,
    /// Whether there is nothing more to take in the window.
    is_used_up: bool,
}

impl AnalyticsQuota {
    /// Takes one call for `account`, or says when there is one again.
    pub async fn take(
        &self,
        platform: &Platform,
        account: &Account,
        category: Category,
    ) -> Result<Result<(), UsedUp>, StoreError> {
        if self.is_trial(platform, account).await?
            && let Err(used_up) = self.take_of(platform, &of_app(account), BLOCK_OF_DAY, PER_TRIAL_DAY).await?
        {
            return Ok(Err(UsedUp { is_trial: true, ..used_up }));
        }
        match category {
            Category::Analytics => self.take_of(platform, &of_user(account), BLOCK_OF_MINUTE, PER_MINUTE).await,
            Category::Read => Ok(Ok(())),
        }
    }

    /// Learns from an answer which tier the app has. A call that was made before that was known is counted now.
    pub async fn learn(&self, platform: &Platform, account: &Account, rate: &RateLimit) -> Result<(), StoreError> {
        let Some(is_trial) = rate.is_trial() else { return Ok(()) };
        let before = lock(&self.is_trial).replace(is_trial);
        if is_trial && before != Some(true) {
            // Whether it was the last one shows when the next is taken.
            let _ = self.take_of(platform, &of_app(account), BLOCK_OF_DAY, PER_TRIAL_DAY).await?;
        }
        Ok(())
    }

    /// Learns from a refusal; where Pinterest says that a quota is used up, all invocations go by that.
    pub async fn learn_refused(
        &self,
        platform: &Platform,
        account: &Account,
        refusal: &Refusal,
        category: Category,
    ) -> Result<(), StoreError> {
        self.learn(platform, account, &refusal.rate).await?;
        if refusal.kind != RefusalKind::RateLimited {
            return Ok(());
        }
        let (quota, limit) = match (refusal.rate.is_trial(), category) {
            (Some(true), _) => (of_app(account), PER_TRIAL_DAY),
            (_, Category::Analytics) => (of_user(account), PER_MINUTE),
            (_, Category::Read) => return Ok(()),
        };
        let window = quota.window(platform.clock.now());
        platform.quotas.use_up(&quota, window, limit).await?;
        self.remember(quota, Taken { window: window.number, left: 0, is_used_up: true });
        Ok(())
    }

    /// Whether the app is on trial access, as far as is known: the counts of today say so, where somebody else found out.
    async fn is_trial(&self, platform: &Platform, account: &Account) -> Result<bool, StoreError> {
        let known = *lock(&self.is_trial);
        if let Some(is_trial) = known {
            return Ok(is_trial);
        }
        let quota = of_app(account);
        let is_trial = platform.quotas.used(&quota, quota.window(platform.clock.now())).await?.is_some();
        if is_trial {
            *lock(&self.is_trial) = Some(true);
        }
        Ok(is_trial)
    }

    async fn take_of(
        &self,
        platform: &Platform,
        quota: &Quota,
        block: u32,
        limit: u32,
    ) -> Result<Result<(), UsedUp>, StoreError> {
        let now = platform.clock.now();
        let window = quota.window(now);
        let wait = u64::try_from(window.ends_at.duration_since(now).as_secs() + 1).unwrap_or(1);
        let used_up = UsedUp { retry_after_s: wait, is_trial: false };
        if let Some(is_left) = self.take_taken(quota, window) {
            return Ok(if is_left { Ok(()) } else { Err(used_up) });
        }
        for calls in [block, 1] {
            if platform.quotas.take(quota, window, calls, limit).await? {
                self.remember(quota.clone(), Taken { window: window.number, left: calls - 1, is_used_up: false });
                return Ok(Ok(()));
            }
        }
        self.remember(quota.clone(), Taken { window: window.number, left: 0, is_used_up: true });
        Ok(Err(used_up))
    }

    /// Uses one of the calls that were taken, or says that there are none; nothing where more may be taken.
    fn take_taken(&self, quota: &Quota, window: QuotaWindow) -> Option<bool> {
        let mut taken = lock(&self.taken);
        let taken = taken.get_mut(quota).filter(|taken| taken.window == window.number)?;
        if taken.left > 0 {
            taken.left -= 1;
            return Some(true);
        }
        taken.is_used_up.then_some(false)
    }

    fn remember(&self, quota: Quota, taken: Taken) {
        let mut all = lock(&self.taken);
        // What is forgotten was taken and is not used, which costs at most a block of each.
        if all.len() >= MOST_REMEMBERED {
            all.clear();
        }
        all.insert(quota, taken);
    }
}

fn of_user(account: &Account) -> Quota {
    Quota::AnalyticsOfUser(account.mode, account.user_id.clone())
}

fn of_app(account: &Account) -> Quota {
    Quota::FiguresOfTrialApp(account.app_id.clone())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
