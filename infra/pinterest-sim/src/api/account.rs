//! `GET /user_account`.

use serde_json::json;

use super::{Answer, Caller, Incoming, Refusal, shape};
use crate::simulator::World;

/// The caller's own account.
pub(super) fn get(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let person = world.find_person(&caller.person_id)?.ok_or_else(Refusal::user_not_found)?;
    let (boards, pins) = world.counts(call.mode, &person.id)?;
    let account_type = if person.is_business() { "BUSINESS" } else { "PINNER" };
    let body = json!({
        "id": person.id,
        "username": person.username,
        "account_type": account_type,
        "profile_image": format!("https://i.pinimg.com/600x600_R/{}/avatar.jpg", person.id),
        "website_url": "",
        "about": person.about,
        "business_name": person.business_name,
        "board_count": boards,
        "pin_count": pins,
        "follower_count": 12,
        "following_count": 7,
        "monthly_views": 163,
    });
    Ok(Answer::ok(shape::with_extras(world, body)))
}
