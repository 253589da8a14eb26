//! What can go wrong in a run, and how often.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::dice::Dice;
use super::extent::Extent;
use crate::START;
use crate::publishing::TIMEOUT;

/// How late an index may show what was written without a pin being late for it.
const COUNTED_ON: SignedDuration = SignedDuration::from_secs(10);

/// What goes wrong at Pinterest, where something does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Anything.
    Any,
    /// It is always left open whether a pin was created.
    Doubts,
    /// An account is over its limit, for a time that Pinterest names.
    Limits,
}

/// How rough a run is. Every part is there or not by itself, so that some runs have one trouble only, and some none.
#[derive(Debug)]
pub struct Weather {
    /// How likely a call to AWS goes wrong.
    pub aws_faults: f64,
    /// How long a call to AWS takes at most.
    pub aws_latency: Duration,
    /// When AWS does not answer at all.
    pub aws_outage: Option<(Timestamp, Timestamp)>,
    /// How likely a call to Pinterest goes wrong.
    pub pinterest_faults: f64,
    /// How long a call to Pinterest takes at most, where nothing goes wrong.
    pub pinterest_latency: Duration,
    /// When Pinterest does not answer at all, or only with 503.
    pub pinterest_outage: Option<(Timestamp, Timestamp)>,
    /// After how long at most a pin is on its board's list.
    pub visibility: Duration,
    /// After how long at most a change is in an index.
    pub index_lag: SignedDuration,
    /// By how much the clock of a publisher is wrong at most.
    pub skew: Duration,
    /// What goes wrong at Pinterest.
    pub trouble: Trouble,
    /// How likely an invocation of the publisher dies.
    pub deaths: f64,
    /// How likely a tick is missing, and how likely there are two.
    pub odd_ticks: f64,
    /// How long an invocation of the publisher may run. Real ones have [`TIMEOUT`]; shorter ones do without the slack in
    /// which a tick may be missing, and let a run get through more of them.
    pub timeout: SignedDuration,
    is_calm: AtomicBool,
}

impl Weather {
    /// The weather of a seed, with pins visible within `visibility`.
    pub fn draw(dice: &Dice, visibility: Duration) -> Self {
        let outage = |likely: f64, longest: u64| {
            let from = dice.number(0..90);
            let lasts = dice.number(3..longest);
            let at = |seconds: u64| START + Duration::from_secs(seconds);
            dice.happens(likely).then(|| (at(from), at(from + lasts)))
        };
        if dice.happens(0.2) {
            return Self::doubtful(dice);
        }
        if dice.happens(0.05) {
            return Self::limited(dice);
        }
        let rate = |likely: f64, rates: &[f64]| if dice.happens(likely) { dice.one(rates) } else { 0.0 };
        Self {
            aws_faults: rate(0.5, &[0.01, 0.05, 0.15]),
            aws_latency: Duration::from_millis(dice.one(&[5, 50, 50, 800])),
            aws_outage: outage(0.12, 40),
            pinterest_faults: rate(0.65, &[0.15, 0.3, 0.6]),
            pinterest_latency: Duration::from_millis(dice.one(&[300, 1500, 9000])),
            pinterest_outage: outage(0.12, 90),
            visibility: if dice.happens(0.8) { visibility } else { Duration::ZERO },
            index_lag: SignedDuration::from_secs(if dice.happens(0.4) { 10 } else { 0 }),
            skew: Duration::from_secs(if dice.happens(0.6) { 5 } else { 0 }),
            trouble: Trouble::Any,
            deaths: rate(0.55, &[0.1, 0.3, 0.6]),
            odd_ticks: rate(0.5, &[0.15]),
            timeout: dice.one(&[SignedDuration::from_secs(75), SignedDuration::from_secs(100), TIMEOUT]),
            is_calm: AtomicBool::new(false),
        }
    }

    /// The same weather, in which indexes that lag do so as in `extent`.
    pub fn with_indexes(mut self, extent: &Extent) -> Self {
        if !self.index_lag.is_zero() {
            self.index_lag = extent.late_indexes.unwrap_or(self.index_lag);
        }
        self
    }

    /// Nothing goes wrong, and nothing takes long; a new pin is visible within `visibility`.
    pub fn fair(visibility: Duration) -> Self {
        Self {
            aws_faults: 0.0,
            aws_latency: Duration::ZERO,
            aws_outage: None,
            pinterest_faults: 0.0,
            pinterest_latency: Duration::ZERO,
            pinterest_outage: None,
            visibility,
            index_lag: SignedDuration::ZERO,
            skew: Duration::ZERO,
            trouble: Trouble::Any,
            deaths: 0.0,
            odd_ticks: 0.0,
            timeout: TIMEOUT,
            is_calm: AtomicBool::new(false),
        }
    }

    /// Little goes wrong but that answers of a slow Pinterest are lost: for pins that cannot be told from each other.
    fn doubtful(dice: &Dice) -> Self {
        Self {
            aws_latency: Duration::from_millis(dice.one(&[50, 800])),
            pinterest_faults: dice.one(&[0.4, 0.6]),
            pinterest_latency: Duration::from_secs(9),
            trouble: Trouble::Doubts,
            ..Self::fair(Duration::from_secs(dice.one(&[0, 3])))
        }
    }

    /// Nothing goes wrong but that Pinterest often wants no more of an account for a while.
    fn limited(dice: &Dice) -> Self {
        Self {
            aws_latency: Duration::from_millis(50),
            pinterest_faults: dice.one(&[0.2, 0.5]),
            pinterest_latency: Duration::from_millis(300),
            trouble: Trouble::Limits,
            ..Self::fair(Duration::ZERO)
        }
    }

    /// From now on nothing goes wrong.
    pub fn calm_down(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
    }

    /// Whether things have stopped going wrong.
    pub fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::Relaxed)
    }

    /// Whether AWS answers when and as it should.
    pub fn aws_is_well(&self) -> bool {
        self.aws_faults == 0.0 && self.aws_outage.is_none()
    }

    /// Whether AWS and Pinterest answer as they should.
    pub fn is_well(&self) -> bool {
        let pinterest_is_well = self.pinterest_faults == 0.0 && self.pinterest_outage.is_none();
        self.is_calm() || self.aws_is_well() && pinterest_is_well
    }

    /// Whether nothing but time and clocks stand between a pin and its board.
    pub fn is_fair(&self) -> bool {
        let pinterest_is_well = self.pinterest_faults == 0.0 && self.pinterest_outage.is_none();
        let is_counted_on = self.index_lag <= COUNTED_ON;
        self.aws_is_well() && pinterest_is_well && is_counted_on && self.deaths == 0.0 && self.timeout == TIMEOUT
    }
}

/// Whether `now` is within `stretch`.
pub fn holds(stretch: Option<(Timestamp, Timestamp)>, now: Timestamp) -> bool {
    stretch.is_some_and(|(from, to)| from <= now && now < to)
}
