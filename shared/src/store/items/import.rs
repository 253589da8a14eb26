//! Files of pins, and their rows: many of them in one item, compressed.

use std::io::{Read, Write};

use data_encoding::BASE64;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::shown::ShownItem;
use crate::domain::content::Draft;
use crate::domain::import::KEPT;
use crate::domain::{
    AccountId, AiDisclosures, BoardId, Content, Destination, Import, ImportId, ImportedRow, Mode, OwnerId, Picture,
    PinId, PlannedPin, RowNote, SectionId,
};

/// How many bytes of rows go into an item before they are compressed. What cannot be compressed at all stays well below
/// the 400 KB that an item may have.
const PART: usize = 150_000;

/// A file as it lies in the table.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct ImportItem {
    id: ImportId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    taken_by: Option<String>,
    encoding: String,
    /// `rows` and `total` are words that DynamoDB keeps for itself.
    row_count: u32,
    pin_count: u32,
    warned: u32,
    #[serde(default)]
    already_planned: u32,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    notes: Vec<(String, String, String)>,
    stored: u32,
    copy_name: String,
    starts: Vec<u32>,
    parts_stored: u32,
    #[serde(with = "millisecond::required")]
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    beat_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    finished_at: Option<Timestamp>,
    /// In seconds, as DynamoDB wants it.
    expires_at: i64,
}

impl From<&Import> for ImportItem {
    fn from(import: &Import) -> Self {
        Self {
            id: import.id.clone(),
            taken_by: import.by.clone(),
            encoding: import.encoding.clone(),
            row_count: import.rows,
            pin_count: import.total,
            warned: import.warned,
            already_planned: import.already_planned,
            notes: packed_notes(&import.notes),
            stored: import.stored,
            copy_name: import.copy.clone(),
            starts: import.starts.clone(),
            parts_stored: import.parts_stored,
            created_at: import.created_at,
            beat_at: import.beat_at,
            finished_at: import.finished_at,
            expires_at: (import.created_at + KEPT).as_second(),
        }
    }
}

impl ImportItem {
    pub(in crate::store) fn import(self, owner: &OwnerId) -> Import {
        Import {
            id: self.id,
            owner: owner.clone(),
            by: self.taken_by,
            encoding: self.encoding,
            rows: self.row_count,
            total: self.pin_count,
            warned: self.warned,
            already_planned: self.already_planned,
            notes: unpacked_notes(self.notes),
            stored: self.stored,
            copy: self.copy_name,
            starts: self.starts,
            parts_stored: self.parts_stored,
            created_at: self.created_at,
            beat_at: self.beat_at,
            finished_at: self.finished_at,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct RowItem {
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pin: Option<PlannedItem>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    planned_as: Option<PinId>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    errors: Vec<(String, String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    warnings: Vec<(String, String, String)>,
}

#[derive(Serialize, Deserialize)]
struct PlannedItem {
    account_id: AccountId,
    mode: Mode,
    board_id: BoardId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    section_id: Option<SectionId>,
    board_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    alt_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ai: Option<String>,
    #[serde(flatten)]
    shown: ShownItem,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    picture: Option<String>,
    #[serde(with = "millisecond::required")]
    publish_at: Timestamp,
}

impl From<&PlannedPin> for PlannedItem {
    fn from(pin: &PlannedPin) -> Self {
        let to = &pin.to;
        let content = pin.content.draft();
        Self {
            account_id: to.account_id.clone(),
            mode: to.mode,
            board_id: to.board_id.clone(),
            section_id: to.section_id.clone(),
            board_verified: to.board_verified,
            title: content.title,
            description: content.description,
            alt_text: content.alt_text,
            link: content.link,
            ai: pin.content.ai_disclosures().stored(),
            shown: ShownItem::from(&content.media),
            picture: pin.picture.as_deref().map(Picture::stored),
            publish_at: pin.publish_at,
        }
    }
}

impl From<PlannedItem> for PlannedPin {
    fn from(item: PlannedItem) -> Self {
        let to = Destination {
            account_id: item.account_id,
            mode: item.mode,
            board_id: item.board_id,
            section_id: item.section_id,
            board_verified: item.board_verified,
        };
        let content = Content::restore(Draft {
            title: item.title,
            description: item.description,
            alt_text: item.alt_text,
            link: item.link,
            dominant_color: None,
            ai_disclosures: Some(AiDisclosures::restore(item.ai.as_deref())),
            media: item.shown.into(),
        });
        let picture = item.picture.as_deref().map(Picture::from_stored).map(Box::new);
        Self { to, content, picture, publish_at: item.publish_at }
    }
}

impl From<&ImportedRow> for RowItem {
    fn from(row: &ImportedRow) -> Self {
        let pin = row.pin.as_ref().map(PlannedItem::from);
        let planned_as = row.planned_as.clone();
        Self {
            line: row.line,
            pin,
            planned_as,
            errors: packed_notes(&row.errors),
            warnings: packed_notes(&row.warnings),
        }
    }
}

impl From<RowItem> for ImportedRow {
    fn from(item: RowItem) -> Self {
        let pin = item.pin.map(PlannedPin::from);
        let planned_as = item.planned_as;
        Self {
            line: item.line,
            pin,
            planned_as,
            errors: unpacked_notes(item.errors),
            warnings: unpacked_notes(item.warnings),
        }
    }
}

fn packed_notes(notes: &[RowNote]) -> Vec<(String, String, String)> {
    notes.iter().map(|note| (note.column.clone(), note.code.to_string(), note.message.clone())).collect()
}

fn unpacked_notes(notes: Vec<(String, String, String)>) -> Vec<RowNote> {
    notes.into_iter().map(|(column, code, message)| RowNote::new(column, code, message)).collect()
}

/// Rows as they lie in items, each beside the position of its first row.
pub(in crate::store) fn packed(rows: &[ImportedRow]) -> Vec<(u32, String)> {
    let (mut parts, mut text, mut start) = (Vec::new(), Vec::new(), 0);
    for (position, row) in (0..).zip(rows) {
        let mut row = serde_json::to_vec(&RowItem::from(row)).expect("a row is a plain structure");
        row.push(b'\n');
        if !text.is_empty() && text.len() + row.len() > PART {
            parts.push((start, compressed(&text)));
            text.clear();
            start = position;
        }
        text.append(&mut row);
    }
    if !text.is_empty() {
        parts.push((start, compressed(&text)));
    }
    parts
}

/// The rows of an item.
pub(in crate::store) fn unpacked(text: &str) -> std::io::Result<Vec<ImportedRow>> {
    let invalid = |error: &dyn std::fmt::Display| std::io::Error::other(error.to_string());
    let bytes = BASE64.decode(text.as_bytes()).map_err(|error| invalid(&error))?;
    let mut lines = Vec::new();
    DeflateDecoder::new(bytes.as_slice()).read_to_end(&mut lines)?;
    let rows = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    rows.map(|row| serde_json::from_slice::<RowItem>(row).map(Into::into).map_err(|error| invalid(&error))).collect()
}

fn compressed(text: &[u8]) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("memory takes every byte");
    BASE64.encode(&encoder.finish().expect("memory takes every byte"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::domain::Media;

    fn row(line: u32, title: String) -> ImportedRow {
        let to = Destination {
            account_id: "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap(),
            mode: Mode::Live,
            board_id: "1".parse().unwrap(),
            section_id: Some("2".parse().unwrap()),
            board_verified: true,
        };
        let draft = Draft {
            title: Some(title),
            description: Some("Two\nlines, \"quoted\"".into()),
            media: Media::at("https://example.com/a.jpg"),
            ..Draft::default()
        };
        let picture =
            Some(Picture { has_thumbnail: true, width: Some(1000), height: Some(1500), ..Picture::default() });
        let pin = PlannedPin {
            to,
            content: Content::restore(draft),
            picture: picture.map(Box::new),
            publish_at: Timestamp::UNIX_EPOCH,
        };
        let warnings = vec![RowNote::new("Keywords", "not_used", "They are not used.")];
        ImportedRow { line, pin: Some(pin), planned_as: None, errors: Vec::new(), warnings }
    }

    #[test]
    fn rows_come_back_as_they_were_whatever_part_they_are_in() {
        // What looks like chance cannot be compressed.
        let noise = |line: u32| {
            let mut state = u64::from(line) + 1;
            let next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'!' + u8::try_from(state >> 58).unwrap())
            };
            std::iter::repeat_with(next).take(2000).collect()
        };
        let mut rows: Vec<_> = (2..400).map(|line| row(line, noise(line))).collect();
        let wrong = vec![RowNote::new("Link", "invalid_url", "Write a full address.")];
        rows.push(ImportedRow { line: 400, pin: None, planned_as: None, errors: wrong, warnings: Vec::new() });
        let parts = packed(&rows);
        assert!(parts.len() > 3, "{}", parts.len());
        assert!(parts.iter().all(|(_, text)| text.len() < 300_000));
        let back: Vec<_> = parts.iter().flat_map(|(_, text)| unpacked(text).unwrap()).collect();
        assert_eq!(back, rows);
        for (start, text) in &parts {
            assert_eq!(unpacked(text).unwrap()[0], rows[*start as usize]);
        }
    }
}
