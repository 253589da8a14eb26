//! The columns of Pinterest's file, and ours.

use shared::domain::FieldError;

use super::csv::Record;

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
}

impl Column {
    /// Every column, Pinterest's in their order first.
    pub const ALL: [Self; 11] = [
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
    ];

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
        }
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name().eq_ignore_ascii_case(text.trim()))
    }
}

/// Which cell of a record belongs to which column.
#[derive(Debug)]
pub struct Columns {
    places: [Option<usize>; Column::ALL.len()],
    width: usize,
}

impl Columns {
    /// Reads a header; names every column of it that is wrong or missing.
    pub fn read(header: &Record) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        if let [only] = header.cells.as_slice()
            && let Some((_, name)) =
                [(';', "semicolons"), ('\t', "tabs")].into_iter().find(|(sign, _)| only.contains(*sign))
        {
            let message = format!("The columns are separated by {name}. Save the file with commas between them.");
            return Err(vec![FieldError::new("body", "separator", message)]);
        }
        // Spreadsheets write empty columns behind the last one.
        let width = header.width;
        let mut places = [None; Column::ALL.len()];
        for (place, text) in header.cells.iter().take(width).enumerate() {
            match Column::read(text) {
                None => errors.push(unknown(text)),
                Some(column) if places[column as usize].is_some() => {
                    let message = "The header has this column twice. Remove one of the two.";
                    errors.push(FieldError::new(column.name(), "duplicate_column", message));
                }
                Some(column) => places[column as usize] = Some(place),
            }
        }
        if let Some(last) = errors.last_mut() {
            last.more = width.saturating_sub(header.cells.len());
        }
        if places.iter().all(Option::is_none) {
            let message = format!("The first line is no header. Begin the file with: {}.", names());
            return Err(vec![FieldError::new("body", "header_missing", message)]);
        }
        for column in [Column::MediaUrl, Column::Board] {
            if places[column as usize].is_none() {
                let message = "The header lacks this column, and no pin can be without it.";
                errors.push(FieldError::new(column.name(), "missing_column", message));
            }
        }
        if errors.is_empty() { Ok(Self { places, width }) } else { Err(errors) }
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

fn unknown(text: &str) -> FieldError {
    let shown: String = text.trim().chars().take(100).collect();
    let message = format!("There is no column {shown:?}. Remove it, or rename it to one of: {}.", names());
    FieldError::new(if shown.is_empty() { "body" } else { &shown }, "unknown_column", message)
}

fn names() -> String {
    Column::ALL.map(Column::name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::csv;
    use super::*;

    fn read(header: &str) -> Result<Columns, Vec<(String, &'static str)>> {
        let header = csv::read(header).next().and_then(Result::ok).expect("it has a record");
        Columns::read(&header).map_err(|errors| errors.into_iter().map(|error| (error.field, error.code)).collect())
    }

    #[test]
    fn columns_go_by_their_names_in_any_order_and_case() {
        let columns = read(" media url ,LINK,Pinterest Board,,");
        let record = csv::read("m,l,b").next().and_then(Result::ok).expect("it has a record");
        assert!(columns.is_ok_and(|columns| {
            columns.cell(&record, Column::Link) == "l"
                && columns.cell(&record, Column::Title).is_empty()
                && columns.misfit(&record).is_none()
        }));
    }

    #[test]
    fn what_is_wrong_with_a_header_is_named() {
        for (header, errors) in [
            ("Media URL,Pinterest board,Price", vec![("Price", "unknown_column")]),
            ("Media URL,Pinterest board,media url", vec![("Media URL", "duplicate_column")]),
            ("Title", vec![("Media URL", "missing_column"), ("Pinterest board", "missing_column")]),
            ("Title;Media URL;Pinterest board", vec![("body", "separator")]),
            ("Title\tMedia URL", vec![("body", "separator")]),
            ("Cake,https://example.com/a.jpg,Cakes", vec![("body", "header_missing")]),
            ("Media URL,,Pinterest board", vec![("body", "unknown_column")]),
        ] {
            let errors = errors.into_iter().map(|(field, code)| (field.to_owned(), code)).collect::<Vec<_>>();
            assert_eq!(read(header).err(), Some(errors), "{header}");
        }
    }
}
