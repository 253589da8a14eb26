//! What people want in a run, and when the schedule fires.

use jiff::SignedDuration;
use pinterest_sim::Rotation;

use super::dice::Dice;
use super::extent::Extent;
use super::people::OWNER;
use super::weather::{Trouble, Weather};

/// What happens in a run apart from what goes wrong.
#[derive(Debug)]
pub struct Plan {
    /// The accounts that are connected.
    pub accounts: Vec<Connected>,
    /// How many pins of the first account are due at once.
    pub backlog: usize,
    /// When the tokens of each account are to be renewed, if that falls into the run.
    pub renewals: Vec<Option<SignedDuration>>,
    /// What people do, in the order of time, for each of them.
    pub people: [Vec<(SignedDuration, Act)>; 2],
    /// When the schedule fires, in the order of time.
    pub ticks: Vec<SignedDuration>,
    /// What becomes of a refresh token that is used.
    pub rotation: Rotation,
}

/// An account that is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// Whose it is.
    pub owner: String,
    /// Its name at Pinterest.
    pub username: String,
}

impl Connected {
    fn new(owner: &str, username: &str) -> Self {
        Self { owner: owner.to_owned(), username: username.to_owned() }
    }

    /// Twelve accounts of six owners.
    fn crowd() -> Vec<Self> {
        (0..12).map(|number| Self::new(&format!("owner{}", number / 2), &format!("person{number}"))).collect()
    }
}

/// Whether pins that cannot be told from each other are made where indexes show later than a minute what was published: the
/// calendar, which tells them apart, is one.
const TWINS_DESPITE_LATE_INDEXES: bool = false;

/// What a pin is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// An image that Pinterest fetches from an address of others.
    Address,
    /// An image that was uploaded.
    Image,
    /// A video that was uploaded.
    Video,
}

/// The first of the numbers of pins that are planned by slots.
const FIRST_IN_SLOT: usize = 100;

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Makes the pin of that number, at that time after the start, of that media; sends the request `twice`, so
    /// long after the first one, without waiting for its answer.
    Make { pin: usize, account: usize, at: SignedDuration, twin: bool, twice: Option<SignedDuration>, shows: Media },
    /// Gives the first account a plan.
    Plan,
    /// Makes the pin of that number for the next slot of the first account.
    MakeInSlot { pin: usize },
    /// Gives the pin the next slot.
    MoveToSlot { pin: usize },
    /// Takes the pin's time away.
    Unschedule { pin: usize },
    /// Sends a file of so many pins for the first account.
    Import { pins: usize },
    /// Sends the request that made the pin once more, as who lost its answer.
    Repeat { pin: usize },
    /// Changes what the pin says.
    Edit { pin: usize, version: u64 },
    /// Gives the pin another time.
    Move { pin: usize, at: SignedDuration },
    /// Calls it off.
    Cancel { pin: usize },
    /// Tries it again, if it failed or is held.
    Retry { pin: usize },
    /// Looks at the board and settles it, if it needs review.
    Resolve { pin: usize },
    /// Disables Pinterest.
    Disable,
    /// Enables Pinterest.
    Enable,
    /// Disconnects an account.
    Disconnect { account: usize },
    /// Connects an account again.
    Reconnect { account: usize },
    /// Changes the password at Pinterest, which ends all tokens.
    Revoke { account: usize },
}

fn seconds(from: u64, to: u64, dice: &Dice) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(dice.number(from * 1000..to * 1000)).unwrap_or_default())
}

impl Plan {
    /// One account, and nobody does anything.
    pub fn quiet() -> Self {
        Self {
            accounts: vec![Connected::new(OWNER, "shop")],
            backlog: 0,
            renewals: vec![None],
            people: [Vec::new(), Vec::new()],
            ticks: Vec::new(),
            rotation: Rotation::OldDies,
        }
    }

    /// The plan of a seed.
    pub fn draw(dice: &Dice, weather: &Weather, extent: &Extent) -> Self {
        if weather.trouble == Trouble::Doubts {
            return Self::twins(dice, weather);
        }
        let mut accounts = vec![Connected::new(OWNER, "shop")];
        if dice.happens(0.4) || extent.backlog > 0 {
            accounts.push(Connected::new(OWNER, "friend"));
        }
        if extent.is_crowded {
            accounts = Connected::crowd();
        }
        let accounts_drawn = if extent.is_crowded { 12 } else { 2 };
        let mut acts = Vec::new();
        let busy = if dice.happens(0.5) { dice.one(&[0.2, 0.5]) } else { 0.0 };
        let is_late = weather.index_lag.as_secs() > 60 && !TWINS_DESPITE_LATE_INDEXES;
        let twins = dice.happens(0.3) && !is_late;
        let pins = usize::try_from(dice.number(1..6)).unwrap_or(1);
        for pin in 0..if extent.is_crowded { pins * 4 } else { pins } {
            let (made, at) = (seconds(0, 15, dice), seconds(6, 70, dice));
            let (twin, account) = (twins && pin < 2, usize::try_from(dice.number(0..accounts_drawn)).unwrap_or(0));
            let account = if twin { 0 } else { account % accounts.len() };
            let twice = dice.happens(0.25).then(|| seconds(0, 2, dice));
            acts.push((made, Act::Make { pin, account, at, twin, twice, shows: Media::Address }));
            if dice.happens(busy) {
                acts.extend(of_pin(dice, weather, pin, at));
            }
        }
        acts.extend(switches(dice));
        if dice.happens(0.12) {
            let (account, at) = (0, seconds(0, 80, dice));
            let what = dice.one(&[Act::Disconnect { account }, Act::Revoke { account }]);
            acts.push((at, what));
            if dice.happens(0.8) {
                acts.push((at + seconds(1, 60, dice), Act::Reconnect { account }));
            }
        }
        acts.sort_by_key(|(at, _)| *at);
        let renews = dice.happens(0.45);
        let plan = Self {
            renewals: accounts.iter().map(|_| renews.then(|| seconds(2, 100, dice))).collect(),
            accounts,
            backlog: extent.backlog,
            people: people(dice, acts),
            ticks: ticks(dice, weather),
            rotation: dice.one(&[Rotation::OldDies, Rotation::OldDies, Rotation::OldStays, Rotation::NotRenewed]),
        };
        let plan = if dice.happens(0.04) && !extent.is_crowded { plan.with_videos(dice) } else { plan };
        plan.with_more(dice, extent)
    }

    /// Some of the pins show a video.
    fn with_videos(mut self, dice: &Dice) -> Self {
        for (_, act) in self.people.iter_mut().flatten() {
            if let Act::Make { twin: false, shows, .. } = act
                && dice.happens(0.6)
            {
                *shows = Media::Video;
            }
        }
        self
    }

    /// What the extent of a run adds: pins by slots, files of pins, images that were uploaded.
    fn with_more(mut self, dice: &Dice, extent: &Extent) -> Self {
        let mut acts = Vec::new();
        if extent.has_slots {
            acts.push((SignedDuration::ZERO, Act::Plan));
            for pin in FIRST_IN_SLOT..FIRST_IN_SLOT + 4 {
                let at = seconds(1, 30, dice);
                acts.push((at, Act::MakeInSlot { pin }));
                for _ in 0..dice.number(0..3) {
                    let act = dice.one(&[Act::MoveToSlot { pin }, Act::Unschedule { pin }, Act::Cancel { pin }]);
                    acts.push((at + seconds(1, 60, dice), act));
                }
            }
        }
        if extent.imported > 0 {
            acts.push((seconds(0, 30, dice), Act::Import { pins: extent.imported }));
        }
        for (at, act) in acts {
            self.people[usize::from(dice.happens(0.5))].push((at, act));
        }
        for person in &mut self.people {
            person.sort_by_key(|(at, _)| *at);
            for (_, act) in person.iter_mut().filter(|_| extent.has_images && !extent.is_crowded) {
                if let Act::Make { shows: shows @ Media::Address, twin: false, .. } = act
                    && dice.happens(0.5)
                {
                    *shows = Media::Image;
                }
            }
        }
        self
    }

    /// Whether a pin of it shows such media.
    pub fn shows(&self, media: Media) -> bool {
        self.people.iter().flatten().any(|(_, act)| matches!(act, Act::Make { shows, .. } if *shows == media))
    }
}

impl Plan {
    /// Pins that cannot be told from each other, close together or one when the board is looked at for the other.
    fn twins(dice: &Dice, weather: &Weather) -> Self {
        let first = seconds(4, 20, dice);
        let mut acts = Vec::new();
        for pin in 0..3 {
            let (close, first_look, second_look) =
                (seconds(0, 3, dice), seconds(70, 95, dice), seconds(145, 170, dice));
            let later = dice.one(&[close, close, first_look, first_look, second_look]);
            let at = if pin == 0 { first } else { first + later };
            // What is made just before its time is posted by whoever is called for it, beside the shard's owner.
            let made = (at - seconds(0, 3, dice)).max(SignedDuration::ZERO);
            acts.push((made, Act::Make { pin, account: 0, at, twin: true, twice: None, shows: Media::Address }));
        }
        acts.sort_by_key(|(at, _)| *at);
        let mut ticks: Vec<_> = (0..3).flat_map(|_| ticks(dice, weather)).collect();
        ticks.sort_unstable();
        Self { people: people(dice, acts), ticks, ..Self::quiet() }
    }
}

/// What somebody does with a pin that is due at `at`; most of it close to that time.
fn of_pin(dice: &Dice, weather: &Weather, pin: usize, at: SignedDuration) -> Vec<(SignedDuration, Act)> {
    let mut acts = Vec::new();
    for version in 1..=dice.number(1..4) {
        let before = at + seconds(0, 4, dice) - SignedDuration::from_secs(3);
        // So that it is read before the claim and written after it.
        let about = at - SignedDuration::try_from(dice.time(weather.aws_latency * 2)).unwrap_or_default();
        let when = dice.one(&[before, about, seconds(0, 120, dice)]);
        let what = dice.one(&[
            Act::Edit { pin, version },
            Act::Edit { pin, version },
            Act::Move { pin, at: when + seconds(1, 40, dice) },
            Act::Cancel { pin },
            Act::Repeat { pin },
            Act::Retry { pin },
            Act::Resolve { pin },
        ]);
        let late = matches!(what, Act::Retry { .. } | Act::Resolve { .. } | Act::Repeat { .. });
        let when = if late { when + seconds(5, 60, dice) } else { when };
        acts.push((when.max(SignedDuration::from_secs(1)), what));
    }
    acts
}

/// Pinterest is disabled for a while, or for longer than a pin may be late.
fn switches(dice: &Dice) -> Vec<(SignedDuration, Act)> {
    let (off, a_while) = (seconds(0, 80, dice), seconds(5, 60, dice));
    let on = match () {
        () if dice.happens(0.15) => off + a_while,
        () if dice.happens(0.05) => off + SignedDuration::from_hours(25),
        () => return Vec::new(),
    };
    vec![(off, Act::Disable), (on, Act::Enable)]
}

/// Hands the acts to two people, who do theirs one after the other.
fn people(dice: &Dice, acts: Vec<(SignedDuration, Act)>) -> [Vec<(SignedDuration, Act)>; 2] {
    let mut people = [Vec::new(), Vec::new()];
    for act in acts {
        people[usize::from(dice.happens(0.5))].push(act);
    }
    people
}

/// One tick anywhere in each minute; where ticks are odd, none or two in some.
fn ticks(dice: &Dice, weather: &Weather) -> Vec<SignedDuration> {
    let mut ticks = Vec::new();
    for minute in 0..3 {
        let count = match () {
            () if dice.happens(weather.odd_ticks) => 0,
            () if dice.happens(weather.odd_ticks) => 2,
            () => 1,
        };
        for _ in 0..count {
            ticks.push(SignedDuration::from_mins(minute) + seconds(0, 60, dice));
        }
    }
    ticks.sort_unstable();
    ticks
}
