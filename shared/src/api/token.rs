//! The access token that API Gateway's authorizer verified, read with its JSON types.
//!
//! The authorizer hands every claim on as text: a list becomes `[a b]`, null the text `null` or nothing, and no reader can
//! tell a list of two groups from one group with a space in its name. The payload of the token itself still can.

use std::collections::HashMap;

use data_encoding::BASE64URL_NOPAD;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use lambda_http::request::RequestContext;
use serde_json::{Map, Value};

use super::Problem;

/// The claims of a verified access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Reads the token of a request, which must be the one that the authorizer verified.
    pub fn of_request(parts: &Parts) -> Result<Self, Problem> {
        let verified = verified(parts).ok_or_else(|| {
            unauthenticated(
                "The request has no verified token. Sign in, or \
                                                                      send an access token.",
            )
        })?;
        let claims = payload(&parts.headers).ok_or_else(|| {
            unauthenticated("The Authorization header must contain one access token, as in \"Bearer …\".")
        })?;
        if !is_same_token(&claims, verified) {
            return Err(unauthenticated(
                "The token in the Authorization header isn't the one that was verified. Send only one token.",
            ));
        }
        Ok(Self(claims))
    }

    /// A claim that is text with more than blanks in it; anything else is as good as none.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.trim().is_empty())
    }

    /// True where the token has such a claim, whatever it says.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// True where this is one of the token's scopes: words separated by spaces (RFC 8693 §4.2), or a list of them.
    pub fn has_scope(&self, wanted: &str) -> bool {
        match self.0.get("scope").or_else(|| self.0.get("scp")) {
            Some(Value::String(text)) => text.split_ascii_whitespace().any(|scope| scope == wanted),
            Some(Value::Array(scopes)) => scopes.iter().any(|scope| scope.as_str() == Some(wanted)),
            _ => false,
        }
    }

    /// True where a claim is exactly this text, or a list with exactly this text in it.
    pub fn lists(&self, name: &str, wanted: &str) -> bool {
        match self.0.get(name) {
            Some(Value::String(text)) => text == wanted,
            Some(Value::Array(entries)) => entries.iter().any(|entry| entry.as_str() == Some(wanted)),
            _ => false,
        }
    }
}

fn unauthenticated(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
}

/// The claims as the authorizer hands them on.
fn verified(parts: &Parts) -> Option<&HashMap<String, String>> {
    let Some(RequestContext::ApiGatewayV2(context)) = parts.extensions.get() else { return None };
    Some(&context.authorizer.as_ref()?.jwt.as_ref()?.claims)
}

/// The payload of the only token in the header `Authorization`. Its signature was the authorizer's to check.
fn payload(headers: &HeaderMap) -> Option<Map<String, Value>> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let value = value.to_str().ok()?;
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => value,
    };
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let payload = BASE64URL_NOPAD.decode(payload.trim_end_matches('=').as_bytes()).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// True where every text of the token, alone or in a list, is among what the authorizer verified.
///
/// An installation whose authorizer took the token from elsewhere than the header would else trust a token that nobody
/// verified. How the authorizer writes numbers and maps is not documented, so those are not compared.
fn is_same_token(claims: &Map<String, Value>, verified: &HashMap<String, String>) -> bool {
    claims.iter().all(|(name, claim)| match (claim, verified.get(name)) {
        (Value::String(text), Some(found)) => found == text,
        (Value::String(text), None) => text.is_empty(),
        (Value::Array(entries), Some(found)) => {
            entries.iter().filter_map(Value::as_str).all(|entry| found.contains(entry))
        }
        (Value::Array(entries), None) => entries.is_empty(),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use http::Request;
    use serde_json::json;

    use super::*;

    fn token(payload: &Value) -> String {
        format!("e30.{}.c2lnbmVk", BASE64URL_NOPAD.encode(payload.to_string().as_bytes()))
    }

    fn parts(headers: &[&str], verified: Option<&Value>) -> Parts {
        let mut request = Request::builder();
        for header in headers {
            request = request.header(AUTHORIZATION, *header);
        }
        if let Some(claims) = verified {
            let context = json!({
                "accountId": "1", "apiId": "a", "stage": "$default", "routeKey": "$default", "requestId": "r",
                "domainName": "pins.example.com", "timeEpoch": 0,
                "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "::1", "userAgent": "x"},
                "authorizer": {"jwt": {"claims": claims, "scopes": null}},
            });
            request = request.extension(RequestContext::ApiGatewayV2(serde_json::from_value(context).unwrap()));
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_token_is_read_where_it_is_the_verified_one() {
        let payload =
            json!({"sub": "alice", "groups": ["a b", "c"], "exp": 1, "email": null, "address": {"city": "Ulm"}});
        let verified = json!({"sub": "alice", "groups": "[a b c]", "exp": "1", "address": "map[city:Ulm]"});
        for header in [format!("Bearer {}", token(&payload)), format!("bearer  {}", token(&payload)), token(&payload)] {
            let claims = Claims::of_request(&parts(&[&header], Some(&verified))).unwrap();
            assert_eq!(claims.text("sub"), Some("alice"), "{header}");
            assert!(claims.lists("groups", "a b") && claims.lists("groups", "c") && !claims.lists("groups", "a"));
        }
    }

    #[test]
    fn a_missing_a_second_or_a_different_token_is_refused() {
        let payload = json!({"iss": "i", "sub": "alice", "groups": ["editors"]});
        let verified = json!({"iss": "i", "sub": "alice", "groups": "[editors]"});
        let good = token(&payload);
        let with = |name: &str, value: Value| {
            let mut payload = payload.clone();
            payload[name] = value;
            token(&payload)
        };
        let refused = |headers: &[&str], verified: Option<&Value>| {
            let refused = Claims::of_request(&parts(headers, verified)).err();
            refused.is_some_and(|problem| problem.status == StatusCode::UNAUTHORIZED)
        };
        assert!(!refused(&[&good], Some(&verified)));
        assert!(refused(&[&good], None), "nobody verified it");
        assert!(refused(&[], Some(&verified)));
        assert!(refused(&[&good, &good], Some(&verified)));
        for header in [
            "",
            "Bearer ",
            "Bearer a.b",
            "Bearer e30.e30",
            "Basic YTpi",
            &format!("{good}.x"),
            &format!("{good}, {good}"),
            &with("sub", json!("bob")),
            &with("groups", json!(["editors", "pinwheel-admin"])),
            &with("more", json!("x")),
            &with("more", json!(["x"])),
            &token(&json!(["sub", "alice"])),
        ] {
            assert!(refused(&[header], Some(&verified)), "{header}");
        }
    }

    #[test]
    fn only_a_text_with_more_than_blanks_is_text() {
        for (value, text) in [
            (json!("alice"), Some("alice")),
            (json!(" a "), Some(" a ")),
            (json!("null"), Some("null")),
            (json!(""), None),
            (json!(" \t\n\u{3000}"), None),
            (json!(null), None),
            (json!(["alice"]), None),
            (json!({"name": "alice"}), None),
            (json!(42), None),
            (json!(true), None),
        ] {
            let claims = Claims(Map::from_iter([("sub".to_owned(), value.clone())]));
            assert_eq!(claims.text("sub"), text, "{value}");
        }
        assert_eq!(Claims(Map::new()).text("sub"), None);
    }

    #[test]
    fn scopes_are_words_of_one_text_or_entries_of_a_list() {
        for (claims, has) in [
            (json!({"scope": "openid pinwheel/act"}), true),
            (json!({"scp": "pinwheel/act"}), true),
            (json!({"scp": ["openid", "pinwheel/act"]}), true),
            (json!({"scope": "openid", "scp": ["pinwheel/act"]}), false),
            (json!({"scope": "pinwheel/acts xpinwheel/act"}), false),
            (json!({"scope": ["openid pinwheel/act"]}), false),
            (json!({"scope": null}), false),
            (json!({}), false),
        ] {
            let Value::Object(map) = claims.clone() else { panic!("{claims}") };
            assert_eq!(Claims(map).has_scope("pinwheel/act"), has, "{claims}");
        }
    }

    #[test]
    fn groups_are_compared_whole() {
        for (groups, member) in [
            (json!(["pinwheel-admin"]), true),
            (json!(["editors", "pinwheel-admin"]), true),
            (json!("pinwheel-admin"), true),
            (json!(["editors pinwheel-admin"]), false),
            (json!(["editors,pinwheel-admin"]), false),
            (json!(["[pinwheel-admin]"]), false),
            (json!("editors pinwheel-admin"), false),
            (json!("[editors pinwheel-admin]"), false),
            (json!("[pinwheel-admin]"), false),
            (json!(["pinwheel-administrators", "not-pinwheel-admin", "PINWHEEL-ADMIN", " pinwheel-admin"]), false),
            (json!([["pinwheel-admin"]]), false),
            (json!({"pinwheel-admin": true}), false),
            (json!(null), false),
        ] {
            let claims = Claims(Map::from_iter([("groups".to_owned(), groups.clone())]));
            assert_eq!(claims.lists("groups", "pinwheel-admin"), member, "{groups}");
        }
    }
}
