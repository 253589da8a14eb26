//! How much there is in a run beyond a handful of pins of one owner, and how the parts of AWS behave in it. It is drawn from
//! a sequence of its own, so that a run without all this is what it was.

use jiff::SignedDuration;
use pinterest_sim::BoardOrder;

use super::dice::Dice;

/// What is drawn from is another sequence than that of what goes wrong.
const SEQUENCE: u64 = 0x5069_6e77_6865_656c;

/// How long an index may take to show what was written where it takes long.
const LATE: SignedDuration = SignedDuration::from_secs(90);

/// How much there is in a run.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about a run")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// Whether there are six owners with two accounts each.
    pub is_crowded: bool,
    /// How many pins of one account are due at once.
    pub backlog: usize,
    /// How late an index shows what was written, where it is later than what the publisher counts on.
    pub late_indexes: Option<SignedDuration>,
    /// Whether entries of the due index move in two steps.
    pub is_piecemeal: bool,
    /// How Lambda takes the publisher's events.
    pub events: Events,
    /// Whether an account has a plan, by whose slots pins are planned.
    pub has_slots: bool,
    /// How many pins come in a file.
    pub imported: usize,
    /// Whether some pins show an image that was uploaded.
    pub has_images: bool,
    /// In which order boards list their pins, and how many seconds ahead of UTC the times of their pins are.
    pub boards: (BoardOrder, i64),
    /// How many weeks go by after everything has come to rest.
    pub weeks: u64,
    /// Whether events are on, and sent to webhooks.
    pub has_events: bool,
}

/// How Lambda takes asynchronous events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Events {
    /// How many invocations run at once at most; any number where absent.
    pub limit: Option<usize>,
    /// Whether some events are delivered twice.
    pub come_twice: bool,
}

impl Extent {
    /// A run without all this.
    pub const SMALL: Self = Self {
        is_crowded: false,
        backlog: 0,
        late_indexes: None,
        is_piecemeal: false,
        events: Events { limit: None, come_twice: false },
        has_slots: false,
        imported: 0,
        has_images: false,
        boards: (BoardOrder::NewestFirst, 0),
        weeks: 0,
        has_events: false,
    };

    /// The extent of a seed. Most runs are small, so that there can be many.
    pub fn draw(seed: u64) -> Self {
        let dice = Dice::new(seed ^ SEQUENCE);
        let is_crowded = dice.happens(0.04);
        let orders = [BoardOrder::NewestFirst, BoardOrder::NewestFirst, BoardOrder::OldestFirst, BoardOrder::Shuffled];
        let boards = (dice.one(&orders), if dice.happens(0.2) { dice.one(&[-8 * 60 * 60, 2 * 60 * 60]) } else { 0 });
        let backlog = if dice.happens(0.01) { dice.one(&[60, 60, 300]) } else { 0 };
        Self {
            is_crowded,
            backlog,
            late_indexes: dice.happens(0.25).then_some(LATE),
            is_piecemeal: dice.happens(0.5),
            events: Events { limit: dice.happens(0.15).then_some(LIMIT), come_twice: dice.happens(0.15) },
            has_slots: dice.happens(0.1),
            imported: if dice.happens(0.06) { usize::try_from(dice.number(1..8)).unwrap_or(1) } else { 0 },
            has_images: dice.happens(0.1),
            boards,
            weeks: if dice.happens(0.04) { dice.number(5..12) } else { 0 },
            has_events: dice.happens(0.12),
        }
    }
}

/// How many publishers run at once at most where the rest of the account takes the others: fewer than the template reserves.
const LIMIT: usize = 4;
