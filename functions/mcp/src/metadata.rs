//! `GET /.well-known/oauth-protected-resource`: who issues the tokens that this installation takes (RFC 9728).

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};
use shared::api::{Json, Origin, Problem};
use shared::platform::Platform;

use crate::MCP;

/// Says where people sign in, so that an assistant can send its person there.
pub async fn show(State(platform): State<Arc<Platform>>, origin: Origin) -> Result<Json<Value>, Problem> {
    let sign_in = platform.config.web.sign_in.as_ref().ok_or_else(|| Problem::not_found("identity provider"))?;
    let scopes: Vec<_> = sign_in.scope.split_whitespace().collect();
    Ok(Json(json!({
        "resource": format!("{}{MCP}", origin.as_str()),
        "resource_name": "Pinwheel",
        "authorization_servers": [sign_in.issuer.as_str().trim_end_matches('/')],
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
    })))
}
