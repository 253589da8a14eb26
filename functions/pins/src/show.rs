//! `GET /v1/pins/{id}`.

use axum::extract::{Path, State};
use shared::api::{PinBody, Problem, User};
use shared::domain::PinId;

use crate::Function;
use crate::body::Answer;
use crate::description::ShowPin;
use crate::desk::Desk;
use crate::own;

/// Shows a pin with its timeline. Send the `ETag` as `If-Match` to change it.
#[utoipa::path(
    get,
    path = "/v1/pins/{id}",
    operation_id = "show_pin",
    tag = "pins",
    params(("id" = PinId, Path, description = "The pin.")),
    responses((status = 200, description = "The pin.", body = PinBody, headers(("ETag" = String, description = "The version of the pin."))), ShowPin)
)]
pub async fn show(State(function): State<Function>, user: User, Path(id): Path<String>) -> Result<Answer, Problem> {
    let desk = Desk::open(function, user).await?;
    let pin = own::pin(&desk.function.platform, &desk.owner, &id).await?;
    Ok(desk.answer(pin))
}
