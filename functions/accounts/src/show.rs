//! `GET /v1/accounts/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem, User};
use shared::platform::Platform;

use crate::body::AccountBody;
use crate::own;

/// Shows one account, with how many of its pins need a person.
pub async fn show(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<AccountBody>, Problem> {
    let account = own::account(&platform, &user.owner, &id).await?;
    Ok(Json(AccountBody::of(&platform, account).await?))
}
