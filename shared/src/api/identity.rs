//! Who calls: the claims of the token that API Gateway's authorizer verified, and nothing else. A machine client also says for
//! whom it acts.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::StatusCode;
use http::request::Parts;

use super::Problem;
use super::actor::{actor, record_change};
use super::token::Claims;
use crate::config::WebConfig;
use crate::domain::OwnerId;
use crate::platform::Platform;

/// The group that makes its members administrators.
pub const ADMIN_GROUP: &str = "pinwheel-admin";

/// The scope by which a machine client acts for any owner.
pub const ACT_SCOPE: &str = "pinwheel/act";

/// The scope that makes a machine client an administrator; a person's token may have it in vain.
pub const ADMIN_SCOPE: &str = "pinwheel/admin";

/// The header in which a machine client names the owner that it acts for.
pub const OWNER_HEADER: &str = "pinwheel-owner";

/// The claims in which an issuer names groups: Cognito's, and everybody else's.
const GROUP_CLAIMS: [&str; 2] = ["cognito:groups", "groups"];

/// The claims that only tokens of people have. Where people choose their own names, one could be that of a machine client.
const CLAIMS_OF_PEOPLE: [&str; 3] = ["username", "cognito:username", "cognito:groups"];

/// Somebody with a valid token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Whose data they work on.
    pub owner: OwnerId,
    /// Who they are, for the record: the token's subject, or the owner where it names none.
    pub subject: OwnerId,
    /// Who they are, as the log names them; absent where `SUBJECT_KEY` is not set.
    pub by: Option<String>,
}

/// Somebody with a valid token, where only other requests that they make read or change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer;

/// Somebody who may change the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Who they are, for the record of changes: the token's subject.
    pub subject: OwnerId,
}

impl<S: Send + Sync> FromRequestParts<S> for User
where
    Arc<Platform>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let platform = Arc::<Platform>::from_ref(state);
        let user = Self::identify(&platform, parts)?;
        if !parts.method.is_safe() && platform.erasures.is_under_way(&user.owner).await? {
            return Err(being_erased());
        }
        Ok(user)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Bearer
where
    Arc<Platform>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        User::identify(&Arc::<Platform>::from_ref(state), parts).map(|_| Self)
    }
}

fn being_erased() -> Problem {
    let detail = "An administrator is having everything of this owner erased, which takes up to an hour. After that you \
                  can begin anew.";
    Problem::conflict("owner_is_being_erased", detail)
}

impl<S: Send + Sync> FromRequestParts<S> for Admin
where
    Arc<Platform>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let platform = Arc::<Platform>::from_ref(state);
        let web = &platform.config.web;
        let (admin, by) = Self::from_claims(&Claims::of_request(parts)?, web)?;
        record_change(parts, by.as_deref());
        Ok(admin)
    }
}

impl User {
    fn identify(platform: &Platform, parts: &Parts) -> Result<Self, Problem> {
        let web = &platform.config.web;
        let claims = Claims::of_request(parts)?;
        let user = if is_machine(&claims, web) {
            Self::of_machine(&claims, web, parts)
        } else {
            Self::of_person(&claims, web, parts)
        }?;
        record_change(parts, user.by.as_deref());
        Ok(user)
    }

    fn of_person(claims: &Claims, web: &WebConfig, parts: &Parts) -> Result<Self, Problem> {
        require_scope(claims, &web.required_scope)?;
        if parts.headers.contains_key(OWNER_HEADER) {
            let detail = "Only machine clients can act for the owner in the header Pinwheel-Owner. Omit the header, or \
                          have an administrator list this token's subject in MACHINE_CLIENTS.";
            return Err(Problem::new(StatusCode::FORBIDDEN, "owner_not_allowed", detail));
        }
        let owner = owner_id(claims, &web.owner_claim).ok_or_else(|| {
            let detail = format!(
                "The token's claim {:?}, which says whose data it is for, is missing or invalid. It must be text of \
                 1 to 256 bytes.",
                web.owner_claim
            );
            Problem::new(StatusCode::FORBIDDEN, "owner_claim_missing", detail)
        })?;
        let subject = owner_id(claims, "sub").unwrap_or_else(|| owner.clone());
        Ok(Self { by: actor(web, &subject, false), owner, subject })
    }

    fn of_machine(claims: &Claims, web: &WebConfig, parts: &Parts) -> Result<Self, Problem> {
        require_scope(claims, ACT_SCOPE)?;
        let client = owner_id(claims, "sub").ok_or_else(|| missing_scope(ACT_SCOPE))?;
        let owner = named_owner(parts)?;
        Ok(Self { owner, by: actor(web, &client, true), subject: machine(client) })
    }
}

impl Admin {
    /// What a person's token may do (its scope) says nothing of who they are, so only a group makes a person an
    /// administrator. A machine client is in no group, and nobody but the issuer gives it its scopes.
    fn from_claims(claims: &Claims, web: &WebConfig) -> Result<(Self, Option<String>), Problem> {
        let is_machine = is_machine(claims, web);
        if !is_machine {
            require_scope(claims, &web.required_scope)?;
        }
        let in_group = || GROUP_CLAIMS.iter().any(|name| claims.lists(name, ADMIN_GROUP));
        let is_admin = if is_machine { claims.has_scope(ADMIN_SCOPE) } else { in_group() };
        match owner_id(claims, "sub") {
            Some(subject) if is_admin => {
                let by = actor(web, &subject, is_machine);
                Ok((Self { subject: if is_machine { machine(subject) } else { subject } }, by))
            }
            _ => {
                let detail = "Only administrators can do this. Administrators are the members of the group \
                              pinwheel-admin, and machine clients with the scope pinwheel/admin.";
                Err(Problem::new(StatusCode::FORBIDDEN, "admin_required", detail))
            }
        }
    }
}

/// Whether the token is a program's: its subject is one that the installation lists, and nothing in it is of a person.
fn is_machine(claims: &Claims, web: &WebConfig) -> bool {
    let is_listed =
        claims.text("sub").is_some_and(|subject| web.machine_clients.iter().any(|client| client == subject));
    is_listed && !CLAIMS_OF_PEOPLE.iter().any(|name| claims.has(name))
}

/// API Gateway lets a token through that has any of the scopes; which of them it needs depends on whose it is.
fn require_scope(claims: &Claims, scope: &str) -> Result<(), Problem> {
    if claims.has_scope(scope) { Ok(()) } else { Err(missing_scope(scope)) }
}

fn missing_scope(scope: &str) -> Problem {
    let detail = format!("The token lacks the scope {scope}. Request a token with this scope.");
    Problem::new(StatusCode::FORBIDDEN, "scope_required", detail)
}

/// The owner that a machine client acts for.
fn named_owner(parts: &Parts) -> Result<OwnerId, Problem> {
    let mut values = parts.headers.get_all(OWNER_HEADER).iter();
    let named = values.next().ok_or_else(|| {
        let detail = "A machine client has to name the owner that it acts for. Send the header Pinwheel-Owner with the \
                      owner's ID, which is what the tokens of that person have in the owner claim.";
        Problem::new(StatusCode::BAD_REQUEST, "owner_required", detail)
    })?;
    let text = std::str::from_utf8(named.as_bytes()).ok().filter(|_| values.next().is_none());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        let detail = "The header Pinwheel-Owner must be sent once, with the ID of an owner of 1 to 256 bytes that isn't \
                      blank.";
        Problem::new(StatusCode::BAD_REQUEST, "owner_invalid", detail)
    })
}

/// A machine client, as histories name it.
fn machine(client: OwnerId) -> OwnerId {
    format!("machine client {client}").parse().unwrap_or(client)
}

fn owner_id(claims: &Claims, name: &str) -> Option<OwnerId> {
    claims.text(name)?.parse().ok()
}
