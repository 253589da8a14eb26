//! What rows are worth together: their accounts and boards, each looked up once, and what they have in common.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::future::try_join_all;
use shared::api::{Note, Problem};
use shared::domain::{
    Account, AccountId, Content, Cover, FieldError, ImportId, ImportedRow, Media, Picture, PinId, PlannedPin, RowNote,
};

use super::calendar::Calendar;
use super::columns::Column;
use super::notes;
use super::options::Options;
use super::row::{Row, Twin};
use super::sheet::Sheet;
use super::{day, sameness, spacing};
use crate::crowded::{self, Planned};
use crate::desk::Desk;
use crate::media;
use crate::placement::{self, Objection, Placement, Spot};

/// How many files are looked up, or kept, at once.
const AT_ONCE: usize = 16;

/// What a spot is told apart by: the account, and board and section as they were given.
type Place = (Option<AccountId>, Option<String>, Option<String>);

/// A file whose rows were judged.
#[derive(Debug)]
pub struct Judged {
    /// In which encoding it was.
    pub encoding: &'static str,
    /// What is worth knowing of the file as a whole.
    pub notes: Vec<RowNote>,
    /// Its rows.
    pub rows: Vec<ImportedRow>,
}

/// Judges every row of a file.
pub async fn judge(desk: &Desk, options: &Options, id: &ImportId, mut sheet: Sheet) -> Result<Judged, Problem> {
    let accounts = accounts(desk, options, &mut sheet).await?;
    let placements = place(desk, &accounts, &mut sheet.rows).await?;
    check_uploads(desk, &mut sheet.rows).await?;
    let calendar = Calendar::read(desk, options, &sheet.rows, &placements).await?;
    let places = (accounts.as_slice(), placements.as_slice());
    sameness::find(desk, options, &mut sheet.rows, places, &calendar);
    day::choose(desk, options, id, &mut sheet.rows, places, &calendar);
    for row in &mut sheet.rows {
        row.errors.extend(row.late.take().filter(|_| row.twin.is_none()));
    }
    note_repeats(&mut sheet.rows);
    spacing::check(desk, id, &mut sheet.rows, places, &calendar);
    note_crowded_days(desk, id, &mut sheet.rows, &accounts, &placements).await;
    let rows = sheet.rows.into_iter().zip(accounts).zip(placements);
    let mut rows: Vec<_> = rows.map(|((row, account), placement)| judged(row, account, placement)).collect();
    let mut notes = sheet.notes;
    notes.extend(notes::gather(&mut rows));
    Ok(Judged { encoding: sheet.encoding, notes, rows })
}

/// The account of each row; what is wrong with it is noted.
async fn accounts(desk: &Desk, options: &Options, sheet: &mut Sheet) -> Result<Vec<Option<AccountId>>, Problem> {
    let known = desk.function.platform.accounts.list(&desk.owner).await?;
    let mut found: BTreeMap<String, Result<AccountId, (&'static str, String)>> = BTreeMap::new();
    let mut accounts = Vec::with_capacity(sheet.rows.len());
    for row in &mut sheet.rows {
        if !row.errors.is_empty() && row.board.is_none() && row.account.is_none() && row.content.is_none() {
            // Nothing of it could be read.
            accounts.push(None);
            continue;
        }
        let Some(named) = row.account.as_ref().or(options.account.as_ref()) else {
            let message = if sheet.names_accounts {
                "No account. Fill in the cell, or choose an account for the rows without one (account_id)."
            } else {
                "No account. Choose one for the file (account_id), or add the column Account."
            };
            row.wrong(Column::Account, "required", message);
            accounts.push(None);
            continue;
        };
        let account = found.entry(named.clone()).or_insert_with(|| find(&known, named, desk));
        accounts.push(account.clone().map_err(|(code, message)| row.wrong(Column::Account, code, message)).ok());
    }
    Ok(accounts)
}

/// The account that is meant by an id or a name.
fn find(accounts: &[Account], named: &str, desk: &Desk) -> Result<AccountId, (&'static str, String)> {
    if let Some(account) = accounts.iter().find(|account| account.id.as_str() == named) {
        return Ok(account.id.clone());
    }
    let name = named.strip_prefix('@').unwrap_or(named);
    let called: Vec<_> = accounts.iter().filter(|account| account.username.eq_ignore_ascii_case(name)).collect();
    let current: Vec<_> = called.iter().filter(|account| account.mode == desk.settings.mode).collect();
    match (current.as_slice(), called.as_slice()) {
        ([account], _) => Ok(account.id.clone()),
        ([], [account, ..]) => Ok(account.id.clone()),
        ([], []) => {
            let message = "You don't have this account. Use the ID or the name of one of your accounts.";
            Err(("not_found", message.to_owned()))
        }
        _ => Err(("ambiguous", "Several of your accounts have this name. Use the ID of the one you mean.".to_owned())),
    }
}

/// Where each row goes; every place is looked up once, however many rows go there.
async fn place(
    desk: &Desk,
    accounts: &[Option<AccountId>],
    rows: &mut [Row],
) -> Result<Vec<Option<Placement>>, Problem> {
    let mut places: HashMap<Place, usize> = HashMap::new();
    let mut firsts = Vec::new();
    let mut indexes = Vec::with_capacity(rows.len());
    for (position, (row, account)) in rows.iter().zip(accounts).enumerate() {
        let text = |text: &str| text.to_owned();
        let board = row.board.as_ref().map(|board| text(board.as_str()));
        let key = (account.clone(), board, row.section.as_ref().map(|section| text(section.as_str())));
        indexes.push(*places.entry(key).or_insert_with(|| {
            firsts.push(position);
            firsts.len() - 1
        }));
    }
    let spot = |position: &usize| Spot {
        path: "",
        account_id: accounts[*position].as_ref(),
        board: rows[*position].board.as_ref(),
        section: rows[*position].section.as_ref(),
    };
    let spots: Vec<_> = firsts.iter().map(spot).collect();
    let judged = placement::check_each(desk, &spots).await?;
    let found = rows.iter_mut().zip(indexes).map(|(row, index)| match &judged[index] {
        Ok(placement) => placement.clone(),
        Err(Objection { field, code, message }) => {
            row.wrong(column(field), code, message.clone());
            None
        }
    });
    Ok(found.collect())
}

fn column(field: &str) -> Column {
    match field {
        "account_id" => Column::Account,
        "section_id" => Column::Section,
        _ => Column::Board,
    }
}

/// Refuses rows whose uploaded files cannot be used; each of them is looked up once.
async fn check_uploads(desk: &Desk, rows: &mut [Row]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    let contents = rows.iter().filter_map(|row| row.content.as_ref());
    let firsts: Vec<_> = contents.filter(|content| has_files(content) && seen.insert(content.media())).collect();
    let mut known: HashMap<Media, (Media, Vec<FieldError>)> = HashMap::new();
    for some in firsts.chunks(AT_ONCE) {
        known.extend(try_join_all(some.iter().map(|content| look_up(desk, content))).await?);
    }
    for row in rows {
        let Some(content) = row.content.take() else { continue };
        let given = content.media().clone();
        if !has_files(&content) {
            row.content = Some(content);
            continue;
        }
        let (meant, errors) = &known[&given];
        if given.is_video() && !meant.is_video() {
            row.warn(Column::Thumbnail, "not_used", "Ignored. Only videos have a thumbnail.");
        }
        for error in errors {
            let is_cover = error.field.starts_with("content.media.cover");
            let column = if is_cover { Column::Thumbnail } else { Column::MediaUrl };
            row.wrong(column, error.code, error.message.clone());
        }
        row.content = Some(content.with_media(meant.clone()));
    }
    Ok(())
}

fn has_files(content: &Content) -> bool {
    !content.media().files().is_empty()
}

/// What the media of `content` turn out to be, and what speaks against them.
async fn look_up(desk: &Desk, content: &Content) -> Result<(Media, (Media, Vec<FieldError>)), Problem> {
    let given = content.media();
    let meant = meant(desk, given).await?;
    let mut errors = Vec::new();
    media::check(desk, desk.settings.mode, Some(&content.clone().with_media(meant.clone())), &mut errors).await?;
    Ok((given.clone(), (meant, errors)))
}

/// An image or a video, by what the file is: a cell names both in the same way.
async fn meant(desk: &Desk, given: &Media) -> Result<Media, Problem> {
    let Some(id) = given.files().first().map(|id| (*id).clone()) else { return Ok(given.clone()) };
    let is_video = media::load(desk, &id).await?.map(|file| file.kind.is_video());
    Ok(match (is_video, given) {
        (Some(true), Media::Upload { .. }) => Media::Video { id, cover: Cover::default() },
        (Some(false), Media::Video { .. }) => Media::Upload { id },
        _ => given.clone(),
    })
}

/// Lets the uploaded files of rows stay for their pins, which get to know their pictures.
pub async fn keep_uploads(desk: &Desk, rows: &mut [ImportedRow]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    let contents = rows.iter().filter_map(|row| row.pin.as_ref()).map(|pin| &pin.content);
    let firsts: Vec<_> = contents.filter(|content| has_files(content) && seen.insert(content.media())).collect();
    let mut pictures: HashMap<Media, Option<Box<Picture>>> = HashMap::new();
    for some in firsts.chunks(AT_ONCE) {
        let kept = try_join_all(some.iter().map(|content| media::keep(desk, content))).await?;
        pictures.extend(some.iter().map(|content| content.media().clone()).zip(kept));
    }
    for pin in rows.iter_mut().filter_map(|row| row.pin.as_mut()) {
        pin.picture = pictures.get(pin.content.media()).cloned().flatten();
    }
    Ok(())
}

/// Pinterest's own tool leaves out rows that repeat a title or a link, and says nothing; here they are taken, and told.
fn note_repeats(rows: &mut [Row]) {
    let (mut titles, mut links) = (HashMap::new(), HashMap::new());
    for row in rows.iter_mut().filter(|row| row.twin.is_none()) {
        let Some(content) = &row.content else { continue };
        let line = row.line;
        let title = content.title().map(|title| *titles.entry(title.trim().to_lowercase()).or_insert(line));
        let target = content.link().map(|link| *links.entry(link.to_owned()).or_insert(line));
        for (column, what, first) in [(Column::Title, "title", title), (Column::Link, "link", target)] {
            if let Some(first) = first.filter(|first| *first != line) {
                let message = format!("Line {first} has the same {what}. Pinterest's own tool would skip this row.");
                row.warn(column, "repeated", message);
            }
        }
    }
}

/// Tells of rows that go out on a day for which very many pins of their account are planned.
async fn note_crowded_days(
    desk: &Desk,
    id: &ImportId,
    rows: &mut [Row],
    accounts: &[Option<AccountId>],
    placements: &[Option<Placement>],
) {
    let ids: Vec<_> = rows.iter().map(|row| PinId::of_import(&desk.owner, id, row.line)).collect();
    let good = rows.iter().zip(accounts).zip(&ids).filter(|((row, _), _)| row.errors.is_empty() && row.twin.is_none());
    let planned = good.filter_map(|((row, account), id)| Some(Planned { id, account: account.as_ref()?, at: row.at? }));
    let plans: HashMap<_, _> =
        accounts.iter().zip(placements).filter_map(|(id, place)| id.as_ref().zip(place.as_ref())).collect();
    let plan = |account: &AccountId| plans.get(account).and_then(|place| place.plan.clone());
    let crowded = crowded::find(desk, &planned.collect::<Vec<_>>(), plan).await;
    for (row, _) in rows.iter_mut().zip(&ids).filter(|(_, id)| crowded.contains(id)) {
        row.warn(Column::PublishDate, Note::MANY_PINS.code, Note::MANY_PINS.message);
    }
}

fn judged(row: Row, account: Option<AccountId>, placement: Option<Placement>) -> ImportedRow {
    if let Some(twin) = row.twin {
        return left_out(row.line, twin);
    }
    let is_good = row.errors.is_empty();
    let pin = match (account, placement, row.content, row.at) {
        (Some(account_id), Some(place), Some(content), Some(publish_at)) if is_good => {
            Some(PlannedPin { to: place.destination(account_id), content, picture: None, publish_at })
        }
        _ => None,
    };
    ImportedRow { line: row.line, pin, planned_as: None, errors: row.errors, warnings: row.warnings }
}

/// A row that would make a pin a second time.
fn left_out(line: u32, twin: Twin) -> ImportedRow {
    let (message, planned_as) = match twin {
        Twin::Pin(id) => (format!("Line {line} is already scheduled as {id} and was skipped."), Some(id)),
        Twin::Line(first) => (format!("Line {line} duplicates line {first} and was skipped."), None),
    };
    let warnings = vec![RowNote::new("row", "already_planned", message)];
    ImportedRow { line, pin: None, planned_as, errors: Vec::new(), warnings }
}
