//! Boards and pins as their owner sees them.

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};

use super::{not_found, shell, shown, unreadable};
use crate::mode::Mode;
use crate::moment::without_offset;
use crate::simulator::{Simulator, World};
use crate::store::{Board, BoardFilter, Cover, Media, Person, Picture, Pin, PinFilter, Privacy, Slice, Video};

/// The boards of one person on both hosts.
pub(super) async fn of_person(State(simulator): State<Simulator>, Path(username): Path<String>) -> Response {
    let found = simulator.transact(|world| match world.find_username(&username)? {
        Some(person) => boards_of(world, &person).map(Some),
        None => Ok::<_, rusqlite::Error>(None),
    });
    match found {
        Ok(Some(hosts)) => shown(StatusCode::OK, &list(&simulator, &username, &hosts), None),
        Ok(None) => not_found(&simulator, &format!("Nobody is called {username}.")),
        Err(error) => unreadable(&simulator, &error),
    }
}

/// One board, by its id or by its name in small letters with hyphens, with what is on it.
pub(super) async fn one(
    State(simulator): State<Simulator>,
    Path((username, wanted)): Path<(String, String)>,
) -> Response {
    let found = simulator.transact(|world| {
        let Some(person) = world.find_username(&username)? else {
            return Ok(None);
        };
        let mut boards = boards_of(world, &person)?.into_iter().flat_map(|(_, boards)| boards);
        let Some(board) = boards.find(|board| board.id == wanted || slug(&board.name) == wanted) else {
            return Ok(None);
        };
        let filter = PinFilter { board_id: Some(&board.id), visible_at: Some(world.now), ..PinFilter::default() };
        let pins = world.list_pins(filter, Slice::ALL)?;
        Ok::<_, rusqlite::Error>(Some((board, pins)))
    });
    match found {
        Ok(Some((board, pins))) => shown(StatusCode::OK, &board_page(&simulator, &board, &pins), None),
        Ok(None) => not_found(&simulator, &format!("{username} has no board {wanted}.")),
        Err(error) => unreadable(&simulator, &error),
    }
}

fn boards_of(world: &World<'_>, person: &Person) -> rusqlite::Result<Vec<(Mode, Vec<Board>)>> {
    Mode::ALL
        .into_iter()
        .map(|mode| Ok((mode, world.boards(mode, &person.id, BoardFilter::ALL, Slice::ALL)?)))
        .collect()
}

fn slug(name: &str) -> String {
    name.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

fn list(simulator: &Simulator, username: &str, hosts: &[(Mode, Vec<Board>)]) -> Markup {
    let base = simulator.base_path();
    let body = html! {
        h1 { "Boards of " (username) }
        @for (mode, boards) in hosts {
            h2 { (mode) " (" (boards.len()) ")" }
            ul {
                @for board in boards {
                    li {
                        a href={ (base) "/boards/" (username) "/" (board.id) } { (board.name) }
                        " " span.quiet { (board.id) (marks(board, username)) }
                    }
                }
            }
        }
    };
    shell(base, username, &body)
}

fn marks(board: &Board, username: &str) -> Markup {
    html! {
        @if board.privacy != Privacy::Public { ", " (board.privacy.as_str().to_lowercase()) }
        @if board.owner != username { ", shared by " (board.owner) }
    }
}

fn board_page(simulator: &Simulator, board: &Board, pins: &[Pin]) -> Markup {
    let base = simulator.base_path();
    let body = html! {
        h1 { (board.name) }
        p.quiet {
            (board.mode) " · board " code { (board.id) } " · " (pins.len()) " pins · by "
            a href={ (base) "/boards/" (board.owner) } { (board.owner) } (marks(board, &board.owner))
        }
        @if pins.is_empty() { p { "Nothing is on this board yet." } }
        ul.pins { @for pin in pins { li { (card(base, pin)) } } }
    };
    shell(base, &board.name, &body)
}

fn card(base: &str, pin: &Pin) -> Markup {
    let content = &pin.content;
    html! {
        @match &content.media {
            Media::Image(image) => { (picture(base, image, content.alt_text.as_deref())) }
            Media::Images(items) => {
                @for item in items { (picture(base, &item.picture, item.title.as_deref())) }
            }
            Media::Video(video) => { (shown_video(base, video, content.alt_text.as_deref())) }
        }
        @if let Some(title) = &content.title { h2 { (title) } }
        @if let Some(description) = &content.description { p { (description) } }
        @if let Some(link) = &content.link { p { a href=(link) rel="noreferrer" { (link) } } }
        p.quiet { "Pin " code { (pin.id) } ", " time datetime={ (without_offset(pin.created_at)) "Z" } { (without_offset(pin.created_at)) " UTC" } }
    }
}

/// Its cover, and what there is to know of it: the file itself is not kept.
fn shown_video(base: &str, video: &Video, alt: Option<&str>) -> Markup {
    html! {
        @match &video.cover {
            Cover::Picture(cover) => { (picture(base, cover, alt)) }
            Cover::KeyFrame { seconds, .. } => { p { "Cover: the frame at " (seconds) " s" } }
        }
        p.quiet { "Video " code { (video.media_id) } ", " (video.size) " bytes, SHA-256 " code { (video.sha256) } }
    }
}

fn picture(base: &str, picture: &Picture, alt: Option<&str>) -> Markup {
    let uploaded = picture.source.starts_with('/');
    let source = if uploaded { format!("{base}{}", picture.source) } else { picture.source.clone() };
    html! {
        img src=(source) alt=(alt.unwrap_or_default()) loading="lazy";
        p.quiet { (source) }
    }
}
