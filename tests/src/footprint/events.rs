//! Events as API Gateway and `EventBridge` Scheduler send them.

use jiff::Timestamp;
use local::gateway::claims_as_text;
use serde_json::{Value, json};
use shared::api::ADMIN_GROUP;

use crate::unsigned_token;

/// A request of `owner`, who is an administrator besides.
pub fn request(method: &str, path: &str, owner: &str, body: Option<&Value>) -> Value {
    let claims = json!({"sub": owner, "cognito:groups": [ADMIN_GROUP], "scope": "pinwheel/use"});
    let claims = claims.as_object().cloned().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "host": "pins.example.com",
            "x-forwarded-proto": "https",
            "content-type": "application/json",
            "authorization": format!("Bearer {}", unsigned_token(&claims)),
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "pins.example.com",
            "domainPrefix": "pins",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "planner",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": format!("{method} {path}"),
            "stage": "$default",
            "time": "12/Mar/2027:19:03:58 +0000",
            "timeEpoch": 1_804_878_238_000_i64,
            "authorizer": {"jwt": {"claims": claims_as_text(&claims), "scopes": ["pinwheel/use"]}},
        },
        "isBase64Encoded": false,
    });
    if let Some(body) = body {
        event["body"] = body.to_string().into();
    }
    event
}

/// A tick for all shards.
pub fn tick(at: Timestamp) -> Value {
    json!({"shards": (0..16).collect::<Vec<u8>>(), "scheduled_at": at})
}
