//! The function that sends events in a run: instances that come, send, and die, called by kicks and by their schedule.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use events::Sender;
use jiff::SignedDuration;
use local::in_process::Hook;
use local::lambda::Handler;
use local::sending::TIME_LIMIT;
use local::virtual_world::VirtualClock;
use serde_json::json;
use shared::clock::Clock;
use shared::kick::SenderEvent;

use super::aws::Aws;
use super::dice::Dice;
use super::endpoints::Endpoints;
use super::mortal::{Life, Mortal, Since};
use super::surroundings::Surroundings;
use crate::world::Instance;
use crate::{START, World};

/// How likely a kick comes twice.
const TWICE: f64 = 0.1;

/// For how many minutes the schedule fires while things go wrong.
const MINUTES: i64 = 4;

/// All senders of a run.
pub struct Senders {
    /// The functions and the embedded parts.
    pub world: Arc<World>,
    /// What they are in.
    pub around: Arc<Surroundings>,
    /// What else watches and disturbs their calls to AWS.
    pub hooks: Vec<Arc<dyn Hook>>,
    /// Where they send.
    pub endpoints: Arc<Endpoints>,
    /// What is left to chance with them.
    pub dice: Arc<Dice>,
    /// Those that wait for an invocation.
    pub idle: Mutex<Vec<Member>>,
    /// How many there were.
    pub born: AtomicU64,
}

/// One instance.
pub struct Member {
    name: String,
    sender: Sender,
    clock: VirtualClock,
    life: Arc<Life>,
}

impl Senders {
    /// Makes the webhooks to which they send.
    pub async fn make_webhooks(&self) {
        for endpoint in &self.endpoints.all {
            let scope = if endpoint.owner.is_some() { "owner" } else { "installation" };
            let url = format!("https://{}/hook", endpoint.host);
            let webhook = json!({"url": url, "types": endpoint.types, "scope": scope});
            let caller = endpoint.owner.as_ref().map_or_else(|| self.world.admin(), |owner| self.world.user(owner));
            let answer = caller.post("/v1/webhooks", &webhook).await;
            assert_eq!(answer.status, 201, "{}", answer.text());
        }
        self.around.judge.known().events.begin(self.endpoints.all.clone(), self.around.now());
    }

    /// Has the schedule fire once in each minute while things go wrong, or not, or twice.
    pub async fn storm(self: &Arc<Self>) {
        let odd = self.around.weather.odd_ticks;
        for minute in 0..MINUTES {
            let mut moments = Vec::new();
            let count = if self.dice.happens(odd) { self.dice.one(&[0, 0, 2]) } else { 1 };
            for _ in 0..count {
                moments.push(i64::try_from(self.dice.number(0..60_000)).unwrap_or_default());
            }
            moments.sort_unstable();
            for moment in moments {
                let at = START + SignedDuration::from_mins(minute) + SignedDuration::from_millis(moment);
                self.around.clock.sleep_until(at).await;
                self.clone().tick().await;
            }
        }
    }

    /// The schedule fires.
    pub async fn tick(self: Arc<Self>) {
        let scheduled_at = self.around.now();
        self.invoke(SenderEvent::Tick { scheduled_at }).await;
    }

    /// Serves one invocation by an instance that has nothing to do, or by a new one.
    async fn invoke(self: Arc<Self>, event: SenderEvent) {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let member = idle.unwrap_or_else(|| self.member());
        let weather = &self.around.weather;
        if weather.deaths > 0.0 && !weather.is_calm() && self.dice.happens(weather.deaths) {
            let since = self.dice.one(&[Since::Start, Since::Claim, Since::Claim, Since::Post]);
            member.life.is_to_end(since, self.dice.small(6));
        }
        if self.live(&member, event).await {
            member.life.goes_on_for_ever();
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(member);
        }
    }

    /// One invocation of `member`; answers whether it survives.
    async fn live(&self, member: &Member, event: SenderEvent) -> bool {
        let trace = &self.around.trace;
        trace.line(&member.name, format_args!("begins: {event:?}"));
        let deadline = member.clock.now() + SignedDuration::try_from(TIME_LIMIT).expect("two minutes");
        let work = Box::pin(member.sender.handle(event, deadline));
        match tokio::time::timeout(TIME_LIMIT, Mortal::new(work, &member.life)).await {
            Ok(Some(_)) => {
                trace.line(&member.name, "ends");
                true
            }
            Ok(None) => {
                trace.line(&member.name, format_args!("DIES at await {}", member.life.spent()));
                false
            }
            Err(_) => {
                trace.line(&member.name, "is STOPPED at its time limit");
                false
            }
        }
    }

    /// A new instance, with a clock of its own.
    fn member(&self) -> Member {
        let name = format!("s{}", self.born.fetch_add(1, Ordering::Relaxed));
        let skew = self.around.weather.skew;
        let ahead = i64::try_from(self.dice.time(skew * 2).as_millis()).unwrap_or_default();
        let most = i64::try_from(skew.as_millis()).unwrap_or_default();
        let clock = self.around.clock.skewed(SignedDuration::from_millis(ahead - most));
        let life = Arc::new(Life::endless());
        let aws = Aws { around: self.around.clone(), life: life.clone(), is_disturbed: true };
        let hooks: Vec<_> = self.hooks.iter().cloned().chain([Arc::new(aws) as Arc<dyn Hook>]).collect();
        let pinterest = self.world.undisturbed_pinterest();
        let platform =
            self.world.platform_in(Instance { actor: &name, hooks: &hooks, clock, pinterest, variables: &[] });
        Member { sender: Sender::new(platform, self.endpoints.network(&name, &life)), name, clock, life }
    }

    /// What Lambda does with a kick. The senders belong to the run, not to Lambda.
    pub fn handler(self: &Arc<Self>) -> Handler {
        let senders: Weak<Self> = Arc::downgrade(self);
        Arc::new(move |event| {
            let senders = senders.upgrade();
            Box::pin(async move {
                let Some(senders) = senders else { return };
                let event: SenderEvent = serde_json::from_value(event).expect("kicks are events of the sender");
                let comes_twice = !senders.around.weather.is_calm() && senders.dice.happens(TWICE);
                let again = comes_twice.then(|| senders.dice.time(std::time::Duration::from_secs(20)));
                let again = async {
                    if let Some(later) = again {
                        tokio::time::sleep(later).await;
                        senders.clone().invoke(event.clone()).await;
                    }
                };
                futures_util::future::join(senders.clone().invoke(event.clone()), again).await;
            })
        })
    }
}
