//! The claims of the tokens, named as Cognito names them.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::api::ADMIN_GROUP;

/// The scope that every route of Pinwheel asks for.
pub const USE_SCOPE: &str = "pinwheel/use";
/// How long a token is good for, in seconds: a working day.
pub const LIFETIME_SECONDS: i64 = 12 * 60 * 60;

/// How long a sign-in can be renewed, in seconds: as long as Cognito does it in the template.
const REFRESH_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Somebody who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name they picked, which becomes the claim `sub`.
    pub name: String,
    /// Whether they are in the administrators' group.
    pub is_admin: bool,
}

impl Person {
    /// A person who only uses Pinwheel.
    pub fn user(name: &str) -> Self {
        Self { name: name.to_owned(), is_admin: false }
    }

    /// A person who may change the settings too.
    pub fn admin(name: &str) -> Self {
        Self { name: name.to_owned(), is_admin: true }
    }
}

/// What is the same in both tokens of one sign-in.
pub struct Issue<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub person: &'a Person,
    pub id: String,
    pub at: Timestamp,
}

impl Issue<'_> {
    /// An access token's claims: with scopes, and the client in `client_id` instead of `aud`.
    pub fn access(&self, scope: &str) -> Value {
        let mut claims = self.common("access");
        claims["client_id"] = json!(self.client_id);
        claims["scope"] = json!(scope);
        claims["username"] = json!(self.person.name);
        claims
    }

    /// A refresh token's claims: another audience and no scope claim, so that nobody but the issuer takes it.
    pub fn refresh(&self, scope: &str) -> Value {
        let mut claims = self.common("refresh");
        claims["aud"] = json!(self.issuer);
        claims["granted"] = json!(scope);
        claims["exp"] = json!(self.at.as_second() + REFRESH_SECONDS);
        claims
    }

    /// An ID token's claims: no scope, so that no route takes it.
    pub fn identity(&self, nonce: Option<&str>) -> Value {
        let mut claims = self.common("id");
        claims["aud"] = json!(self.client_id);
        claims["cognito:username"] = json!(self.person.name);
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        claims
    }

    fn common(&self, token_use: &str) -> Value {
        let at = self.at.as_second();
        let mut claims = json!({
            "iss": self.issuer,
            "sub": self.person.name,
            "token_use": token_use,
            "auth_time": at,
            "iat": at,
            "exp": at + LIFETIME_SECONDS,
            "jti": self.id,
        });
        if self.person.is_admin {
            claims["cognito:groups"] = json!([ADMIN_GROUP]);
        }
        claims
    }
}
