//! Looks for a pin on its board.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Candidate, Check, Likeness, Pin, PinterestPinId, State, Words};
use shared::pinterest::ListedPin;
use shared::store::StoreError;
use shared::vault::AccessToken;

mod evidence;

use crate::Publisher;
use crate::rules::Rule;
use evidence::{Order, ZONES};

pub use evidence::List;

/// A pin goes out at most a day after its time, so whatever was published around an attempt is planned within this.
const AROUND: SignedDuration = SignedDuration::from_hours(25);

/// Clocks differ, so what is planned for a little later may be out already.
const SLACK: SignedDuration = SignedDuration::from_mins(1);

/// How many pages of the calendar are read at most, to tell which pins on the board are others of the owner.
const CALENDAR_PAGES: usize = 50;

/// How many are read where nothing on the board looks like the pin: the owner's last pins only show how far the list of the
/// board can be trusted.
const EVIDENCE_PAGES: usize = 5;

/// How many candidates a person is shown.
const CANDIDATES: usize = 5;

/// What a look at the board brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// The pin is there.
    Found(PinterestPinId),
    /// Something is there that may be it; which one is for a person to say.
    Several(Vec<Candidate>),
    /// It is not there.
    Absent,
    /// The board did not tell.
    Unclear(Why),
}

/// Why a board did not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its list could not be read.
    Unread,
    /// Its list goes on for too long.
    TooLong,
    /// Its list is too long to be read to its end, and is not sorted from the newest pin to the oldest.
    Order,
    /// Its list lacks one of the owner's pins that was published there.
    Missing,
    /// The times in its list contradict our clock or each other.
    Clock,
    /// It may be secret, and the account may not read secret pins; no other look will change that.
    Secret,
    /// Pinterest does not let the app read boards of personal accounts; no other look will change that.
    Denied,
    /// One of the owner's pins that looks like this one is being posted at this moment.
    InFlight,
    /// The owner has too many pins around this time to know which of those on the board are theirs.
    TooMany,
    /// The account cannot be used.
    NoToken(&'static str),
}

impl Why {
    /// For how long a board that does not tell is looked at again; the second look decides where it is nearly nothing.
    pub fn patience(self) -> SignedDuration {
        match self {
            // Another look would see as little; the second one is for somebody who changes the board meanwhile.
            Self::Secret | Self::Denied | Self::Order | Self::Clock => SignedDuration::ZERO,
            // The list may be behind, or somebody has removed that pin.
            Self::Missing => SignedDuration::from_mins(30),
            Self::Unread | Self::TooLong | Self::InFlight | Self::TooMany | Self::NoToken(_) => {
                SignedDuration::from_hours(6)
            }
        }
    }

    /// The same in words.
    pub fn message(self) -> &'static str {
        match self {
            Self::Unread => "The board couldn't be read.",
            Self::TooLong => "The board has too many new pins to find this one.",
            Self::Order => {
                "The board has too many pins to read them all, and doesn't list the newest first, so this pin may be \
                 among the unread ones."
            }
            Self::Missing => {
                "The board's list lacks a pin that was published there, so a missing pin may exist anyway."
            }
            Self::Clock => "The times on the board contradict each other, so Pinwheel can't tell which pins are new.",
            Self::Secret => {
                "The board may be secret and the account can't read secret pins (boards:read_secret, \
                 pins:read_secret), so an empty list proves nothing."
            }
            Self::Denied => "Pinterest doesn't let this app read the boards of personal accounts.",
            Self::InFlight => "Another pin of yours that looks like this one was being posted at that moment.",
            Self::TooMany => "You have too many pins around that time to tell which one on the board is which.",
            Self::NoToken(why) => why,
        }
    }
}

/// Reads the list of the pin's board or section, from its beginning to well before the attempt in doubt, or to its end.
pub async fn list(publisher: &Publisher, pin: &Pin, check: &Check, token: &AccessToken, end: Timestamp) -> List {
    let (platform, rules) = (&publisher.platform, &publisher.rules);
    // An earlier attempt may have created it after all.
    let since = pin.first_doubt().map_or(check.since, |first| first.min(check.since));
    let mut list = List::begun(since, platform.clock.now());
    // In which zone the times are is known when the owner's other pins are, which are read after the list.
    let depth = since - rules.depth - ZONES;
    let mut bookmark = None;
    for _ in 0..rules.pages {
        if platform.clock.now() > end {
            return list;
        }
        let place = (&pin.board_id, pin.section_id.as_ref());
        let page = platform.pinterest.pins_on((pin.mode, token), place, bookmark.as_deref(), rules.page_size).await;
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                list.error = Some(error);
                return list;
            }
        };
        list.request_id = page.request_id;
        let reaches_back = is_older(&page.body.items, depth);
        list.pins.extend(page.body.items);
        list.ended = platform.clock.now();
        bookmark = page.body.bookmark;
        list.is_whole = bookmark.is_none();
        if list.is_whole || (reaches_back && list.order() == Order::NewestFirst) {
            list.gap = None;
            return list;
        }
    }
    list.gap = Some(if list.order() == Order::Other { Why::Order } else { Why::TooLong });
    list
}

/// Whether all of a page was created before `moment`. An empty page, which may stand before others, says nothing.
fn is_older(page: &[ListedPin], moment: Timestamp) -> bool {
    // A moment that cannot be read may be any.
    !page.is_empty() && page.iter().all(|listed| listed.created_at().is_some_and(|at| at < moment))
}

/// Judges what the list shows of `pin`; `doubts` are the fingerprints of other pins of the account that are in doubt.
pub async fn judge(publisher: &Publisher, pin: &Pin, list: &List, doubts: &[String]) -> Result<Sight, StoreError> {
    let words = Words::from(&pin.content);
    let alike = |listed: &&ListedPin| words.likeness(&listed.words()) != Likeness::Different;
    let of_owner = list.pins.iter().filter(|listed| listed.is_owner != Some(false));
    let alike: Vec<_> = of_owner.filter(alike).filter(|listed| list.shows_since_attempt(listed, ZONES)).collect();
    let pages = if alike.is_empty() { EVIDENCE_PAGES } else { CALENDAR_PAGES };
    let (others, all) = others(publisher, pin, pages).await?;
    let (clock, gap) = evidence::of(pin, list, &others);
    if alike.is_empty() {
        let gap = gap.filter(|_| publisher.rules.keep(Rule::KeepUnclearOpen));
        return Ok(gap.map_or(Sight::Absent, Sight::Unclear));
    }
    let mut ours = BTreeSet::new();
    if publisher.rules.keep(Rule::ExcludeOwn) {
        if !all {
            return Ok(Sight::Unclear(Why::TooMany));
        }
        match known(pin, &words, &others) {
            Some(known) => ours = known,
            None => return Ok(Sight::Unclear(Why::InFlight)),
        }
    }
    loop {
        let left = alike.iter().copied().filter(|listed| !ours.contains(&listed.id));
        let left: Vec<_> = left.filter_map(|listed| Some((listed, clock.is_new(list, listed)?))).collect();
        let sight = sight(&words, &left, gap, |listed| doubts.contains(&listed.words().fingerprint(&pin.board_id)));
        let Sight::Found(id) = sight else { return Ok(sight) };
        match is_another(publisher, pin, &id).await? {
            Some(false) => return Ok(Sight::Found(id)),
            Some(true) => ours.insert(id),
            None => return Ok(Sight::Unclear(Why::TooMany)),
        };
    }
}

/// What is seen in `left`, the pins on the board that say the same or nearly, and that are no other pin of ours, each with
/// whether it is surely new enough; `in_doubt` knows those that are probably another one in doubt.
fn sight(words: &Words, left: &[(&ListedPin, bool)], gap: Option<Why>, in_doubt: impl Fn(&ListedPin) -> bool) -> Sight {
    let is_same = |listed: &ListedPin| words.likeness(&listed.words()) == Likeness::Same;
    let same: Vec<_> = left.iter().filter(|(listed, is_new)| *is_new && is_same(listed)).collect();
    // A pin without words looks like every other one without.
    if let ([(found, _)], false) = (same.as_slice(), words.is_empty()) {
        return Sight::Found(found.id.clone());
    }
    let unclaimed =
        left.iter().filter(|(listed, _)| same.iter().any(|(same, _)| same.id == listed.id) || !in_doubt(listed));
    let candidate =
        |(listed, _): &(&ListedPin, bool)| Candidate { id: listed.id.clone(), created_at: listed.created_at() };
    let candidates: Vec<_> = unclaimed.map(candidate).take(CANDIDATES).collect();
    match gap {
        _ if !candidates.is_empty() => Sight::Several(candidates),
        None => Sight::Absent,
        Some(why) => Sight::Unclear(why),
    }
}

/// The other pins of the owner, planned since a day before `pin` was posted, the latest first; and whether these are all.
async fn others(publisher: &Publisher, pin: &Pin, pages: usize) -> Result<(Vec<Pin>, bool), StoreError> {
    let platform = &publisher.platform;
    let now = platform.clock.now();
    let since = pin.first_doubt().unwrap_or(now);
    let planned = platform.pins.planned_between(&pin.owner, (since - AROUND, now + SLACK), pages);
    let (mut others, all) = planned.await?;
    others.retain(|other| other.id != pin.id);
    Ok((others, all))
}

/// What `others` were published as on Pinterest; nothing where one of them that looks like `pin` is being posted.
fn known(pin: &Pin, words: &Words, others: &[Pin]) -> Option<BTreeSet<PinterestPinId>> {
    let is_like = |other: &Pin| {
        other.board_id == pin.board_id && words.likeness(&Words::from(&other.content)) != Likeness::Different
    };
    let in_flight = |other: &&Pin| matches!(other.state, State::Publishing { .. }) && is_like(other);
    if others.iter().any(|other| in_flight(&other)) {
        return None;
    }
    let published = |other: &Pin| match &other.state {
        State::Published { pinterest_pin_id, .. } => Some(pinterest_pin_id.clone()),
        _ => None,
    };
    Some(others.iter().filter_map(published).collect())
}

/// Whether another pin of the owner was published as `id`. The table itself is asked: the calendar is an index, which may
/// not show yet what was written. Nothing where the owner has too many pins to tell.
async fn is_another(publisher: &Publisher, pin: &Pin, id: &PinterestPinId) -> Result<Option<bool>, StoreError> {
    if !publisher.rules.keep(Rule::ExcludeOwn) {
        return Ok(Some(false));
    }
    let found = publisher.platform.pins.published_as(&pin.owner, id).await?;
    Ok(found.map(|found| found.iter().any(|found| *found != pin.id)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    fn listed(id: &str, title: &str) -> ListedPin {
        serde_json::from_value(json!({"id": id, "title": title, "created_at": "2027-01-15T08:00:00"})).unwrap()
    }

    fn seen(title: Option<&str>, titles: &[&str], gap: Option<Why>, in_doubt: bool) -> Sight {
        let words = Words::new(None, title, None, None);
        let pins: Vec<_> = titles.iter().enumerate().map(|(index, title)| listed(&index.to_string(), title)).collect();
        let alike = pins.iter().filter(|pin| words.likeness(&pin.words()) != Likeness::Different);
        let left: Vec<_> = alike.map(|pin| (pin, pin.id.as_str() != "9")).collect();
        sight(&words, &left, gap, |_| in_doubt)
    }

    #[test]
    fn only_a_page_that_is_wholly_older_ends_the_list_early() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let unreadable: ListedPin = serde_json::from_value(json!({"id": "9", "created_at": "?"})).unwrap();
        let old = listed("1", "Old");
        for (page, moment, older) in [
            (vec![], "2027-01-15T09:00:00Z", false),
            (vec![old.clone()], "2027-01-15T09:00:00Z", true),
            (vec![old.clone()], "2027-01-15T08:00:00Z", false),
            (vec![old, unreadable], "2027-01-15T09:00:00Z", false),
        ] {
            assert_eq!(is_older(&page, at(moment)), older, "{page:?}");
        }
    }

    const GAP: Option<Why> = Some(Why::TooLong);

    #[test]
    fn exactly_one_pin_of_the_same_words_is_the_pin_and_everything_else_is_for_a_person() {
        let several = |sight| matches!(sight, Sight::Several(candidates) if !candidates.is_empty());
        assert_eq!(seen(Some("Cake"), &["Pie", "Cake"], GAP, false), Sight::Found("1".parse().unwrap()));
        assert_eq!(seen(Some("Cake"), &["Cake", "cake"], None, false), Sight::Found("0".parse().unwrap()));
        assert!(several(seen(Some("Cake"), &["Cake", "Cake"], None, false)), "two of them");
        assert!(several(seen(Some("Cake"), &["Cake!"], None, false)), "only similar");
        assert_eq!(seen(Some("Cake"), &["Cake!"], None, true), Sight::Absent, "that is another one in doubt");
        assert!(several(seen(None, &[""], None, false)), "no words to know it by");
        assert_eq!(seen(Some("Cake"), &["Pie"], None, false), Sight::Absent);
        let nine_and_old = ["Pie", "Pie", "Pie", "Pie", "Pie", "Pie", "Pie", "Pie", "Pie", "Cake"];
        assert!(several(seen(Some("Cake"), &nine_and_old, None, false)), "it may be too old");
        assert_eq!(seen(Some("Cake"), &["Pie"], GAP, false), Sight::Unclear(Why::TooLong));
    }
}
