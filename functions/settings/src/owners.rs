//! `GET` and `DELETE /v1/owners/{owner}`: how much an owner has, and erasing all of it, for administrators.

pub mod erase;
pub mod export;

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Serialize;
use shared::api::{Admin, Json, Problem};
use shared::domain::OwnerId;
use shared::platform::Platform;
use utoipa::ToSchema;

use crate::description::ShowOwner;
use crate::limits;

/// An owner, with how much they have and may have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Owner)]
pub struct Body {
    owner: OwnerId,
    /// The same as the owner gets by `GET /v1/limits`.
    limits: limits::Body,
    /// The erasure that is under way; otherwise `null`.
    #[schema(required)]
    erasure: Option<erase::Body>,
}

/// Tells how much an owner has of what is limited, and may have. Somebody who never used Pinwheel has nothing.
#[utoipa::path(
    get,
    path = "/v1/owners/{owner}",
    operation_id = "show_owner",
    tag = "owners",
    params(("owner" = String, Path, description = "The owner: what their tokens have in the owner claim.")),
    responses((status = 200, description = "What the owner has and may have.", body = Body), ShowOwner)
)]
pub async fn show(
    State(platform): State<Arc<Platform>>,
    _: Admin,
    Path(owner): Path<String>,
) -> Result<Json<Body>, Problem> {
    let owner = named(&owner)?;
    let limits = limits::of_owner(&platform, &owner).await?;
    let erasure = platform.erasures.load(&owner).await?.map(erase::Body::from);
    Ok(Json(Body { owner, limits, erasure }))
}

fn named(text: &str) -> Result<OwnerId, Problem> {
    text.parse().map_err(|_| Problem::not_found("owner"))
}
