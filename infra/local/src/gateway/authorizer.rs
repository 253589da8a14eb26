//! API Gateway's JWT authorizer: checks a token by its issuer's keys and hands its claims on.

use http::{HeaderMap, header};
use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use super::reply::Refusal;

/// What tokens must have, the same for every route.
///
/// Source: the API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers". Unlike API Gateway it
/// takes ES256, whose keys are made in no time.
pub struct Authorizer {
    /// The claim `iss`.
    pub issuer: String,
    /// What the claim `aud`, or `client_id` where there is no `aud`, may be.
    pub audiences: Vec<String>,
    /// Scopes of which one must be in the claim `scope` or `scp`.
    pub scopes: Vec<String>,
    /// The issuer's public keys.
    pub keys: JwkSet,
}

/// Who calls, as the function reads it.
pub struct Authorized {
    /// The claims, each as text.
    pub claims: Map<String, Value>,
    /// The scopes that the route asked for.
    pub scopes: Vec<String>,
}

impl Authorizer {
    /// Checks the token of the header `Authorization`, with `Bearer` or without it.
    pub fn check(&self, headers: &HeaderMap, now: Timestamp) -> Result<Authorized, Refusal> {
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(bare);
        let token = token.filter(|token| !token.is_empty()).ok_or(Refusal::Unauthorized(None))?;
        let claims = self.verify(token).map_err(|why| Refusal::Unauthorized(Some(why)))?;
        self.valid(&claims, now).map_err(|why| Refusal::Unauthorized(Some(why)))?;
        if !scopes(&claims).any(|scope| self.scopes.iter().any(|accepted| accepted == scope)) {
            return Err(Refusal::Forbidden(self.scopes.join(" ")));
        }
        Ok(Authorized { claims: claims_as_text(&claims), scopes: self.scopes.clone() })
    }

    fn verify(&self, token: &str) -> Result<Map<String, Value>, &'static str> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| "the token is malformed")?;
        let key = header.kid.and_then(|id| self.keys.find(&id)).ok_or("signing method or key is unknown")?;
        let key = DecodingKey::from_jwk(key).map_err(|_| "signing method or key is unknown")?;
        // The library would compare with the real time, so the times are checked here.
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        jsonwebtoken::decode(token, &key, &validation)
            .map(|token| token.claims)
            .map_err(|_| "the token's signature is not valid")
    }

    fn valid(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<(), &'static str> {
        if claims.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err("the token has an invalid issuer");
        }
        let audience = claims.get("aud").or_else(|| claims.get("client_id"));
        if !audience.is_some_and(|audience| self.audiences.iter().any(|accepted| names(audience, accepted))) {
            return Err("the token does not have a valid audience");
        }
        let second = |name| claims.get(name).and_then(Value::as_i64);
        if second("exp").is_none_or(|until| now.as_second() >= until) {
            return Err("the token has expired");
        }
        if ["nbf", "iat"].iter().any(|name| second(name).is_some_and(|from| now.as_second() < from)) {
            return Err("the token is not valid yet");
        }
        Ok(())
    }
}

fn bare(value: &str) -> &str {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => value,
    }
}

/// True for the text itself and for a list with it.
fn names(claim: &Value, wanted: &str) -> bool {
    claim == wanted || claim.as_array().is_some_and(|list| list.iter().any(|entry| entry == wanted))
}

fn scopes(claims: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let texts = match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text.as_str()],
        _ => Vec::new(),
    };
    texts.into_iter().flat_map(str::split_ascii_whitespace)
}

/// The claims of a token as API Gateway hands them to a function: everything is text, a list is `[a b]`.
pub fn claims_as_text(claims: &Map<String, Value>) -> Map<String, Value> {
    claims.iter().map(|(name, value)| (name.clone(), Value::String(as_text(value)))).collect()
}

fn as_text(claim: &Value) -> String {
    match claim {
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let entries: Vec<String> = list.iter().map(as_text).collect();
            format!("[{}]", entries.join(" "))
        }
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(name, value)| format!("{name}:{}", as_text(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
        other => other.to_string(),
    }
}
