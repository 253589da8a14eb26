//! What is said where Pinterest did not confirm that it created something.
//!
//! Nothing is sent twice here: who reads the answer decides, and is told plainly where nobody knows.

use std::fmt;

use lambda_http::http::StatusCode;
use shared::api::{self, Problem};
use shared::domain::FieldError;
use shared::pinterest::{CallError, Refusal, RefusalKind};

/// What was to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A board of an account.
    Board,
    /// A section of a board.
    Section,
}

impl Kind {
    /// The fields that a client can give, the most telling words first.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Board => &["description", "privacy", "name"],
            Self::Section => &["name"],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Board => "board",
            Self::Section => "section",
        })
    }
}

/// Says what became of a creation: nothing, for a reason, or nobody knows.
pub fn uncreated(error: CallError, kind: Kind) -> Problem {
    match &error {
        CallError::NotSent(_) => {
            api::log(&error);
            let detail = format!("Pinterest couldn't be reached, so the {kind} wasn't created. Try again in a minute.");
            Problem::new(StatusCode::BAD_GATEWAY, "pinterest_unavailable", detail)
        }
        CallError::Unknown(_) | CallError::Unreadable { .. } => unknown(&error, kind),
        CallError::Refused(refusal) => match &refusal.kind {
            // That trouble creates nothing was verified of pins alone.
            RefusalKind::NoVerdict | RefusalKind::Trouble => unknown(&error, kind),
            RefusalKind::Invalid => Problem::invalid(vec![wrong_field(refusal, kind)]),
            RefusalKind::BoardNotFound | RefusalKind::NotFound if kind == Kind::Section => Problem::not_found("board"),
            _ => error.into(),
        },
    }
}

fn unknown(error: &CallError, kind: Kind) -> Problem {
    api::log(error);
    let detail = format!(
        "Pinterest's response was lost, so the {kind} may or may not exist. Check the list of {kind}s before you \
         create it again."
    );
    Problem::new(StatusCode::BAD_GATEWAY, "outcome_unknown", detail)
}

/// Which field a 400 is about, as far as Pinterest's words tell.
fn wrong_field(refusal: &Refusal, kind: Kind) -> FieldError {
    let words = refusal.message.to_lowercase();
    if kind == Kind::Board && words.contains("invalid or duplicated") {
        let message = "Pinterest doesn't accept this board name: it is invalid, or the account already has a board \
                       (perhaps a secret one) with that name. Choose another name.";
        return FieldError::new("name", "invalid_or_taken", message);
    }
    let named = kind.fields().iter().find(|field| words.contains(**field));
    let field = named.or(kind.fields().last().filter(|_| kind == Kind::Section)).copied().unwrap_or("body");
    let message = format!("Pinterest rejected it: {} Correct it and try again.", refusal.message);
    FieldError::new(field, "refused_by_pinterest", message)
}

#[cfg(test)]
mod tests {
    use shared::pinterest::TransportError;

    use super::*;

    fn refused(status: u16, code: i64, message: &str) -> CallError {
        CallError::Refused(Refusal::new(status, Some(code), message))
    }

    #[test]
    fn every_answer_says_whether_something_was_created() {
        let lost = || CallError::Unknown(TransportError::Unknown("reset".into()));
        let unsent = || CallError::NotSent(TransportError::NotSent("refused".into()));
        let unreadable = || CallError::Unreadable { status: 201, request_id: None };
        let ours = "Sorry! Something went wrong on our end.";
        let page = || CallError::Refused(Refusal::new(403, None, "(no message)"));
        for (error, status, code) in [
            (unsent as fn() -> CallError, 502, "pinterest_unavailable"),
            (lost, 502, "outcome_unknown"),
            (unreadable, 502, "outcome_unknown"),
            (page, 502, "outcome_unknown"),
        ] {
            for kind in [Kind::Board, Kind::Section] {
                let problem = uncreated(error(), kind);
                assert_eq!((problem.status.as_u16(), problem.code), (status, code));
            }
        }
        for (status, number, message, board, section) in [
            (302, 0, "", (502, "outcome_unknown"), (502, "outcome_unknown")),
            (400, 1, ours, (502, "outcome_unknown"), (502, "outcome_unknown")),
            (400, 400, "Invalid board section parameters.", (422, "invalid"), (422, "invalid")),
            (401, 2, "Authentication failed.", (409, "needs_reconnect"), (409, "needs_reconnect")),
            (403, 403, "Not authorized to create board sections.", (403, "not_permitted"), (403, "not_permitted")),
            (404, 40, "Board not found.", (502, "pinterest_refused"), (404, "not_found")),
            (408, 0, "", (502, "outcome_unknown"), (502, "outcome_unknown")),
            (409, 409, "Board section conflict.", (409, "board_busy"), (409, "board_busy")),
            (429, 8, "limit", (429, "pinterest_rate_limited"), (429, "pinterest_rate_limited")),
            (500, 500, "Could not create a new board section.", (502, "outcome_unknown"), (502, "outcome_unknown")),
            (503, 0, "", (502, "outcome_unknown"), (502, "outcome_unknown")),
        ] {
            for (kind, expected) in [(Kind::Board, board), (Kind::Section, section)] {
                let problem = uncreated(refused(status, number, message), kind);
                assert_eq!((problem.status.as_u16(), problem.code), expected, "{kind} {status} {message}");
            }
        }
    }

    #[test]
    fn a_refused_field_is_named_as_far_as_pinterest_tells() {
        for (kind, message, field, code) in [
            (Kind::Board, "The board name is invalid or duplicated.", "name", "invalid_or_taken"),
            (Kind::Board, "the value of 'description' is too long", "description", "refused_by_pinterest"),
            (Kind::Board, "'x' is not one of [] for parameter 'privacy'", "privacy", "refused_by_pinterest"),
            (Kind::Board, "Invalid parameters.", "body", "refused_by_pinterest"),
            (Kind::Section, "Invalid board section parameters.", "name", "refused_by_pinterest"),
        ] {
            let problem = uncreated(refused(400, 400, message), kind);
            let named: Vec<_> = problem.errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(named, [(field, code)], "{message}");
        }
    }
}
