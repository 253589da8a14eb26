//! Looks for a pin on its board.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Candidate, Check, Likeness, Pin, PinId, PinterestPinId, State, Words};
use shared::pinterest::{CallError, ListedPin};
use shared::store::{CalendarQuery, Order, StoreError};
use shared::vault::AccessToken;

use crate::Publisher;
use crate::rules::Rule;

/// A pin goes out at most a day after its time, so whatever was published around an attempt is planned within this.
const AROUND: SignedDuration = SignedDuration::from_hours(25);

/// How many keys of the calendar one page has, which is what `BatchGetItem` takes.
const CALENDAR_PAGE: i32 = 100;

/// How many pages of the calendar are read at most.
const CALENDAR_PAGES: usize = 50;

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
    Unclear,
}

/// What the list of a board showed.
#[derive(Debug, Default)]
pub struct List {
    /// The pins that were created since the attempt, as far as they were read.
    recent: Vec<ListedPin>,
    /// Whether everything was read that can be the pin.
    pub complete: bool,
    /// What kept it from being read, if anything did.
    pub error: Option<CallError>,
    /// `x-pinterest-rid` of the last page.
    pub request_id: Option<String>,
}

/// Reads the list of the pin's board or section, from its beginning to well before the attempt in doubt.
pub async fn list(publisher: &Publisher, pin: &Pin, check: &Check, token: &AccessToken, end: Timestamp) -> List {
    let (platform, rules) = (&publisher.platform, &publisher.rules);
    let (mut list, mut bookmark) = (List::default(), None);
    let (earliest, depth) = (check.since - rules.created_before, check.since - rules.depth);
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
        list.recent.extend(page.body.items.into_iter().filter(|listed| created_since(listed, earliest)));
        bookmark = page.body.bookmark;
        if bookmark.is_none() || reaches_back {
            list.complete = true;
            return list;
        }
    }
    list
}

/// Whether all of a page was created before `moment`. An empty page, which may stand before others, says nothing.
fn is_older(page: &[ListedPin], moment: Timestamp) -> bool {
    !page.is_empty() && !page.iter().any(|listed| created_since(listed, moment))
}

/// A moment that cannot be read may be any.
fn created_since(listed: &ListedPin, moment: Timestamp) -> bool {
    listed.created_at().is_none_or(|at| at >= moment)
}

/// Judges what the list shows of `pin`; `doubts` are the fingerprints of other pins of the account that are in doubt.
pub async fn judge(publisher: &Publisher, pin: &Pin, list: &List, doubts: &[String]) -> Result<Sight, StoreError> {
    let words = Words::from(&pin.content);
    let alike = |listed: &&ListedPin| words.likeness(&listed.words()) != Likeness::Different;
    if !list.recent.iter().any(|listed| alike(&listed)) {
        let complete = list.complete || !publisher.rules.keep(Rule::KeepUnclearOpen);
        return Ok(if complete { Sight::Absent } else { Sight::Unclear });
    }
    let Some(ours) = ours(publisher, pin).await? else { return Ok(Sight::Unclear) };
    let left: Vec<_> = list.recent.iter().filter(alike).filter(|listed| !ours.contains(&listed.id)).collect();
    Ok(sight(&words, &left, list.complete, |listed| doubts.contains(&listed.words().fingerprint(&pin.board_id))))
}

/// What is seen in `left`, the pins on the board that say the same or nearly, and that are no other pin of ours;
/// `in_doubt` knows those that are probably another one in doubt.
fn sight(words: &Words, left: &[&ListedPin], complete: bool, in_doubt: impl Fn(&ListedPin) -> bool) -> Sight {
    let same: Vec<_> = left.iter().filter(|listed| words.likeness(&listed.words()) == Likeness::Same).collect();
    // A pin without words looks like every other one without.
    if let ([found], false) = (same.as_slice(), words.is_empty()) {
        return Sight::Found(found.id.clone());
    }
    let unclaimed = left.iter().filter(|listed| same.iter().any(|same| same.id == listed.id) || !in_doubt(listed));
    let candidate = |listed: &&ListedPin| Candidate { id: listed.id.clone(), created_at: listed.created_at() };
    let candidates: Vec<_> = unclaimed.map(candidate).take(CANDIDATES).collect();
    match (candidates.is_empty(), complete) {
        (false, _) => Sight::Several(candidates),
        (true, true) => Sight::Absent,
        (true, false) => Sight::Unclear,
    }
}

/// Which pins on Pinterest are other pins of the owner, planned around the time of `pin`; nothing where that cannot be
/// told: there are too many, or one that looks the same is being posted at this moment.
async fn ours(publisher: &Publisher, pin: &Pin) -> Result<Option<BTreeSet<PinterestPinId>>, StoreError> {
    let mut ours = BTreeSet::new();
    if !publisher.rules.keep(Rule::ExcludeOwn) {
        return Ok(Some(ours));
    }
    let pins = &publisher.platform.pins;
    let at = pin.in_check().map_or(pin.updated_at, |check| check.since);
    let (from, to) = (Some(at - AROUND), Some(at + AROUND));
    let mut query = CalendarQuery { from, to, order: Order::NewestFirst, limit: CALENDAR_PAGE, after: None };
    for _ in 0..CALENDAR_PAGES {
        let page = pins.calendar(&pin.owner, &query).await?;
        let others: Vec<PinId> = page.entries.iter().map(|(id, _)| id.clone()).filter(|id| *id != pin.id).collect();
        for other in pins.load_many(&pin.owner, &others).await? {
            match &other.state {
                State::Published { pinterest_pin_id, .. } => {
                    ours.insert(pinterest_pin_id.clone());
                }
                State::Publishing { .. } if other.fingerprint() == pin.fingerprint() => return Ok(None),
                _ => {}
            }
        }
        query.after = page.entries.last().map(|(_, place)| place.clone());
        if !page.more || query.after.is_none() {
            return Ok(Some(ours));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    fn listed(id: &str, title: &str) -> ListedPin {
        serde_json::from_value(json!({"id": id, "title": title, "created_at": "2027-01-15T08:00:00"})).unwrap()
    }

    fn seen(title: Option<&str>, titles: &[&str], complete: bool, in_doubt: bool) -> Sight {
        let words = Words::new(None, title, None, None);
        let pins: Vec<_> = titles.iter().enumerate().map(|(index, title)| listed(&index.to_string(), title)).collect();
        let left: Vec<_> = pins.iter().filter(|pin| words.likeness(&pin.words()) != Likeness::Different).collect();
        sight(&words, &left, complete, |_| in_doubt)
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

    #[test]
    fn exactly_one_pin_of_the_same_words_is_the_pin_and_everything_else_is_for_a_person() {
        let several = |sight| matches!(sight, Sight::Several(candidates) if !candidates.is_empty());
        assert_eq!(seen(Some("Cake"), &["Pie", "Cake"], false, false), Sight::Found("1".parse().unwrap()));
        assert_eq!(seen(Some("Cake"), &["Cake", "cake"], true, false), Sight::Found("0".parse().unwrap()));
        assert!(several(seen(Some("Cake"), &["Cake", "Cake"], true, false)), "two of them");
        assert!(several(seen(Some("Cake"), &["Cake!"], true, false)), "only similar");
        assert_eq!(seen(Some("Cake"), &["Cake!"], true, true), Sight::Absent, "that is another one in doubt");
        assert!(several(seen(None, &[""], true, false)), "no words to know it by");
        assert_eq!(seen(Some("Cake"), &["Pie"], true, false), Sight::Absent);
        assert_eq!(seen(Some("Cake"), &["Pie"], false, false), Sight::Unclear);
    }
}
