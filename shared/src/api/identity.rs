//! Who calls: the claims that API Gateway's authorizer verified, and nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::StatusCode;
use http::request::Parts;
use lambda_http::request::RequestContext;

use super::Problem;
use crate::config::WebConfig;
use crate::domain::OwnerId;
use crate::platform::Platform;

/// The group that makes its members administrators.
pub const ADMIN_GROUP: &str = "pinwheel-admin";

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
        Self::from_claims(claims(parts)?, &platform.config.web)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin
where
    Arc<Platform>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let platform = Arc::<Platform>::from_ref(state);
        Self::from_claims(claims(parts)?, &platform.config.web)
    }
}

impl User {
    fn from_claims(claims: &HashMap<String, String>, web: &WebConfig) -> Result<Self, Problem> {
        let owner: Option<OwnerId> = claims.get(&web.owner_claim).and_then(|value| value.parse().ok());
        let owner = owner.ok_or_else(|| {
            let detail =
                format!("The token has no usable claim {:?}, which says whose data it is for.", web.owner_claim);
            Problem::new(StatusCode::FORBIDDEN, "owner_claim_missing", detail)
        })?;
        let subject = claims.get("sub").and_then(|value| value.parse().ok()).unwrap_or_else(|| owner.clone());
        Ok(Self { owner, subject })
    }
}

impl Admin {
    fn from_claims(claims: &HashMap<String, String>, web: &WebConfig) -> Result<Self, Problem> {
        let in_group = ["cognito:groups", "groups"]
            .iter()
            .any(|name| claims.get(*name).is_some_and(|value| list(value).any(|group| group == ADMIN_GROUP)));
        let has_scope = web.admin_scope.as_deref().is_some_and(|wanted| {
            claims.get("scope").is_some_and(|scopes| scopes.split(' ').any(|scope| scope == wanted))
        });
        let subject = claims.get("sub").and_then(|value| value.parse().ok());
        match subject {
            Some(subject) if in_group || has_scope => Ok(Self { subject }),
            _ => {
                let detail = "Only administrators may do this: members of the group pinwheel-admin.";
                Err(Problem::new(StatusCode::FORBIDDEN, "admin_required", detail))
            }
        }
    }
}

fn claims(parts: &Parts) -> Result<&HashMap<String, String>, Problem> {
    let context = parts.extensions.get::<RequestContext>();
    let authorizer = match context {
        Some(RequestContext::ApiGatewayV2(context)) => context.authorizer.as_ref(),
        _ => None,
    };
    authorizer.and_then(|authorizer| authorizer.jwt.as_ref()).map(|jwt| &jwt.claims).ok_or_else(|| {
        let detail = "No verified token came with the request.";
        Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
    })
}

/// API Gateway writes a list claim as `[a b]`; other issuers may send one plain word.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.trim_start_matches('[').trim_end_matches(']').split([' ', ',']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web(admin_scope: Option<&str>) -> WebConfig {
        WebConfig {
            public_url: None,
            owner_claim: "sub".into(),
            admin_scope: admin_scope.map(str::to_owned),
            return_to_origins: Vec::new(),
            sign_in: None,
        }
    }

    #[test]
    fn administrators_are_those_of_the_group_or_of_the_configured_scope() {
        for (claim, value, scope, admin) in [
            ("cognito:groups", "[pinwheel-admin]", None, true),
            ("cognito:groups", "[editors pinwheel-admin]", None, true),
            ("groups", "pinwheel-admin", None, true),
            ("cognito:groups", "[not-pinwheel-admin]", None, false),
            ("cognito:groups", "[pinwheel-administrators]", None, false),
            ("scope", "pinwheel/use pinwheel/admin", None, false),
            ("scope", "pinwheel/use pinwheel/admin", Some("pinwheel/admin"), true),
            ("scope", "pinwheel/use", Some("pinwheel/admin"), false),
        ] {
            let claims = HashMap::from([("sub".into(), "ann".into()), (claim.into(), value.into())]);
            assert_eq!(Admin::from_claims(&claims, &web(scope)).is_ok(), admin, "{claim} {value} {scope:?}");
        }
    }

    #[test]
    fn a_token_without_the_owner_claim_owns_nothing() {
        let claims = HashMap::from([("sub".into(), String::new())]);
        assert_eq!(User::from_claims(&claims, &web(None)).err().map(|p| p.code), Some("owner_claim_missing"));
    }
}
