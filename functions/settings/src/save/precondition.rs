//! A save says which version it replaces, so that nobody's change is lost.

use lambda_http::http::{HeaderMap, StatusCode};
use shared::api::{IfMatch, Problem};
use shared::domain::Settings;

/// Refuses a request whose `If-Match` is missing (428) or names another version than `current` (412).
pub fn check(headers: &HeaderMap, current: &Settings) -> Result<(), Problem> {
    let given = IfMatch::read(headers);
    if !given.is_given() {
        let detail = "Send the ETag of the settings that you read as If-Match.";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail));
    }
    if given.admits(current.version) { Ok(()) } else { Err(changed()) }
}

/// 412: the settings changed since they were read.
pub fn changed() -> Problem {
    let detail = "Someone else changed the settings in the meantime. Reload them and make your change again.";
    Problem::new(StatusCode::PRECONDITION_FAILED, "changed_meanwhile", detail)
}

#[cfg(test)]
mod tests {
    use lambda_http::http::{HeaderValue, header};

    use super::*;

    #[test]
    fn only_the_present_version_may_be_replaced() {
        let current = Settings { version: 7, ..Settings::default() };
        for (given, code) in
            [(None, Some("precondition_required")), (Some("\"7\""), None), (Some("\"6\""), Some("changed_meanwhile"))]
        {
            let mut headers = HeaderMap::new();
            if let Some(given) = given {
                headers.insert(header::IF_MATCH, HeaderValue::from_static(given));
            }
            assert_eq!(check(&headers, &current).err().map(|problem| problem.code), code, "{given:?}");
        }
    }
}
