//! `GET /v1/accounts/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem, User};
use shared::domain::AccountId;
use shared::platform::Platform;

use crate::body::AccountBody;
use crate::description::OneAccount;
use crate::own;

/// Shows an account, with how many of its pins need a person.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}",
    operation_id = "show_account",
    tag = "accounts",
    params(("id" = AccountId, Path, description = "The account.")),
    responses((status = 200, description = "The account.", body = AccountBody), OneAccount)
)]
pub async fn show(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<AccountBody>, Problem> {
    let account = own::account(&platform, &user.owner, &id).await?;
    Ok(Json(AccountBody::of(&platform, account).await?))
}
