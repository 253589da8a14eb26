//! Starts a function: logging, configuration, the real world. All that a `main.rs` does.

use std::sync::Arc;

use axum::Router;
use lambda_runtime::Error;

use crate::config::Config;
use crate::platform::{Platform, World};

/// Serves the router that `build` makes behind API Gateway, until Lambda stops the process.
pub async fn http(build: impl FnOnce(Arc<Platform>) -> Router) -> Result<(), Error> {
    let platform = platform()?;
    lambda_http::run(build(platform)).await
}

/// The outside world of a deployed function; an error names every variable that is wrong.
pub fn platform() -> Result<Arc<Platform>, Error> {
    log_as_json();
    let config = Config::from_env().map_err(|invalid| {
        let named: Vec<_> = invalid.iter().map(ToString::to_string).collect();
        Error::from(format!("the configuration is wrong: {}", named.join("; ")))
    })?;
    Ok(Arc::new(Platform::new(config, World::real())))
}

/// One JSON object a line, without colours, as CloudWatch reads it.
fn log_as_json() {
    // A second call, as tests make, changes nothing.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::INFO)
        .with_current_span(false)
        .try_init();
}
