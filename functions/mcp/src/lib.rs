//! The `mcp` function: tools for assistants, by the Model Context Protocol over HTTP without sessions.
//!
//! Every tool calls `/v1` with the token of whoever calls it, so an assistant can do what its person can, and nothing else.

mod brief;
mod caller;
mod metadata;
mod server;
mod tools;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use shared::api::{Access, Bearer, Origin, Route, finish};
use shared::pinterest::Transport;
use shared::pinterest::transport::over_the_network;
use shared::platform::Platform;

use server::Server;

/// Where assistants send their messages.
const MCP: &str = "/mcp";

/// Where assistants look for who issues tokens (RFC 9728); the second one is for a resource at a path.
const METADATA: [&str; 2] = ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"];

/// The routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new("POST", MCP, Access::User),
    // It answers 405, by which assistants learn that nothing is pushed to them; API Gateway alone would say 404.
    Route::new("GET", MCP, Access::User),
    Route::new("GET", METADATA[0], Access::Open),
    Route::new("GET", METADATA[1], Access::Open),
];

/// What the handlers work with.
#[derive(Clone)]
struct Function {
    platform: Arc<Platform>,
    service: StreamableHttpService<Server, NeverSessionManager>,
}

impl FromRef<Function> for Arc<Platform> {
    fn from_ref(function: &Function) -> Self {
        function.platform.clone()
    }
}

/// The function's router.
pub fn router(platform: Arc<Platform>) -> Router {
    router_over(platform, over_the_network())
}

/// The same, which reaches `/v1` by `transport`.
pub fn router_over(platform: Arc<Platform>, transport: Transport) -> Router {
    let server = Server::new(transport, platform.clock.clone());
    // API Gateway answers for its own names alone, and a token is needed, so no foreign page gets anywhere by a name.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .disable_allowed_hosts();
    let service =
        StreamableHttpService::new(move || Ok(server.clone()), Arc::new(NeverSessionManager::default()), config);
    let clock = platform.clock.clone();
    let router = Router::new()
        .route(MCP, post(message).get(message))
        .route(METADATA[0], get(metadata::show))
        .route(METADATA[1], get(metadata::show))
        .with_state(Function { platform, service });
    finish(router, &clock)
}

/// Answers a message of somebody who has a token; where `/v1` is comes from API Gateway and goes along with it.
async fn message(State(function): State<Function>, _: Bearer, origin: Origin, mut request: Request) -> Response {
    request.extensions_mut().insert(origin);
    function.service.handle(request).await.into_response()
}
