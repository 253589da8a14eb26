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
    /// `GET …/analytics`.
    Figures,
    /// `DELETE …?on_pinterest=true`.
    TakeDown,
}

/// The code for a pin that was taken down.
const TAKEN_DOWN: &str = "taken_down";

/// 409: `pin` is not in a state for this.
pub fn refuse(pin: &Pin, wish: Wish) -> Problem {
    if pin.taken_down_at.is_some() {
        return Problem::conflict(TAKEN_DOWN, "The pin was taken down from Pinterest.");
    }
    let code = pin.in_check().map_or(pin.state.status().code(), |_| Check::CODE);
    Problem::conflict(code, detail(&pin.state, wish))
}

fn detail(state: &State, wish: Wish) -> String {
    if let (State::Held { reason, .. }, Wish::Retry) = (state, wish) {
        return format!("Retrying wouldn't help. {}", reason.message());
    }
    if let State::Checking(_) = state {
        return format!("{} You can change it after that.", Check::MESSAGE);
    }
    let text = match (state.status(), wish) {
        (Status::NeedsReview, Wish::Figures | Wish::TakeDown) => {
            "The pin may already be on Pinterest. Say first which pin it is, or that it isn't there."
        }
        (Status::Publishing, _) => "The pin is being published right now. Check again in a minute.",
        (status, Wish::Figures) if status != Status::Published => "There are figures once the pin is published.",
        (status, Wish::TakeDown) if status != Status::Published => "The pin isn't on Pinterest. Cancel it instead.",
        (Status::Published, Wish::Cancel) => {
            "The pin is published. To remove it, take it down from Pinterest (on_pinterest)."
        }
        (Status::Published, Wish::Change) => "The pin is published. Change it on Pinterest.",
        (Status::Published, _) => "The pin is already published.",
        (Status::Cancelled, _) => "The pin was cancelled. Schedule a new one.",
        (Status::NeedsReview, _) => {
            "The pin may already be on Pinterest. Check the board, then select the pin that it is (published_as), \
             publish it again (publish_again), or dismiss it."
        }
        (Status::Draft, _) => "The pin is a draft. Give it a time to schedule it.",
        (Status::Failed, _) => "The pin failed and isn't on Pinterest. Retry it instead.",
        (Status::Scheduled, Wish::Retry) => "The pin is waiting for its time. Change its time to move it.",
        (Status::Scheduled, _) => "The pin doesn't need review. It is waiting for its time.",
        (Status::Held, _) => "The pin doesn't need review. It is on hold, and its reason says what to do.",
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
            (State::Draft, Wish::Retry, "Give it a time"),
            (State::Scheduled { setback: None }, Wish::Retry, "Change its time"),
            (State::Failed { reason: Failure::Missed }, Wish::Resolve, "Retry it"),
            (review.clone(), Wish::Change, "published_as"),
            (review, Wish::Retry, "dismiss it"),
            (State::Held { reason: Hold::NeedsReconnect, until: None }, Wish::Retry, "Reconnect it"),
            (State::Cancelled, Wish::Change, "Schedule a new one"),
        ] {
            let detail = detail(&state, wish);
            assert!(detail.contains(names), "{state:?} {wish:?}: {detail}");
        }
    }
}
