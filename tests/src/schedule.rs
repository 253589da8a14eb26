//! The schedule as it arrives: at any second of its minute, twice, or not at all.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use local::virtual_world::{SeededRandom, VirtualClock};
use publisher::Publisher;
use shared::clock::Clock;
use shared::platform::Platform;
use shared::random::Random;

use crate::publishing::invocation_for;
use crate::{START, World};

/// In which way the ticks of a run of minutes arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticks {
    /// Every minute at that second.
    At(u8),
    /// At a second of their minute that is drawn from a seed: up to 119 seconds from one to the next.
    Anywhere(u64),
    /// Every minute at that second, and again a moment later.
    Doubled(u8),
    /// Every minute at that second, but one minute in five not at all.
    OneMissing(u8),
}

impl Ticks {
    /// When they arrive in the minutes from [`START`] on.
    pub fn arrivals(self, minutes: u32) -> Vec<Timestamp> {
        let random = SeededRandom::new(if let Self::Anywhere(seed) = self { seed } else { 0 });
        let in_minute = |minute: u32| {
            let mut drawn = [0; 2];
            random.fill(&mut drawn);
            let at = |second: u8, ms: i64| {
                let begins = START + SignedDuration::from_mins(i64::from(minute));
                begins + SignedDuration::from_secs(i64::from(second)) + SignedDuration::from_millis(ms)
            };
            match self {
                Self::Anywhere(_) => vec![at(drawn[0] % 60, 0)],
                Self::Doubled(second) => vec![at(second, 0), at(second, i64::from(drawn[1]) * 4)],
                Self::OneMissing(_) if minute % 5 == 3 => Vec::new(),
                Self::At(second) | Self::OneMissing(second) => vec![at(second, 0)],
            }
        };
        (0..minutes).flat_map(in_minute).collect()
    }
}

/// One invocation to come: when, by which platform and clock, for which shards.
pub struct Firing {
    /// When.
    pub at: Timestamp,
    /// What it runs on.
    pub platform: Arc<Platform>,
    /// By which clock its deadline is told.
    pub clock: VirtualClock,
    /// Which shards the schedule has.
    pub shards: Vec<u8>,
}

impl World {
    /// Lets time pass.
    pub async fn wait(&self, time: SignedDuration) {
        self.clock.sleep_until(self.clock.now() + time).await;
    }

    /// Ends when the clock shows `moment`.
    pub async fn clock_reaches(&self, moment: Timestamp) {
        self.clock.sleep_until(moment).await;
    }

    /// Lets the publisher be invoked as `firings` say, in the order of time, until `end`; then all are stopped.
    pub async fn fire(&self, firings: impl IntoIterator<Item = Firing>, end: Timestamp) {
        let mut running = FuturesUnordered::new();
        let mut publishers = Vec::new();
        let mut firings = firings.into_iter().peekable();
        loop {
            let next = firings.peek().map_or(end, |firing| firing.at).min(end);
            let mut moment = std::pin::pin!(self.clock.sleep_until(next));
            while !running.is_empty()
                && let Either::Left((Some(_), rest)) = select(running.next(), moment).await
            {
                moment = rest;
            }
            self.clock.sleep_until(next).await;
            let Some(firing) = firings.next().filter(|firing| firing.at < end) else { break };
            let publisher = Arc::new(Publisher::new(firing.platform));
            publishers.push(Arc::downgrade(&publisher));
            running.push(async move { invocation_for(&publisher, firing.clock, firing.shards).await });
        }
        publishers.iter().filter_map(std::sync::Weak::upgrade).for_each(|publisher| publisher.stop());
        while running.next().await.is_some() {}
    }
}
