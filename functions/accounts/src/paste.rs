//! `POST /v1/accounts/token`: connect an account of the sandbox by a token from Pinterest's developer pages.
//!
//! It needs no consent, and so neither the app's secret nor the function that has it.

use std::sync::Arc;

use axum::extract::State;
use jiff::SignedDuration;
use lambda_http::http::StatusCode;
use serde_json::{Map, Value};
use shared::api::{Json, Problem, User};
use shared::connecting::{self, KeepError, Permitted, TAKEN, TAKEN_REMEDY, Tokens};
use shared::domain::characters::pasted_code;
use shared::domain::pin::to_millisecond;
use shared::domain::settings::Obstacle;
use shared::domain::{AppId, FieldError, Mode, OwnerId, Person, Scopes, Settings};
use shared::pinterest::{CallError, RefusalKind, UserAccount};
use shared::platform::Platform;
use shared::vault::AccessToken;

use crate::body::AccountBody;
use crate::description::{Paste, PastedToken};

const FIELD: &str = "access_token";

/// How long a token of the developer pages lasts, as Pinterest's page on the sandbox says; the API does not tell. One
/// that ends earlier is refused, and the account then has to be connected again.
const LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Longer than any token that Pinterest has given out, by far.
const LONGEST: usize = 2048;

/// Connects the account that a pasted sandbox token belongs to, or renews its connection.
#[utoipa::path(
    post,
    path = "/v1/accounts/token",
    operation_id = "connect_by_token",
    tag = "accounts",
    request_body = PastedToken,
    responses((status = 201, description = "The account.", body = AccountBody), Paste)
)]
pub async fn paste(
    State(platform): State<Arc<Platform>>,
    user: User,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<AccountBody>), Problem> {
    let settings = platform.current_settings.get().await?;
    let app_id = app(&settings)?;
    let token = read(&body).map_err(|error| Problem::invalid(vec![error]))?;
    let at = to_millisecond(platform.clock.now());
    let answer = platform.pinterest.user_account(Mode::Sandbox, &token).await;
    let person = answer.map_err(refused)?.body;
    let tokens = Tokens { access: token, access_expires_at: at + LIFETIME, refresh: None, refresh_expires_at: None };
    let kept = connecting::keep(&platform, &permitted(user.owner, app_id, person, tokens)).await;
    let account = kept.map_err(unkept)?;
    Ok((StatusCode::CREATED, Json(AccountBody::of(&platform, account).await?)))
}

/// The app that the token is taken to be of: 403 while Pinterest is disabled, 409 in live mode and without an app.
fn app(settings: &Settings) -> Result<AppId, Problem> {
    if !settings.enabled {
        return Err(Problem::disabled());
    }
    if settings.mode != Mode::Sandbox {
        let detail = "Tokens can be pasted only in sandbox mode, but Pinwheel is in live mode. Connect the account \
                      on Pinterest instead, or ask an administrator to switch to the sandbox.";
        return Err(Problem::conflict("sandbox_only", detail));
    }
    let missing = || Problem::conflict("not_configured", Obstacle::AppIdMissing.message());
    settings.app_id.clone().ok_or_else(missing)
}

/// Reads the token. Nothing of the body is repeated, not even the name of an unknown field: it may be the token.
fn read(body: &Value) -> Result<AccessToken, FieldError> {
    let wrong = |code, message: &str| Err(FieldError::new(FIELD, code, message));
    let Value::Object(fields) = body else {
        return Err(FieldError::new("body", "wrong_type", r#"Expected an object: {"access_token": "…"}."#));
    };
    let text = match fields.get(FIELD) {
        None | Some(Value::Null) => return wrong("required", "Paste the access token here."),
        Some(Value::String(text)) => pasted_code(text),
        Some(_) => return wrong("wrong_type", "Expected a string."),
    };
    if has_others(fields) {
        return Err(FieldError::new("body", "unknown_field", "Unknown field. Send only access_token."));
    }
    if text.is_empty() {
        return wrong("required", "Paste the access token here.");
    }
    if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return wrong(
            "invalid",
            "This isn't a Pinterest token. Copy it again, completely and without anything around it.",
        );
    }
    if text.starts_with("pinr") {
        return wrong("invalid", "This is a refresh token. Paste the access token, which starts with pina.");
    }
    Ok(AccessToken::new(&*text))
}

fn has_others(fields: &Map<String, Value>) -> bool {
    fields.keys().any(|name| name != FIELD)
}

/// What it means that the sandbox does not say whose the token is.
fn refused(error: CallError) -> Problem {
    let CallError::Refused(refusal) = &error else { return error.into() };
    let (code, message) = match &refusal.kind {
        kind if kind.is_of_the_token() => (
            "refused",
            "Pinterest's sandbox doesn't accept this token. It may have expired, or be a production token. Generate \
             a new one on developers.pinterest.com: My apps, Manage, Configure, Generate Access Token, environment \
             Sandbox.",
        ),
        RefusalKind::ScopesMissing(_) | RefusalKind::NotPermitted => (
            "scope_missing",
            "This token can't read its account (user_accounts:read is missing). Generate a sandbox token on \
             developers.pinterest.com, which has all scopes.",
        ),
        _ => return error.into(),
    };
    tracing::info!(status = refusal.status, "Pinterest took no pasted token");
    Problem::invalid_field(FIELD, code, message)
}

fn permitted(owner: OwnerId, app_id: AppId, user: UserAccount, tokens: Tokens) -> Permitted {
    Permitted {
        owner,
        person: Person { mode: Mode::Sandbox, app_id, user_id: user.id, username: user.username },
        profile_image: user.profile_image,
        account_type: user.account_type,
        // Nothing tells the scopes of a token; those of the developer pages have all of them, says Pinterest's page on
        // the sandbox.
        scopes: Scopes::all(),
        tokens,
        link: None,
    }
}

fn unkept(error: KeepError) -> Problem {
    match error {
        KeepError::Taken => Problem::conflict("account_taken", format!("{TAKEN}. {TAKEN_REMEDY}")),
        KeepError::LimitReached(reached) => reached.into(),
        KeepError::Store(error) => error.into(),
        KeepError::Seal(error) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_taken_without_the_blanks_around_it() {
        for (text, token) in [
            ("pina_AE7", "pina_AE7"),
            (" pina_AE7\n", "pina_AE7"),
            ("\u{feff}\"pina_AE7\",", "pina_AE7"),
            ("pina_\u{200b}AE7\u{200e}", "pina_AE7"),
            ("whatever-pinterest-may-invent", "whatever-pinterest-may-invent"),
        ] {
            let read = read(&json!({ "access_token": text }));
            assert_eq!(read.map(|token| token.expose().to_owned()), Ok(token.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_token_is_refused_without_repeating_it() {
        let long = "p".repeat(LONGEST + 1);
        for (body, field, code) in [
            (json!({}), FIELD, "required"),
            (json!({"access_token": null}), FIELD, "required"),
            (json!({"access_token": "  "}), FIELD, "required"),
            (json!({"access_token": 5_550_123}), FIELD, "wrong_type"),
            (json!({"access_token": ["pina_canary"]}), FIELD, "wrong_type"),
            (json!({"access_token": "pina_canary and more"}), FIELD, "invalid"),
            (json!({"access_token": "pina_canary\u{e9}"}), FIELD, "invalid"),
            (json!({"access_token": "pina_canary\u{0}"}), FIELD, "invalid"),
            (json!({"access_token": "pinr_canary"}), FIELD, "invalid"),
            (json!({ "access_token": long }), FIELD, "invalid"),
            (json!({"access_token": "x", "pina_canary": ""}), "body", "unknown_field"),
            (json!("pina_canary"), "body", "wrong_type"),
            (json!([]), "body", "wrong_type"),
        ] {
            let error = read(&body).expect_err("it is no token");
            assert_eq!((error.field.as_str(), error.code), (field, code), "{body}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }
}
