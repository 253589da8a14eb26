//! Who calls: the claims of the token that API Gateway's authorizer verified, and nothing else.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::StatusCode;
use http::request::Parts;

use super::Problem;
use super::actor::record_subject;
use super::token::Claims;
use crate::config::WebConfig;
use crate::domain::OwnerId;
use crate::platform::Platform;

/// The group that makes its members administrators.
pub const ADMIN_GROUP: &str = "pinwheel-admin";

/// The claims in which an issuer names groups: Cognito's, and everybody else's.
const GROUP_CLAIMS: [&str; 2] = ["cognito:groups", "groups"];

/// Somebody with a valid token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Whose data they work on.
    pub owner: OwnerId,
    /// Who they are, for the record: the token's subject, or the owner where it names none.
    pub subject: OwnerId,
}

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
        let web = &platform.config.web;
        let user = Self::from_claims(&Claims::of_request(parts)?, web)?;
        record_subject(parts, web, &user.subject);
        Ok(user)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin
where
    Arc<Platform>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let platform = Arc::<Platform>::from_ref(state);
        let admin = Self::from_claims(&Claims::of_request(parts)?)?;
        record_subject(parts, &platform.config.web, &admin.subject);
        Ok(admin)
    }
}

impl User {
    fn from_claims(claims: &Claims, web: &WebConfig) -> Result<Self, Problem> {
        let owner = owner_id(claims, &web.owner_claim).ok_or_else(|| {
            let detail = format!(
                "The token's claim {:?}, which says whose data it is for, is missing or invalid. It must be text of \
                 1 to 256 bytes.",
                web.owner_claim
            );
            Problem::new(StatusCode::FORBIDDEN, "owner_claim_missing", detail)
        })?;
        let subject = owner_id(claims, "sub").unwrap_or_else(|| owner.clone());
        Ok(Self { owner, subject })
    }
}

impl Admin {
    /// What a person's token may do (its scope) says nothing of who they are, so only a group makes an administrator.
    fn from_claims(claims: &Claims) -> Result<Self, Problem> {
        let in_group = GROUP_CLAIMS.iter().any(|name| claims.lists(name, ADMIN_GROUP));
        match owner_id(claims, "sub") {
            Some(subject) if in_group => Ok(Self { subject }),
            _ => {
                let detail = "Only administrators can do this. Administrators are the members of the group \
                              pinwheel-admin.";
                Err(Problem::new(StatusCode::FORBIDDEN, "admin_required", detail))
            }
        }
    }
}

fn owner_id(claims: &Claims, name: &str) -> Option<OwnerId> {
    claims.text(name)?.parse().ok()
}
