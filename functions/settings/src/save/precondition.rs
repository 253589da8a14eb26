//! A save says which version it replaces, so that nobody's change is lost.

use lambda_http::http::{HeaderMap, StatusCode, header};
use shared::api::Problem;
use shared::domain::Settings;

use crate::answer::entity_tag;

/// Refuses a request whose `If-Match` is missing (428) or names another version than `current` (412).
pub fn check(headers: &HeaderMap, current: &Settings) -> Result<(), Problem> {
    let given: Vec<_> = headers.get_all(header::IF_MATCH).iter().filter_map(|value| value.to_str().ok()).collect();
    if given.is_empty() {
        let detail = "Send the ETag of the settings that you read in the header If-Match.";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail));
    }
    let tag = entity_tag(current);
    let matches = given
        .iter()
        .flat_map(|value| value.split(','))
        .any(|given| matches!(given.trim(), given if given == "*" || given == tag));
    if matches { Ok(()) } else { Err(changed()) }
}

/// 412: the settings changed since they were read.
pub fn changed() -> Problem {
    let detail = "Somebody saved the settings in the meantime. Read them again and repeat the change.";
    Problem::new(StatusCode::PRECONDITION_FAILED, "changed_meanwhile", detail)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn only_the_present_version_may_be_replaced() {
        let current = Settings { version: 7, ..Settings::default() };
        for (given, code) in [
            (vec![], Some("precondition_required")),
            (vec!["\"7\""], None),
            (vec!["\"6\", \"7\""], None),
            (vec!["\"6\"", "\"7\""], None),
            (vec!["*"], None),
            (vec!["\"6\""], Some("changed_meanwhile")),
            (vec!["7"], Some("changed_meanwhile")),
            (vec!["W/\"7\""], Some("changed_meanwhile")),
            (vec!["\"77\""], Some("changed_meanwhile")),
        ] {
            let mut headers = HeaderMap::new();
            for value in &given {
                headers.append(header::IF_MATCH, value.parse().unwrap());
            }
            assert_eq!(check(&headers, &current).err().map(|problem| problem.code), code, "{given:?}");
        }
    }
}
