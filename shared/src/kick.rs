//! What the publisher and the importer are called with; calling the one at once when something is due soon, and the
//! other when a file of pins was taken.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use aws_smithy_types::error::display::DisplayErrorContext;
use futures_util::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::SharedClock;
use crate::domain::{ImportId, OwnerId, Pin, PinId, State, Webhook, WebhookId};
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KickedPin {
    /// Whose it is.
    pub owner: OwnerId,
    /// The pin.
    pub id: PinId,
    /// When it is due.
    pub due_at: Timestamp,
}

/// What the function that sends events is called with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SenderEvent {
    /// The schedule fired.
    Tick {
        /// When it was meant to fire.
        scheduled_at: Timestamp,
    },
    /// Somebody wants an owner erased.
    Erase {
        /// Whose data is to be erased.
        erase: OwnerId,
    },
    /// Something happened, or somebody asked for a delivery.
    Kick {
        /// To whom; `null` for the installation.
        events_of: Option<OwnerId>,
        /// The webhook that a delivery was asked of; without it, every one that the event concerns.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        webhook: Option<WebhookId>,
    },
}

/// Calls the function that sends events.
#[derive(Debug, Clone)]
pub struct EventKick {
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// The function's name; without one the next tick finds every event.
    pub function: Option<String>,
    /// The time.
    pub clock: SharedClock,
}

/// How long is waited until Lambda has taken a kick. Whoever wrote the event has other things to do.
const KICK_PATIENCE: SignedDuration = SignedDuration::from_secs(2);

impl EventKick {
    /// Calls the function for what happened to `owner`. A call that fails costs lateness until the next tick, never the
    /// event.
    pub async fn call(&self, owner: Option<&OwnerId>) {
        self.call_for(SenderEvent::Kick { events_of: owner.cloned(), webhook: None }).await;
    }

    /// Calls the function for one webhook, of which something was asked.
    pub async fn call_webhook(&self, webhook: &Webhook) {
        let (events_of, webhook) = (webhook.owner.clone(), Some(webhook.id.clone()));
        self.call_for(SenderEvent::Kick { events_of, webhook }).await;
    }

    /// Calls the function to erase `owner`.
    pub async fn call_erasure(&self, owner: &OwnerId) {
        self.call_for(SenderEvent::Erase { erase: owner.clone() }).await;
    }

    async fn call_for(&self, event: SenderEvent) {
        let Some(function) = self.function.as_deref() else { return };
        let patience = self.clock.sleep_until(self.clock.now() + KICK_PATIENCE);
        let error = match select(Box::pin(invoke(&self.lambda, function, &event)), patience).await {
            Either::Left((Ok(()), _)) => return,
            Either::Left((Err(NotCalled(error)), _)) => error,
            Either::Right(_) => "Lambda took too long to answer".to_owned(),
        };
        tracing::warn!(
            error,
            "the function that sends events could not be called at once; the next tick does what is to be done"
        );
    }
}

/// What the importer is called with: a file of pins that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImporterEvent {
    /// Whose it is.
    pub owner: OwnerId,
    /// Which one.
    pub import: ImportId,
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
    if let Err(NotCalled(error)) = call(platform, function, &PublisherEvent::Kick { pins: soon }).await {
        tracing::warn!(error, "the publisher could not be invoked at once; the next tick finds the pin");
    }
}

/// Lambda did not take an event for a function.
#[derive(Debug, thiserror::Error)]
#[error("Lambda did not take the event: {0}")]
pub struct NotCalled(String);

/// Calls the importer for a file whose rows are in the table.
pub async fn start_import(platform: &Platform, event: &ImporterEvent) -> Result<(), NotCalled> {
    let function = platform.config.storage.importer_function.as_deref();
    let function = function.ok_or_else(|| NotCalled("IMPORTER_FUNCTION is not set".to_owned()))?;
    call(platform, function, event).await
}

/// Hands an event to Lambda, which runs the function after it has answered.
async fn call(platform: &Platform, function: &str, event: &impl Serialize) -> Result<(), NotCalled> {
    invoke(&platform.lambda, function, event).await
}

async fn invoke(lambda: &aws_sdk_lambda::Client, function: &str, event: &impl Serialize) -> Result<(), NotCalled> {
    let payload = serde_json::to_vec(event).expect("the event is a plain structure");
    let call = lambda.invoke().function_name(function).invocation_type(InvocationType::Event);
    let answer = call.payload(Blob::new(payload)).send().await;
    answer.map(|_| ()).map_err(|error| NotCalled(DisplayErrorContext(&error).to_string()))
}

fn due_soon(pin: &Pin, now: Timestamp) -> Option<KickedPin> {
    let State::Scheduled { .. } = pin.state else { return None };
    let due_at = pin.due.as_ref()?.at;
    let soon = due_at.duration_since(now) <= LOOK_AHEAD;
    soon.then(|| KickedPin { owner: pin.owner.clone(), id: pin.id.clone(), due_at })
}
