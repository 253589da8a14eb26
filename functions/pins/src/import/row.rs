//! One row of a file, as far as it can be read by itself.

use std::borrow::Cow;

use jiff::Timestamp;
use shared::domain::characters::{parse_pasted, trim_unseen, without_unseen};
use shared::domain::content::{Draft, is_video};
use shared::domain::{
    AiDisclosures, Content, Cover, FieldError, GivenBoard, GivenSection, Media, MediaId, NoPlace, PinId, RowNote,
};

use super::columns::{Column, Columns};
use super::csv::Record;
use super::date::{self, Asked, NoDate};
use super::formula::unguard;
use super::options::Options;
use super::separator;
use crate::content::ai;
use crate::when::When;

/// What an export says in the place of a carousel.
pub const CAROUSEL: &str = "carousel";

/// What a row is equal to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Twin {
    /// A pin that waits or is out.
    Pin(PinId),
    /// The row in an earlier line.
    Line(u32),
}

/// A row whose wrong parts are missing.
#[derive(Debug)]
pub struct Row {
    /// The line on which it begins.
    pub line: u32,
    /// The account that it names.
    pub account: Option<String>,
    /// The board.
    pub board: Option<GivenBoard>,
    /// The section of the board.
    pub section: Option<GivenSection>,
    /// What the pin shows.
    pub content: Option<Content>,
    /// When it is to go out.
    pub asked: Option<Asked>,
    /// When it goes out; absent until a time is chosen for a day alone.
    pub at: Option<Timestamp>,
    /// Why that time cannot be asked for. A pin that went out then is no reason to refuse its row.
    pub late: Option<RowNote>,
    /// The pin, or the earlier row, that it is equal to, so that it is left out.
    pub twin: Option<Twin>,
    /// What is wrong.
    pub errors: Vec<RowNote>,
    /// What is worth knowing.
    pub warnings: Vec<RowNote>,
}

impl Row {
    /// Reads a record.
    pub fn read(record: &Record, columns: &Columns, options: &Options, now: Timestamp) -> Self {
        let mut row = Self {
            line: record.line,
            account: None,
            board: None,
            section: None,
            content: None,
            asked: None,
            at: None,
            late: None,
            twin: None,
            errors: Vec::new(),
            warnings: Vec::new(),
        };
        if !row.has_shape(record, columns) {
            return row;
        }
        let cell = |column| columns.cell(record, column);
        row.account = Some(without_unseen(cell(Column::Account))).filter(|text| !text.is_empty()).map(Cow::into_owned);
        row.board = row.place(Column::Board, GivenBoard::parse(cell(Column::Board)));
        if !trim_unseen(cell(Column::Section)).is_empty() {
            row.section = row.place(Column::Section, GivenSection::parse(cell(Column::Section)));
        }
        row.read_content(&cell);
        if let Some(date) = row.date_and_time(cell(Column::PublishDate), cell(Column::Time), options) {
            row.read_date(&date, options, now);
        }
        if !trim_unseen(cell(Column::Keywords)).is_empty() {
            let message = "Ignored. Pinterest accepts keywords only from its own tool. Put the important ones into \
                           the description.";
            row.warn(Column::Keywords, "not_used", message);
        }
        row
    }

    /// Notes what is wrong.
    pub fn wrong(&mut self, column: Column, code: &'static str, message: impl Into<String>) {
        self.errors.push(RowNote::new(column.name(), code, message));
    }

    /// Notes what is worth knowing.
    pub fn warn(&mut self, column: Column, code: &'static str, message: impl Into<String>) {
        self.warnings.push(RowNote::new(column.name(), code, message));
    }

    /// Whether its cells can be told apart.
    fn has_shape(&mut self, record: &Record, columns: &Columns) -> bool {
        if record.is_misquoted {
            let message = "A cell contains a quote that isn't doubled. Put the whole cell in quotes, and double each \
                           quote inside it.";
            self.errors.push(RowNote::new("row", "bad_quoting", message));
            return false;
        }
        if let Some((given, wanted)) = columns.misfit(record) {
            let message = format!(
                "The row has {given} cells, but the header has {wanted}. Columns are separated by {}. Put cells that \
                 contain one, or a line break, in quotes.",
                separator::name(columns.separator)
            );
            self.errors.push(RowNote::new("row", "cell_count", message));
            return false;
        }
        true
    }

    fn place<T>(&mut self, column: Column, place: Result<T, NoPlace>) -> Option<T> {
        place.map_err(|none| self.wrong(column, none.code(), none.to_string())).ok()
    }

    fn read_content<'r>(&mut self, cell: &impl Fn(Column) -> &'r str) {
        let text = |row: &mut Self, column| row.plain(column, cell(column));
        let (title, description) = (text(self, Column::Title), text(self, Column::Description));
        let alt_text = text(self, Column::AltText);
        let trimmed = |text: Option<String>| text.map(|text| trim_unseen(&text).to_owned());
        let (link, image_url) = (trimmed(text(self, Column::Link)), trimmed(text(self, Column::MediaUrl)));
        let Some(image_url) = image_url else {
            self.wrong(Column::MediaUrl, "required", "Required.");
            return;
        };
        let is_video = is_video(&image_url);
        if is_video {
            let message = "Pinterest doesn't fetch videos from a URL. Upload the video and enter its ID here.";
            self.wrong(Column::MediaUrl, "media_unsupported", message);
        }
        let is_carousel = image_url == CAROUSEL;
        if is_carousel {
            let message = "Carousels can't be imported from a file. Remove this row and create the pin separately.";
            self.wrong(Column::MediaUrl, "media_unsupported", message);
        }
        if is_video || is_carousel {
            return;
        }
        let media = self.media(image_url, &without_unseen(cell(Column::Thumbnail)));
        let can_be_read = media.is_some();
        let ai_disclosures = self.disclosures(cell(Column::Ai));
        let media = media.unwrap_or_default();
        let draft = Draft { title, description, alt_text, link, ai_disclosures, media, ..Draft::default() };
        match Content::check(draft) {
            Ok(content) => {
                let notes = content.notes().into_iter();
                let notes = notes.map(|note| RowNote::new(column(&note.field).name(), note.code, note.message));
                self.warnings.extend(notes);
                self.content = Some(content);
            }
            Err(_) if !can_be_read => {}
            Err(found) => self.errors.extend(found.into_iter().map(of_content)),
        }
    }

    fn disclosures(&mut self, cell: &str) -> Option<AiDisclosures> {
        let declared = ai::read_cell(cell);
        if declared.is_none() {
            let message =
                format!("Enter {}, or both separated by a comma. Leave it empty if neither applies.", ai::WORDS);
            self.wrong(Column::Ai, "invalid", message);
        }
        declared
    }

    /// An address, or a file of the owner's own; whether that one is a video is seen where it is looked up, and one with a
    /// thumbnail is meant as one.
    fn media(&mut self, given: String, thumbnail: &str) -> Option<Media> {
        let Ok(id) = parse_pasted::<MediaId>(&given) else {
            if !thumbnail.is_empty() {
                self.warn(Column::Thumbnail, "not_used", "Ignored. Only videos have a thumbnail.");
            }
            return Some(Media::ImageUrl { url: given });
        };
        if thumbnail.is_empty() {
            return Some(Media::Upload { id });
        }
        let cover = thumbnail.parse().ok().map(Cover::Upload).or_else(|| second(thumbnail).map(Cover::Second));
        if cover.is_none() {
            let message = "Enter the time of the frame in the video (7 or 0:07), or the ID of an uploaded JPEG or \
                           PNG. Leave it empty for the frame at one second.";
            self.wrong(Column::Thumbnail, "invalid", message);
        }
        cover.map(|cover| Media::Video { id, cover })
    }

    /// The text of a cell without the apostrophes that keep spreadsheets from taking it for a formula.
    fn plain(&mut self, column: Column, cell: &str) -> Option<String> {
        if trim_unseen(cell).is_empty() {
            return None;
        }
        let Some(text) = unguard(cell) else { return Some(cell.to_owned()) };
        let message = "Apostrophes before =, +, - and @ were removed. They only keep spreadsheets from treating the \
                       text as a formula.";
        self.warn(column, "apostrophe", message);
        Some(text)
    }

    /// The date, with the time that a column of its own gives for it.
    fn date_and_time<'r>(&mut self, date: &'r str, time: &str, options: &Options) -> Option<Cow<'r, str>> {
        let time = trim_unseen(time);
        if time.is_empty() {
            return Some(Cow::Borrowed(date));
        }
        if trim_unseen(date).is_empty() {
            self.wrong(Column::PublishDate, "required", "The row has a time but no date. Enter both or neither.");
            return None;
        }
        let joined = format!("{} {time}", trim_unseen(date));
        match (date::read(date, &options.zone), date::read(&joined, &options.zone)) {
            (Ok(date::Read { asked: Asked::Day(_), .. }), Err(NoDate::Invalid)) => {
                self.wrong(Column::Time, "invalid_time", "Enter the time as 09:30, 9:30 AM or 21:30.");
                None
            }
            (Ok(date::Read { asked: Asked::At(_), .. }), _) => {
                let message = "Ignored. The date already has a time.";
                self.warn(Column::Time, "not_used", message);
                Some(Cow::Borrowed(date))
            }
            _ => Some(Cow::Owned(joined)),
        }
    }

    fn read_date(&mut self, cell: &str, options: &Options, now: Timestamp) {
        let date = match date::read(cell, &options.zone) {
            Ok(date) => date,
            Err(NoDate::Invalid) => {
                let message = "Enter the date as 2027-03-14T09:30:00 or 2027-03-14 09:30, as 2027-03-14 for any time \
                               on that day, or leave it empty for now. English month names work too, such as 14 \
                               March 2027 9:30.";
                return self.wrong(Column::PublishDate, "invalid_time", message);
            }
            Err(NoDate::Ambiguous(readings)) => {
                let message = format!(
                    "Ambiguous: the first number could be the day or the month. Put the year first: {}.",
                    readings.join(" or ")
                );
                return self.wrong(Column::PublishDate, "ambiguous", message);
            }
            Err(NoDate::InGap) => {
                let zone = options.zone.iana_name().unwrap_or("this zone");
                let message = format!(
                    "This time doesn't exist on that day, because the clocks in {zone} go forward. Use an earlier or \
                     later time, or add the offset."
                );
                return self.wrong(Column::PublishDate, "in_a_gap", message);
            }
        };
        if date.is_twice {
            let message = "This time occurs twice on that day, because the clocks go back. The first one is used; \
                           add the offset to use the other.";
            self.warn(Column::PublishDate, "twice", message);
        }
        self.asked = Some(date.asked);
        match date.asked {
            // A time that passed during the last minute is meant as now, as in other requests.
            Asked::Now => self.at = Some(now),
            Asked::At(at) => self.set_time(at, now),
            Asked::Day(_) => {}
        }
    }

    /// Gives the row its time, or notes why it cannot have it.
    pub fn set_time(&mut self, at: Timestamp, now: Timestamp) {
        self.at = Some(at);
        self.late = When::At(at).objection(Column::PublishDate.name(), now).map(|error| {
            let remedy = if error.code == "in_the_past" { " An empty cell means now." } else { "" };
            let message = format!("{}{remedy}", without_now(&error.message));
            RowNote::new(Column::PublishDate.name(), error.code, message)
        });
    }
}

/// A time in a video: seconds, or with minutes and hours before them.
fn second(text: &str) -> Option<u32> {
    let parts: Vec<&str> = text.split(':').collect();
    let is_number = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return None;
    }
    parts.iter().try_fold(0_u32, |sum, part| Some(sum * 60 + part.parse::<u32>().ok()?))
}

fn of_content(error: FieldError) -> RowNote {
    RowNote::new(column(&error.field).name(), error.code, error.message)
}

/// The column of a field of the content.
fn column(field: &str) -> Column {
    match field {
        "content.title" => Column::Title,
        "content.description" => Column::Description,
        "content.alt_text" => Column::AltText,
        "content.link" => Column::Link,
        _ => Column::MediaUrl,
    }
}

/// In a cell there is no word for now.
fn without_now(message: &str) -> &str {
    message.strip_suffix(", or \"now\".").map_or(message, |_| "This time is in the past. Enter a later one.")
}
