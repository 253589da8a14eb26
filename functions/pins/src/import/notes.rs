//! What is told of a file as a whole, so that what all its rows have in common does not hide what is wrong with one.

use std::collections::{HashMap, HashSet};

use shared::domain::{ImportedRow, RowNote};

use super::day::TIME_CHOSEN;
use super::text::{Text, telling_words};

/// In how many rows the same words are said; where more have them, they are said of the file.
const MOST_ROWS_ALIKE: usize = 5;

/// Takes the warnings that many rows share away from them, and tells each once.
pub fn gather(rows: &mut [ImportedRow]) -> Vec<RowNote> {
    let mut counts: HashMap<&RowNote, (usize, u32)> = HashMap::new();
    for row in rows.iter() {
        // Each row has a time, or a twin, of its own.
        for note in row.warnings.iter().filter(|note| note.code != TIME_CHOSEN && row.pin.is_some()) {
            counts.entry(note).or_insert((0, row.line)).0 += 1;
        }
    }
    let mut shared: Vec<_> = counts.into_iter().filter(|(_, (count, _))| *count > MOST_ROWS_ALIKE).collect();
    shared.sort_by_key(|(note, (_, line))| (*line, note.column.clone(), note.code.clone()));
    let shared: Vec<_> = shared.into_iter().map(|(note, found)| (note.clone(), found)).collect();
    let taken: HashSet<_> = shared.iter().map(|(note, _)| note).collect();
    for row in rows {
        row.warnings.retain(|note| !taken.contains(note));
    }
    let told = |(note, (count, line)): (RowNote, (usize, u32))| {
        let message = format!("{} This applies to {count} rows, the first in line {line}.", note.message);
        RowNote { message, ..note }
    };
    shared.into_iter().map(told).collect()
}

/// Says that an encoding was taken for granted, and what came of it.
pub fn of_encoding(text: &Text<'_>) -> Option<RowNote> {
    let (line, words) = telling_words(&text.text).filter(|_| text.encoding == "windows-1252")?;
    let words: String = words.chars().take(40).collect();
    let message = format!(
        "The file has no declared encoding and was read as Windows-1252: line {line} says {words:?}. If that is \
         wrong, save the file as \"CSV UTF-8\"."
    );
    Some(RowNote::new("file", "encoding", message))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use shared::domain::content::Draft;
    use shared::domain::{Content, Destination, Mode, PlannedPin};

    use super::*;

    fn pin() -> PlannedPin {
        let to = Destination {
            account_id: "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap(),
            mode: Mode::Live,
            board_id: "1".parse().unwrap(),
            section_id: None,
            board_verified: true,
        };
        let content = Content::restore(Draft::default());
        PlannedPin { to, content, picture: None, publish_at: jiff::Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn what_many_rows_share_is_told_once_and_the_rest_stays() {
        let note = |message: &str| RowNote::new("Keywords", "not_used", message);
        let row = |line| ImportedRow {
            line,
            pin: Some(pin()),
            planned_as: None,
            errors: vec![note("wrong")],
            warnings: vec![note("all"), note(&format!("only {line}")), note(if line < 7 { "five" } else { "six" })],
        };
        let mut rows: Vec<_> = (2..13).map(row).collect();
        let told: Vec<_> = gather(&mut rows).into_iter().map(|note| note.message).collect();
        let expected =
            ["all This applies to 11 rows, the first in line 2.", "six This applies to 6 rows, the first in line 7."];
        assert_eq!(told, expected);
        assert_eq!(rows[0].warnings, [note("only 2"), note("five")]);
        assert!(rows.iter().all(|row| row.errors.len() == 1), "what is wrong is told of each");
    }
}
