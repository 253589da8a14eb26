//! Pins of an account in the order of time, those that look alike side by side: what is near a moment is found without
//! looking at all of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use shared::domain::{Clash, Neighbour, Neighbours, PinId, Plan};

/// The pins.
#[derive(Default)]
pub(super) struct Calendar {
    pins: BTreeMap<PinId, Neighbour>,
    by_time: BTreeMap<Timestamp, BTreeSet<PinId>>,
    alike: Neighbours,
}

impl Calendar {
    /// Takes `pin`, in the place of what it was before.
    pub(super) fn insert(&mut self, pin: Neighbour) {
        self.remove(&pin.id);
        self.alike.insert(&pin);
        self.by_time.entry(pin.at).or_default().insert(pin.id.clone());
        self.pins.insert(pin.id.clone(), pin);
    }

    /// Forgets a pin.
    pub(super) fn remove(&mut self, id: &PinId) {
        let Some(pin) = self.pins.remove(id) else { return };
        self.alike.remove(&pin);
        if let Some(ids) = self.by_time.get_mut(&pin.at) {
            ids.remove(id);
        }
    }

    /// Whether it has that pin.
    pub(super) fn contains(&self, id: &PinId) -> bool {
        self.pins.contains_key(id)
    }

    /// The pins that go out from `from` on and before `to`.
    pub(super) fn between(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &PinId> {
        let span = from..to.max(from);
        self.by_time.range(span).flat_map(|(_, ids)| ids)
    }

    /// The last of these pins that `pin` would be too close to.
    pub(super) fn clash(&self, pin: &Neighbour, plan: &Plan) -> Option<Clash> {
        self.alike.clash(pin, plan)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use jiff::SignedDuration;
    use shared::domain::content::Draft;
    use shared::domain::{Content, Media};
    use shared::random::SystemRandom;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn pin(id: PinId, hours: i64) -> Neighbour {
        let draft = Draft {
            link: Some("https://example.com/".to_owned()),
            media: Media::at("https://example.com/a.jpg"),
            ..Draft::default()
        };
        Neighbour::new(id, at(hours), &Content::check(draft).unwrap())
    }

    fn at(hours: i64) -> Timestamp {
        NOW + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_pin_is_found_where_it_was_put_last() {
        let plan = Plan { same_link_hours: 2, same_image_hours: 0, ..Plan::default() };
        let new = |hours| pin(PinId::random(&SystemRandom), hours);
        let mut calendar = Calendar::default();
        let (moved, stays, asks) = (new(0), new(10), new(1));
        calendar.insert(moved.clone());
        calendar.insert(stays.clone());
        assert_eq!(calendar.clash(&asks, &plan).map(|clash| clash.other), Some(moved.id.clone()));
        calendar.insert(pin(moved.id.clone(), 20));
        assert_eq!(calendar.clash(&asks, &plan), None);
        let ids = |from, to| calendar.between(at(from), at(to)).cloned().collect::<Vec<_>>();
        assert_eq!(ids(0, 20), std::slice::from_ref(&stays.id));
        assert_eq!(ids(0, 21), [stays.id.clone(), moved.id.clone()]);
        assert_eq!(ids(21, 0), []);
        calendar.remove(&stays.id);
        assert!(!calendar.contains(&stays.id) && calendar.between(at(0), at(20)).next().is_none());
    }
}
