//! What is in the calendar around the times of a file, read once for everything that rows are compared with.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use shared::domain::{Content, Destination, Neighbour, Pin, PinId};
use shared::open_imports;
use shared::store::StoreError;

use super::date::Asked;
use super::options::Options;
use super::row::Row;
use crate::desk::Desk;
use crate::placement::Placement;

/// The most pages of a hundred pins that are read.
const MOST_PAGES: usize = 40;

/// For how long a pin that went out at once counts as the one that a row without a date asks for.
pub const SENT_LATELY: SignedDuration = SignedDuration::from_hours(24);

/// A pin of the owner's that waits, goes out or is out, or is about to be stored.
#[derive(Debug)]
pub struct Entry {
    /// Its id.
    pub id: PinId,
    /// Where it goes.
    pub to: Destination,
    /// What it shows.
    pub content: Content,
    /// When it goes out, or went out.
    pub at: Timestamp,
}

/// The part of the calendar that a file is about.
#[derive(Debug, Default)]
pub struct Calendar {
    /// The pins in it.
    pub entries: Vec<Entry>,
    /// From when on everything is among them, where there was too much to read.
    pub read_from: Option<Timestamp>,
}

impl Calendar {
    /// Reads what is around the times of `rows`, as far as plans reach.
    pub async fn read(
        desk: &Desk,
        options: &Options,
        rows: &[Row],
        placements: &[Option<Placement>],
    ) -> Result<Self, StoreError> {
        let spans = rows.iter().filter_map(|row| span(row.asked?, desk.now, &options.zone));
        let Some((first, last)) = spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))) else {
            return Ok(Self::default());
        };
        let plans = placements.iter().flatten().filter_map(|place| place.plan.as_ref());
        let reach = plans.map(shared::domain::Plan::reach).max().unwrap_or_default();
        let first = first.checked_sub(reach).unwrap_or(Timestamp::MIN);
        let last = last.checked_add(reach).unwrap_or(Timestamp::MAX);
        let platform = &desk.function.platform;
        let (pins, complete) = platform.pins.planned_between(&desk.owner, (first, last), MOST_PAGES).await?;
        if !complete {
            tracing::warn!("the calendar is too full to compare a file with everything in it");
        }
        // The latest are read first.
        let read_from = if complete { None } else { pins.iter().filter_map(|pin| pin.publish_at).min() };
        let mut entries: Vec<_> = pins.into_iter().filter_map(entry).collect();
        entries.extend(being_stored(desk).await?);
        Ok(Self { entries, read_from })
    }

    /// Whether pins at that time may be missing.
    pub fn lacks(&self, at: Timestamp) -> bool {
        self.read_from.is_some_and(|read_from| at < read_from)
    }
}

/// From when to when pins matter for what a row asks for.
fn span(asked: Asked, now: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let second = SignedDuration::from_secs(1);
    match asked {
        Asked::Now => Some((now.checked_sub(SENT_LATELY).ok()?, now.checked_add(second).ok()?)),
        Asked::At(at) => Some((Timestamp::from_second(at.as_second()).ok()?, at.checked_add(second).ok()?)),
        Asked::Day(date) => Some((start_of(date, zone)?, start_of(date.tomorrow().ok()?, zone)?)),
    }
}

/// Where a day begins.
pub fn start_of(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(date.to_datetime(Time::midnight())).compatible().ok()
}

fn entry(pin: Pin) -> Option<Entry> {
    let at = Neighbour::of(&pin)?.at;
    let to = Destination {
        account_id: pin.account_id,
        mode: pin.mode,
        board_id: pin.board_id,
        section_id: pin.section_id,
        board_verified: pin.board_verified,
    };
    Some(Entry { id: pin.id, to, content: pin.content, at })
}

/// The pins of files that were taken and are not stored yet.
async fn being_stored(desk: &Desk) -> Result<Vec<Entry>, StoreError> {
    let platform = &desk.function.platform;
    let mut entries = Vec::new();
    for import in open_imports::of(platform, &desk.owner, desk.now).await? {
        for part in import.next_part().into_iter().flat_map(|next| next..import.starts.len()) {
            for row in platform.imports.rows(&import, part).await? {
                let Some(id) = import.pin_id(&row) else { continue };
                entries.extend(row.pin.map(|pin| Entry { id, to: pin.to, content: pin.content, at: pin.publish_at }));
            }
        }
    }
    Ok(entries)
}
