//! Under which circumstances a request is judged.

use jiff::Timestamp;
use shared::api::{PinBody, Problem, User};
use shared::domain::pin::to_millisecond;
use shared::domain::{OwnerId, Pin, Settings};

use crate::Function;
use crate::body::Answer;

/// What does not change while a request is being answered.
#[derive(Debug)]
pub struct Desk {
    /// What the handlers work with.
    pub function: Function,
    /// Whose pins are at stake.
    pub owner: OwnerId,
    /// Who asks.
    pub subject: OwnerId,
    /// Who asks, as the log names them.
    pub by: Option<String>,
    /// The settings.
    pub settings: Settings,
    /// The moment of the request, to the millisecond.
    pub now: Timestamp,
}

impl Desk {
    /// Reads the settings and the time.
    pub async fn open(function: Function, user: User) -> Result<Self, Problem> {
        let settings = function.platform.current_settings.get().await?;
        let now = to_millisecond(function.platform.clock.now());
        let User { owner, subject, by } = user;
        Ok(Self { function, owner, subject, by, settings, now })
    }

    /// Shows `pin`.
    pub fn answer(self, pin: Pin) -> Answer {
        let version = pin.version;
        let body = PinBody::new(pin, &self.settings, &self.function.platform.objects.previews());
        Answer { version, body, notes: Vec::new() }
    }
}
