//! Answers of `/v1` in short: an assistant pays for every word it reads.

use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value, json};

/// A tool's answer, as text for every assistant and as JSON for those that read it.
pub fn answer(value: Value) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(value.to_string())]);
    result.structured_content = Some(value);
    result
}

/// What of `value` has those names and says anything.
pub fn only(value: &Value, names: &[&str]) -> Value {
    let said = names.iter().filter_map(|name| Some((*name, value.get(*name)?)));
    Value::Object(
        said.filter(|(_, value)| !is_empty(value)).map(|(name, value)| (name.to_owned(), value.clone())).collect(),
    )
}

/// A pin in a list.
pub fn pin(pin: &Value) -> Value {
    let mut brief = only(
        pin,
        &[
            "id",
            "status",
            "publish_at",
            "published_at",
            "account_id",
            "board_id",
            "section_id",
            "pinterest_url",
            "held_until",
        ],
    );
    for (name, value) in [
        ("title", &pin["content"]["title"]),
        ("link", &pin["content"]["link"]),
        ("why", &pin["reason"]["message"]),
        ("warning", &pin["warning"]["message"]),
    ] {
        if !is_empty(value) {
            brief[name] = value.clone();
        }
    }
    brief
}

/// One pin as a whole, without what is for browsers only.
pub fn whole_pin(mut pin: Value) -> Value {
    if let Some(fields) = pin.as_object_mut() {
        fields.remove("preview");
        fields.retain(|_, value| !is_empty(value));
    }
    pin
}

/// A list, each entry made short by `entry`, with where it goes on.
pub fn list(list: &Value, name: &str, entry: impl Fn(&Value) -> Value) -> Value {
    let entries: Vec<_> = list["items"].as_array().into_iter().flatten().map(entry).collect();
    let mut brief = Map::from_iter([(name.to_owned(), json!(entries))]);
    if !list["next_cursor"].is_null() {
        brief.insert("next_cursor".to_owned(), list["next_cursor"].clone());
    }
    Value::Object(brief)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}
