//! `If-Match`: a change is made to the version that its author saw, so that nobody's change is lost.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};

use super::Problem;

/// The versions of a thing that a request may change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfMatch(Vec<String>);

/// The entity tag of one version of a thing.
pub fn entity_tag(version: u64) -> String {
    format!("\"{version}\"")
}

impl IfMatch {
    /// Reads the header; a value that is no text names no version.
    pub fn read(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::IF_MATCH).iter();
        let values = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
        Self(values.map(|tag| tag.trim().to_owned()).collect())
    }

    /// Whether the request says anything about versions.
    pub fn is_given(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether the request may change `version`; a weak tag names none.
    pub fn admits(&self, version: u64) -> bool {
        let tag = entity_tag(version);
        !self.is_given() || self.0.iter().any(|given| *given == "*" || *given == tag)
    }

    /// 412: `what` has changed since its author saw it.
    pub fn changed(what: &str) -> Problem {
        let detail = format!("Someone else changed the {what} in the meantime. Reload it and make your change again.");
        Problem::new(StatusCode::PRECONDITION_FAILED, "changed_meanwhile", detail)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn only_a_version_that_is_named_may_be_changed() {
        for (given, admitted) in [
            (vec![], true),
            (vec!["\"7\""], true),
            (vec!["\"6\", \"7\""], true),
            (vec!["\"6\"", "\"7\""], true),
            (vec!["*"], true),
            (vec!["\"6\""], false),
            (vec!["7"], false),
            (vec!["W/\"7\""], false),
            (vec!["\"77\""], false),
            (vec![""], false),
        ] {
            let mut headers = HeaderMap::new();
            for value in &given {
                headers.append(header::IF_MATCH, value.parse().unwrap());
            }
            let read = IfMatch::read(&headers);
            assert_eq!((read.admits(7), read.is_given()), (admitted, !given.is_empty()), "{given:?}");
        }
    }
}
