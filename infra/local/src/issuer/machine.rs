//! The machine client: a program with a secret, which gets tokens for itself (RFC 6749 §4.4).

use data_encoding::BASE64;
use http::{HeaderMap, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::api::{ACT_SCOPE, ADMIN_SCOPE};
use url::form_urlencoded;

use super::Issuer;
use super::tokens::LIFETIME_SECONDS;

/// The ID of the machine client, which is the subject of its tokens too, as with Cognito.
pub const MACHINE_ID: &str = "pinwheel-machine";

/// What the machine client may ask for.
const SCOPES: [&str; 2] = [ACT_SCOPE, ADMIN_SCOPE];

/// A client that says who it is.
pub struct Credentials {
    id: String,
    secret: String,
}

impl Credentials {
    /// Reads the header `Authorization: Basic …` (RFC 6749 §2.3.1) or, without one, these fields of the form.
    pub fn read(headers: &HeaderMap, id: &str, secret: &str) -> Option<Self> {
        let Some(header) = headers.get(header::AUTHORIZATION) else {
            return Some(Self { id: id.to_owned(), secret: secret.to_owned() });
        };
        let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
        let decoded = BASE64.decode(encoded.trim().as_bytes()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        Some(Self { id: decoded_form(id), secret: decoded_form(secret) })
    }
}

fn decoded_form(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

impl Issuer {
    /// The secret of the machine client [`MACHINE_ID`]: another one at each start.
    pub fn machine_secret(&self) -> &str {
        &self.machine_secret
    }

    /// An access token of the machine client with these scopes.
    pub fn machine_token(&self, scope: &str) -> String {
        let at = self.clock.now().as_second();
        self.key.sign(&json!({
            "iss": self.url,
            "sub": MACHINE_ID,
            "client_id": MACHINE_ID,
            "token_use": "access",
            "scope": scope,
            "auth_time": at,
            "iat": at,
            "exp": at + LIFETIME_SECONDS,
            "jti": self.fresh_id(),
        }))
    }

    /// A token for the client that these credentials are of: with the scopes asked for, or with all.
    pub(super) fn by_machine(&self, client: Option<Credentials>, scope: &str) -> Result<Value, &'static str> {
        let hash = |text: &str| Sha256::digest(text.as_bytes());
        let is_known =
            |client: &Credentials| client.id == MACHINE_ID && hash(&client.secret) == hash(&self.machine_secret);
        client.filter(is_known).ok_or("invalid_client")?;
        let asked: Vec<&str> = scope.split_ascii_whitespace().collect();
        if asked.iter().any(|scope| !SCOPES.contains(scope)) {
            return Err("invalid_scope");
        }
        let granted = if asked.is_empty() { SCOPES.join(" ") } else { asked.join(" ") };
        let token = self.machine_token(&granted);
        Ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS, "scope": granted }))
    }
}
