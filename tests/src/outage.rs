//! Pinterest does not answer for a while, in the middle of normal work.

use jiff::{SignedDuration, Timestamp};
use pinterest_sim::{Fault, FaultAnswer, Operation};
use serde_json::Value;
use shared::clock::Clock;
use shared::domain::{Pin, State, Status};

use crate::{Firing, Latency, START, Ticks, World};

/// How long what waited may take to go out once Pinterest answers again.
pub const DRAIN: SignedDuration = SignedDuration::from_mins(10);

/// When Pinterest stops to answer.
const DOWN: Timestamp = Timestamp::constant(1_800_000_120, 0);

/// An outage to come.
#[derive(Debug, Clone, Copy)]
pub struct Outage {
    /// How many accounts take turns.
    pub accounts: usize,
    /// The time between two pins.
    pub pause: SignedDuration,
    /// How long it lasts.
    pub length: SignedDuration,
}

/// What was to be seen of it.
#[derive(Debug)]
pub struct Survived {
    /// How many calls Pinterest got while it did not answer.
    pub calls: usize,
    /// How many it would have got.
    pub calls_normally: usize,
    /// How many pins came due meanwhile.
    pub pins: usize,
    /// How many of these are out, and how many wait for a person because they may be.
    pub out: (usize, usize),
    /// From the first answer to the last of these.
    pub drained_in: SignedDuration,
    /// The most posts of all accounts in any ten seconds of the drain.
    pub busiest_ten_seconds: usize,
    /// What health said in the middle of the outage, half a minute before its end, and when all was out.
    pub health: [Value; 3],
}

/// One way through the same hours.
struct Passed {
    world: World,
    pins: Vec<Pin>,
    health: [Value; 3],
}

impl Outage {
    /// Lets it happen, and the same hours without it.
    pub async fn survive(self) -> Survived {
        let calls_normally = self.calls(&self.pass(false).await.world);
        let Passed { world, pins, health } = self.pass(true).await;
        let back = DOWN + self.length;
        let out: Vec<_> = pins.iter().filter_map(published_at).collect();
        let reviews = pins.iter().filter(|pin| pin.state.status() == Status::NeedsReview).count();
        let mut drain: Vec<_> = out.iter().copied().filter(|at| *at >= back).collect();
        drain.sort_unstable();
        let ten_seconds = SignedDuration::from_secs(10);
        let within = |from: usize| drain[from..].partition_point(|at| *at < drain[from] + ten_seconds);
        Survived {
            calls: self.calls(&world),
            calls_normally,
            pins: pins.len(),
            out: (out.len(), reviews),
            drained_in: drain.last().map_or(SignedDuration::ZERO, |at| at.duration_since(back)),
            busiest_ten_seconds: (0..drain.len()).map(within).max().unwrap_or_default(),
            health,
        }
    }

    /// How many calls Pinterest got between the beginning and the end.
    fn calls(self, world: &World) -> usize {
        let meanwhile = DOWN..DOWN + self.length;
        world.simulator.calls().iter().filter(|call| meanwhile.contains(&call.at)).count()
    }

    async fn pass(self, is_down: bool) -> Passed {
        let latency = Latency::new(8);
        let world = World::slow(&latency).await;
        world.enable().await;
        // How fast everything is out again is asked, and not how many of an account may go out in a day.
        world.change_settings(|settings| settings.pins_per_day = 0).await;
        let crowd = world.crowd(self.accounts).await;
        if is_down {
            let milliseconds = |time: SignedDuration| u64::try_from(time.as_millis()).ok();
            let (after_ms, for_ms) = (milliseconds(DOWN.duration_since(START)), milliseconds(self.length));
            let answer = Some(FaultAnswer::status(503));
            world.simulator.set_fault(Fault { answer, after_ms, for_ms, ..Fault::on(Operation::Any) });
        }
        world.slow_pinterest();
        let back = DOWN + self.length;
        let due = |index: usize| DOWN + self.pause * i32::try_from(index).expect("not that many");
        let dues = (0..).map(due).take_while(|due| *due < back + DRAIN);
        let sown = world.sow(dues.enumerate().map(|(index, due)| (&crowd[index % crowd.len()], due))).await;
        latency.begin();
        let minutes = u32::try_from((self.length + DRAIN).as_mins() + 3).expect("not that long");
        let firing =
            |at| Firing { at, platform: world.platform("publisher"), clock: world.clock, shards: (0..16).collect() };
        let firings = Ticks::At(7).arrivals(minutes).into_iter().map(firing);
        let health = async |at| {
            world.clock.sleep_until(at).await;
            world.anybody().get("/healthz").await.json()
        };
        let health = async {
            let last = back - SignedDuration::from_secs(30);
            [health(DOWN + self.length / 2).await, health(last).await, health(back + DRAIN).await]
        };
        let fired = world.fire(firings, back + DRAIN + SignedDuration::from_secs(20));
        let ((), health) = futures_util::future::join(fired, health).await;
        let of_the_outage: Vec<_> = sown.into_iter().filter(|sown| sown.due < back).collect();
        let pins = world.harvest(&of_the_outage).await;
        Passed { world, pins, health }
    }
}

impl Survived {
    /// The bound that is broken, if one is.
    pub fn broken(&self) -> Option<String> {
        let asked_little = self.calls * 10 <= self.calls_normally * 11;
        let all_out = self.out.0 + self.out.1 == self.pins && self.drained_in <= DRAIN;
        let said_so =
            ["held", "held", "ok"] == [0, 1, 2].map(|at: usize| self.health[at]["status"].as_str().unwrap_or_default());
        (!asked_little || !all_out || !said_so).then(|| format!("{self:?}"))
    }
}

fn published_at(pin: &Pin) -> Option<Timestamp> {
    if let State::Published { at, .. } = pin.state { Some(at) } else { None }
}
