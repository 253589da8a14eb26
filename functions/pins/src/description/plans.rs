//! What planning many pins, and templates, say of themselves.

use std::collections::BTreeMap;

use shared::api::description::words;
use shared::domain::{AccountId, PinId};
use shared::problems;
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::{IntoParams, ToSchema};

/// How far apart the pins are to be; what is not given is as in the account's plan.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`schedule::spacing` reads its fields one by one, to name every wrong one")]
pub struct NewSpacing {
    /// From one target to the next, of those that go by the common `publish_at`. Whole days keep the time of the day in the
    /// account's zone.
    #[schema(minimum = 1, maximum = 129_600)]
    interval_minutes: Option<u32>,
    /// How far apart pins of the account are that lead to the same page; 0 does not keep them apart.
    #[schema(minimum = 0, maximum = 2160)]
    same_link_hours: Option<u32>,
    /// How far apart pins of the account are that show the same image; 0 does not keep them apart.
    #[schema(minimum = 0, maximum = 2160)]
    same_image_hours: Option<u32>,
}

/// Pins to move: by their ids, or all that wait in an account during some time; and how far, in one of three ways.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`shift::form` reads its fields one by one, to name every wrong one")]
pub struct Moving {
    #[schema(nullable = false, min_items = 1, max_items = 100)]
    pin_ids: Option<Vec<PinId>>,
    #[schema(nullable = false)]
    range: Option<MovedRange>,
    /// So many days later, or earlier where it is below 0, at the same time of the day.
    #[schema(nullable = false, minimum = -731, maximum = 731)]
    by_days: Option<i64>,
    /// Exactly so many minutes later, or earlier where it is below 0.
    #[schema(nullable = false, minimum = -1_052_640, maximum = 1_052_640)]
    by_minutes: Option<i64>,
    /// So that the first of them goes out then.
    #[schema(nullable = false, format = DateTime)]
    start_at: Option<String>,
    /// The zone whose days and hours count; that of the account's plan where it is not given.
    #[schema(nullable = false)]
    time_zone: Option<String>,
    /// Whether to say only what would become of them.
    #[schema(nullable = false)]
    dry_run: Option<bool>,
}

/// Those that wait in an account during some time, at most a hundred.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`shift::form` reads it")]
pub struct MovedRange {
    account_id: AccountId,
    /// Not before.
    #[schema(format = DateTime)]
    from: String,
    /// Before.
    #[schema(format = DateTime)]
    to: String,
}

/// A template to keep.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`templates::form` reads its fields one by one, to name every wrong one")]
pub struct NewTemplate {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// With the places `{title}`, `{description}`, `{alt_text}` and `{link}` for what the pin says; a brace itself is doubled.
    #[schema(max_length = 500)]
    title: Option<String>,
    /// Likewise.
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// Likewise.
    #[schema(max_length = 1000)]
    alt_text: Option<String>,
    /// Words, with or without `#`.
    #[schema(max_items = 30)]
    hashtags: Option<Vec<String>>,
    /// Such as `utm_source`; what the link has already stays.
    link_params: Option<BTreeMap<String, String>>,
    /// What was made with AI, of pins that say nothing of it themselves.
    #[schema(schema_with = super::content::given_ai_disclosures)]
    ai_disclosures: Option<Vec<String>>,
}

problems!(
    /// Why pins would not be taken.
    Preview: USER CHANGE BODY, 403: "pinterest_disabled"
);
problems!(
    /// Why pins are not moved.
    Move: USER CHANGE BODY, 403: "pinterest_disabled"
);
problems!(
    /// Why templates are not listed.
    ListTemplates: USER QUERY
);
problems!(
    /// Why a template is not stored.
    StoreTemplate: USER CHANGE BODY, 409: "limit_reached"
);
problems!(
    /// Why there is no template.
    OneTemplate: USER PATH
);
problems!(
    /// Why a template is not removed.
    RemoveTemplate: USER CHANGE PATH
);
problems!(
    /// Why a template is not replaced.
    ChangeTemplate: USER CHANGE PATH BODY, 409: "changed_meanwhile", 412: "changed_meanwhile"
);

problems!(
    /// Why posting times are not listed.
    ListSlots: USER PATH QUERY
);

/// The days that posting times are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`slots` reads them")]
pub struct SlotQuery {
    /// Posting times then or later; now where it is not given.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Posting times before; two weeks after `from` where it is not given.
    #[param(format = DateTime)]
    to: Option<String>,
}

/// What a posting time is good for.
pub fn slot_states() -> ObjectBuilder {
    words([
        ("free", "no pin goes out at this time."),
        ("taken", "a pin goes out at this time, give or take a minute."),
        ("full", "no pin goes out at this time, but the day already has as many pins as the plan allows."),
    ])
}

/// What becomes of a pin that is to be moved.
pub fn moves() -> ObjectBuilder {
    words([
        ("moved", "it goes out at its new time."),
        ("stayed", "it was claimed or changed at that moment, so it wasn't moved; `code` and `message` say why."),
        ("would_move", "it would be moved (with `dry_run`)."),
    ])
}
