//! What the publisher is called with, and calling it at once when something is due soon.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::{OwnerId, Pin, PinId, State};
use crate::platform::Platform;

/// How far ahead the publisher looks: a schedule may fire anywhere in its minute, and one tick may be missing.
pub const LOOK_AHEAD: SignedDuration = SignedDuration::from_secs(180);

/// What the publisher is called with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PublisherEvent {
    /// The schedule fired.
    Tick {
        /// The numbers of the shards to look at.
        shards: Vec<u8>,
        /// When it was meant to fire.
        scheduled_at: Timestamp,
    },
    /// Somebody wrote a pin that is due soon.
    Kick {
        /// Those pins; the keys travel with them, so that a lagging index does not matter.
        pins: Vec<KickedPin>,
    },
}

/// A pin that is due soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KickedPin {
    /// Whose it is.
    pub owner: OwnerId,
    /// The pin.
    pub id: PinId,
    /// When it is due.
    pub due_at: Timestamp,
}

/// Calls the publisher for those of `pins` that are due soon.
///
/// A call that fails costs lateness until the next tick, never the pin, so it is logged and passed over.
pub async fn kick(platform: &Platform, pins: &[Pin]) {
    let now = platform.clock.now();
    let soon: Vec<_> = pins.iter().filter_map(|pin| due_soon(pin, now)).collect();
    let Some(function) = platform.config.storage.publisher_function.as_deref() else { return };
    if soon.is_empty() {
        return;
    }
    let event = PublisherEvent::Kick { pins: soon };
    let payload = serde_json::to_vec(&event).expect("the event is a plain structure");
    let call = platform.lambda.invoke().function_name(function).invocation_type(InvocationType::Event);
    if let Err(error) = call.payload(Blob::new(payload)).send().await {
        let error = aws_smithy_types::error::display::DisplayErrorContext(&error);
        tracing::warn!(%error, "the publisher could not be called at once; the next tick finds the pin");
    }
}

fn due_soon(pin: &Pin, now: Timestamp) -> Option<KickedPin> {
    let State::Scheduled { .. } = pin.state else { return None };
    let due_at = pin.due.as_ref()?.at;
    let soon = due_at.duration_since(now) <= LOOK_AHEAD;
    soon.then(|| KickedPin { owner: pin.owner.clone(), id: pin.id.clone(), due_at })
}
