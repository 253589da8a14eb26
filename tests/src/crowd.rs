//! Many accounts with many pins, and how late these went out.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use pinterest_sim::{Fault, Operation};
use shared::domain::content::Draft;
use shared::domain::{Content, Destination, Pin, PinId, State};
use shared::random::Random;

use crate::World;
use crate::seed::{self, Seeded};

/// How long Pinterest takes to answer, as seen from outside.
pub const PINTEREST_TAKES: SignedDuration = SignedDuration::from_millis(300);

impl World {
    /// Lets Pinterest take its time for every pin.
    pub fn slow_pinterest(&self) {
        let delay_ms = u64::try_from(PINTEREST_TAKES.as_millis()).ok();
        self.simulator.set_fault(Fault { delay_ms, ..Fault::on(Operation::CreatePin) });
    }

    /// Connects `count` accounts, each of an owner and a person of its own: `owner0` and `person0`, and so on.
    pub async fn crowd(&self, count: usize) -> Vec<Seeded> {
        seed::crowd(&self.platform("crowd"), &self.simulator, count).await
    }

    /// Stores a pin for each of `plan`.
    pub async fn sow<'a>(&self, plan: impl IntoIterator<Item = (&'a Seeded, Timestamp)>) -> Vec<Sown> {
        let platform = self.platform("sower");
        let mut sown = Vec::new();
        for (seeded, due) in plan {
            let pin = seeded.pin(&*platform.random, due, platform.clock.now());
            platform.pins.create(&pin).await.expect("the pin is new");
            sown.push(Sown { owner: pin.owner, id: pin.id, due });
        }
        sown
    }

    /// The pins as they are now, in the order of `sown`.
    pub async fn harvest(&self, sown: &[Sown]) -> Vec<Pin> {
        let platform = self.platform("reader");
        let mut pins = BTreeMap::new();
        for some in sown.chunks(100) {
            let found = platform.pins.load_all(some.iter().map(|sown| (&sown.owner, &sown.id))).await;
            pins.extend(found.expect("the table answers").into_iter().map(|pin| (pin.id.clone(), pin)));
        }
        sown.iter().map(|sown| pins.remove(&sown.id).expect("pins do not vanish")).collect()
    }

    /// How late `pins` went out; panics unless all are published.
    pub fn lateness(&self, pins: &[Pin]) -> Lateness {
        let calls: BTreeMap<_, _> = self.simulator.calls().into_iter().map(|call| (call.request_id, call.at)).collect();
        let (mut recorded, mut seen) = (Vec::new(), Vec::new());
        for pin in pins {
            let State::Published { lateness_ms, .. } = pin.state else { panic!("{} is {:?}", pin.id, pin.state) };
            recorded.push(lateness_ms);
            let request_id = pin.attempts.last().and_then(|attempt| attempt.request_id.as_ref());
            let at = calls[request_id.expect("Pinterest names every request")];
            let due = pin.publish_at.expect("it had a time");
            seen.push(i64::try_from(at.duration_since(due).as_millis()).expect("not that late"));
        }
        Lateness { recorded: Spread::of(recorded), seen: Spread::of(seen) }
    }
}

impl Seeded {
    /// A pin of this account for `due`.
    pub fn pin(&self, random: &dyn Random, due: Timestamp, now: Timestamp) -> Pin {
        let id = PinId::random(random);
        let draft = Draft {
            title: Some(format!("Pin {id}")),
            media: shared::domain::Media::at("https://example.com/lemon-cake.jpg"),
            ..Draft::default()
        };
        let to = Destination {
            account_id: self.account.id.clone(),
            mode: self.account.mode,
            board_id: self.board.parse().expect("digits"),
            section_id: None,
            board_verified: true,
        };
        let content = Content::check(draft).expect("valid content");
        let mut pin = Pin::draft(id, self.account.owner.clone(), to, content, now);
        pin.schedule(due, now).expect("a draft can be scheduled");
        pin
    }
}

/// A pin that was stored, and when it is to go out.
#[derive(Debug, Clone)]
pub struct Sown {
    /// Whose it is.
    pub owner: shared::domain::OwnerId,
    /// The pin.
    pub id: PinId,
    /// Its time.
    pub due: Timestamp,
}

/// How late pins went out, in milliseconds: by what they record, and by when Pinterest got the request.
#[derive(Debug, Clone)]
pub struct Lateness {
    /// As recorded, by the publisher's own clock.
    pub recorded: Spread,
    /// As seen by Pinterest.
    pub seen: Spread,
}

/// Some numbers, in order.
#[derive(Debug, Clone)]
pub struct Spread(Vec<i64>);

impl Spread {
    /// The spread of `numbers`.
    pub fn of(mut numbers: Vec<i64>) -> Self {
        assert!(!numbers.is_empty(), "there is something to measure");
        numbers.sort_unstable();
        Self(numbers)
    }

    /// The smallest number that at least `percent` of them do not exceed.
    pub fn percentile(&self, percent: usize) -> i64 {
        self.0[(self.0.len() * percent).div_ceil(100).saturating_sub(1)]
    }

    /// The smallest.
    pub fn min(&self) -> i64 {
        self.0[0]
    }

    /// The largest.
    pub fn max(&self) -> i64 {
        self.percentile(100)
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        write!(f, "min {} ms, p50 {p50} ms, p99 {p99} ms, max {} ms", self.min(), self.max())
    }
}
