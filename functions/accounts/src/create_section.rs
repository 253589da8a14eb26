//! `POST /v1/accounts/{id}/boards/{board}/sections`: create a section on a board.

use std::sync::Arc;

use axum::extract::{Path, State};
use lambda_http::http::StatusCode;
use serde_json::Value;
use shared::account_access;
use shared::api::{Fields, Json, Problem, User};
use shared::domain::characters::trim_unseen;
use shared::domain::{AccountId, FieldError, Scope};
use shared::platform::Platform;

use crate::description::{CreateSection, NewSection};
use crate::own;
use crate::sections::SectionBody;
use crate::uncreated::{Kind, uncreated};

/// The longest name of a section, in characters (OpenAPI `BoardSection.name`).
const LONGEST: usize = 180;

/// Creates a section, once. Pinterest's refusals and lost responses are reported and never retried.
#[utoipa::path(
    post,
    path = "/v1/accounts/{id}/boards/{board}/sections",
    operation_id = "create_section",
    tag = "boards",
    params(("id" = AccountId, Path, description = "The account."), ("board" = String, Path, description = "The board: its id, its name, or its address on Pinterest, percent-encoded.")),
    request_body = NewSection,
    responses((status = 201, description = "The section.", body = SectionBody), CreateSection)
)]
pub async fn create(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path((id, board)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<SectionBody>), Problem> {
    let account = own::account(&platform, &user.owner, &id).await?;
    let board = own::board(&platform, &account, &board).await?;
    let name = name(body).map_err(Problem::invalid)?;
    // OpenAPI `POST /boards/{board_id}/sections` security; whether the board is secret is for Pinterest to judge.
    let (mode, token) =
        account_access::authorize(&platform, &account, &[Scope::BOARDS_READ, Scope::BOARDS_WRITE]).await?;
    let answer = platform.pinterest.create_section(mode, &token, &board, &name).await;
    let section = account_access::mark_reconnect_if_revoked(&platform, &account, answer)
        .await
        .map_err(|error| uncreated(error, Kind::Section))?;
    tracing::info!(account = %account.id, board = %board, section = %section.id, "a section was created");
    Ok((StatusCode::CREATED, Json(section.into())))
}

fn name(body: Value) -> Result<String, Vec<FieldError>> {
    let mut errors = Vec::new();
    let Some(mut fields) = Fields::open("", body, &mut errors) else { return Err(errors) };
    let name = fields.required_text("name").map(|name| trim_unseen(&name).to_owned());
    match name.as_ref().map(|name| name.chars().count()) {
        Some(0) => fields.wrong("name", "required", "Enter a name for the section."),
        Some(length) if length > LONGEST => {
            fields.wrong("name", "too_long", format!("Too long: {length} characters. The limit is {LONGEST}."));
        }
        _ => {}
    }
    fields.check_characters("name", name.as_deref());
    fields.close();
    name.filter(|_| errors.is_empty()).ok_or(errors)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_has_1_to_180_characters() {
        for (length, valid) in [(0, false), (1, true), (180, true), (181, false)] {
            for letter in ["x", "ö", "🍰"] {
                let result = name(json!({"name": format!("  {} ", letter.repeat(length))}));
                assert_eq!(result.is_ok(), valid, "{length} {letter}");
                assert_eq!(result.unwrap_or_default().chars().count(), if valid { length } else { 0 });
            }
        }
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        for (body, expected) in [
            (json!({}), vec![("name", "required")]),
            (json!({"name": true, "id": "7"}), vec![("name", "wrong_type"), ("id", "unknown_field")]),
            (json!("Salads"), vec![("body", "wrong_type")]),
        ] {
            let errors = name(body.clone()).expect_err("something is wrong");
            let named: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(named, expected, "{body}");
        }
    }
}
