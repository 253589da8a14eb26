//! Events in the description.

use utoipa::PartialSchema;
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::openapi::{OneOfBuilder, RefOr, Schema};

use crate::api::description::words;
use crate::api::{PinBody, Reason};
use crate::domain::{EventType, Hold, ReconnectReason};

/// What can happen.
pub fn event_types() -> ObjectBuilder {
    words(EventType::table())
}

/// A pin without its timeline.
pub fn event_pin() -> RefOr<Schema> {
    let mut pin = PinBody::schema();
    if let RefOr::T(Schema::Object(pin)) = &mut pin {
        for left_out in super::TIMELINE {
            pin.properties.remove(left_out);
        }
        pin.required.retain(|name| !super::TIMELINE.contains(&name.as_str()));
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
