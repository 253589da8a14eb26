//! Requests as the stories make them, right in every field.

use serde_json::{Value, json};

use crate::world::{APP_ID, APP_SECRET};

/// Settings that enable publishing in live mode.
pub fn settings_request() -> Value {
    json!({
        "status": "enabled", "mode": "live", "app_id": APP_ID, "app_secret": APP_SECRET,
        "scopes": "user_accounts:read, pins:read, pins:read_secret, pins:write, pins:write_secret, boards:read, \
                   boards:read_secret, boards:write, boards:write_secret",
    })
}

/// A pin for one board at `publish_at`, which is a time, `"now"` or null.
pub fn pin_request(account_id: &str, board_id: &str, publish_at: impl Into<Value>) -> Value {
    json!({
        "targets": [{"account_id": account_id, "board_id": board_id}],
        "content": {
            "title": "Lemon cake", "description": "The one with olive oil.", "alt_text": "A cake on a plate",
            "link": "https://example.com/lemon-cake",
            "media": {"source_type": "image_url", "url": "https://example.com/lemon-cake.jpg"},
        },
        "publish_at": publish_at.into(),
    })
}
