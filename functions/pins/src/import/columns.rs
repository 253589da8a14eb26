//! The columns of Pinterest's file, and ours.

use shared::domain::characters::without_unseen;
use shared::domain::{FieldError, RowNote};

use super::csv::Record;
use aliases::aliases;

mod aliases;

/// How many columns are named.
const MOST_NAMED: usize = 10;

/// How much of a name is shown, and compared, in characters.
const LONGEST_NAME: usize = 100;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The title of the pin.
    Title,
    /// The address of the picture.
    MediaUrl,
    /// The board: its name, id or address.
    Board,
    /// Which moment of a video is its cover.
    Thumbnail,
    /// The description.
    Description,
    /// Where the pin leads.
    Link,
    /// When it goes out.
    PublishDate,
    /// Words that Pinterest's own tool takes.
    Keywords,
    /// Ours: which account publishes it.
    Account,
    /// Ours: the section of the board.
    Section,
    /// Ours: what the picture shows, for those who do not see it.
    AltText,
    /// Ours: what was made with AI.
    Ai,
    /// Ours: the time of a day that `PublishDate` has alone.
    Time,
}

impl Column {
    /// Every column, Pinterest's in their order first.
    pub const ALL: [Self; 13] = [
        Self::Title,
        Self::MediaUrl,
        Self::Board,
        Self::Thumbnail,
        Self::Description,
        Self::Link,
        Self::PublishDate,
        Self::Keywords,
        Self::Account,
        Self::Section,
        Self::AltText,
        Self::Ai,
        Self::Time,
    ];

    /// The columns that an export has: all but the time, which it writes with the date.
    pub const EXPORTED: [Self; 12] = {
        let [exported @ .., Self::Time] = Self::ALL else { panic!("the time is the last one") };
        exported
    };

    /// Its name in the header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::MediaUrl => "Media URL",
            Self::Board => "Pinterest board",
            Self::Thumbnail => "Thumbnail",
            Self::Description => "Description",
            Self::Link => "Link",
            Self::PublishDate => "Publish date",
            Self::Keywords => "Keywords",
            Self::Account => "Account",
            Self::Section => "Section",
            Self::AltText => "Alt text",
            Self::Ai => "AI",
            Self::Time => "Time",
        }
    }

    /// The column that a text in a header means, and how certainly.
    fn read(text: &str) -> Option<(Self, Called)> {
        if let Some(column) = Self::ALL.into_iter().find(|column| column.name().eq_ignore_ascii_case(text.trim())) {
            return Some((column, Called::Exactly));
        }
        let given = plain(text);
        let means = |column: &Self| plain(column.name()) == given || aliases(*column).any(|alias| alias == given);
        Self::ALL.into_iter().find(means).map(|column| (column, Called::Otherwise))
    }

    /// The column whose name was perhaps meant.
    fn near(text: &str) -> Option<Self> {
        let given = plain(text);
        let most = (given.chars().count() / 4).clamp(1, 3);
        let near = Self::ALL.into_iter().map(|column| {
            let apart = |name: &str| strsim::damerau_levenshtein(&given, name);
            let aliases = aliases(column).filter(|alias| alias.len() > 4).map(apart);
            (aliases.chain([apart(&plain(column.name()))]).min().unwrap_or(usize::MAX), column)
        });
        let near = near.min_by_key(|(apart, _)| *apart);
        near.filter(|(apart, _)| given.len() > 2 && *apart <= most).map(|(_, column)| column)
    }
}

/// Whether a header has the very name of a column, or another one for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Called {
    Exactly,
    Otherwise,
}

/// A name without capitals, with one blank in the place of whatever is no letter or digit.
fn plain(name: &str) -> String {
    let name: String = without_unseen(name).chars().take(LONGEST_NAME).collect::<String>().to_lowercase();
    name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// How many columns of a header are known.
pub fn count_known(header: &Record) -> usize {
    header.cells.iter().filter(|text| Column::read(text).is_some()).count()
}

/// Which cell of a record belongs to which column.
#[derive(Debug)]
pub struct Columns {
    places: [Option<usize>; Column::ALL.len()],
    width: usize,
    /// What separates the cells of the file.
    pub separator: char,
}

/// What a header says beside the columns that are known.
#[derive(Debug, Default)]
struct Others {
    /// The names that mean nothing here.
    unknown: Vec<String>,
    /// What is known by another name, and left out since its own name is there too.
    unused: Vec<(String, Column)>,
}

impl Columns {
    /// Reads a header, with what is worth knowing of it; names every column of it that is wrong or missing.
    pub fn read(header: &Record, separator: char) -> Result<(Self, Vec<RowNote>), Vec<FieldError>> {
        // Spreadsheets write empty columns behind the last one.
        let width = header.width;
        let mut named: [Vec<(usize, Called)>; Column::ALL.len()] = Default::default();
        let mut others = Others::default();
        let shown = |place: usize| header.cells[place].trim().chars().take(LONGEST_NAME).collect::<String>();
        for place in 0..width.min(header.cells.len()) {
            match Column::read(&header.cells[place]) {
                None => others.unknown.push(shown(place)),
                Some((column, called)) => named[column as usize].push((place, called)),
            }
        }
        // A "Publish time" beside no date has both.
        if named[Column::PublishDate as usize].is_empty() {
            named[Column::PublishDate as usize] = std::mem::take(&mut named[Column::Time as usize]);
        }
        if named.iter().all(Vec::is_empty) {
            let message = format!("The first line isn't a header. Start the file with: {}.", names());
            return Err(vec![FieldError::new("body", "header_missing", message)]);
        }
        let (mut places, mut errors) = ([None; Column::ALL.len()], Vec::new());
        for column in Column::ALL {
            let named = &named[column as usize];
            let exact: Vec<_> = named.iter().filter(|(_, called)| *called == Called::Exactly).collect();
            let (chosen, rest) = match (exact.as_slice(), named.as_slice()) {
                ([(place, _)], all) => (Some(*place), all),
                ([], [(place, _)]) => (Some(*place), &[][..]),
                // Nothing is made of keywords, so it does not matter which of them are meant.
                ([], [(place, _), ..]) if column == Column::Keywords => (Some(*place), &[][..]),
                ([], []) => (None, &[][..]),
                (_, several) => {
                    errors.push(duplicate(column, several.iter().map(|(place, _)| shown(*place))));
                    continue;
                }
            };
            places[column as usize] = chosen;
            let unused = rest.iter().filter(|(place, _)| Some(*place) != chosen);
            others.unused.extend(unused.map(|(place, _)| (shown(*place), column)));
        }
        errors.extend(missing(&named, &others.unknown));
        let more = width.saturating_sub(header.cells.len());
        if errors.is_empty() { Ok((Self { places, width, separator }, others.notes(more))) } else { Err(errors) }
    }

    /// Whether the header has the column.
    pub fn has(&self, column: Column) -> bool {
        self.places[column as usize].is_some()
    }

    /// The cell of `record` in that column; empty where the header lacks it.
    pub fn cell<'r>(&self, record: &'r Record, column: Column) -> &'r str {
        self.places[column as usize].and_then(|place| record.cells.get(place)).map_or("", String::as_str)
    }

    /// How many cells a record has too many or too few: how many it has, and how many columns there are.
    pub fn misfit(&self, record: &Record) -> Option<(usize, usize)> {
        let fits = record.count >= self.width && record.width <= self.width;
        (!fits).then_some((record.count, self.width))
    }
}

impl Others {
    /// What is told of a whole file; `more` of its columns were not looked at.
    fn notes(self, more: usize) -> Vec<RowNote> {
        let mut notes = Vec::new();
        let unknown: Vec<_> = self.unknown.iter().map(|name| suggested(name)).collect();
        if !unknown.is_empty() || more > 0 {
            let message =
                format!("Unknown columns were ignored: {}. Known columns: {}.", listed(&unknown, more), names());
            notes.push(RowNote::new("file", "unknown_columns", message));
        }
        let unused = self.unused.iter().map(|(name, column)| format!("{name:?} (beside {:?})", column.name()));
        let unused: Vec<_> = unused.collect();
        if !unused.is_empty() {
            let message =
                format!("Columns that duplicate one with Pinterest's own name were ignored: {}.", listed(&unused, 0));
            notes.push(RowNote::new("file", "columns_not_used", message));
        }
        notes
    }
}

/// A name with what was perhaps meant.
fn suggested(name: &str) -> String {
    match (name, Column::near(name)) {
        ("", _) => "one without a name".to_owned(),
        (_, Some(column)) => format!("{name:?} (did you mean {}?)", column.name()),
        (_, None) => format!("{name:?}"),
    }
}

fn listed(names: &[String], more: usize) -> String {
    let more = more + names.len().saturating_sub(MOST_NAMED);
    let first = names[..names.len().min(MOST_NAMED)].join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}

/// Columns without which there is no pin, or without which every pin would go out at once though a date was written.
fn missing(named: &[Vec<(usize, Called)>], unknown: &[String]) -> Vec<FieldError> {
    let meant = |column| unknown.iter().find(|name| Column::near(name) == Some(column));
    let wrong = [Column::MediaUrl, Column::Board, Column::PublishDate].into_iter().filter_map(|column| {
        if !named[column as usize].is_empty() {
            return None;
        }
        match (meant(column), column) {
            (Some(name), Column::PublishDate) => {
                let message = format!(
                    "This column is missing, and without it every row would go out at once. Did you mean {name:?}? \
                     Rename that column to {}, or remove it.",
                    column.name()
                );
                Some(FieldError::new(column.name(), "missing_column", message))
            }
            (None, Column::PublishDate) => None,
            (meant, column) => {
                let remedy = meant.map(|name| format!(" Is it {name:?}? Rename that one.")).unwrap_or_default();
                let message = format!("This column is missing, and every pin needs it.{remedy}");
                Some(FieldError::new(column.name(), "missing_column", message))
            }
        }
    });
    wrong.collect()
}

fn duplicate(column: Column, shown: impl Iterator<Item = String>) -> FieldError {
    let mut names: Vec<_> = shown.map(|name| format!("{name:?}")).collect();
    names.dedup();
    let message = match names.as_slice() {
        [_] => "Duplicate column. Remove one of the two.".to_owned(),
        several => format!(
            "{} mean the same column. Remove all but one, or rename the one to use to {}.",
            listed(several, 0),
            column.name()
        ),
    };
    FieldError::new(column.name(), "duplicate_column", message)
}

fn names() -> String {
    Column::ALL.map(Column::name).join(", ")
}

#[cfg(test)]
mod tests;
