//! Webhooks: where events are sent, and how far the sending is.

use jiff::{SignedDuration, Timestamp};

use super::attempt::words;
use super::{EventId, EventType, OwnerId, SealedToken, WebhookId};

/// What the type of an event is that somebody sends to try an endpoint out.
pub const TEST: &str = "webhook.test";

/// How long the former secret signs besides the new one.
pub const BOTH_SECRETS: SignedDuration = SignedDuration::from_hours(24);

/// After how long without a success a webhook is disabled.
pub const FAILING_LIMIT: SignedDuration = SignedDuration::from_hours(5 * 24);

/// How many deliveries of a webhook can be under way; events behind them wait in the log.
pub const MOST_OPEN: usize = 100;

/// How many failed deliveries under way it takes for an endpoint to count as not reachable.
pub const UNREACHABLE: usize = 3;

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Which.
    pub id: WebhookId,
    /// Whose events it gets; absent for those of everybody and of the installation.
    pub owner: Option<OwnerId>,
    /// Where they are sent.
    pub url: String,
    /// Which events; empty for all.
    pub types: Vec<EventType>,
    /// What they are signed with.
    pub secrets: Secrets,
    /// Why nothing is sent, where nothing is.
    pub disabled: Option<Disabled>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody changed it.
    pub updated_at: Timestamp,
    /// Counts the changes that people make.
    pub version: u64,
    /// How far the sending is.
    pub progress: Progress,
}

/// What events are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The present secret.
    pub current: SealedToken,
    /// The former one, and until when it signs as well.
    pub former: Option<(SealedToken, Timestamp)>,
}

/// That nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disabled {
    /// Why.
    pub reason: DisabledReason,
    /// Since when.
    pub at: Timestamp,
}

words! {
    /// Why a webhook is disabled.
    DisabledReason {
        /// Somebody wanted it.
        Requested = "requested", "Disabled on request. Enable it to receive events again.";
        /// The endpoint answered 410.
        Gone = "gone", "The endpoint answered 410 Gone. Enable the webhook when the endpoint is back, then recover what it missed.";
        /// Nothing got through for five days.
        Failing = "failing", "Nothing was accepted for five days. Repair the endpoint, enable the webhook, then recover what it missed.";
        _ => Other, "Disabled. Enable it to receive events again.";
    }
}

words! {
    /// How a delivery stands.
    DeliveryStatus {
        /// The endpoint took it.
        Delivered = "delivered", "the endpoint answered 2xx.";
        /// It is tried again, or waits for an earlier event of the same subject.
        Pending = "pending", "it is tried again, or waits until an earlier event of the same pin, account or import is through.";
        /// It is not tried any more.
        Failed = "failed", "it isn't tried any more. Replay it, or recover everything that was missed.";
    }
}

words! {
    /// Why the endpoint did not take an event.
    DeliveryError {
        /// It answered something else than 2xx.
        Status = "status", "The endpoint didn't answer 2xx.";
        /// It answered with a redirect.
        Redirect = "redirect", "The endpoint answered with a redirect, which isn't followed. Use its final URL.";
        /// It took too long.
        TimedOut = "timed_out", "The endpoint didn't answer within 15 seconds.";
        /// There was no connection.
        NotReached = "not_reached", "The endpoint couldn't be reached: its name doesn't resolve, or it refused the connection or TLS.";
        /// The connection broke.
        NoAnswer = "no_answer", "The connection broke before the endpoint answered.";
        /// The address is not public.
        NotPublic = "not_public", "The host of the URL resolves to an address that isn't public. Use a public host.";
        _ => Other, "The endpoint didn't accept the event.";
    }
}

/// How far the sending is; only whoever has claimed the webhook moves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Every event up to here was sent, or is among `open`.
    pub cursor: String,
    /// Deliveries that are tried again or wait.
    pub open: Vec<OpenDelivery>,
    /// Since when nothing gets through.
    pub failing_since: Option<Timestamp>,
    /// When another new event is tried at an endpoint that is not reachable.
    pub probe_at: Option<Timestamp>,
    /// What failed before this moment is sent once more when the cursor comes to it.
    pub recovered_at: Option<Timestamp>,
}

/// A delivery that is tried again or waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDelivery {
    /// Which event.
    pub event: EventId,
    /// In whose log it is.
    pub owner: Option<OwnerId>,
    /// Its type.
    pub kind: String,
    /// What it is about; later events of it wait. Absent for what somebody asked for, which waits for nothing.
    pub subject: Option<String>,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried.
    pub at: Timestamp,
}

/// What became of an event at a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which event.
    pub event: EventId,
    /// In whose log it is.
    pub owner: Option<OwnerId>,
    /// Its type.
    pub kind: String,
    /// How it stands.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub tries: u32,
    /// When it was tried last, or began to wait.
    pub at: Timestamp,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// What the endpoint answered at last, if it did.
    pub http_status: Option<u16>,
    /// How its answer begins.
    pub answer: Option<String>,
    /// Why it was not taken.
    pub error: Option<DeliveryError>,
    /// How long the last try took.
    pub took_ms: Option<u64>,
}

impl Progress {
    /// Nothing was sent yet, and nothing that happened before `now` will be.
    pub fn from(now: Timestamp) -> Self {
        Self { cursor: EventId::bound(now), open: Vec::new(), failing_since: None, probe_at: None, recovered_at: None }
    }

    /// Whether so many deliveries fail that new events wait, but for one now and then.
    pub fn is_unreachable(&self) -> bool {
        self.failing_since.is_some() && self.open.iter().filter(|one| one.tries > 0).count() >= UNREACHABLE
    }

    /// Whether an event of `subject` has to wait for an earlier one.
    pub fn blocks(&self, subject: &str) -> bool {
        self.open.iter().any(|one| one.subject.as_deref() == Some(subject))
    }

    /// Deliveries whose time has come and that wait for no other one.
    pub fn due(&self, now: Timestamp) -> Vec<OpenDelivery> {
        self.heads().filter(|one| one.at <= now).cloned().collect()
    }

    /// When the next delivery is due.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.heads().map(|one| one.at).min()
    }

    /// The first delivery of each subject, and those that wait for nothing.
    fn heads(&self) -> impl Iterator<Item = &OpenDelivery> {
        self.open.iter().enumerate().filter_map(|(index, one)| {
            let is_later = one.subject.is_some() && self.open[..index].iter().any(|other| other.subject == one.subject);
            (!is_later).then_some(one)
        })
    }
}

impl Webhook {
    /// How far the bus of the installation is, of which no event was sent that happened before `from`. It has neither URL
    /// nor secret, and people don't see it.
    pub fn bus(from: Timestamp) -> Self {
        Self {
            id: WebhookId::bus(),
            owner: None,
            url: String::new(),
            types: Vec::new(),
            secrets: Secrets { current: SealedToken(String::new()), former: None },
            disabled: None,
            created_at: from,
            updated_at: from,
            version: 1,
            progress: Progress::from(from),
        }
    }

    /// Whether it is the bus of the installation.
    pub fn is_bus(&self) -> bool {
        self.id == WebhookId::bus()
    }

    /// Whether it wants events of that type.
    pub fn wants(&self, kind: EventType) -> bool {
        self.types.is_empty() || self.types.contains(&kind)
    }
}
