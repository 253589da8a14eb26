//! Items of the table as text.

use aws_sdk_dynamodb::types::AttributeValue;

/// The same text for the same value: maps are told in the order of their names.
pub(crate) fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            let entries: Vec<_> =
                entries.into_iter().map(|(name, value)| format!("{name:?}: {}", text(value))).collect();
            format!("M({{{}}})", entries.join(", "))
        }
        AttributeValue::L(list) => format!("L([{}])", list.iter().map(text).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}
