//! Instances of the publisher as Lambda keeps them: one that is idle is used again, with what it remembers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use publisher::Publisher;
use shared::clock::Clock;

use crate::{World, invocation};

/// The publisher's instances in a world.
pub struct Instances<'a> {
    world: &'a World,
    idle: Mutex<Vec<Arc<Publisher>>>,
}

impl<'a> Instances<'a> {
    /// None yet.
    pub fn of(world: &'a World) -> Self {
        Self { world, idle: Mutex::default() }
    }

    /// Calls the publisher at each of `arrivals`; answers how long each invocation lasted. At `end` all are stopped.
    pub async fn fire(&self, arrivals: impl IntoIterator<Item = Timestamp>, end: Timestamp) -> Vec<Duration> {
        let clock = self.world.clock;
        let (mut running, mut lasted, mut all) = (FuturesUnordered::new(), Vec::new(), Vec::new());
        let mut arrivals = arrivals.into_iter();
        loop {
            let next = arrivals.next().filter(|at| *at < end);
            let mut moment = std::pin::pin!(clock.sleep_until(next.unwrap_or(end)));
            while !running.is_empty()
                && let Either::Left((Some(one), rest)) = select(running.next(), moment).await
            {
                lasted.push(one);
                moment = rest;
            }
            clock.sleep_until(next.unwrap_or(end)).await;
            if next.is_none() {
                break;
            }
            let publisher = self.instance();
            all.push(publisher.clone());
            running.push(self.invoke(publisher));
        }
        for publisher in &all {
            publisher.stop();
        }
        while let Some(one) = running.next().await {
            lasted.push(one);
        }
        lasted
    }

    async fn invoke(&self, publisher: Arc<Publisher>) -> Duration {
        let began = tokio::time::Instant::now();
        invocation(&publisher, self.world.clock).await;
        self.idle().push(publisher);
        began.elapsed()
    }

    fn instance(&self) -> Arc<Publisher> {
        let idle = self.idle().pop();
        idle.unwrap_or_else(|| Arc::new(Publisher::new(self.world.platform("publisher"))))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Publisher>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
