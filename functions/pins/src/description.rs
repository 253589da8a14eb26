//! What this function says of itself as OpenAPI.

use std::collections::BTreeMap;

use shared::api::ProblemBody;
use shared::api::description::{self, GatewayMessage, complete, words};
use shared::api::pin::description::statuses;
use shared::domain::{AccountId, PinterestPinId, TemplateId};
use shared::problems;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, OneOfBuilder, Ref, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{IntoParams, IntoResponses, OpenApi, ToSchema};

use crate::health::Health;
use crate::{
    ROUTES, analytics as figures, cancel, change, events, export, health, import, list, resolve, retry, schedule,
    shift, show, slots, templates,
};

pub use analytics::{
    ExportFigures, FiguresPageQuery, FiguresQuery, ListPinFigures, PublishedQuery, ShowAccountFigures, ShowPinFigures,
    ShowTopPins, TopPinsQuery, figures_notes, metrics,
};
use content::{ContentChange, NewContent};
pub use event::{EventQuery, ListEvents};
pub use files::{
    ExportPageQuery, ExportPins, ImportFile, ImportQuery, ImportRowQuery, ListImportRows, ShowImport, import_statuses,
    row_statuses,
};
pub use plans::{
    ChangeTemplate, ListSlots, ListTemplates, Move, Moving, NewSpacing, NewTemplate, OneTemplate, Preview,
    RemoveTemplate, SlotQuery, StoreTemplate, moves, slot_states,
};

mod analytics;
mod content;
mod event;
mod files;
mod plans;

#[derive(OpenApi)]
#[openapi(
    paths(
        list::list,
        schedule::schedule,
        schedule::preview::preview,
        schedule::batch::schedule,
        schedule::batch::preview,
        shift::shift,
        import::import,
        import::progress::show,
        import::progress::rows,
        export::export,
        show::show,
        change::change,
        cancel::cancel,
        retry::retry,
        resolve::resolve,
        events::list,
        slots::list,
        templates::list,
        templates::create,
        templates::show,
        templates::replace,
        templates::remove,
        figures::pin::show,
        figures::account::show,
        figures::top_pins::top_pins,
        figures::list::list,
        figures::export::export,
        health::health
    ),
    components(schemas(ProblemBody, GatewayMessage, Health))
)]
struct Description;

/// The description of this function.
pub fn description() -> utoipa::openapi::OpenApi {
    complete(Description::openapi(), ROUTES)
}

/// What is looked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`list::filter` reads them")]
pub struct PinQuery {
    /// Pins of this account; may be given several times.
    account_id: Option<Vec<AccountId>>,
    /// Pins of this status, as their readers see it; may be given several times.
    #[param(schema_with = some_statuses)]
    status: Option<Vec<String>>,
    /// Pins to be published then or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Pins to be published before.
    #[param(format = DateTime)]
    to: Option<String>,
    /// Which end of the calendar comes first.
    #[param(schema_with = orders)]
    order: Option<String>,
}

/// The name of a request.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "`idempotency` reads it")]
pub struct IdempotencyKeyHeader {
    /// What a repeated request repeats, so that nothing is done twice; such as a UUID.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    idempotency_key: Option<String>,
}

/// Pins to take: one a target, with the same content.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`schedule::form` reads its fields one by one, to name every wrong one")]
pub struct NewPins {
    #[schema(min_items = 1, max_items = 50)]
    targets: Vec<Target>,
    content: NewContent,
    /// For the targets that do not say it themselves; without it they are drafts.
    #[schema(schema_with = publish_at)]
    publish_at: Option<String>,
    #[schema(nullable = false)]
    spacing: Option<NewSpacing>,
    /// A template to put around the content.
    #[schema(nullable = false)]
    template_id: Option<TemplateId>,
}

/// Pins with different contents.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`schedule::batch` reads its fields one by one, to name every wrong one")]
pub struct NewBatch {
    #[schema(min_items = 1, max_items = 100)]
    items: Vec<BatchItem>,
}

/// What `POST /v1/pins` takes, with a key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`schedule::batch` reads its fields one by one, to name every wrong one")]
pub struct BatchItem {
    /// What it is called in the answer, and its `Idempotency-Key`; different for each item, such as a UUID.
    #[schema(min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    key: String,
    #[serde(flatten)]
    #[schema(inline)]
    pins: NewPins,
}

/// Where a pin goes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`schedule::form` reads its fields one by one, to name every wrong one")]
pub struct Target {
    account_id: AccountId,
    /// The board: its id, its name, or its address on Pinterest. Where none is called so, what is before a slash is the board,
    /// and the rest is its section: `Board/Section`.
    #[schema(min_length = 1, max_length = 2048)]
    board_id: String,
    /// A section of the board likewise; an address of a section can stand for both.
    #[schema(min_length = 1, max_length = 2048)]
    section_id: Option<String>,
    #[schema(schema_with = publish_at)]
    publish_at: Option<String>,
}

/// What changes of a pin; what is not given stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`change::form` reads its fields one by one, to name every wrong one")]
pub struct PinChange {
    #[schema(nullable = false)]
    content: Option<ContentChange>,
    /// Another board of the same account: its id, its name, or its address on Pinterest, or `Board/Section`. Without a section
    /// otherwise, as sections belong to their board.
    #[schema(nullable = false, min_length = 1, max_length = 2048)]
    board_id: Option<String>,
    /// A section of the board likewise.
    #[schema(min_length = 1, max_length = 2048)]
    section_id: Option<String>,
    /// A time or `"now"` schedules a draft and a failed pin; `null` makes any pin a draft.
    #[schema(schema_with = publish_at)]
    publish_at: Option<String>,
}

/// Whether the pin on Pinterest is meant.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`take_down` reads it")]
pub struct TakeDownQuery {
    /// Deletes a published pin on Pinterest.
    #[param(default = false)]
    on_pinterest: Option<bool>,
}

/// When a pin is tried again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`retry` reads it")]
pub struct Retry {
    /// At once where it is not given.
    #[schema(schema_with = retry_at)]
    publish_at: Option<String>,
}

/// What became of a pin that needs review: exactly one of the two.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`resolve::form` reads it")]
pub struct Settlement {
    /// It is on Pinterest, under this id.
    #[schema(nullable = false)]
    published_as: Option<PinterestPinId>,
    /// It is not there, and is to be published once more; only `true` makes sense.
    #[schema(nullable = false)]
    publish_again: Option<bool>,
}

problems!(
    /// Why pins are not listed.
    ListPins: USER QUERY
);
problems!(
    /// Why a pin is not shown.
    ShowPin: USER PATH
);
problems!(
    /// Why pins are not taken.
    Schedule: USER CHANGE BODY, 403: "pinterest_disabled", 409: "idempotency_mismatch" "changed_meanwhile" "limit_reached"
);
problems!(
    /// Why no item of a batch is looked at.
    ScheduleBatch: USER CHANGE BODY
);
problems!(
    /// Why a pin is not changed.
    Change: USER CHANGE PATH BODY, 403: "pinterest_disabled",
        409: "publishing" "published" "needs_review" "cancelled" "checking" "taken_down" "changed_meanwhile" "limit_reached",
        412: "changed_meanwhile"
);
problems!(
    /// Why a pin is not called off, or not taken down.
    Cancel: USER CHANGE PATH QUERY PINTEREST,
        409: "publishing" "published" "checking" "taken_down" "changed_meanwhile" "board_busy"
            "draft" "scheduled" "held" "failed" "needs_review" "cancelled",
        412: "changed_meanwhile", 502: "outcome_unknown"
);
problems!(
    /// Why a pin is not tried again.
    RetryPin: USER CHANGE PATH BODY, 403: "pinterest_disabled",
        409: "draft" "scheduled" "publishing" "published" "held" "needs_review" "cancelled" "checking" "taken_down" "changed_meanwhile" "limit_reached",
        412: "changed_meanwhile"
);
problems!(
    /// Why a pin is not settled.
    Resolve: USER CHANGE PATH BODY, 403: "pinterest_disabled",
        409: "draft" "scheduled" "publishing" "published" "held" "failed" "cancelled" "checking" "taken_down" "changed_meanwhile" "limit_reached",
        412: "changed_meanwhile"
);

/// How the health is answered.
pub struct HealthAnswers;

impl IntoResponses for HealthAnswers {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let of = |schema: RefOr<Schema>, told: &str| {
            let content = ContentBuilder::new().schema(Some(schema)).build();
            RefOr::T(ResponseBuilder::new().description(told).content("application/json", content).build())
        };
        let health = || RefOr::from(Ref::from_schema_name("Health"));
        let either = OneOfBuilder::new().item(health()).item(Ref::from_schema_name("GatewayMessage")).build();
        let mut answers = description::responses(&[]);
        let fine = "What is due gets done, or waits for Pinterest or for an administrator.";
        answers.insert("200".to_owned(), of(health(), fine));
        answers.insert("503".to_owned(), of(Schema::from(either).into(), "Somebody should look."));
        answers
    }
}

fn some_statuses() -> ArrayBuilder {
    ArrayBuilder::new().items(statuses())
}

fn orders() -> ObjectBuilder {
    words([("soonest", "earliest first; the default."), ("newest", "latest first.")])
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String))
}

fn moment() -> ObjectBuilder {
    let told = "RFC 3339 with an offset, at most 60 seconds in the past and two years ahead.";
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).description(Some(told))
}

/// A time, `"now"`, `"next_slot"`, or `null` for a draft.
fn publish_at() -> OneOfBuilder {
    let slot = "The next free slot of the account's plan.";
    let slot = text().enum_values(Some(["next_slot"])).description(Some(slot));
    retry_at()
        .item(slot)
        .item(ObjectBuilder::new().schema_type(SchemaType::new(Type::Null)).description(Some("A draft.")))
}

fn retry_at() -> OneOfBuilder {
    OneOfBuilder::new().item(moment()).item(text().enum_values(Some(["now"])))
}
