//! One account's calendar, as far as it was read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use shared::domain::{AccountId, Clash, Neighbour, Pin, PinId, Plan};
use shared::store::{Day, SlotClaim, StoreError};

use super::calendar::Calendar;
use super::{NoTime, ToPlan};
use crate::desk::Desk;

/// How many weeks are looked through for a free slot.
const WEEKS: i32 = 60;

/// A pin that somebody gave this time takes the slot within it.
const TAKES_SLOT: SignedDuration = SignedDuration::from_secs(60);

/// The most pages of a hundred pins that are read of the calendar at once.
const MOST_PAGES: usize = 40;

/// How many items one read takes.
const BATCH: usize = 100;

/// The plan of an account with what is planned by it.
pub(super) struct AccountPlan {
    pub(super) plan: Plan,
    /// What this request planned already.
    planned: Calendar,
    /// The slots that this request was given.
    given: BTreeSet<Timestamp>,
    /// What was read of the calendar, and of which time.
    stored: Calendar,
    read: Option<(Timestamp, Timestamp)>,
    /// Whose the slots of the days are that were read.
    taken: BTreeMap<Date, Taken>,
}

/// A slot that was found.
pub(super) struct Looked {
    pub(super) free: SlotClaim,
    /// Whether an earlier free slot was too close to another pin.
    pub(super) spaced: bool,
}

/// What a slot is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotState {
    /// The next pin that asks for it gets it.
    Free,
    /// This pin goes out then.
    Taken(PinId),
    /// Nobody has it, but the day has as many pins as the plan allows.
    Full,
}

/// The slots of a day that pins have, as they are now.
#[derive(Default)]
struct Taken {
    /// By pins that go out then.
    live: BTreeMap<Timestamp, PinId>,
    /// By pins that do not.
    left: Day,
}

impl AccountPlan {
    pub(super) fn new(plan: Plan) -> Self {
        let (planned, stored) = (Calendar::default(), Calendar::default());
        Self { plan, planned, given: BTreeSet::new(), stored, read: None, taken: BTreeMap::new() }
    }

    /// Takes note that a pin is planned for `at`, in `slot` where it is to be given one.
    pub(super) fn note(&mut self, wanted: ToPlan<'_>, at: Timestamp, slot: Option<Timestamp>) {
        self.planned.insert(Neighbour::new(wanted.id.clone(), at, wanted.content));
        self.given.extend(slot);
    }

    /// Forgets what was read, and that a pin was planned, in `slot` where it was to be given one.
    pub(super) fn forget(&mut self, id: &PinId, slot: Option<Timestamp>) {
        (self.stored, self.read) = (Calendar::default(), None);
        self.taken.clear();
        self.planned.remove(id);
        if let Some(slot) = slot {
            self.given.remove(&slot);
        }
    }

    /// The pin that `wanted` would be too close to at `at`; what is near it was read.
    pub(super) fn clash(&self, wanted: ToPlan<'_>, at: Timestamp) -> Option<Clash> {
        let pin = Neighbour::new(wanted.id.clone(), at, wanted.content);
        let clashes = [&self.planned, &self.stored].into_iter().filter_map(|calendar| calendar.clash(&pin, &self.plan));
        clashes.max_by_key(|clash| clash.until)
    }

    /// Reads the calendar from a reach before `from` to a reach after `to`, unless that was done.
    pub(super) async fn look(
        &mut self,
        desk: &Desk,
        account: &AccountId,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        let reach = self.plan.reach() + TAKES_SLOT;
        let from = from.checked_sub(reach).unwrap_or(Timestamp::MIN);
        let to = to.checked_add(reach).unwrap_or(Timestamp::MAX);
        if self.read.is_some_and(|(first, last)| first <= from && to <= last) {
            return Ok(());
        }
        // Weeks are looked at one after the other, pin by pin of a batch: of what goes on from there only the rest is read.
        let known = self.read.filter(|(first, last)| first <= &from && &from <= last);
        let start = known.map_or(from, |(_, last)| last);
        let store = &desk.function.platform.pins;
        let (pins, complete) = store.planned_between(&desk.owner, (start, to), MOST_PAGES).await?;
        if !complete {
            tracing::warn!(%account, "the calendar is too full to keep everything in it apart");
        }
        let of_account = pins.iter().filter(|pin| pin.account_id == *account);
        if known.is_none() {
            self.stored = Calendar::default();
        }
        of_account.filter_map(Neighbour::of).for_each(|pin| self.stored.insert(pin));
        self.read = Some((known.map_or(from, |(first, _)| first), to));
        Ok(())
    }

    /// The first free slot that is neither before `from` nor before now.
    pub(super) async fn next_slot(
        &mut self,
        desk: &Desk,
        wanted: ToPlan<'_>,
        from: Timestamp,
    ) -> Result<Result<Looked, NoTime>, StoreError> {
        if self.plan.slots.is_empty() {
            return Ok(Err(NoTime::NoSlots));
        }
        let from = from.max(desk.now);
        let first = self.plan.date(from);
        let mut spaced = false;
        for week in 0..WEEKS {
            let days = (0..7).filter_map(|day| first.checked_add((week * 7 + day).days()).ok());
            let days = days.map(|date| (date, self.slots(date, from))).filter(|(_, slots)| !slots.is_empty());
            let days: Vec<_> = days.collect();
            let moments: Vec<_> = days.iter().flat_map(|(_, slots)| slots).copied().collect();
            let (Some(first), Some(last)) = (moments.iter().min(), moments.iter().max()) else { continue };
            // From the beginning of the first day: pins that were given a time count for their day.
            let start = self.plan.start_of(self.plan.date(*first)).min(*first);
            let end = last.checked_add(SignedDuration::from_hours(24)).unwrap_or(*last);
            self.look(desk, wanted.account, (start, end)).await?;
            let dates = days.iter().map(|(date, _)| *date).filter(|date| !self.taken.contains_key(date));
            let dates: Vec<_> = dates.collect();
            if !dates.is_empty() {
                let mut found = taken(desk, wanted.account, &dates).await?;
                self.taken.extend(dates.iter().map(|date| (*date, found.remove(date).unwrap_or_default())));
            }
            for (date, slots) in days {
                let taken = &self.taken[&date];
                if let Some(free) = self.free(wanted, (date, &slots), taken, &mut spaced) {
                    return Ok(Ok(Looked { free, spaced }));
                }
            }
        }
        Ok(Err(NoTime::NoFreeSlot))
    }

    /// Every slot from `from` on and before `to`, in order.
    pub(super) async fn every_slot(
        &mut self,
        desk: &Desk,
        account: &AccountId,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<(Timestamp, SlotState)>, StoreError> {
        let (first, last) = (self.plan.date(from), self.plan.date(to));
        let days = first.series(1.day()).take_while(|date| *date <= last);
        let dates: Vec<_> = days.filter(|date| !self.plan.slots_on(*date).is_empty()).collect();
        if dates.is_empty() {
            return Ok(Vec::new());
        }
        let end_of = |plan: &Plan, date: Date| date.tomorrow().map_or(Timestamp::MAX, |next| plan.start_of(next));
        self.look(desk, account, (self.plan.start_of(first), end_of(&self.plan, last))).await?;
        let taken = taken(desk, account, &dates).await?;
        let mut slots = Vec::new();
        for date in dates {
            let live = taken.get(&date).map(|taken| taken.live.clone()).unwrap_or_default();
            let in_slots: BTreeSet<_> = live.values().collect();
            let by_hand = |from, to| self.stored.between(from, to).filter(|id| !in_slots.contains(id));
            let count = live.len() + by_hand(self.plan.start_of(date), end_of(&self.plan, date)).count();
            let is_full = self.plan.pins_per_day.is_some_and(|most| count >= usize::from(most));
            let state = |slot: Timestamp| {
                let pin = live.get(&slot).or_else(|| by_hand(slot, slot + TAKES_SLOT).next());
                let otherwise = if is_full { SlotState::Full } else { SlotState::Free };
                pin.cloned().map_or(otherwise, SlotState::Taken)
            };
            let of_day = self.plan.slots_on(date).into_iter().filter(|slot| *slot >= from && *slot < to);
            slots.extend(of_day.map(|slot| (slot, state(slot))));
        }
        Ok(slots)
    }

    /// The slots of `date` that can still be given and are not before `from`.
    fn slots(&self, date: Date, from: Timestamp) -> Vec<Timestamp> {
        let slots = self.plan.slots_on(date).into_iter();
        slots.filter(|slot| *slot >= from && !self.given.contains(slot)).collect()
    }

    /// The first of `slots` that nobody has, while the day has room.
    fn free(
        &self,
        wanted: ToPlan<'_>,
        (date, slots): (Date, &[Timestamp]),
        taken: &Taken,
        spaced: &mut bool,
    ) -> Option<SlotClaim> {
        let in_slots: BTreeSet<_> = taken.live.values().collect();
        let others = |from, to| self.others(wanted, &in_slots, (from, to));
        let end = date.tomorrow().map_or(Timestamp::MAX, |next| self.plan.start_of(next));
        let of_day = others(self.plan.start_of(date), end).count();
        // What this request was given is not taken yet, but will be before this one.
        let given = self.given.iter().filter(|slot| self.plan.date(**slot) == date);
        let given = given.filter(|slot| !taken.live.contains_key(slot)).count();
        let by_hand = of_day.saturating_sub(given);
        let room = self.plan.pins_per_day.map(|most| usize::from(most).saturating_sub(by_hand));
        if room.is_some_and(|room| room <= taken.live.len() + given) {
            return None;
        }
        for slot in slots {
            if taken.live.contains_key(slot) || others(*slot, *slot + TAKES_SLOT).next().is_some() {
                continue;
            }
            if self.clash(wanted, self.plan.spread(*slot, wanted.id)).is_some() {
                *spaced = true;
                continue;
            }
            // Slots that are taken but not used are still counted as taken.
            let room = room.map(|room| room + taken.left.len());
            return Some(SlotClaim { date, slot: *slot, over: taken.left.get(slot).cloned(), room });
        }
        None
    }

    /// Pins that go out in that time and are none of those in slots: those that somebody gave their time, and those of this
    /// request.
    fn others<'s>(
        &'s self,
        wanted: ToPlan<'s>,
        in_slots: &'s BTreeSet<&PinId>,
        (from, to): (Timestamp, Timestamp),
    ) -> impl Iterator<Item = &'s PinId> {
        let planned = self.planned.between(from, to).filter(|id| !self.stored.contains(id));
        let all = planned.chain(self.stored.between(from, to));
        all.filter(move |id| *id != wanted.id && !in_slots.contains(id))
    }
}

/// Who has which slots of those days; whether a pin uses its slot is read as it is now.
async fn taken(desk: &Desk, account: &AccountId, dates: &[Date]) -> Result<BTreeMap<Date, Taken>, StoreError> {
    let store = &desk.function.platform.pins;
    let days = store.days(&desk.owner, account, dates).await?;
    let ids: Vec<_> = days.values().flat_map(Day::values).cloned().collect();
    let mut pins = BTreeMap::new();
    for ids in ids.chunks(BATCH) {
        let found = store.load_many(&desk.owner, ids).await?;
        pins.extend(found.into_iter().map(|pin| (pin.id.clone(), pin)));
    }
    let split = |day: Day| {
        let (live, left) = day.into_iter().partition(|(slot, id)| pins.get(id).is_some_and(|pin| uses(pin, *slot)));
        Taken { live, left }
    };
    Ok(days.into_iter().map(|(date, day)| (date, split(day))).collect())
}

/// Whether `pin` goes out, or went out, in `slot`.
fn uses(pin: &Pin, slot: Timestamp) -> bool {
    pin.is_in_slot() == Some(slot) && Neighbour::of(pin).is_some()
}
