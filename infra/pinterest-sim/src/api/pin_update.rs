//! Changing a pin. At Pinterest this is in beta and not for every app; the app here has it.

use super::fields::Fields;
use super::pins::{check_section, disclosures, find};
use super::{Answer, Caller, Incoming, Refusal, boards, media, shape};
use crate::simulator::World;
use crate::store::Media;

/// `PinUpdate` of Pinterest's description, with `ai_disclosures` of 5.28.
const FIELDS: [&str; 8] =
    ["title", "description", "link", "alt_text", "board_id", "board_section_id", "carousel_slots", "ai_disclosures"];

/// Changes what is named of a pin that the caller made. Invented: that null takes a text away, and
/// that a pin leaves its section when it changes boards.
pub(super) fn update(world: &mut World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let mut pin = find(world, call)?;
    if pin.owner_id != caller.person_id {
        return Err(Refusal::not_permitted());
    }
    let fields = Fields::of_body(call, &FIELDS)?;
    let declared = disclosures(&fields)?;
    let content = &mut pin.content;
    if let Some(declared) = declared {
        content.ai_disclosures = declared;
    }
    let link = media::link(world, &fields)?;
    for (name, value, kept) in [
        ("title", fields.text("title", 100)?, &mut content.title),
        ("description", fields.text("description", 800)?, &mut content.description),
        ("alt_text", fields.text("alt_text", 500)?, &mut content.alt_text),
        ("link", link, &mut content.link),
    ] {
        if fields.names(name) {
            *kept = value;
        }
    }
    change_slots(&fields, &mut content.media)?;
    let previous = pin.board_id.clone();
    if let Some(board_id) = fields.id("board_id")?.filter(|id| *id != previous) {
        pin.board_id = board_id;
        pin.section_id = None;
    }
    let board = boards::writable(world, call, caller, &pin.board_id)?;
    if fields.names("board_section_id") {
        pin.section_id = fields.id("board_section_id")?;
        check_section(world, &board, pin.section_id.as_deref())?;
    }
    world.update_pin(&pin, &previous)?;
    Ok(Answer::ok(shape::pin(world, &pin, caller)?))
}

/// `carousel_slots`: the words of each picture of several, in their order.
fn change_slots(fields: &Fields<'_>, media: &mut Media) -> Result<(), Refusal> {
    let Some(slots) = fields.get("carousel_slots") else {
        return Ok(());
    };
    let slots = slots.as_array().ok_or_else(|| Refusal::invalid("'carousel_slots' is not of type 'array'"))?;
    let Media::Images(items) = media else {
        // Invented: that this is refused, and the words.
        return Err(Refusal::invalid("'carousel_slots' is for a Pin with several images"));
    };
    if slots.len() > items.len() {
        return Err(Refusal::invalid(format!("'carousel_slots' is too long (constraint: maxItems={})", items.len())));
    }
    for (slot, item) in slots.iter().zip(items) {
        let slot = Fields::of(slot, "carousel_slots.", &["title", "description", "link"])?;
        for (name, kept) in
            [("title", &mut item.title), ("description", &mut item.description), ("link", &mut item.link)]
        {
            if slot.names(name) {
                *kept = slot.text(name, 2048)?;
            }
        }
    }
    Ok(())
}
