//! `POST /v1/webhooks`.

use std::sync::Arc;

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::api::{IdempotencyKey, Json, Problem};
use shared::domain::pin::to_millisecond;
use shared::domain::{Limit, Progress, SealedToken, Secrets, Webhook, WebhookId};
use shared::limits::Room;
use shared::platform::Platform;
use shared::store::StoreError;

use crate::body::{Answer, WebhookBody};
use crate::description::{CreateWebhook, IdempotencyKeyHeader, WebhookForm};
use crate::form::{self, NewWebhook, Scope};
use crate::own::Caller;
use crate::sign::new_secret;

/// For how long a repeated request gets the secret once more.
const REPEATABLE: SignedDuration = SignedDuration::from_hours(24);

/// Creates a webhook. Its `secret` is in this answer only; keep it.
///
/// Events that happen from then on are sent by `POST` as `GET /v1/events` lists them, signed as Standard Webhooks 1.0 has
/// it. A request that is repeated with its `Idempotency-Key` within a day gets the same answer.
#[utoipa::path(
    post,
    path = "/v1/webhooks",
    operation_id = "create_webhook",
    tag = "webhooks",
    params(IdempotencyKeyHeader),
    request_body = WebhookForm,
    responses((status = 201, description = "The webhook with its secret.", body = WebhookBody, headers(("ETag" = String, description = "The version of the webhook."))), CreateWebhook)
)]
pub async fn create(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Answer, Problem> {
    let mut errors = Vec::new();
    let key = IdempotencyKey::read(&headers, &mut errors);
    let wanted = form::read(body, platform.config.web.webhooks_to_loopback).map_err(|mut wrong| {
        wrong.append(&mut errors);
        Problem::invalid(wrong)
    })?;
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let webhook = planned(&platform, &caller, key.as_ref(), wanted)?;
    match platform.webhooks.load(webhook.owner.as_ref(), &webhook.id).await? {
        Some(known) => repeated(&platform, known, &webhook).await,
        None => made(&platform, webhook).await,
    }
}

/// The webhook as it is to be, without its secret.
fn planned(
    platform: &Platform,
    caller: &Caller,
    key: Option<&IdempotencyKey>,
    NewWebhook { url, types, scope }: NewWebhook,
) -> Result<Webhook, Problem> {
    let owner = match scope {
        Scope::Owner => Some(caller.user.owner.clone()),
        Scope::Installation => caller.admin.as_ref().map(|_| None).map_err(Clone::clone)?,
    };
    let id = match key {
        Some(key) => WebhookId::derived(&caller.user.owner, key.as_str()),
        None => WebhookId::random(&*platform.random),
    };
    let now = to_millisecond(platform.clock.now());
    let (progress, secrets) = (Progress::from(now), Secrets { current: SealedToken(String::new()), former: None });
    let (created_at, updated_at, version) = (now, now, 1);
    Ok(Webhook { id, owner, url, types, secrets, disabled: None, created_at, updated_at, version, progress })
}

async fn made(platform: &Platform, mut webhook: Webhook) -> Result<Answer, Problem> {
    let limits = platform.current_settings.get().await?.limits;
    if limits.most(Limit::Webhooks).is_some() {
        let count = platform.webhooks.count(webhook.owner.as_ref()).await?;
        Room::counted(&limits, Limit::Webhooks, count).admit(1)?;
    }
    let secret = new_secret(&*platform.random);
    webhook.secrets.current = {
        use secrecy::ExposeSecret;
        platform.tokens.seal_webhook_secret(secret.expose_secret(), &webhook).await?
    };
    match platform.webhooks.create(&webhook).await {
        Ok(()) => Ok(Answer::new(StatusCode::CREATED, webhook, platform.clock.now()).with_secret(&secret)),
        // The same request at the same moment.
        Err(StoreError::Conflict) => {
            let known = platform.webhooks.load(webhook.owner.as_ref(), &webhook.id).await?;
            repeated(platform, known.ok_or(StoreError::Conflict)?, &webhook).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Answers once more what was answered before.
async fn repeated(platform: &Platform, known: Webhook, asked: &Webhook) -> Result<Answer, Problem> {
    let now: Timestamp = platform.clock.now();
    let is_same = known.version == 1 && (&known.url, &known.types) == (&asked.url, &asked.types);
    if !is_same || now.duration_since(known.created_at) > REPEATABLE {
        let detail = "This Idempotency-Key was already used for a different webhook, or for one that was changed since. \
                      Use a new key for each.";
        return Err(Problem::conflict("idempotency_mismatch", detail));
    }
    let secret = platform.tokens.open_webhook_secret(&known, &known.secrets.current).await?;
    Ok(Answer::new(StatusCode::CREATED, known, now).with_secret(&secret))
}
