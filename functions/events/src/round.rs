//! Sees to one webhook: claims it, sends what is due and what is new, and writes down how far it is.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use shared::domain::webhook::{FAILING_LIMIT, MOST_OPEN, TEST};
use shared::domain::{Delivery, DeliveryStatus, Disabled, DisabledReason, Event, OpenDelivery, Webhook};
use shared::event_bus::MOST_ENTRIES;
use shared::random;
use shared::store::{Claimed, StoreError, WebhookKey};
use shared::vault::SealError;

use crate::attempt::{self, Message, Outcome, PATIENCE};
use crate::backlog::{Backlog, open};
use crate::backoff::{next_put, next_try};
use crate::bus;
use crate::erase::EraseError;
use crate::message;
use crate::sender::Sender;

/// How many events are on their way to an endpoint at a time.
const IN_FLIGHT: usize = 8;

/// The last part of an invocation, in which nothing is sent: a try, and writing down what came of it.
const RESERVE: SignedDuration = SignedDuration::from_secs(PATIENCE.as_secs() + 10);

/// How long a claim holds beyond the end of the invocation.
const LEASE_BEYOND: SignedDuration = SignedDuration::from_secs(30);

/// For how long an invocation waits for the next try instead of leaving it to the next tick.
const LINGER: SignedDuration = SignedDuration::from_secs(10);

/// How often a new event is tried at an endpoint that can't be reached.
const PROBE: SignedDuration = SignedDuration::from_hours(1);

/// Why a webhook could not be seen to.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The table does not answer.
    #[error("could not see to a webhook")]
    Store(#[from] StoreError),
    /// Its secret can't be opened.
    #[error("could not open the secret of a webhook")]
    Secret(#[from] SealError),
    /// An owner could not be erased.
    #[error("could not go on with an erasure")]
    Erase(#[from] EraseError),
}

/// The work on one webhook in an invocation.
#[derive(Debug)]
pub struct Work<'s> {
    sender: &'s Sender,
    deadline: Timestamp,
}

/// Something that is sent now.
struct Sending {
    delivery: OpenDelivery,
    message: Message,
}

impl<'s> Work<'s> {
    /// The work of `sender` until `deadline`.
    pub fn new(sender: &'s Sender, deadline: Timestamp) -> Self {
        Self { sender, deadline }
    }

    /// Sends what there is, unless somebody else does.
    pub async fn see_to(&self, key: &WebhookKey) -> Result<(), WorkError> {
        let platform = &self.sender.platform;
        let holder = random::uuid(&*platform.random);
        let lease = (platform.clock.now(), self.deadline + LEASE_BEYOND);
        if self.is_over() {
            return Ok(());
        }
        let mut claimed = platform.webhooks.claim(key, &holder, lease).await?;
        // Somebody else is at it and looks once more when told; who just gave it back is not there to be told.
        if claimed.is_none() && !platform.webhooks.nudge(key).await? {
            claimed = platform.webhooks.claim(key, &holder, lease).await?;
        }
        let Some(mut claimed) = claimed else { return Ok(()) };
        self.reseal(&mut claimed).await?;
        while claimed.holds() {
            let wanted = std::mem::take(&mut claimed.wanted);
            for one in wanted {
                let open = &mut claimed.webhook.progress.open;
                open.retain(|other| other.event != one.event);
                open.push(one);
            }
            let secrets = self.secrets(&claimed.webhook).await?;
            let round = self.round(&mut claimed.webhook, &secrets).await?;
            if let Some(why) = round.disable {
                tracing::warn!(webhook = %key.id, reason = why.reason.code(), "a webhook is disabled");
                while claimed.holds() && !platform.webhooks.disable(&mut claimed, &why).await? {}
                return Ok(());
            }
            self.go_on_or_release(&mut claimed, &round).await?;
        }
        Ok(())
    }

    /// Writes down how far it is, and keeps the webhook where there is more to do before long. A webhook that was released is
    /// not held any more.
    async fn go_on_or_release(&self, claimed: &mut Claimed, round: &Round) -> Result<(), StoreError> {
        let platform = &self.sender.platform;
        let now = platform.clock.now();
        let next_at = claimed.webhook.progress.next_at().into_iter().chain(round.probe_at).min();
        let next_at = if round.more { Some(now) } else { next_at };
        let soon = next_at.filter(|at| *at <= now + LINGER && *at + RESERVE < self.deadline);
        if let Some(at) = soon {
            // Where something was asked for meanwhile, there is no time to wait.
            if platform.webhooks.save(claimed).await? {
                platform.clock.sleep_until(at).await;
            }
            return Ok(());
        }
        if platform.webhooks.release(claimed, next_at).await? {
            claimed.let_go();
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.sender.platform.clock.now() + RESERVE >= self.deadline
    }

    /// Seals its secrets by the present key, so that a former one can be taken out some time after it was replaced.
    async fn reseal(&self, claimed: &mut Claimed) -> Result<(), WorkError> {
        let platform = &self.sender.platform;
        if claimed.webhook.is_bus() {
            return Ok(());
        }
        let now = platform.clock.now();
        if let Some(secrets) = platform.tokens.reseal_webhook_secrets(&claimed.webhook, now).await? {
            platform.webhooks.save_secrets(claimed, secrets).await?;
        }
        Ok(())
    }

    /// The secrets that sign at present.
    async fn secrets(&self, webhook: &Webhook) -> Result<Vec<SecretString>, SealError> {
        let platform = &self.sender.platform;
        let now = platform.clock.now();
        if webhook.is_bus() {
            return Ok(Vec::new());
        }
        let former = webhook.secrets.former.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        let mut secrets = Vec::new();
        for sealed in [Some(&webhook.secrets.current), former].into_iter().flatten() {
            secrets.push(platform.tokens.open_webhook_secret(webhook, sealed).await?);
        }
        Ok(secrets)
    }

    /// Sends what is due, then what is new.
    async fn round(&self, webhook: &mut Webhook, secrets: &[SecretString]) -> Result<Round, StoreError> {
        let platform = &self.sender.platform;
        let mut round = Round::default();
        let due = webhook.progress.due(platform.clock.now());
        for some in due.chunks(IN_FLIGHT) {
            let mut sendings = Vec::new();
            for delivery in some {
                match self.message(webhook, delivery).await? {
                    Some(message) => sendings.push(Sending { delivery: delivery.clone(), message }),
                    None => webhook.progress.open.retain(|open| open.event != delivery.event),
                }
            }
            self.send_all(webhook, secrets, sendings, &mut round).await?;
            if round.disable.is_some() || self.is_over() {
                round.more = true;
                return Ok(round);
            }
        }
        let mut backlog = Backlog::read(platform, webhook).await?;
        webhook.progress.open.append(&mut backlog.orphans);
        while round.disable.is_none() && !self.is_over() {
            let batch = self.next_batch(webhook, &mut backlog);
            if batch.is_empty() {
                break;
            }
            self.send_all(webhook, secrets, batch, &mut round).await?;
        }
        webhook.progress.cursor = backlog.cursor(&webhook.progress.cursor);
        let is_waiting = !backlog.pending.is_empty();
        round.more = if is_waiting { self.is_over() } else { backlog.more };
        // Where the endpoint can't be reached, new events wait, and one of them is tried then.
        round.probe_at = webhook.progress.probe_at.filter(|_| is_waiting && !self.is_over());
        Ok(round)
    }

    /// The next new events: one of each subject, and only one where the endpoint failed last. Those that wait for an earlier
    /// event are under way from here on.
    fn next_batch(&self, webhook: &mut Webhook, backlog: &mut Backlog) -> Vec<Sending> {
        let platform = &self.sender.platform;
        let now = platform.clock.now();
        let is_bus = webhook.is_bus();
        let progress = &mut webhook.progress;
        let is_unreachable = progress.is_unreachable();
        if is_unreachable && progress.probe_at.is_some_and(|at| now < at) {
            return Vec::new();
        }
        let most = match progress.failing_since {
            Some(_) => 1,
            None if is_bus => MOST_ENTRIES,
            None => IN_FLIGHT,
        };
        let (mut batch, mut subjects) = (Vec::new(), BTreeSet::new());
        let mut rest = std::collections::VecDeque::new();
        while let Some(event) = backlog.pending.pop_front() {
            let subject = event.happening.subject_id();
            let has_room = progress.open.len() + batch.len() < MOST_OPEN;
            if progress.blocks(&subject) && has_room {
                progress.open.push(open(&event, 0, now));
            } else if batch.len() < most && has_room && !progress.blocks(&subject) && subjects.insert(subject) {
                batch.push(Sending { delivery: open(&event, 0, now), message: self.body_of(event) });
            } else {
                rest.push_back(event);
            }
        }
        backlog.pending = rest;
        if is_unreachable {
            progress.probe_at = Some(now + PROBE);
        }
        batch
    }

    async fn send_all(
        &self,
        webhook: &mut Webhook,
        secrets: &[SecretString],
        sendings: Vec<Sending>,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        let Sender { platform, network, bus } = self.sender;
        let outcomes = if let Some(bus) = bus.as_ref().filter(|_| webhook.is_bus()) {
            let messages = sendings.iter().map(|sending| (sending.delivery.kind.as_str(), &sending.message));
            bus::send(platform, bus, &messages.collect::<Vec<_>>()).await
        } else {
            let send = |sending| attempt::send(platform, network, (webhook, secrets), sending);
            join_all(sendings.iter().map(|sending| send(&sending.message))).await
        };
        for (sending, outcome) in sendings.into_iter().zip(outcomes) {
            let delivery = self.apply(webhook, sending.delivery, outcome, round);
            platform.webhooks.note(&webhook.id, &delivery).await?;
        }
        Ok(())
    }

    /// Takes what came of a try into account; answers how the delivery stands.
    fn apply(&self, webhook: &mut Webhook, delivery: OpenDelivery, outcome: Outcome, round: &mut Round) -> Delivery {
        let platform = &self.sender.platform;
        let is_bus = webhook.is_bus();
        let (now, tries, progress) = (platform.clock.now(), delivery.tries + 1, &mut webhook.progress);
        let place = progress.open.iter().position(|open| open.event == delivery.event);
        let is_gone = outcome.is_gone();
        let next_at = match outcome.error {
            None => None,
            Some(_) if is_bus => Some(next_put(tries, now, &*platform.random)),
            Some(_) if is_gone || delivery.kind == TEST => None,
            Some(_) => next_try(tries, now, &*platform.random),
        };
        match (next_at, place) {
            (None, Some(place)) => drop(progress.open.remove(place)),
            (None, None) => {}
            (Some(at), Some(place)) => progress.open[place] = OpenDelivery { tries, at, ..delivery.clone() },
            (Some(at), None) => progress.open.push(OpenDelivery { tries, at, ..delivery.clone() }),
        }
        if outcome.error.is_none() {
            (progress.failing_since, progress.probe_at) = (None, None);
        } else {
            let since = *progress.failing_since.get_or_insert(outcome.at);
            let is_failing = now.duration_since(since) >= FAILING_LIMIT;
            let reason = if is_gone { DisabledReason::Gone } else { DisabledReason::Failing };
            if (is_gone || is_failing) && !is_bus {
                round.disable = Some(Disabled { reason, at: now });
            }
            // An endpoint to which nothing is under way isn't failing any more: nobody knows.
            if progress.open.is_empty() {
                progress.failing_since = None;
            }
        }
        let status = match (&outcome.error, next_at) {
            (None, _) => DeliveryStatus::Delivered,
            (Some(_), Some(_)) => DeliveryStatus::Pending,
            (Some(_), None) => DeliveryStatus::Failed,
        };
        let OpenDelivery { event, owner, kind, .. } = delivery;
        let Outcome { at, took_ms, http_status, answer, error } = outcome;
        let took_ms = Some(took_ms);
        Delivery { event, owner, kind, status, tries, at, next_at, http_status, answer, error, took_ms }
    }

    /// What is sent for a delivery that is under way; absent where the event is not there any more.
    async fn message(&self, webhook: &Webhook, delivery: &OpenDelivery) -> Result<Option<Message>, StoreError> {
        if delivery.kind == TEST {
            return Ok(Some(message::of_test(webhook, &delivery.event)));
        }
        let event = self.sender.platform.events.load(delivery.owner.as_ref(), &delivery.event).await?;
        Ok(event.map(|event| self.body_of(event)))
    }

    fn body_of(&self, event: Event) -> Message {
        let id = event.id.clone();
        let previews = self.sender.platform.objects.previews();
        let body = serde_json::to_vec(&shared::api::EventBody::new(event, &previews));
        Message { id, body: Bytes::from(body.expect("an event is a plain structure")) }
    }
}

/// What became of a round.
#[derive(Debug, Default)]
struct Round {
    /// Why nothing is to be sent any more.
    disable: Option<Disabled>,
    /// Whether there is more to send at once.
    more: bool,
    /// When another new event is delivery, where the endpoint can't be reached.
    probe_at: Option<Timestamp>,
}
