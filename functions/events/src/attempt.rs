//! One try at sending an event to an endpoint.

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use shared::domain::{DeliveryError, EventId, Webhook};
use shared::platform::Platform;
use tower::ServiceExt;

use crate::network::{Network, SendError};
use crate::{address, sign};

/// How long an endpoint may take to answer.
pub const PATIENCE: SignedDuration = SignedDuration::from_secs(15);

/// How much of an answer is shown, in characters.
const LONGEST_ANSWER: usize = 200;

/// What is sent.
#[derive(Debug)]
pub struct Message {
    /// The event.
    pub id: EventId,
    /// Its body.
    pub body: Bytes,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took_ms: u64,
    /// What the endpoint answered.
    pub http_status: Option<u16>,
    /// How its answer begins.
    pub answer: Option<String>,
    /// Why it did not take the event; absent where it did.
    pub error: Option<DeliveryError>,
}

impl Outcome {
    /// Whether the endpoint says that it is no more.
    pub fn is_gone(&self) -> bool {
        self.http_status == Some(StatusCode::GONE.as_u16())
    }
}

/// Sends `message` to `webhook` once.
pub async fn send(
    platform: &Platform,
    network: &Network,
    (webhook, secrets): (&Webhook, &[SecretString]),
    message: &Message,
) -> Outcome {
    let at = platform.clock.now();
    let answer = match request(platform, (webhook, secrets), message, at) {
        Err(error) => Err(error),
        Ok(request) => {
            let patience = platform.clock.sleep_until(at + PATIENCE);
            match select(Box::pin(network.0.clone().oneshot(request)), patience).await {
                Either::Left((answer, _)) => answer.map_err(|error| {
                    tracing::info!(error = &error as &dyn std::error::Error, webhook = %webhook.id, "an endpoint was not reached");
                    reason(&error)
                }),
                Either::Right(_) => Err(DeliveryError::TimedOut),
            }
        }
    };
    let took = platform.clock.now().duration_since(at).as_millis();
    let took_ms = u64::try_from(took).unwrap_or_default();
    match answer {
        Err(error) => Outcome { at, took_ms, http_status: None, answer: None, error: Some(error) },
        Ok(answer) => {
            let status = answer.status();
            let error = match status {
                status if status.is_success() => None,
                status if status.is_redirection() => Some(DeliveryError::Redirect),
                _ => Some(DeliveryError::Status),
            };
            Outcome { at, took_ms, http_status: Some(status.as_u16()), answer: beginning(answer.body()), error }
        }
    }
}

fn request(
    platform: &Platform,
    (webhook, secrets): (&Webhook, &[SecretString]),
    message: &Message,
    at: Timestamp,
) -> Result<Request<Bytes>, DeliveryError> {
    // The rules may have become stricter since the URL was stored.
    let url =
        address::parse(&webhook.url, platform.config.web.webhooks_to_loopback).map_err(|_| DeliveryError::NotPublic)?;
    Request::post(url.as_str())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("Pinwheel/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", message.id.as_str())
        .header("webhook-timestamp", at.as_second())
        .header("webhook-signature", sign::sign(secrets, message.id.as_str(), at, &message.body))
        .body(message.body.clone())
        .map_err(|_| DeliveryError::NotReached)
}

fn reason(error: &SendError) -> DeliveryError {
    match error {
        SendError::NotPublic => DeliveryError::NotPublic,
        SendError::NotReached(_) => DeliveryError::NotReached,
        SendError::NoAnswer(_) => DeliveryError::NoAnswer,
    }
}

/// What a person can read of an answer.
fn beginning(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text: String = text.chars().filter(|letter| !letter.is_control()).take(LONGEST_ANSWER).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
