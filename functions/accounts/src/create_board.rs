//! `POST /v1/accounts/{id}/boards`: create a board on Pinterest.

use std::sync::Arc;

use axum::extract::{Path, State};
use lambda_http::http::StatusCode;
use serde_json::Value;
use shared::account_access;
use shared::api::{Fields, Json, Problem, User};
use shared::domain::characters::trim_unseen;
use shared::domain::{AccountId, FieldError, Scope};
use shared::pinterest::{BoardRequest, Privacy};
use shared::platform::Platform;

use crate::boards::BoardBody;
use crate::description::{CreateBoard, NewBoard};
use crate::own;
use crate::uncreated::{Kind, uncreated};

/// Pinterest's words for who sees a board; ours are the same.
const PRIVACIES: [(&str, Privacy); 3] =
    [("PUBLIC", Privacy::Public), ("PROTECTED", Privacy::Protected), ("SECRET", Privacy::Secret)];

/// The board that is wanted.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    name: String,
    description: Option<String>,
    privacy: Option<Privacy>,
}

/// Creates a board, once. Pinterest's refusals and lost responses are reported and never retried.
#[utoipa::path(
    post,
    path = "/v1/accounts/{id}/boards",
    operation_id = "create_board",
    tag = "boards",
    params(("id" = AccountId, Path, description = "The account.")),
    request_body = NewBoard,
    responses((status = 201, description = "The board.", body = BoardBody), CreateBoard)
)]
pub async fn create(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<BoardBody>), Problem> {
    let account = own::account(&platform, &user.owner, &id).await?;
    let wanted = Wanted::read(body).map_err(Problem::invalid)?;
    let (mode, token) = account_access::authorize(&platform, &account, wanted.scopes()).await?;
    let answer = platform.pinterest.create_board(mode, &token, &wanted.request()).await;
    let board = account_access::mark_reconnect_if_revoked(&platform, &account, answer)
        .await
        .map_err(|error| uncreated(error, Kind::Board))?;
    tracing::info!(account = %account.id, board = %board.id, "a board was created");
    Ok((StatusCode::CREATED, Json(BoardBody::new(board, &account.username))))
}

impl Wanted {
    /// Reads the body. How long name and description may be is not documented, so that is for Pinterest to judge.
    fn read(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let Some(mut fields) = Fields::open("", body, &mut errors) else { return Err(errors) };
        let name = fields.required_text("name").map(|name| trim_unseen(&name).to_owned());
        if name.as_ref().is_some_and(String::is_empty) {
            fields.wrong("name", "required", "Enter a name for the board.");
        }
        let description = fields.text("description").filter(|text| !trim_unseen(text).is_empty());
        fields.check_characters("name", name.as_deref());
        fields.check_characters("description", description.as_deref());
        let privacy = fields.text("privacy").and_then(|word| {
            let known = PRIVACIES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(&word));
            if known.is_none() {
                fields.wrong("privacy", "invalid", "Expected PUBLIC, PROTECTED or SECRET.");
            }
            known.map(|(_, privacy)| privacy)
        });
        fields.close();
        let name = name.filter(|_| errors.is_empty());
        name.map(|name| Self { name, description, privacy }).ok_or(errors)
    }

    /// What Pinterest asks for (OpenAPI `POST /boards` security); it makes no secret board without the scope for them.
    fn scopes(&self) -> &'static [Scope] {
        match self.privacy {
            Some(Privacy::Secret) => &[Scope::BOARDS_READ, Scope::BOARDS_WRITE, Scope::BOARDS_WRITE_SECRET],
            _ => &[Scope::BOARDS_READ, Scope::BOARDS_WRITE],
        }
    }

    fn request(&self) -> BoardRequest<'_> {
        BoardRequest { name: &self.name, description: self.description.as_deref(), privacy: self.privacy }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_board_needs_a_name_and_nothing_else() {
        let wanted = Wanted::read(json!({"name": " Cakes ", "description": " ", "privacy": null})).unwrap();
        assert_eq!(wanted, Wanted { name: "Cakes".into(), description: None, privacy: None });
        for (word, privacy) in
            [("PUBLIC", Privacy::Public), ("protected", Privacy::Protected), ("Secret", Privacy::Secret)]
        {
            let wanted = Wanted::read(json!({"name": "x", "description": "About cakes", "privacy": word})).unwrap();
            assert_eq!((wanted.privacy, wanted.description.as_deref()), (Some(privacy), Some("About cakes")));
        }
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        for (body, expected) in [
            (json!({}), vec![("name", "required")]),
            (json!({"name": "\t \n"}), vec![("name", "required")]),
            (json!({"name": null, "privacy": "private"}), vec![("name", "required"), ("privacy", "invalid")]),
            (json!({"name": 7, "description": []}), vec![("name", "wrong_type"), ("description", "wrong_type")]),
            (json!({"name": "x", "is_ads_only": true}), vec![("is_ads_only", "unknown_field")]),
            (json!({"name": "x", "privacy": ""}), vec![("privacy", "invalid")]),
            (json!(["x"]), vec![("body", "wrong_type")]),
        ] {
            let errors = Wanted::read(body.clone()).unwrap_err();
            let named: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(named, expected, "{body}");
        }
    }
}
