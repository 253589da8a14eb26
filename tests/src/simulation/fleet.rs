//! The publishers of a run: instances that come, serve one invocation after the other, and die.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use local::in_process::Hook;
use local::lambda::Handler;
use local::virtual_world::VirtualClock;
use publisher::Publisher;
use shared::clock::Clock;
use shared::kick::PublisherEvent;
use tokio::sync::Semaphore;

use super::aws::Aws;
use super::extent::Events;
use super::judge::LAST_CLAIM;
use super::mortal::{Life, Mortal, Since};
use super::pinterest::{Calling, transport};
use super::planted::Planted;
use super::surroundings::Surroundings;
use crate::World;
use crate::publishing::TIMEOUT;
use crate::world::Instance;

/// By how much the clocks of two publishers differ at most.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(10);

/// All publishers of a run.
pub struct Fleet {
    /// The functions and the embedded parts.
    pub world: Arc<World>,
    /// What they are in.
    pub around: Arc<Surroundings>,
    /// What else watches and disturbs their calls to AWS.
    pub hooks: Vec<Arc<dyn Hook>>,
    /// What is wrong with them.
    pub planted: Planted,
    /// Those that wait for an invocation.
    pub idle: Mutex<Vec<Member>>,
    /// How many there were.
    pub born: AtomicU64,
    /// How their events come.
    pub events: Events,
    /// Room for the invocations that may run at once, where there is a limit.
    pub room: Option<Semaphore>,
}

/// One instance.
pub struct Member {
    name: String,
    publisher: Publisher,
    clock: VirtualClock,
    life: Arc<Life>,
}

impl Fleet {
    /// Serves one invocation by an instance that has nothing to do, or by a new one.
    pub async fn invoke(self: Arc<Self>, event: PublisherEvent) {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let member = idle.unwrap_or_else(|| self.member());
        let weather = &self.around.weather;
        if weather.deaths > 0.0 && !weather.is_calm() && self.around.dice.happens(weather.deaths) {
            let since = self.around.dice.one(&[Since::Start, Since::Claim, Since::Claim, Since::Post]);
            member.life.is_to_end(since, self.around.dice.small(if since == Since::Start { 9 } else { 6 }));
        }
        if self.live(&member, event).await {
            member.life.goes_on_for_ever();
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(member);
        }
    }

    /// One invocation of `member`; answers whether it survives.
    pub async fn live(&self, member: &Member, event: PublisherEvent) -> bool {
        let trace = &self.around.trace;
        let kind = match &event {
            PublisherEvent::Tick { shards, .. } => format!("tick of {shards:?}"),
            PublisherEvent::Kick { pins } => format!("kick for {}", pins.len()),
        };
        trace.line(&member.name, format_args!("begins: {kind}"));
        let (timeout, began) = (self.around.weather.timeout, self.around.now());
        if matches!(event, PublisherEvent::Tick { .. }) {
            self.around.judge.known().delays.ticks(began);
        }
        let work = Box::pin(member.publisher.handle(event, member.clock.now() + timeout));
        let stopped = Duration::try_from(timeout).expect("it is positive");
        match tokio::time::timeout(stopped, Mortal::new(work, &member.life)).await {
            Ok(Some(report)) => {
                trace.line(&member.name, format_args!("ends: {report:?}"));
                self.ended(began);
                if self.planted.lingers {
                    self.around.clock.sleep_until(began + timeout - LAST_CLAIM).await;
                }
                true
            }
            Ok(None) => {
                trace.line(&member.name, format_args!("DIES at await {}", member.life.spent()));
                self.around.judge.died(&member.name, self.around.now());
                false
            }
            Err(_) => {
                trace.line(&member.name, "is STOPPED at its time limit");
                self.around.judge.died(&member.name, self.around.now());
                false
            }
        }
    }

    /// Notes that an invocation which began at `began` has ended; one of a short time limit may have had to leave work to
    /// the next tick.
    fn ended(&self, began: Timestamp) {
        let timeout = self.around.weather.timeout;
        let limit = began + timeout - LAST_CLAIM;
        if timeout < TIMEOUT && self.around.now() >= limit - CLOCKS_DIFFER {
            self.around.judge.known().delays.breaks(limit - CLOCKS_DIFFER);
        }
    }

    /// A new instance, with a clock of its own.
    pub fn member(&self) -> Member {
        let Surroundings { weather, dice, clock, .. } = &*self.around;
        let ahead = i64::try_from(dice.time(weather.skew * 2).as_millis()).unwrap_or_default();
        let most = i64::try_from(weather.skew.as_millis()).unwrap_or_default();
        let skew = SignedDuration::from_millis(ahead - most);
        self.member_of(Life::endless(), clock.skewed(skew))
    }

    /// A new instance that lives `life`.
    pub fn member_of(&self, life: Life, clock: VirtualClock) -> Member {
        let name = format!("p{}", self.born.fetch_add(1, Ordering::Relaxed));
        let life = Arc::new(life);
        let aws = Aws { around: self.around.clone(), life: life.clone(), is_disturbed: true };
        let hooks: Vec<_> = self.hooks.iter().cloned().chain([Arc::new(aws) as Arc<dyn Hook>]).collect();
        let calling = Calling {
            around: self.around.clone(),
            actor: name.clone(),
            clock,
            life: life.clone(),
            client: self.planted.client,
            pinterest: self.world.pinterest_router(),
        };
        let pinterest = transport(calling);
        let platform =
            self.world.platform_in(Instance { actor: &name, hooks: &hooks, clock, pinterest, variables: &[] });
        Member { publisher: self.planted.publisher(platform), name, clock, life }
    }

    /// What Lambda does with a kick. The fleet belongs to the run, not to Lambda.
    pub fn handler(self: &Arc<Self>) -> Handler {
        let fleet: Weak<Self> = Arc::downgrade(self);
        Arc::new(move |event| {
            let fleet = fleet.upgrade();
            Box::pin(async move {
                if let Some(fleet) = fleet {
                    fleet.take(serde_json::from_value(event).expect("kicks are events of the publisher")).await;
                }
            })
        })
    }
}
