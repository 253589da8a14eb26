//! `DELETE /v1/owners/{owner}`: everything that is stored of an owner is erased.

use std::sync::Arc;

use axum::extract::{Path, State};
use jiff::Timestamp;
use lambda_http::http::StatusCode;
use serde::Serialize;
use shared::api::{Admin, Json, Problem};
use shared::domain::Erasure;
use shared::domain::pin::to_millisecond;
use shared::erasing::disconnect_all;
use shared::platform::Platform;
use utoipa::ToSchema;

use super::named;
use crate::description::{self, EraseOwner};

/// An erasure that is under way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erasure)]
pub struct Body {
    #[schema(schema_with = description::erasure_states)]
    state: &'static str,
    /// About how many rows were erased so far.
    erased: u64,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When Pinwheel looks for the last time, at the earliest. The erasure ends after that.
    #[schema(value_type = String, format = DateTime)]
    settled_at: Timestamp,
}

impl From<Erasure> for Body {
    fn from(erasure: Erasure) -> Self {
        Self {
            state: erasure.state.code(),
            erased: erasure.erased,
            started_at: erasure.started_at,
            settled_at: erasure.settled_at(),
        }
    }
}

/// Erases everything that is stored of an owner, for good: pins, accounts with their tokens, files, templates, imports, events,
/// webhooks and links. What is on Pinterest stays there.
///
/// The answer comes at once, and the work goes on in the background: at least ten minutes, within an hour. From then on nothing is
/// published for the owner, and requests that change something get 409 `owner_is_being_erased`. `GET` shows the erasure as
/// long as it goes on. Called again meanwhile, it answers the same erasure.
#[utoipa::path(
    delete,
    path = "/v1/owners/{owner}",
    operation_id = "erase_owner",
    tag = "owners",
    params(("owner" = String, Path, description = "The owner: what their tokens have in the owner claim.")),
    responses((status = 202, description = "The erasure, begun now or before.", body = Body), EraseOwner)
)]
pub async fn erase(
    State(platform): State<Arc<Platform>>,
    _: Admin,
    Path(owner): Path<String>,
) -> Result<(StatusCode, Json<Body>), Problem> {
    let owner = named(&owner)?;
    let erasure = platform.erasures.begin(&owner, to_millisecond(platform.clock.now())).await?;
    // Before the answer, so that nothing is published after it; what is left of that, the erasure does.
    disconnect_all(&platform, &owner).await?;
    platform.event_kick.call_erasure(&owner).await;
    Ok((StatusCode::ACCEPTED, Json(erasure.into())))
}
