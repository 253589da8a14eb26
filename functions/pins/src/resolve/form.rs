//! What a person found when they looked at the board.

use serde_json::Value;
use shared::api::{Fields, wrong_type};
use shared::domain::characters::parse_pasted;
use shared::domain::{FieldError, PinterestPinId};

/// What became of the pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It is on Pinterest, under this id.
    PublishedAs(PinterestPinId),
    /// It is not there, and is to be published once more.
    PublishAgain,
}

/// Reads the body, which says exactly one thing; notes everything that is wrong with it.
pub fn read(body: Value, errors: &mut Vec<FieldError>) -> Option<Finding> {
    let noted = errors.len();
    let mut fields = Fields::open("", body, errors)?;
    let (has_id, has_again) = (fields.has("published_as"), fields.has("publish_again"));
    let id = has_id.then(|| fields.required_text("published_as")).flatten();
    let id: Option<PinterestPinId> = id.and_then(|text| parse_pasted(&text).map_err(|_| no_id(&mut fields)).ok());
    let again = fields.given("publish_again");
    fields.close();
    match again {
        None | Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => errors.push(wrong("invalid", "Expected true. Remove it if you don't want that.")),
        Some(other) => errors.push(wrong_type("publish_again", "true", &other)),
    }
    match (has_id, has_again) {
        (true, true) => errors.push(wrong("contradictory", "Use published_as or publish_again, not both.")),
        (false, false) => {
            let message = "Required: published_as with the pin's ID on Pinterest, or publish_again: true.";
            errors.push(FieldError::new("published_as", "required", message));
        }
        _ => {}
    }
    (errors.len() == noted).then(|| id.map_or(Finding::PublishAgain, Finding::PublishedAs))
}

fn no_id(fields: &mut Fields<'_>) {
    let message = "Enter the digits from the pin's URL: https://www.pinterest.com/pin/<digits>/.";
    fields.wrong("published_as", "invalid", message);
}

fn wrong(code: &'static str, message: &str) -> FieldError {
    FieldError::new("publish_again", code, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn exactly_one_thing_is_said() {
        let good = [
            (json!({"published_as": "987654321"}), Finding::PublishedAs("987654321".parse().expect("digits"))),
            (json!({"publish_again": true}), Finding::PublishAgain),
        ];
        for (body, finding) in good {
            assert_eq!(read(body, &mut Vec::new()), Some(finding));
        }
        for (body, expected) in [
            (json!({}), &[("published_as", "required")][..]),
            (json!([]), &[("body", "wrong_type")]),
            (json!({"published_as": null}), &[("published_as", "required")]),
            (json!({"published_as": 5}), &[("published_as", "wrong_type")]),
            (json!({"published_as": "https://www.pinterest.com/pin/5/"}), &[("published_as", "invalid")]),
            (json!({"publish_again": false}), &[("publish_again", "invalid")]),
            (json!({"publish_again": null}), &[("publish_again", "wrong_type")]),
            (json!({"publish_again": "yes"}), &[("publish_again", "wrong_type")]),
            (json!({"published_as": "5", "publish_again": true}), &[("publish_again", "contradictory")]),
            (json!({"published": "5"}), &[("published", "unknown_field"), ("published_as", "required")]),
        ] {
            let mut errors = Vec::new();
            assert_eq!(read(body.clone(), &mut errors), None, "{body}");
            let found: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(found, expected, "{body}");
        }
    }
}
