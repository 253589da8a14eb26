//! The table as it is, read past every seam.

use std::sync::Arc;

use dynoxide::Database;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::world::TABLE;

/// One item, its attributes as plain JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(Arc<Map<String, Value>>);

/// Every item of the table, in the order of their keys.
pub fn rows(table: &Database) -> Vec<Row> {
    let request = serde_json::from_value(json!({"TableName": TABLE})).expect("it is a scan");
    let answer = table.scan(request).expect("the table can be read");
    let answer = serde_json::to_value(answer).expect("items are JSON");
    let mut rows: Vec<_> = answer["Items"].as_array().into_iter().flatten().map(Row::read).collect();
    rows.sort_by_key(|row| (row.text("pk").to_owned(), row.text("sk").to_owned()));
    rows
}

/// One item of the table, where it is there.
pub fn row(table: &Database, pk: &str, sk: &str) -> Option<Row> {
    let request = json!({"TableName": TABLE, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}});
    let request = serde_json::from_value(request).expect("it is a read");
    let answer = serde_json::to_value(table.get_item(request).expect("the table can be read"));
    let item = answer.expect("items are JSON")["Item"].take();
    (!item.is_null()).then(|| Row::read(&item))
}

impl Row {
    /// Reads an item as DynamoDB writes it.
    pub fn read(item: &Value) -> Self {
        let attributes = item.as_object().into_iter().flatten();
        Self(Arc::new(attributes.map(|(name, value)| (name.clone(), plain(value))).collect()))
    }

    /// A text; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A text of what is inside an attribute; empty where there is none.
    pub fn inner(&self, name: &str, inner: &str) -> &str {
        self.0.get(name).and_then(|value| value[inner].as_str()).unwrap_or_default()
    }

    /// A number, where there is one.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    /// A moment in milliseconds, where there is one.
    pub fn moment(&self, name: &str) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.number(name)?).ok()
    }

    /// Whether there is such an attribute.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether it is a pin.
    pub fn is_pin(&self) -> bool {
        self.text("sk").starts_with("pin#")
    }

    /// Whether it is an account.
    pub fn is_account(&self) -> bool {
        self.text("sk").starts_with("account#")
    }

    /// When the owner of a pin wants it published.
    pub fn publish_at(&self) -> Option<Timestamp> {
        self.text("publish_at").split('#').next()?.parse().ok()
    }
}

fn plain(value: &Value) -> Value {
    let Some((kind, value)) = value.as_object().and_then(|typed| typed.iter().next()) else { return Value::Null };
    match (kind.as_str(), value) {
        ("N", Value::String(digits)) => serde_json::from_str(digits).unwrap_or_default(),
        ("L", Value::Array(values)) => values.iter().map(plain).collect(),
        ("M", Value::Object(values)) => {
            Value::Object(values.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        ("NULL", _) => Value::Null,
        _ => value.clone(),
    }
}
