//! Tells users how much they have of what is limited, and may have.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use shared::api::{Json, Problem, User};
use shared::domain::{Limit, Limits, OwnerId};
use shared::limits;
use shared::platform::Platform;
use shared::store::Stock;
use utoipa::ToSchema;

use crate::description::ReadStatus;

/// What the caller has and may have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LimitsAndUse)]
pub struct Body {
    /// Pins that wait to go out: scheduled, held or being published.
    waiting_pins: UseBody,
    /// Bytes of uploaded files.
    media_bytes: UseBody,
    templates: UseBody,
    /// Files of pins that were taken today, in UTC.
    imports_per_day: UseBody,
    /// Connected accounts, of both modes.
    accounts: UseBody,
    webhooks: UseBody,
}

/// How much there is of something, and may be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Use)]
struct UseBody {
    /// `null` for no limit.
    #[schema(required)]
    most: Option<u64>,
    used: u64,
    /// Whether `used` was counted just now; of very much it is an estimate at times. Nothing is refused by an estimate.
    is_exact: bool,
}

/// Tells how much one has of what is limited, and may have.
#[utoipa::path(
    get,
    path = "/v1/limits",
    operation_id = "read_limits",
    tag = "settings",
    responses((status = 200, description = "What the caller has and may have.", body = Body), ReadStatus)
)]
pub async fn read(State(platform): State<Arc<Platform>>, user: User) -> Result<Json<Body>, Problem> {
    of_owner(&platform, &user.owner).await.map(Json)
}

/// How much `owner` has, and may have.
pub async fn of_owner(platform: &Platform, owner: &OwnerId) -> Result<Body, Problem> {
    let limits = platform.current_settings.get().await?.limits;
    let counted = |limit, used| UseBody { most: limits.most(limit), used, is_exact: true };
    Ok(Body {
        waiting_pins: stock(platform, &limits, (owner, Stock::WaitingPins), Limit::WaitingPins).await?,
        media_bytes: stock(platform, &limits, (owner, Stock::Media), Limit::Media).await?,
        templates: counted(Limit::Templates, platform.templates.count(owner).await?),
        imports_per_day: counted(Limit::ImportsPerDay, platform.uses.imports(owner, platform.clock.now()).await?),
        accounts: counted(Limit::Accounts, limits::connected(&platform.accounts.list(owner).await?)),
        webhooks: counted(Limit::Webhooks, platform.webhooks.count(Some(owner)).await?),
    })
}

async fn stock(platform: &Platform, limits: &Limits, of: (&OwnerId, Stock), limit: Limit) -> Result<UseBody, Problem> {
    let (used, is_exact) = limits::used(platform, limits, of).await?;
    Ok(UseBody { most: limits.most(limit), used, is_exact })
}
