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
            let message = "Pinterest takes keywords from its own tool only, so they are left out. Put those that people \
                           should read or find into the description.";
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
            let message = "A cell has a quote in it that is not doubled. Put the whole cell in quotes, and write each \
                           quote within it twice.";
            self.errors.push(RowNote::new("row", "bad_quoting", message));
            return false;
        }
        if let Some((given, wanted)) = columns.misfit(record) {
            let message = format!(
                "The row has {given} cells, and the header {wanted}. The columns are separated by {}: put cells with one \
                 of them or a line break in quotes, and leave none out.",
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
            self.wrong(Column::MediaUrl, "required", "This is needed.");
            return;
        };
        let is_video = is_video(&image_url);
        if is_video {
            let message = "A video is taken from your own files only: upload it with POST /v1/media, and write the id of its \
                           answer here.";
            self.wrong(Column::MediaUrl, "media_unsupported", message);
        }
        let is_carousel = image_url == CAROUSEL;
        if is_carousel {
            let message = "A carousel has no place in a file. Leave this row out, and make the pin with POST /v1/pins.";
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
                format!("Write {}, or both with a comma between them; leave it empty where neither is so.", ai::WORDS);
            self.wrong(Column::Ai, "invalid", message);
        }
        declared
    }

    /// An address, or a file of the owner's own; whether that one is a video is seen where it is looked up, and one with a
    /// thumbnail is meant as one.
    fn media(&mut self, given: String, thumbnail: &str) -> Option<Media> {
        let Ok(id) = parse_pasted::<MediaId>(&given) else {
            if !thumbnail.is_empty() {
                self.warn(Column::Thumbnail, "not_used", "Only videos have a thumbnail, so it is left out.");
            }
            return Some(Media::ImageUrl { url: given });
        };
        if thumbnail.is_empty() {
            return Some(Media::Upload { id });
        }
        let cover = thumbnail.parse().ok().map(Cover::Upload).or_else(|| second(thumbnail).map(Cover::Second));
        if cover.is_none() {
            let message = "Write the time of the picture in the video, as 7 or 0:07, or the id of an uploaded JPEG or PNG; or \
                           leave it empty for the picture at one second.";
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
        let message = "Apostrophes before =, +, - and @ are left out: they only keep spreadsheets from taking the text for a \
                       formula.";
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
            self.wrong(
                Column::PublishDate,
                "required",
                "The row has a time and no date. Give the date too, or neither.",
            );
            return None;
        }
        let joined = format!("{} {time}", trim_unseen(date));
        match (date::read(date, &options.zone), date::read(&joined, &options.zone)) {
            (Ok(date::Read { asked: Asked::Day(_), .. }), Err(NoDate::Invalid)) => {
                self.wrong(Column::Time, "invalid_time", "Write the time as 09:30, 9:30 AM or 21:30.");
                None
            }
            (Ok(date::Read { asked: Asked::At(_), .. }), _) => {
                let message = "The date of this row has a time already, and that one is taken.";
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
                let message = "Write the date as 2027-03-14T09:30:00, or 2027-03-14 09:30, or as 2027-03-14 for some time of that \
                               day; leave it empty for now. Beside these, dates with the month in English are read, such as 14 \
                               March 2027 9:30.";
                return self.wrong(Column::PublishDate, "invalid_time", message);
            }
            Err(NoDate::Ambiguous(readings)) => {
                let message = format!(
                    "Some put the day first here and some the month, so this is not read. Write the year first: {}.",
                    readings.join(" or ")
                );
                return self.wrong(Column::PublishDate, "ambiguous", message);
            }
            Err(NoDate::InGap) => {
                let zone = options.zone.iana_name().unwrap_or("this zone");
                let message = format!(
                    "The clocks of {zone} are put forward over this time, so that day does not have it. Give an earlier \
                     or a later one, or one with its offset."
                );
                return self.wrong(Column::PublishDate, "in_a_gap", message);
            }
        };
        if date.is_twice {
            let message = "The clocks show this time twice on that day, as they are put back. The first one is taken; give \
                           the time with its offset for the other.";
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
    message.strip_suffix(", or \"now\".").map_or(message, |_| "This time has passed. Give a later one.")
}
