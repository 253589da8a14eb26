//! Looks for a pin on its board.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Candidate, Check, Likeness, Pin, PinterestPinId, State, Words};
use shared::pinterest::{CallError, ListedPin};
use shared::store::StoreError;
use shared::vault::AccessToken;

use crate::Publisher;
use crate::rules::Rule;

/// A pin goes out at most a day after its time, so whatever was published around an attempt is planned within this.
const AROUND: SignedDuration = SignedDuration::from_hours(25);

/// Clocks differ, so what is planned for a little later may be out already.
const SLACK: SignedDuration = SignedDuration::from_mins(1);

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
    Unclear(Why),
}

/// Why a board did not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its list could not be read.
    Unread,
    /// Its list goes on for too long.
    TooLong,
    /// It may be secret, and the account may not read secret pins; no other look will change that.
    Secret,
    /// One of the owner's pins that looks like this one is being posted at this moment.
    InFlight,
    /// The owner has too many pins around this time to know which of those on the board are theirs.
    TooMany,
    /// The account cannot be used.
    NoToken(&'static str),
}

impl Why {
    /// The same in words.
    pub fn message(self) -> &'static str {
        match self {
            Self::Unread => "The board could not be read.",
            Self::TooLong => "The board has too many new pins to find this one among them.",
            Self::Secret => {
                "The board may be secret, and the account may not read secret pins (boards:read_secret, \
                 pins:read_secret), so an empty list proves nothing."
            }
            Self::InFlight => "A pin of yours that looks like this one was being posted at that moment.",
            Self::TooMany => {
                "There are too many pins of yours around that time to tell which of those on the board is which."
            }
            Self::NoToken(why) => why,
        }
    }
}

/// What the list of a board showed.
#[derive(Debug, Default)]
pub struct List {
    /// The pins that were created since the attempt, as far as they were read.
    recent: Vec<ListedPin>,
    /// What keeps it from proving that the pin is not there; absent where everything was read that can be the pin.
    pub gap: Option<Why>,
    /// What kept it from being read, if anything did.
    pub error: Option<CallError>,
    /// `x-pinterest-rid` of the last page.
    pub request_id: Option<String>,
}

/// Reads the list of the pin's board or section, from its beginning to well before the attempt in doubt.
pub async fn list(publisher: &Publisher, pin: &Pin, check: &Check, token: &AccessToken, end: Timestamp) -> List {
    let (platform, rules) = (&publisher.platform, &publisher.rules);
    let mut list = List { gap: Some(Why::Unread), ..List::default() };
    let mut bookmark = None;
    // An earlier attempt may have created it after all.
    let since = pin.first_doubt().map_or(check.since, |first| first.min(check.since));
    let (earliest, depth) = (since - rules.created_before, since - rules.depth);
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
        let own = page.body.items.into_iter().filter(|listed| listed.is_owner != Some(false));
        list.recent.extend(own.filter(|listed| created_since(listed, earliest)));
        bookmark = page.body.bookmark;
        if bookmark.is_none() || reaches_back {
            list.gap = None;
            return list;
        }
    }
    list.gap = Some(Why::TooLong);
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
        let gap = list.gap.filter(|_| publisher.rules.keep(Rule::KeepUnclearOpen));
        return Ok(gap.map_or(Sight::Absent, Sight::Unclear));
    }
    let ours = match ours(publisher, pin, &words).await? {
        Ok(ours) => ours,
        Err(why) => return Ok(Sight::Unclear(why)),
    };
    let left: Vec<_> = list.recent.iter().filter(alike).filter(|listed| !ours.contains(&listed.id)).collect();
    Ok(sight(&words, &left, list.gap, |listed| doubts.contains(&listed.words().fingerprint(&pin.board_id))))
}

/// What is seen in `left`, the pins on the board that say the same or nearly, and that are no other pin of ours;
/// `in_doubt` knows those that are probably another one in doubt.
fn sight(words: &Words, left: &[&ListedPin], gap: Option<Why>, in_doubt: impl Fn(&ListedPin) -> bool) -> Sight {
    let same: Vec<_> = left.iter().filter(|listed| words.likeness(&listed.words()) == Likeness::Same).collect();
    // A pin without words looks like every other one without.
    if let ([found], false) = (same.as_slice(), words.is_empty()) {
        return Sight::Found(found.id.clone());
    }
    let unclaimed = left.iter().filter(|listed| same.iter().any(|same| same.id == listed.id) || !in_doubt(listed));
    let candidate = |listed: &&ListedPin| Candidate { id: listed.id.clone(), created_at: listed.created_at() };
    let candidates: Vec<_> = unclaimed.map(candidate).take(CANDIDATES).collect();
    match gap {
        _ if !candidates.is_empty() => Sight::Several(candidates),
        None => Sight::Absent,
        Some(why) => Sight::Unclear(why),
    }
}

/// Which pins on Pinterest are other pins of the owner, planned since a day before `pin` was posted; or why that cannot
/// be told.
async fn ours(
    publisher: &Publisher,
    pin: &Pin,
    words: &Words,
) -> Result<Result<BTreeSet<PinterestPinId>, Why>, StoreError> {
    let mut ours = BTreeSet::new();
    if !publisher.rules.keep(Rule::ExcludeOwn) {
        return Ok(Ok(ours));
    }
    let platform = &publisher.platform;
    let now = platform.clock.now();
    let since = pin.first_doubt().unwrap_or(now);
    let (others, all) =
        platform.pins.planned_between(&pin.owner, (since - AROUND, now + SLACK), CALENDAR_PAGES).await?;
    for other in others.iter().filter(|other| other.id != pin.id) {
        match &other.state {
            State::Published { pinterest_pin_id, .. } => {
                ours.insert(pinterest_pin_id.clone());
            }
            State::Publishing { .. }
                if other.board_id == pin.board_id
                    && words.likeness(&Words::from(&other.content)) != Likeness::Different =>
            {
                return Ok(Err(Why::InFlight));
            }
            _ => {}
        }
    }
    Ok(if all { Ok(ours) } else { Err(Why::TooMany) })
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
        let left: Vec<_> = pins.iter().filter(|pin| words.likeness(&pin.words()) != Likeness::Different).collect();
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
        assert_eq!(seen(Some("Cake"), &["Pie"], GAP, false), Sight::Unclear(Why::TooLong));
    }
}
