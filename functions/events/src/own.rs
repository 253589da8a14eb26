//! Webhooks that the caller may see.

use shared::api::{Admin, Problem, User};
use shared::domain::characters::parse_pasted;
use shared::domain::{EventId, Webhook};
use shared::platform::Platform;

/// Who calls.
#[derive(Debug)]
pub struct Caller {
    /// The user that they are.
    pub user: User,
    /// Whether they are an administrator, too.
    pub admin: Result<Admin, Problem>,
}

/// Reads the webhook `id`: one of the caller's, or for administrators of the installation; 404 for all others.
pub async fn webhook(platform: &Platform, caller: &Caller, id: &str) -> Result<Webhook, Problem> {
    let missing = || Problem::not_found("webhook");
    let id = parse_pasted(id).map_err(|_| missing())?;
    if let Some(webhook) = platform.webhooks.load(Some(&caller.user.owner), &id).await? {
        return Ok(webhook);
    }
    if caller.admin.is_err() {
        return Err(missing());
    }
    platform.webhooks.load(None, &id).await?.filter(|webhook| !webhook.is_bus()).ok_or_else(missing)
}

/// The event that a path names.
pub fn event(id: &str) -> Result<EventId, Problem> {
    parse_pasted(id).map_err(|_| Problem::not_found("event"))
}

/// Refuses to ask anything of a webhook to which nothing is sent.
pub async fn require_sending(platform: &Platform, webhook: &Webhook) -> Result<(), Problem> {
    if !platform.current_settings.get().await?.events {
        let detail = "Events are switched off. An administrator can switch them on in the settings.";
        return Err(Problem::conflict("events_disabled", detail));
    }
    if webhook.disabled.is_some() {
        return Err(Problem::conflict("webhook_disabled", "This webhook is disabled. Enable it first."));
    }
    Ok(())
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Caller
where
    std::sync::Arc<Platform>: axum::extract::FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut http::request::Parts, state: &S) -> Result<Self, Problem> {
        let user = User::from_request_parts(parts, state).await?;
        Ok(Self { user, admin: Admin::from_request_parts(parts, state).await })
    }
}
