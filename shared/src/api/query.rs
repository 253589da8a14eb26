//! Query strings: unknown parameters are passed over, wrong values are named.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::request::Parts;
use url::form_urlencoded;

use super::Problem;
use crate::domain::FieldError;
use crate::domain::characters::{parse_pasted, trim_unseen};

/// The parameters of a query string, in order; a name may occur several times. White space and what is not seen at the ends of
/// a value do not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many entries, 1 to 100.
    pub limit: u8,
    /// Where an earlier page ended; opaque to clients.
    pub cursor: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        Ok(Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect()))
    }
}

impl Query {
    /// The first value of `name` that is not empty.
    pub fn one<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// All values of `name` that are not empty.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let given = self.0.iter().filter(move |(known, value)| known == name && !value.is_empty());
        given.map(|(_, value)| trim_unseen(value))
    }

    /// The value of `name` as a `T`; a value that is none is noted in `errors` with `expected`.
    pub fn parsed<T: FromStr>(&self, name: &str, expected: &str, errors: &mut Vec<FieldError>) -> Option<T> {
        let parsed = parse_pasted(self.one(name)?);
        if parsed.is_err() {
            errors.push(FieldError::new(name, "invalid", format!("Expected {expected}.")));
        }
        parsed.ok()
    }

    /// `limit` (50 where it is not given) and `cursor`; what is wrong is noted in `errors`.
    pub fn page(&self, errors: &mut Vec<FieldError>) -> Page {
        let expected = "a number from 1 to 100";
        let limit: u8 = self.parsed("limit", expected, errors).unwrap_or(50);
        if !(1..=100).contains(&limit) {
            errors.push(FieldError::new("limit", "invalid", format!("Expected {expected}.")));
        }
        Page { limit, cursor: self.one("cursor").map(str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    #[test]
    fn limits_outside_one_to_a_hundred_are_refused() {
        for (text, limit) in [
            ("", Ok(50)),
            ("limit=1", Ok(1)),
            ("limit=100", Ok(100)),
            ("limit=0", Err(())),
            ("limit=101", Err(())),
            ("limit=x", Err(())),
            ("limit=300", Err(())),
            ("limit=%E2%80%8B7%C2%A0", Ok(7)),
        ] {
            let mut errors = Vec::new();
            let page = query(text).page(&mut errors);
            assert_eq!(if errors.is_empty() { Ok(page.limit) } else { Err(()) }, limit, "{text}");
        }
    }

    #[test]
    fn a_parameter_may_repeat() {
        assert_eq!(query("status=a&x=1&status=b&status=").all("status").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(query("status=&status=+b+%EF%BB%BF").one("status"), Some("b"));
        assert_eq!(query("cursor=%20").one("cursor"), Some(""), "what is blank was given, and is judged");
    }
}
