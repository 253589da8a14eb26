//! Why a pin in its present state is not changed, tried again or settled: 409 with the state as the code, and the way
//! that is open instead.

use shared::api::Problem;
use shared::domain::{Check, Pin, State, Status};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// `PATCH`.
    Change,
    /// `DELETE`.
    Cancel,
    /// `POST …/retry`.
    Retry,
    /// `POST …/resolve`.
    Resolve,
}

/// 409: `pin` is not in a state for this.
pub fn refuse(pin: &Pin, wish: Wish) -> Problem {
    let code = pin.in_check().map_or(pin.state.status().code(), |_| Check::CODE);
    Problem::conflict(code, detail(&pin.state, wish))
}

fn detail(state: &State, wish: Wish) -> String {
    if let (State::Held { reason, .. }, Wish::Retry) = (state, wish) {
        return format!("Another try would not get further. {}", reason.message());
    }
    if let State::Checking(_) = state {
        return format!("{} It can be changed when that is settled.", Check::MESSAGE);
    }
    let text = match (state.status(), wish) {
        (Status::Publishing, _) => {
            "The pin is being published at this moment. Read it again in a minute to see the outcome."
        }
        (Status::Published, Wish::Cancel) => "The pin is published. Delete it on Pinterest.",
        (Status::Published, Wish::Change) => "The pin is published. Change it on Pinterest.",
        (Status::Published, _) => "The pin is published; there is nothing left to do.",
        (Status::Cancelled, _) => "The pin was called off. Schedule a new one.",
        (Status::NeedsReview, _) => {
            "The pin may be on Pinterest already. Look at the board, then POST …/resolve with published_as or \
             publish_again; DELETE dismisses it."
        }
        (Status::Draft, _) => "The pin is a draft. PATCH publish_at to schedule it.",
        (Status::Failed, _) => "The pin failed and certainly was not created. POST …/retry tries it again.",
        (Status::Scheduled, Wish::Retry) => "The pin waits for its time. PATCH publish_at to move it.",
        (Status::Scheduled, _) => "The pin is not in doubt; it waits for its time.",
        (Status::Held, _) => "The pin is not in doubt; it is held, and its reason says what to do.",
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use shared::domain::{Failure, Hold};

    use super::*;

    #[test]
    fn a_refusal_names_the_way_that_is_open() {
        let review = State::NeedsReview { reason: shared::domain::Doubt::OutcomeUnknown, candidates: Vec::new() };
        for (state, wish, names) in [
            (State::Draft, Wish::Retry, "PATCH publish_at"),
            (State::Scheduled { setback: None }, Wish::Retry, "PATCH publish_at"),
            (State::Failed { reason: Failure::Missed }, Wish::Resolve, "/retry"),
            (review.clone(), Wish::Change, "/resolve"),
            (review, Wish::Retry, "/resolve"),
            (State::Held { reason: Hold::NeedsReconnect, until: None }, Wish::Retry, "Reconnect the account"),
            (State::Cancelled, Wish::Change, "Schedule a new one"),
        ] {
            let detail = detail(&state, wish);
            assert!(detail.contains(names), "{state:?} {wish:?}: {detail}");
        }
    }
}
