//! Rows that are pins already: a file that is sent again, with a change, makes only what is new in it.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use shared::domain::{AccountId, BoardId, Content, Media, PinId, SectionId};

use super::calendar::{Calendar, SENT_LATELY};
use super::columns::Column;
use super::date::Asked;
use super::options::Options;
use super::row::{Row, Twin};
use crate::desk::Desk;
use crate::placement::Placement;

const NOT_COMPARED: &str = "You have more than 4,000 pins from this time on, so the row wasn't compared with all of \
                            them. Check yourself whether it is already scheduled, or import fewer weeks at a time.";

/// Everything about a pin that people see, but for its time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Likeness {
    account: AccountId,
    board: BoardId,
    section: Option<SectionId>,
    texts: [Option<String>; 4],
    media: Media,
}

/// Times as rows ask for them, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Moment {
    Now,
    Second(i64),
    Day(jiff::civil::Date),
}

/// Notes which rows are equal to a pin of the calendar or to an earlier row.
pub fn find(
    desk: &Desk,
    options: &Options,
    rows: &mut [Row],
    (accounts, placements): (&[Option<AccountId>], &[Option<Placement>]),
    calendar: &Calendar,
) {
    let mut pins: HashMap<Likeness, Vec<(Timestamp, &PinId)>> = HashMap::new();
    for entry in &calendar.entries {
        let place = (&entry.to.account_id, &entry.to.board_id, entry.to.section_id.as_ref());
        pins.entry(Likeness::new(place, &entry.content)).or_default().push((entry.at, &entry.id));
    }
    let mut lines: HashMap<(Likeness, Moment), u32> = HashMap::new();
    for ((row, account), placement) in rows.iter_mut().zip(accounts).zip(placements) {
        let (Some(account), Some(placement), Some(content), Some(asked), true) =
            (account, placement, &row.content, row.asked, row.errors.is_empty())
        else {
            continue;
        };
        let place = (account, &placement.board_id, placement.section_id.as_ref());
        let likeness = Likeness::new(place, content);
        let known = pins.get(&likeness).into_iter().flatten();
        let mut meant = known.filter(|(at, _)| is_meant(asked, *at, desk.now, &options.zone));
        if let Some((_, id)) = meant.next() {
            row.twin = Some(Twin::Pin((*id).clone()));
        } else {
            let first = *lines.entry((likeness, Moment::of(asked))).or_insert(row.line);
            row.twin = (first != row.line).then_some(Twin::Line(first));
        }
        if row.twin.is_none() && calendar.lacks(earliest(asked, desk.now, &options.zone)) {
            row.warn(Column::PublishDate, "not_compared", NOT_COMPARED);
        }
    }
}

/// Whether a pin that goes out `at` is what a row asks for.
fn is_meant(asked: Asked, at: Timestamp, now: Timestamp, zone: &TimeZone) -> bool {
    match asked {
        Asked::Now => now.duration_since(at).abs() <= SENT_LATELY && at <= now,
        Asked::At(asked) => asked.as_second() == at.as_second(),
        Asked::Day(date) => at.to_zoned_datetime(zone.clone()).date() == date,
    }
}

fn earliest(asked: Asked, now: Timestamp, zone: &TimeZone) -> Timestamp {
    match asked {
        Asked::Now => now.checked_sub(SENT_LATELY).unwrap_or(now),
        Asked::At(at) => at,
        Asked::Day(date) => super::calendar::start_of(date, zone).unwrap_or(now),
    }
}

impl Likeness {
    fn new((account, board, section): (&AccountId, &BoardId, Option<&SectionId>), content: &Content) -> Self {
        let texts = [content.title(), content.description(), content.alt_text(), content.link()];
        Self {
            account: account.clone(),
            board: board.clone(),
            section: section.cloned(),
            texts: texts.map(|text| text.map(|text| text.trim().to_owned())),
            media: content.media().clone(),
        }
    }
}

impl Moment {
    fn of(asked: Asked) -> Self {
        match asked {
            Asked::Now => Self::Now,
            Asked::At(at) => Self::Second(at.as_second()),
            Asked::Day(date) => Self::Day(date),
        }
    }
}
