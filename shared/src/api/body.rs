//! JSON bodies: unknown fields are refused, and what is wrong is named by its path.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Problem;

/// A JSON body. As an extractor, `T` must refuse unknown fields itself (`deny_unknown_fields`).
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than 2 MB."))?;
        parse(&bytes).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.0).expect("our own response bodies are plain structures");
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() { wrong_field(&path, &error) } else { malformed(&error) }
    })?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let detail = format!("The body isn't valid JSON (line {}, column {}).", error.line(), error.column());
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", detail)
}

fn wrong_field(path: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    // serde adds the place in the text, which the path says better; values are left out, they may be secret.
    let message = text.split(" at line ").next().unwrap_or_default();
    let (code, message) = if message.starts_with("unknown field") {
        ("unknown_field", message.to_owned())
    } else if message.starts_with("missing field") {
        ("required", message.to_owned())
    } else {
        let expected = message.rsplit_once("expected ").map_or("another kind of value", |(_, expected)| expected);
        ("wrong_type", format!("expected {expected}"))
    };
    let field = if path == "." { "body" } else { path };
    let named = message.split('`').nth(1).filter(|_| code == "required");
    let field = match (named, field) {
        (Some(name), "body") => name.to_owned(),
        (Some(name), parent) => format!("{parent}.{name}"),
        (None, field) => field.to_owned(),
    };
    Problem::invalid_field(field, code, format!("{}.", capitalized(&message)))
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its shape matters")]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its shape matters")]
        number: u8,
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path_and_never_by_its_value() {
        for (body, field, code) in [
            (r#"{"inner":[{"number":1},{"number":"hunter2"}]}"#, "inner[1].number", "wrong_type"),
            (r#"{"inner":[{}]}"#, "inner[0].number", "required"),
            (r"{}", "inner", "required"),
            (r#"{"inner":[],"hunter":1}"#, "hunter", "unknown_field"),
            (r"[]", "body", "wrong_type"),
        ] {
            let problem = parse::<Outer>(body.as_bytes()).unwrap_err();
            let error = &problem.errors[0];
            assert_eq!((error.field.as_str(), error.code), (field, code), "{body}");
            assert!(!error.message.contains("hunter2"), "{}", error.message);
        }
    }

    #[test]
    fn what_is_not_json_is_a_bad_request() {
        for body in ["{", r#"{"inner":[]} x"#, "\u{feff}{}"] {
            assert_eq!(parse::<Outer>(body.as_bytes()).unwrap_err().code, "malformed_json", "{body}");
        }
    }
}
