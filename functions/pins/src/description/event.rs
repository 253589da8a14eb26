//! Events in the description.

use shared::api::Reason;
use shared::api::description::words;
use shared::domain::{EventId, EventType, Hold, ReconnectReason};
use shared::problems;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};
use utoipa::openapi::{OneOfBuilder, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema};

use crate::body::PinBody;

/// Which events are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`events` reads them")]
pub struct EventQuery {
    /// Only events that follow this one; the list does not have to contain it.
    after: Option<EventId>,
    /// Events of this kind; may be given several times.
    #[param(rename = "type", schema_with = some_event_types)]
    kind: Option<Vec<String>>,
    /// For administrators: whose events, or `*` for those of everybody and of the installation itself.
    owner: Option<String>,
}

problems!(
    /// Why events are not listed.
    ListEvents: USER QUERY, 403: "admin_required"
);

/// What can happen.
pub fn event_types() -> ObjectBuilder {
    words(EventType::table())
}

fn some_event_types() -> ArrayBuilder {
    ArrayBuilder::new().items(event_types())
}

/// A pin without its timeline.
pub fn event_pin() -> RefOr<Schema> {
    let mut pin = PinBody::schema();
    if let RefOr::T(Schema::Object(pin)) = &mut pin {
        pin.properties.remove("attempts");
        pin.required.retain(|name| name != "attempts");
    }
    pin
}

/// Why an account has to be connected again.
pub fn reconnect_reason() -> OneOfBuilder {
    Reason::described(ReconnectReason::table())
}

/// Why publishing is paused.
pub fn pause_reason() -> OneOfBuilder {
    Reason::described(Hold::table())
}
