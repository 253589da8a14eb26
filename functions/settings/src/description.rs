//! What this function says of itself as OpenAPI.

use std::collections::BTreeMap;

use shared::api::description::{complete, words};
use shared::domain::settings::Obstacle;
use shared::domain::{ErasureState, Hold, Limit, Mode};
use shared::problems;
use utoipa::openapi::OneOfBuilder;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::{OpenApi, ToSchema};

use crate::{ROUTES, changes, limits, owners, read, save, status, verify};

#[derive(OpenApi)]
#[openapi(
    paths(
        read::read,
        save::save,
        verify::verify,
        changes::changes,
        status::status,
        limits::read,
        owners::show,
        owners::erase::erase,
        owners::export::export
    ),
    components(schemas(owners::export::Line))
)]
struct Description;

/// The description of this function.
pub fn description() -> utoipa::openapi::OpenApi {
    complete(Description::openapi(), ROUTES)
}

/// The settings as they are to be. All fields but `app_secret`, `carousels`, `pins_per_day`, `limits` and `events` are
/// needed.
#[derive(ToSchema)]
#[schema(as = NewSettings)]
#[expect(dead_code, reason = "`save::wanted` reads them one by one, to name every wrong one")]
pub struct WantedSettings {
    #[schema(schema_with = statuses)]
    status: String,
    mode: Mode,
    /// Digits, as Pinterest shows it; `null` for none, which only goes with `disabled`.
    #[schema(required, pattern = "^[0-9]{0,32}$")]
    app_id: Option<String>,
    /// The app secret key. Left out, the stored one stays; a new `app_id` needs it.
    #[schema(min_length = 1, max_length = 256, pattern = r"^\S+$", write_only)]
    app_secret: Option<String>,
    /// What people who connect are asked for.
    #[schema(schema_with = scopes)]
    scopes: Vec<String>,
    /// Whether pins with several images may be planned. Left out, it stays as it is.
    #[schema(schema_with = carousels)]
    carousels: Option<String>,
    /// How many pins of an account that are more than five minutes late, after an outage or a hold, go out by themselves in a
    /// day; 0 is no limit. Left out, it stays as it is. `pins_per_day` of an account's plan is another number: it is for pins
    /// that ask for a slot.
    #[schema(maximum = 10000)]
    pins_per_day: Option<u32>,
    /// What one owner may have. A limit that is left out stays as it is.
    #[schema(schema_with = some_limits)]
    limits: Option<BTreeMap<String, u32>>,
    /// Whether what happens is written to the event log. Left out, it stays as it is.
    #[schema(schema_with = events)]
    events: Option<String>,
}

problems!(
    /// Why an owner is not shown.
    ShowOwner: ADMIN PATH
);

problems!(
    /// Why an owner is not erased.
    EraseOwner: ADMIN PATH, 409: "changed_meanwhile"
);

problems!(
    /// Why an owner is not exported.
    ExportOwner: ADMIN PATH QUERY
);

problems!(
    /// Why the settings are not read.
    Read: ADMIN, 500: "public_url_unknown"
);
problems!(
    /// Why the settings are not saved.
    Save: ADMIN BODY, 412: "changed_meanwhile", 428: "precondition_required", 500: "public_url_unknown",
        503: "secrets_unavailable"
);
problems!(
    /// Why the set-up is not checked.
    Verify: ADMIN, 500: "public_url_unknown"
);
problems!(
    /// Why changes are not listed.
    Changes: ADMIN QUERY
);
problems!(
    /// Why it is not told how things stand.
    ReadStatus: USER
);

/// Whether anything is done for Pinterest.
pub fn statuses() -> ObjectBuilder {
    words([
        ("enabled", "accounts can be connected, and pins are published."),
        ("disabled", "no account can be connected, and nothing is scheduled or published; due pins wait."),
    ])
}

/// How far an erasure is.
pub fn erasure_states() -> ObjectBuilder {
    words(ErasureState::table())
}

/// Whether what happens is written to the event log.
pub fn events() -> ObjectBuilder {
    words([
        ("enabled", "events are written to the event log and kept for 30 days."),
        ("disabled", "no events are written; those in the log are kept until they are 30 days old."),
    ])
}

/// Whether pins with several images may be planned.
pub fn carousels() -> ObjectBuilder {
    words([
        ("enabled", "carousels are accepted; Pinterest may show them as something else."),
        ("disabled", "carousels are rejected. Those that are already scheduled go out."),
    ])
}

/// What one owner may have.
pub fn limits() -> ObjectBuilder {
    Limit::ALL.into_iter().fold(some_limits(), |all, limit| all.required(limit.setting()))
}

fn some_limits() -> ObjectBuilder {
    let limit = |limit: Limit| {
        let number = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer));
        let told = format!("{} 0 is no limit.", told(limit));
        number.description(Some(told)).minimum(Some(0)).maximum(Some(limit.highest()))
    };
    let none = AdditionalProperties::FreeForm(false);
    let all = ObjectBuilder::new().additional_properties(Some(none));
    Limit::ALL.into_iter().fold(all, |all, of| all.property(of.setting(), limit(of)))
}

fn told(limit: Limit) -> &'static str {
    match limit {
        Limit::WaitingPins => "How many pins that wait to go out; drafts are not counted.",
        Limit::Media => "How many gigabytes of uploaded files.",
        Limit::Templates => "How many templates.",
        Limit::ImportsPerDay => "How many files of pins are taken on a day of UTC.",
        Limit::Accounts => "How many connected accounts, of both modes.",
        Limit::Webhooks => "How many webhooks.",
    }
}

/// What keeps every pin back.
pub fn holds() -> ObjectBuilder {
    words(Hold::table())
}

/// Why no account can be connected.
pub fn obstacles() -> ObjectBuilder {
    words(Obstacle::ALL.map(|obstacle| (obstacle.code(), obstacle.message())))
}

/// A list, or the text that Pinterest shows.
fn scopes() -> OneOfBuilder {
    let text = || ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let list = ArrayBuilder::new().items(text()).min_items(Some(1));
    let joined =
        text().description(Some("Separated by commas or spaces, as Pinterest shows them.")).min_length(Some(1));
    OneOfBuilder::new().item(list).item(joined)
}
