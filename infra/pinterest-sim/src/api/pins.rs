//! Pins: create, list, get, delete, save.

use http::StatusCode;

use super::boards::{self, id_in_path};
use super::fields::Fields;
use super::list::Page;
use super::{Answer, Caller, Incoming, Refusal, analytics, media, shape};
use crate::draw;
use crate::moment::after_millis;
use crate::simulator::World;
use crate::store::{Board, Content, Pin, PinFilter, Privacy};

/// `PinCreate` of Pinterest's description, with `ai_disclosures` of 5.28.
const CREATE_FIELDS: [&str; 11] = [
    "board_id",
    "board_section_id",
    "title",
    "description",
    "alt_text",
    "link",
    "dominant_color",
    "media_source",
    "parent_pin_id",
    "sponsor_id",
    "ai_disclosures",
];

/// A new pin on a board that the caller may save to.
pub(super) fn create(world: &mut World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::of_body(call, &CREATE_FIELDS)?;
    let board_id = fields.required_id("board_id")?;
    fields.required("media_source")?;
    let section_id = fields.id("board_section_id")?;
    fields.id("sponsor_id")?;
    let ai_disclosures = disclosures(&fields)?.unwrap_or_default();
    let mut content = Content {
        title: fields.text("title", 100)?,
        description: fields.text("description", 800)?,
        alt_text: fields.text("alt_text", 500)?,
        link: media::link(world, &fields)?,
        dominant_color: color(&fields)?,
        parent_pin_id: fields.id("parent_pin_id")?,
        ai_disclosures,
        media: crate::store::Media::Images(Vec::new()),
    };
    let board = boards::writable(world, call, caller, &board_id)?;
    check_section(world, &board, section_id.as_deref())?;
    content.media = media::take(world, call, caller, &fields)?;
    let pin = put(world, call, caller, (board, section_id), content)?;
    let status = StatusCode::from_u16(world.controls.answers.create_pin_status).unwrap_or(StatusCode::CREATED);
    Ok(Answer { status, body: Some(shape::pin(world, &pin, caller)?) })
}

/// The pins that the caller has made.
pub(super) fn list(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    if let Some(filter) = call.query("pin_filter")
        && !["exclude_native", "exclude_repins", "has_been_promoted"].contains(&filter)
    {
        return Err(Refusal::bad_400("Invalid pin filter value"));
    }
    let page = Page::of(call)?;
    let filter = PinFilter {
        mode: Some(call.mode),
        owner_id: Some(&caller.person_id),
        visible_at: Some(world.now),
        without_secret: !caller.scopes.has("pins:read_secret"),
        kind: call.query("pin_filter"),
        ..PinFilter::default()
    };
    let pins = world.list_pins(filter, page.slice())?;
    page.answer(
        world,
        pins,
        |pin| filter.order.rank_of(pin),
        |pin| shape::pin_with(world, pin, caller, &analytics::pin_metrics(world, call, pin)?),
    )
}

/// The pins on a board.
pub(super) fn list_of_board(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let board = pins_readable(world, call, caller)?;
    let page = Page::of(call)?;
    let filter = PinFilter {
        board_id: Some(&board.id),
        visible_at: Some(world.now),
        order: world.controls.answers.board_order,
        ..PinFilter::default()
    };
    answer(world, caller, &page, filter)
}

/// The pins in a section of a board.
pub(super) fn list_of_section(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let board = pins_readable(world, call, caller)?;
    let section_id = id_in_path(call, "section_id")?;
    check_section(world, &board, Some(section_id))?;
    let page = Page::of(call)?;
    let filter = PinFilter {
        board_id: Some(&board.id),
        section_id: Some(section_id),
        visible_at: Some(world.now),
        order: world.controls.answers.board_order,
        ..PinFilter::default()
    };
    answer(world, caller, &page, filter)
}

/// One pin that the caller made, or that is on a board they share.
pub(super) fn get(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let pin = find(world, call)?;
    let board = world.find_board(call.mode, &pin.board_id)?.ok_or_else(Refusal::pin_not_found)?;
    let is_shared = pin.owner_id == caller.person_id || world.may_save_to(&board, &caller.person_id)?;
    if !is_shared || (board.privacy == Privacy::Secret && !caller.scopes.has("pins:read_secret")) {
        return Err(Refusal::not_permitted());
    }
    let metrics = analytics::pin_metrics(world, call, &pin)?;
    Ok(Answer::ok(shape::pin_with(world, &pin, caller, &metrics)?))
}

/// Removes a pin that the caller made.
pub(super) fn delete(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let pin = find(world, call)?;
    if pin.owner_id != caller.person_id {
        return Err(Refusal::not_permitted());
    }
    world.delete_pin(&pin)?;
    Ok(Answer::no_content())
}

/// Saves any pin on a public board, or one of the caller's own, to a board of the caller's.
pub(super) fn save(world: &mut World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let original = find(world, call)?;
    let source = world.find_board(call.mode, &original.board_id)?.ok_or_else(Refusal::pin_not_found)?;
    if original.owner_id != caller.person_id && source.privacy != Privacy::Public {
        return Err(Refusal::not_permitted());
    }
    let fields = Fields::of_body(call, &["board_id", "board_section_id"])?;
    // The real one has a profile to save to when no board is named; there is none here.
    let board_id = fields.required_id("board_id")?;
    let section_id = fields.id("board_section_id")?;
    let board = boards::writable(world, call, caller, &board_id)?;
    check_section(world, &board, section_id.as_deref())?;
    let content = Content { parent_pin_id: Some(original.id), ..original.content };
    let pin = put(world, call, caller, (board, section_id), content)?;
    Ok(Answer::created(shape::pin(world, &pin, caller)?))
}

fn put(
    world: &mut World<'_>,
    call: &Incoming,
    caller: &Caller,
    (board, section_id): (Board, Option<String>),
    content: Content,
) -> Result<Pin, Refusal> {
    let pin = Pin {
        seq: 0,
        id: draw::id(world.rng),
        mode: call.mode,
        board_id: board.id,
        section_id,
        owner_id: caller.person_id.clone(),
        created_at: world.now,
        visible_at: after_millis(world.now, call.visible_after_ms),
        content,
    };
    world.insert_pin(&pin)?;
    Ok(pin)
}

pub(super) fn find(world: &World<'_>, call: &Incoming) -> Result<Pin, Refusal> {
    let id = id_in_path(call, "pin_id")?;
    world.find_pin(call.mode, id)?.ok_or_else(Refusal::pin_not_found)
}

fn answer(world: &World<'_>, caller: &Caller, page: &Page, filter: PinFilter<'_>) -> Result<Answer, Refusal> {
    let pins = world.list_pins(filter, page.slice())?;
    page.answer(world, pins, |pin| filter.order.rank_of(pin), |pin| shape::pin(world, pin, caller))
}

fn pins_readable(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Board, Refusal> {
    let board = boards::readable(world, call, caller)?;
    if board.privacy == Privacy::Secret && !caller.scopes.has("pins:read_secret") {
        return Err(Refusal::not_permitted());
    }
    Ok(board)
}

pub(super) fn check_section(world: &World<'_>, board: &Board, section_id: Option<&str>) -> Result<(), Refusal> {
    match section_id {
        Some(id) if world.find_section(&board.id, id)?.is_none() => Err(Refusal::section_not_found()),
        _ => Ok(()),
    }
}

fn color(fields: &Fields<'_>) -> Result<Option<String>, Refusal> {
    let Some(color) = fields.text("dominant_color", 7)? else {
        return Ok(None);
    };
    let digits = color.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Some(color));
    }
    Err(Refusal::invalid(format!("'{color}' does not match '^#[0-9a-fA-F]{{6}}$' for parameter 'dominant_color'")))
}

/// `ai_disclosures`, where it is given: its values, each once. Invented: the words of the refusals, and that a value that comes
/// twice counts once.
pub(super) fn disclosures(fields: &Fields<'_>) -> Result<Option<Vec<String>>, Refusal> {
    let Some(value) = fields.get("ai_disclosures") else {
        return Ok(None);
    };
    let values = Fields::of(value, "ai_disclosures.", &["values"])?.required("values")?;
    let wrong = || Refusal::invalid("'ai_disclosures.values' may hold AI_MODIFIED and SYNTHETIC_PERFORMER");
    let mut declared: Vec<String> = Vec::new();
    for value in values.as_array().ok_or_else(wrong)? {
        let word = value.as_str().filter(|word| matches!(*word, "AI_MODIFIED" | "SYNTHETIC_PERFORMER"));
        let word = word.ok_or_else(wrong)?.to_owned();
        if !declared.contains(&word) {
            declared.push(word);
        }
    }
    Ok(Some(declared))
}
