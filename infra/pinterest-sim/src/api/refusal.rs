//! Pinterest's ways to say no. Codes and texts are real where they could be found; those that are
//! made up say so.

use http::StatusCode;
use serde_json::{Value, json};

use crate::controls::Answers;
use crate::operation::Operation;

pub(super) const RATE_LIMIT: &str = "This request exceeded a rate limit. This can happen if the client exceeds one of the published rate limits or if multiple write operations are applied to an object within a short time window.";
pub(super) const MEDIA_NOT_FOUND: &str = "Media upload not found";
const TRIAL: &str = "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox https://api-sandbox.pinterest.com instead.";

const LACKING: &str = "Your token does not have sufficient permissions to perform this operation. Please ensure your token is authorized with the correct set of scopes.";

const BOARD_NOT_FOUND: i64 = 40;
const SCOPES_MISSING: i64 = 3;

/// An answer of Pinterest that says no.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: i64,
    message: String,
    details: Option<Value>,
}

impl Refusal {
    fn new(status: StatusCode, code: i64, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: None }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The refusal with the code and status that the answers are set to have.
    pub(super) fn coded_for(mut self, answers: Answers) -> Self {
        if self.code == BOARD_NOT_FOUND {
            self.code = answers.board_not_found_code;
        }
        if self.code == SCOPES_MISSING && self.status == StatusCode::FORBIDDEN {
            self.status = StatusCode::from_u16(answers.scopes_missing_status).unwrap_or(self.status);
        }
        self
    }

    pub(super) fn body(&self) -> Value {
        let mut body = json!({ "code": self.code, "message": self.message, "status": "failure" });
        if let Some(details) = &self.details {
            body["details"] = details.clone();
        }
        body
    }

    /// A request that breaks the schema. Invented: the code 1 and the words around `problem`.
    pub(super) fn invalid(problem: impl AsRef<str>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 1, format!("Invalid request: {}", problem.as_ref()))
    }

    /// 400 with code 1 and these words.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 1, message)
    }

    /// 400 with code 400 and these words.
    pub(super) fn bad_400(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 400, message)
    }

    pub(super) fn authentication_failed() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 2, "Authentication failed.")
    }

    pub(super) fn app_not_approved() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 3, "Your application consumer type is not supported")
    }

    /// Analytics of somebody else's pin, as the description has it.
    pub(super) fn pin_not_authorized() -> Self {
        Self::new(StatusCode::FORBIDDEN, 403, "Not authorized to access board or Pin.")
    }

    pub(super) fn grant_invalid() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 283, "The authorization grant is invalid")
    }

    pub(super) fn not_permitted() -> Self {
        Self::new(StatusCode::FORBIDDEN, 29, "You are not permitted to access that resource.")
    }

    /// A token without the scopes of an operation: the words and the code as two reports have them. One has them with
    /// 401, the newer one with 403.
    pub(super) fn scopes_missing<'a>(scopes: impl IntoIterator<Item = &'a str>) -> Self {
        let missing: Vec<_> = scopes.into_iter().map(|scope| format!("'{scope}'")).collect();
        Self::new(StatusCode::FORBIDDEN, SCOPES_MISSING, format!("{LACKING} Missing: [{}]", missing.join(", ")))
    }

    /// What an app without Pinterest's grant gets of an account that is no business. The name is published; invented:
    /// the code and where in the body the name is.
    pub(super) fn pinner_data_denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, 403, "PINNER_DATA_ACCESS_DENIED")
    }

    pub(super) fn trial_may_not_create() -> Self {
        Self::new(StatusCode::FORBIDDEN, 29, TRIAL)
    }

    pub(super) fn image_broken() -> Self {
        Self::new(StatusCode::FORBIDDEN, 235, "Sorry, this image is broken. Please pick a different image.")
    }

    pub(super) fn user_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, 30, "User not found.")
    }

    pub(super) fn board_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, BOARD_NOT_FOUND, "Board not found.")
    }

    pub(super) fn section_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, 2031, "Sorry! We couldn't find this board section.")
    }

    pub(super) fn pin_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, 50, "Pin not found.")
    }

    pub(super) fn media_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, 404, MEDIA_NOT_FOUND)
    }

    /// No exclusive access to a board, with the words of the operation where they are known.
    pub(super) fn board_is_busy(operation: Operation) -> Self {
        let message = match operation {
            Operation::CreateSection => "Could not get exclusive access to the board to create a new section.",
            Operation::DeleteBoard => "Could not get exclusive access to delete the board.",
            _ => "Could not get exclusive access to the board.",
        };
        Self::new(StatusCode::CONFLICT, 409, message)
    }

    pub(super) fn rate_limited() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, 8, RATE_LIMIT)
    }

    pub(super) fn link_blocked() -> Self {
        let mut refusal =
            Self::new(StatusCode::TOO_MANY_REQUESTS, 9, "Sorry! We blocked this link because it may lead to spam.");
        refusal.details = Some(json!({ "source_field": null }));
        refusal
    }

    /// Not Pinterest's word but the simulator's own: it does not do this.
    pub(super) fn not_simulated(what: &str) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, 501, format!("pinterest-sim does not simulate {what}."))
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the simulator cannot use its database");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, 500, "pinterest-sim cannot use its database.")
    }
}
