//! What this function says of itself as OpenAPI.

use shared::api::description::{GatewayMessage, complete, words};
use shared::api::event::description::event_types;
use shared::api::{EventBody, ProblemBody, Reason};
use shared::domain::webhook::TEST;
use shared::domain::{DeliveryError, DeliveryStatus, DisabledReason, EventId, EventType};
use shared::problems;
use utoipa::openapi::OneOfBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::message::TestBody;
use crate::{ROUTES, change, create, deliveries, list, recover, remove, replay, rotate, show, test};

#[derive(OpenApi)]
#[openapi(
    paths(
        list::list,
        create::create,
        show::show,
        change::change,
        remove::remove,
        test::test,
        rotate::rotate,
        recover::recover,
        deliveries::list,
        replay::replay
    ),
    components(schemas(ProblemBody, GatewayMessage, EventBody, TestBody))
)]
struct Description;

/// The description of this function.
pub fn description() -> utoipa::openapi::OpenApi {
    complete(Description::openapi(), ROUTES)
}

/// Whose webhooks are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`list` reads it")]
pub struct WebhookQuery {
    /// `installation` is for administrators.
    #[param(schema_with = scopes)]
    scope: Option<String>,
}

/// Which deliveries are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`deliveries` reads it")]
pub struct DeliveryQuery {
    /// Only what became of this event; may be given up to 20 times.
    event: Option<Vec<EventId>>,
}

/// The name of a request.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "`create` reads it")]
pub struct IdempotencyKeyHeader {
    /// What a repeated request repeats, so that nothing is done twice; such as a UUID.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    idempotency_key: Option<String>,
}

/// A webhook to make.
#[derive(ToSchema)]
#[schema(as = NewWebhook)]
#[expect(dead_code, reason = "`form` reads its fields one by one, to name every wrong one")]
pub struct WebhookForm {
    /// An https URL whose host everybody can reach.
    #[schema(max_length = 2048)]
    url: String,
    /// Which events are sent; all where none are listed.
    #[schema(schema_with = some_types)]
    types: Option<Vec<String>>,
    #[schema(schema_with = scopes)]
    scope: Option<String>,
}

/// What changes of a webhook; what is not given stays.
#[derive(ToSchema)]
#[schema(as = WebhookChange)]
#[expect(dead_code, reason = "`form` reads its fields one by one, to name every wrong one")]
pub struct WebhookChangeForm {
    /// An https URL whose host everybody can reach.
    #[schema(nullable = false, max_length = 2048)]
    url: Option<String>,
    /// Which events are sent; all where the list is empty.
    #[schema(schema_with = some_types)]
    types: Option<Vec<String>>,
    /// Whether events are sent.
    #[schema(nullable = false)]
    enabled: Option<bool>,
}

/// From when on what was missed is sent.
#[derive(ToSchema)]
#[schema(as = Recovery)]
#[expect(dead_code, reason = "`recover` reads it")]
pub struct RecoverForm {
    /// At most 30 days ago.
    #[schema(format = DateTime)]
    since: String,
}

problems!(
    /// Why webhooks are not listed.
    ListWebhooks: USER QUERY, 403: "admin_required"
);
problems!(
    /// Why a webhook is not made.
    CreateWebhook: USER CHANGE BODY, 403: "admin_required", 409: "limit_reached" "idempotency_mismatch" "changed_meanwhile",
        503: "secrets_unavailable" "token_key_missing"
);
problems!(
    /// Why there is no webhook.
    OneWebhook: USER PATH
);
problems!(
    /// Why a webhook is not removed.
    RemoveWebhook: USER CHANGE PATH
);
problems!(
    /// Why a webhook is not changed.
    ChangeWebhook: USER CHANGE PATH BODY, 409: "changed_meanwhile", 412: "changed_meanwhile"
);
problems!(
    /// Why the secret is not replaced.
    RotateSecret: USER CHANGE PATH, 409: "rotated_lately" "changed_meanwhile", 503: "secrets_unavailable" "token_key_missing"
);
problems!(
    /// Why nothing is sent.
    AskDelivery: USER CHANGE PATH, 409: "events_disabled" "webhook_disabled" "changed_meanwhile"
);
problems!(
    /// Why nothing is recovered.
    RecoverWebhook: USER CHANGE PATH BODY, 409: "events_disabled" "webhook_disabled" "changed_meanwhile"
);
problems!(
    /// Why deliveries are not listed.
    ListDeliveries: USER PATH QUERY
);

/// Whose events a webhook gets.
pub fn scopes() -> ObjectBuilder {
    words([
        ("owner", "your own events; this is meant where nothing is said."),
        ("installation", "the events of everybody and of the installation itself; for administrators."),
    ])
}

/// Types of events.
pub fn some_types() -> ArrayBuilder {
    ArrayBuilder::new().items(event_types()).max_items(Some(EventType::ALL.len()))
}

/// What kinds of things are sent.
pub fn sent_types() -> ObjectBuilder {
    words(EventType::table().chain([(TEST, "Somebody tried the webhook out.")]))
}

/// What kind of thing a test is.
pub fn test_type() -> ObjectBuilder {
    words([(TEST, "Somebody tried the webhook out.")])
}

/// Why a webhook is disabled.
pub fn disabled_reason() -> OneOfBuilder {
    Reason::described(DisabledReason::table())
}

/// How a delivery stands.
pub fn statuses() -> ObjectBuilder {
    words(DeliveryStatus::table())
}

/// Why an event was not accepted.
pub fn errors() -> OneOfBuilder {
    Reason::described(DeliveryError::table())
}

/// What is sent, for the section `webhooks` of the description.
pub fn webhooks() -> serde_json::Value {
    let header = |name: &str, about: &str| {
        serde_json::json!({
            "name": name, "in": "header", "required": true, "description": about, "schema": {"type": "string"},
        })
    };
    serde_json::json!({
        "event": {
            "post": {
                "operationId": "receive_event",
                "tags": ["webhooks"],
                "summary": "Sends an event to the URL of a webhook, signed as Standard Webhooks 1.0 specifies.",
                "description": "Answer 2xx within 15 seconds. Anything else is tried again; 410 disables the webhook.",
                "security": [],
                "parameters": [
                    header("webhook-id", "The `id` of the event; the same on every try."),
                    header("webhook-timestamp", "When this try was made, in seconds since 1970."),
                    header("webhook-signature", "`v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body` by the \
                                                 secret; two of them, separated by a space, while two secrets sign."),
                ],
                "requestBody": {
                    "required": true,
                    "content": {"application/json": {"schema": {"oneOf": [
                        {"$ref": "#/components/schemas/Event"}, {"$ref": "#/components/schemas/TestEvent"},
                    ]}}},
                },
                "responses": {
                    "2XX": {"description": "The event was accepted."},
                    "410": {"description": "The endpoint is no more; the webhook is disabled."},
                },
            },
        },
    })
}
