//! `DELETE /v1/accounts/connect-links/{id}`: nobody can connect an account by the link any more.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem, User};
use shared::domain::ConnectLinkId;
use shared::domain::characters::parse_pasted;
use shared::domain::pin::to_millisecond;
use shared::platform::Platform;
use shared::store::{ListedLink, StoreError};

use super::list::LinkBody;
use crate::description::RevokeLink;

/// Revokes a connect link: whoever opens it is told so. A link that has ended or was revoked stays as it is.
///
/// A link by which an account was connected can't be revoked; disconnect the account instead.
#[utoipa::path(
    delete,
    path = "/v1/accounts/connect-links/{id}",
    operation_id = "revoke_connect_link",
    tag = "accounts",
    params(("id" = ConnectLinkId, Path, description = "The link.")),
    responses((status = 200, description = "The link as it is now.", body = LinkBody), RevokeLink)
)]
pub async fn revoke(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<LinkBody>, Problem> {
    let missing = || Problem::not_found("connect link");
    let id: ConnectLinkId = parse_pasted(&id).map_err(|_| missing())?;
    let load = async || platform.consents.load_listed_link(&user.owner, &id).await;
    let mut link = load().await?.ok_or_else(missing)?;
    let now = to_millisecond(platform.clock.now());
    if link.is_open(now) {
        match platform.consents.revoke_link(&user.owner, &link, now).await {
            Ok(()) => link.revoked_at = Some(now),
            // Somebody connected an account by it at this moment.
            Err(StoreError::Conflict) => link = load().await?.ok_or_else(missing)?,
            Err(error) => return Err(error.into()),
        }
    }
    answer(link, now)
}

fn answer(link: ListedLink, now: jiff::Timestamp) -> Result<Json<LinkBody>, Problem> {
    if link.used_at.is_some() {
        let detail = "An account is already connected by this link. To take that back, disconnect the account.";
        return Err(Problem::conflict("link_used", detail));
    }
    if link.is_open(now) {
        return Err(StoreError::Conflict.into());
    }
    Ok(Json(LinkBody::new(link, now)))
}
