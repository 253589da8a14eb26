//! `/control/…` for the world itself: pins and calls to measure, people, boards and tokens to add.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Wrong, read};
use crate::direct::{DirectError, NewBoard, NewPerson};
use crate::mode::Mode;
use crate::moment::with_millis;
use crate::scope::SCOPES;
use crate::simulator::Simulator;
use crate::store::Privacy;

/// The pins on a board, newest first, with the millisecond at which each was made.
pub(super) async fn pins(
    State(simulator): State<Simulator>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Wrong> {
    let board = query
        .get("board")
        .ok_or_else(|| Wrong::new("board", "it is missing", "ask for /control/pins?board=<board id>"))?;
    if !simulator.has_board(board) {
        let mut wrong =
            Wrong::new("board", format!("there is no board {board:?}"), "take an id from the page /boards/<username>");
        wrong.status = StatusCode::NOT_FOUND;
        return Err(wrong);
    }
    let show = |pin: &crate::Pin| json!({ "id": pin.id, "title": pin.content.title, "board_id": pin.board_id, "created_at": with_millis(pin.created_at) });
    let items: Vec<_> = simulator.pins(board).iter().map(show).collect();
    Ok(Json(json!({ "items": items })))
}

/// Every media upload in the order of registration.
pub(super) async fn uploads(State(simulator): State<Simulator>) -> Json<Value> {
    let show = |upload: &crate::MediaUpload| {
        json!({
            "media_id": upload.id,
            "mode": upload.mode,
            "person": upload.person,
            "registered_at": with_millis(upload.registered_at),
            "status": upload.status.as_str(),
            "size": upload.file.as_ref().map(|file| file.size),
            "sha256": upload.file.as_ref().map(|file| &file.sha256),
        })
    };
    let items: Vec<_> = simulator.media().iter().map(show).collect();
    Json(json!({ "items": items }))
}

/// Every call of the API in the order of arrival.
pub(super) async fn calls(State(simulator): State<Simulator>) -> Json<Value> {
    let show = |call: &crate::Call| {
        json!({
            "at": with_millis(call.at),
            "method": call.method,
            "path": call.path,
            "mode": call.mode,
            "operation": call.operation,
            "person": call.person,
            "status": call.status,
            "request_id": call.request_id,
        })
    };
    let items: Vec<_> = simulator.calls().iter().map(show).collect();
    Json(json!({ "items": items }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonBody {
    username: String,
    business_name: Option<String>,
}

/// Adds a person.
pub(super) async fn add_person(
    State(simulator): State<Simulator>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Wrong> {
    let body: PersonBody = read(&body, "username", r#"{"username":"newcomer","business_name":null}"#)?;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if body.username.is_empty() || !body.username.chars().all(is_name) {
        return Err(Wrong::new("username", "it would not fit into an address", "use letters, digits and underscores"));
    }
    let id = simulator.add_person(NewPerson { username: body.username, business_name: body.business_name })?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BoardBody {
    mode: Mode,
    owner: String,
    name: String,
    #[serde(default)]
    privacy: Privacy,
    #[serde(default)]
    collaborators: Vec<String>,
}

/// Adds a board.
pub(super) async fn add_board(
    State(simulator): State<Simulator>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Wrong> {
    let example = r#"{"mode":"sandbox","owner":"shop","name":"Sale","privacy":"PUBLIC","collaborators":[]}"#;
    let body: BoardBody = read(&body, "body", example)?;
    let id = simulator.add_board(NewBoard {
        mode: body.mode,
        owner: body.owner,
        name: body.name,
        privacy: body.privacy,
        collaborators: body.collaborators,
    })?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    username: String,
    mode: Mode,
    scopes: Option<String>,
}

/// An access token as the developer pages hand out; with every scope unless some are named.
pub(super) async fn issue_token(
    State(simulator): State<Simulator>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Wrong> {
    let example = r#"{"username":"shop","mode":"sandbox","scopes":"boards:read pins:read"}"#;
    let body: TokenBody = read(&body, "body", example)?;
    let scopes = body.scopes.unwrap_or_else(|| SCOPES.join(" "));
    let token = simulator.issue_token(body.mode, &body.username, &scopes)?;
    Ok((StatusCode::CREATED, Json(json!({ "access_token": token }))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokeBody {
    username: String,
    #[serde(default)]
    access_only: bool,
}

/// Ends every token of a person, or the access tokens only.
pub(super) async fn revoke_tokens(State(simulator): State<Simulator>, body: Bytes) -> Result<Json<Value>, Wrong> {
    let body: RevokeBody = read(&body, "username", r#"{"username":"shop"}"#)?;
    let revoked = if body.access_only {
        simulator.revoke_access_tokens(&body.username)?
    } else {
        simulator.revoke_tokens(&body.username)?
    };
    Ok(Json(json!({ "revoked": revoked })))
}

impl From<DirectError> for Wrong {
    fn from(error: DirectError) -> Self {
        let (field, remedy) = match &error {
            DirectError::NoSuchPerson(_) => ("username", "see the index page for who there is"),
            DirectError::UsernameTaken(_) => ("username", "choose another one"),
            DirectError::BoardNameTaken { .. } => ("name", "choose another one"),
            DirectError::UnknownScope(_) => ("scopes", "use scopes of Pinterest, separated by spaces"),
            DirectError::Database(_) => ("database", "see what the simulator logged"),
        };
        if let DirectError::Database(source) = &error {
            tracing::error!(%source, "the simulator cannot use its database");
        }
        let mut wrong = Self::new(field, error.to_string(), remedy);
        match error {
            DirectError::NoSuchPerson(_) => wrong.status = StatusCode::NOT_FOUND,
            DirectError::Database(_) => wrong.status = StatusCode::INTERNAL_SERVER_ERROR,
            _ => {}
        }
        wrong
    }
}
