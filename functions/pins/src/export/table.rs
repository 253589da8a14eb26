//! The file itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use shared::domain::{AccountId, BoardIndex, Cover, GivenBoard, Media, Pin};

use crate::import::{CAROUSEL, Column, cell, guard};

/// The boards of accounts.
pub type Boards = BTreeMap<AccountId, Arc<BoardIndex>>;

/// Pins as a file, with a header.
pub fn table(pins: &[Pin], boards: &Boards) -> String {
    let mut text = line(Column::EXPORTED.map(|column| column.name().to_owned()));
    for pin in pins {
        text.push_str(&line(Column::EXPORTED.map(|column| guard(&value(pin, column, boards)))));
    }
    text
}

fn line(cells: [String; Column::EXPORTED.len()]) -> String {
    cells.map(|text| cell(&text)).join(",") + "\r\n"
}

fn value(pin: &Pin, column: Column, boards: &Boards) -> String {
    let content = &pin.content;
    let own = |text: Option<&str>| text.unwrap_or_default().to_owned();
    match column {
        Column::Title => own(content.title()),
        Column::MediaUrl => match content.media() {
            Media::ImageUrl { url } => url.clone(),
            // Pinterest's own tool cannot read that one; an import can.
            Media::Upload { id } | Media::Video { id, .. } => id.to_string(),
            // There is no place for one in such a file; an import says so.
            Media::Carousel { .. } => CAROUSEL.to_owned(),
        },
        Column::Board => board(pin, boards),
        Column::Description => own(content.description()),
        Column::Link => own(content.link()),
        Column::PublishDate => pin.publish_at.map(date).unwrap_or_default(),
        Column::Account => pin.account_id.to_string(),
        Column::Section => pin.section_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        Column::AltText => own(content.alt_text()),
        Column::Thumbnail => match content.media() {
            Media::Video { cover: Cover::Second(second), .. } => second.to_string(),
            Media::Video { cover: Cover::Upload(cover), .. } => cover.to_string(),
            _ => String::new(),
        },
        Column::Ai => content.ai_disclosures().codes().join(", "),
        Column::Keywords | Column::Time => String::new(),
    }
}

/// The name of the pin's board where it means that board and no other, and its id otherwise.
fn board(pin: &Pin, boards: &Boards) -> String {
    let name = boards.get(&pin.account_id).and_then(|boards| {
        let name = &boards.get(&pin.board_id)?.name;
        let meant = GivenBoard::parse(name).ok()?.find_one(boards)?.id == pin.board_id;
        // A name is written as it is or not at all: an import does not take anything away from it.
        (meant && guard(name) == *name).then(|| name.clone())
    });
    name.unwrap_or_else(|| pin.board_id.to_string())
}

/// In UTC without an offset, as Pinterest's tool wants it.
pub fn date(at: Timestamp) -> String {
    at.to_string().trim_end_matches('Z').to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn dates_have_no_offset_and_no_more_digits_than_they_need() {
        for (at, written) in [
            ("2027-03-14T09:30:00Z", "2027-03-14T09:30:00"),
            ("2027-03-14T10:30:00.250+01:00", "2027-03-14T09:30:00.25"),
        ] {
            assert_eq!(date(at.parse().unwrap()), written);
        }
    }
}
