//! Rate limits: fixed windows by category, as published
//! (<https://developers.pinterest.com/docs/reference/rate-limits/>).

use rusqlite::{OptionalExtension, Result, params};

use crate::controls::Limits;
use crate::operation::Category;
use crate::options::Tier;
use crate::simulator::World;

const DAY: i64 = 86_400;

/// Where a call stands in its quotas: the values of the `x-ratelimit-…` headers.
pub(crate) struct Quota {
    /// The nearest quota, then every quota with its window, as envoy writes them.
    pub(crate) limit: String,
    pub(crate) remaining: u32,
    /// Seconds until the window of the nearest quota ends.
    pub(crate) reset: i64,
    pub(crate) exceeded: bool,
}

struct Window {
    bucket: String,
    seconds: i64,
    limit: u32,
}

impl World<'_> {
    /// Counts a call in its quotas; one that is over a quota is not counted.
    pub(crate) fn take_quota(&self, category: Category, person: Option<&str>) -> Result<Quota> {
        let windows = windows(self.controls.tier, self.controls.limits_at(self.now), category, person);
        let mut used = Vec::with_capacity(windows.len());
        for window in &windows {
            used.push(self.used(window)?);
        }
        let exceeded = windows.iter().zip(&used).any(|(window, used)| *used >= window.limit);
        if !exceeded {
            for (window, used) in windows.iter().zip(&mut used) {
                *used += 1;
                self.set_used(window, *used)?;
            }
        }
        let left = |position: usize| windows[position].limit.saturating_sub(used[position]);
        let nearest = (0..windows.len()).min_by_key(|position| left(*position)).unwrap_or_default();
        let mut limit = windows[nearest].limit.to_string();
        for window in &windows {
            limit = format!("{limit}, {};w={}", window.limit, window.seconds);
        }
        let seconds = windows[nearest].seconds;
        let reset = seconds - self.now.as_second().rem_euclid(seconds);
        Ok(Quota { limit, remaining: left(nearest), reset, exceeded })
    }

    fn window_start(&self, window: &Window) -> i64 {
        self.now.as_second().div_euclid(window.seconds)
    }

    fn used(&self, window: &Window) -> Result<u32> {
        let mut query = self.db.prepare_cached("SELECT used FROM quota WHERE bucket = ?1 AND window_start = ?2")?;
        let used = query.query_row(params![window.bucket, self.window_start(window)], |row| row.get(0)).optional()?;
        Ok(used.unwrap_or(0))
    }

    fn set_used(&self, window: &Window, used: u32) -> Result<()> {
        let mut upsert = self.db.prepare_cached(
            "INSERT INTO quota (bucket, window_start, used) VALUES (?1, ?2, ?3)
             ON CONFLICT (bucket) DO UPDATE SET window_start = ?2, used = ?3",
        )?;
        upsert.execute(params![window.bucket, self.window_start(window), used])?;
        Ok(())
    }
}

/// The quotas that a call counts in. An app that is not approved has those of the trial.
fn windows(tier: Tier, limits: Limits, category: Category, person: Option<&str>) -> [Window; 2] {
    let replaced = match category {
        Category::OrgRead => limits.org_read,
        Category::OrgWrite => limits.org_write,
        Category::OrgAnalytics => limits.org_analytics,
    };
    let name = category.as_str();
    match tier {
        Tier::Unapproved | Tier::Trial => {
            let limit = replaced.unwrap_or(if category == Category::OrgWrite { 300 } else { 1000 });
            [
                Window { bucket: "app/day".to_owned(), seconds: DAY, limit: limits.universal.unwrap_or(1000) },
                Window { bucket: format!("app/day/{name}"), seconds: DAY, limit },
            ]
        }
        Tier::Standard => {
            let person = person.unwrap_or("-");
            let limit = replaced.unwrap_or(match category {
                Category::OrgRead => 1000,
                Category::OrgWrite => 100,
                Category::OrgAnalytics => 60,
            });
            [
                Window { bucket: format!("{person}/second"), seconds: 1, limit: limits.universal.unwrap_or(100) },
                Window { bucket: format!("{person}/minute/{name}"), seconds: 60, limit },
            ]
        }
    }
}
