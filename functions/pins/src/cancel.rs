//! `DELETE /v1/pins/{id}`: call a pin off until the moment a publisher claims it.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem, User};
use shared::domain::pin::to_millisecond;
use shared::domain::{OwnerId, Pin, State as PinState, Status};
use shared::platform::Platform;
use shared::store::StoreError;

use crate::body::PinBody;
use crate::own;

/// How often a pin that changes meanwhile is read and judged again.
const TRIES: usize = 5;

/// Cancels a pin, also while Pinterest is disabled; cancelling twice is harmless.
pub async fn cancel(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<PinBody>, Problem> {
    let pin = call_off(&platform, &user.owner, &id).await?;
    let settings = platform.current_settings.get().await?;
    Ok(Json(PinBody::new(pin, &settings)))
}

async fn call_off(platform: &Platform, owner: &OwnerId, id: &str) -> Result<Pin, Problem> {
    for _ in 0..TRIES {
        let mut pin = own::pin(platform, owner, id).await?;
        if pin.state == PinState::Cancelled {
            return Ok(pin);
        }
        let version = pin.version;
        let now = to_millisecond(platform.clock.now());
        pin.cancel(now).map_err(|illegal| too_late(illegal.from))?;
        match platform.pins.save(&pin, version).await {
            Ok(()) => return Ok(pin),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// 409 with the pin's status as its code.
fn too_late(status: Status) -> Problem {
    let detail = match status {
        Status::Publishing => {
            "The pin is being published at this moment. Read it again in a minute to see the outcome."
        }
        Status::Published => "The pin is published. Delete it on Pinterest.",
        Status::NeedsReview => "The pin may be on Pinterest already. Look at the board.",
        _ => "The pin has ended; there is nothing left to cancel.",
    };
    Problem::conflict(status.code(), detail)
}
