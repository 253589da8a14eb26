//! Reads what of a pin was made with AI.

use serde_json::Value;
use shared::api::{Fields, wrong_type};
use shared::domain::characters::without_unseen;
use shared::domain::{AiDisclosure, AiDisclosures};

/// The name of the field.
const FIELD: &str = "ai_disclosures";

/// The words that there are, as an error names them.
pub const WORDS: &str = "ai_modified or synthetic_performer";

/// Reads the field, a list of words that replaces `before` where it is given; `null` takes back what was said. Notes every word
/// that is wrong or comes twice.
pub fn read(fields: &mut Fields<'_>, before: Option<AiDisclosures>) -> Option<AiDisclosures> {
    let values = match fields.given(FIELD) {
        None => return before,
        Some(Value::Null) => return None,
        Some(Value::Array(values)) => values,
        Some(other) => {
            fields.note_at(FIELD, |path| wrong_type(path, "a list", &other));
            return None;
        }
    };
    // There are two words; of a list of thousands only the beginning is worth reading.
    if values.len() > AiDisclosure::ALL.len() * 2 {
        fields.wrong(FIELD, "too_many", "List each of ai_modified and synthetic_performer at most once.");
        return None;
    }
    let mut declared = AiDisclosures::default();
    for (index, value) in values.iter().enumerate() {
        let place = format!("{FIELD}[{index}]");
        match value.as_str().map(AiDisclosure::from_code) {
            None => fields.note_at(&place, |path| wrong_type(path, "a string", value)),
            Some(None) => fields.wrong(&place, "invalid", format!("Expected {WORDS}.")),
            Some(Some(one)) if !declared.insert(one) => fields.wrong(
                &place,
                "twice",
                "Duplicate. Remove one of the \
                                                                                       two.",
            ),
            Some(Some(_)) => {}
        }
    }
    Some(declared)
}

/// Reads a cell of a file: words between commas, semicolons or blanks, in any capitals, and with a blank or a hyphen in the
/// place of `_`; `no` and `none` declare nothing. Absent where another word is in it: "yes" does not say which of them.
pub fn read_cell(cell: &str) -> Option<AiDisclosures> {
    let text = without_unseen(cell).to_lowercase();
    if matches!(text.as_str(), "no" | "none") {
        return Some(AiDisclosures::default());
    }
    let text = AiDisclosure::ALL
        .map(AiDisclosure::code)
        .iter()
        .fold(text, |text, code| text.replace(&code.replace('_', " "), code).replace(&code.replace('_', "-"), code));
    let words = text.split([',', ';']).flat_map(str::split_whitespace);
    words.map(AiDisclosure::from_code).collect()
}
