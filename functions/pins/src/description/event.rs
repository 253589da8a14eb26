//! Events in the description.

use shared::api::event::description::event_types;
use shared::domain::{EventId, PinId};
use shared::problems;
use utoipa::IntoParams;
use utoipa::openapi::schema::ArrayBuilder;

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
    /// Only events of this pin.
    pin: Option<PinId>,
    /// For administrators: whose events, or `*` for those of everybody and of the installation itself.
    owner: Option<String>,
}

problems!(
    /// Why events are not listed.
    ListEvents: USER QUERY, 403: "admin_required", 404: "not_found"
);

fn some_event_types() -> ArrayBuilder {
    ArrayBuilder::new().items(event_types())
}
