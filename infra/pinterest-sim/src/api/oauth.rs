//! The token endpoint and revocation.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Incoming, Refusal};
use crate::controls::Rotation;
use crate::draw;
use crate::mode::Mode;
use crate::moment::after_seconds;
use crate::operation::Operation;
use crate::scope::ScopeSet;
use crate::simulator::World;
use crate::store::{Kind, Token};

/// `POST /oauth/token`: every grant.
pub(super) fn token(world: &mut World<'_>, call: &Incoming) -> Result<Answer, Refusal> {
    check_app(world, call)?;
    if !call.has_form() {
        return Err(Refusal::bad("Invalid request: the body must be application/x-www-form-urlencoded"));
    }
    match call.operation {
        Operation::ExchangeCode => exchange(world, call),
        Operation::RefreshToken => refresh(world, call),
        Operation::ClientCredentials => client_credentials(world, call),
        // Invented: the words.
        _ => Err(Refusal::invalid("grant_type must be authorization_code, refresh_token or client_credentials")),
    }
}

/// `POST /oauth/token/revoke`: works for tokens of system users only, and there are none here.
pub(super) fn revoke(world: &World<'_>, call: &Incoming) -> Result<Answer, Refusal> {
    check_app(world, call)?;
    required(call, "token")?;
    Err(Refusal::not_permitted())
}

/// The username of the person whose code or refresh token is being exchanged.
pub(super) fn person_of_grant(world: &World<'_>, call: &Incoming) -> Result<Option<String>, Refusal> {
    let person_id = match call.operation {
        Operation::ExchangeCode => match call.form.get("code") {
            Some(code) => world.find_code(code)?.map(|grant| grant.person_id),
            None => None,
        },
        Operation::RefreshToken => match call.form.get("refresh_token") {
            Some(token) => world.find_token(call.mode, Kind::Refresh, token)?.map(|token| token.person_id),
            None => None,
        },
        _ => None,
    };
    match person_id {
        Some(id) => Ok(world.find_person(&id)?.map(|person| person.username)),
        None => Ok(None),
    }
}

/// Makes an access token that works now.
pub(crate) fn issue_access_token(
    world: &mut World<'_>,
    mode: Mode,
    person_id: &str,
    scopes: &ScopeSet,
) -> rusqlite::Result<String> {
    issue(world, ("pina", Kind::Access), (mode, person_id), scopes)
}

fn issue(
    world: &mut World<'_>,
    (prefix, kind): (&str, Kind),
    (mode, person_id): (Mode, &str),
    scopes: &ScopeSet,
) -> rusqlite::Result<String> {
    let token = draw::token(world.rng, prefix);
    let lifetimes = world.controls.lifetimes;
    let lifetime = match kind {
        Kind::Access => lifetimes.access_s,
        Kind::Refresh => lifetimes.refresh_s,
    };
    world.insert_token(&Token {
        text: token.clone(),
        kind,
        mode,
        person_id: person_id.to_owned(),
        scopes: scopes.clone(),
        expires_at: after_seconds(world.now, lifetime.into()),
    })?;
    Ok(token)
}

fn check_app(world: &World<'_>, call: &Incoming) -> Result<(), Refusal> {
    match call.basic() {
        Some((id, secret)) if id == world.app.id && secret == world.app.secret => Ok(()),
        _ => Err(Refusal::authentication_failed()),
    }
}

fn required<'a>(call: &'a Incoming, name: &str) -> Result<&'a str, Refusal> {
    let value = call.form.get(name).filter(|value| !value.is_empty());
    value.map(String::as_str).ok_or_else(|| Refusal::invalid(format!("'{name}' is a required property")))
}

fn exchange(world: &mut World<'_>, call: &Incoming) -> Result<Answer, Refusal> {
    let code = required(call, "code")?;
    let redirect_uri = required(call, "redirect_uri")?;
    // Apps made after 2025-09-25 always have continuous refresh; for older ones it is a flag.
    if call.form.get("continuous_refresh").is_some_and(|flag| !matches!(flag.as_str(), "true" | "false")) {
        return Err(Refusal::invalid("'continuous_refresh' is not of type 'boolean'"));
    }
    let grant = world.find_code(code)?.ok_or_else(Refusal::grant_invalid)?;
    if grant.used || grant.expires_at <= world.now || grant.redirect_uri != redirect_uri {
        return Err(Refusal::grant_invalid());
    }
    world.use_code(code)?;
    let scopes = world.approved(&grant.person_id)?;
    let access = issue_access_token(world, call.mode, &grant.person_id, &scopes)?;
    let mut body = access_body(world, "authorization_code", &access, &scopes);
    add_refresh_token(world, call.mode, &grant.person_id, &scopes, &mut body)?;
    Ok(granted(world, body))
}

fn refresh(world: &mut World<'_>, call: &Incoming) -> Result<Answer, Refusal> {
    let given = required(call, "refresh_token")?;
    let old = world.find_token(call.mode, Kind::Refresh, given)?.ok_or_else(Refusal::grant_invalid)?;
    let narrowed = match call.form.get("scope") {
        Some(list) => parse_scopes(list)?,
        None => old.scopes.clone(),
    };
    if !old.scopes.covers(&narrowed) {
        // Invented: the words.
        return Err(Refusal::invalid("the scope is wider than the refresh token's"));
    }
    if matches!(world.controls.rotation, Rotation::OldDies | Rotation::BothDie) {
        world.revoke_token(&old.text)?;
    }
    if world.controls.rotation == Rotation::BothDie {
        world.revoke_access_tokens(call.mode, &old.person_id)?;
    }
    let access = issue_access_token(world, call.mode, &old.person_id, &narrowed)?;
    let mut body = access_body(world, "refresh_token", &access, &narrowed);
    if world.controls.rotation != Rotation::NotRenewed {
        add_refresh_token(world, call.mode, &old.person_id, &old.scopes, &mut body)?;
    }
    Ok(granted(world, body))
}

/// A token for the account of the app's owner, here the first person of the world.
fn client_credentials(world: &mut World<'_>, call: &Incoming) -> Result<Answer, Refusal> {
    let scopes = parse_scopes(required(call, "scope")?)?;
    let owner = world.people()?.into_iter().next().ok_or_else(Refusal::user_not_found)?;
    let access = issue(world, ("pinc", Kind::Access), (call.mode, &owner.id), &scopes)?;
    Ok(granted(world, access_body(world, "client_credentials", &access, &scopes)))
}

fn granted(world: &World<'_>, body: Value) -> Answer {
    let status = StatusCode::from_u16(world.controls.answers.token_status).unwrap_or(StatusCode::OK);
    Answer { status, body: Some(body) }
}

fn parse_scopes(list: &str) -> Result<ScopeSet, Refusal> {
    ScopeSet::parse(list).map_err(|unknown| Refusal::invalid(format!("'{unknown}' is not a scope")))
}

fn access_body(world: &World<'_>, response_type: &str, token: &str, scopes: &ScopeSet) -> Value {
    let mut body = json!({
        "response_type": response_type,
        "access_token": token,
        "token_type": "bearer",
        "expires_in": world.controls.lifetimes.access_s,
    });
    if world.controls.answers.token_scope {
        body["scope"] = Value::from(scopes.to_list());
    }
    if world.controls.answers.extra_fields {
        body["issued_by"] = Value::from("pinterest-sim");
    }
    body
}

fn add_refresh_token(
    world: &mut World<'_>,
    mode: Mode,
    person_id: &str,
    scopes: &ScopeSet,
    body: &mut Value,
) -> rusqlite::Result<()> {
    let token = issue(world, ("pinr", Kind::Refresh), (mode, person_id), scopes)?;
    let lifetime = world.controls.lifetimes.refresh_s;
    body["refresh_token"] = Value::from(token);
    body["refresh_token_expires_in"] = Value::from(lifetime);
    body["refresh_token_expires_at"] = Value::from(after_seconds(world.now, lifetime.into()).as_second());
    Ok(())
}
