//! `GET /v1/pins/{id}`.

use axum::extract::{Path, State};
use shared::api::{Problem, User};

use crate::Function;
use crate::body::Answer;
use crate::desk::Desk;
use crate::own;

/// Shows one pin with its timeline; the `ETag` is what `If-Match` takes.
pub async fn show(State(function): State<Function>, user: User, Path(id): Path<String>) -> Result<Answer, Problem> {
    let desk = Desk::open(function, user).await?;
    let pin = own::pin(&desk.function.platform, &desk.owner, &id).await?;
    Ok(desk.answer(pin))
}
