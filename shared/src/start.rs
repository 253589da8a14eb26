//! Starts a function: logging, configuration, the real world. All that a `main.rs` does.

use std::sync::Arc;

use axum::Router;
use lambda_runtime::Error;
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::Config;
use crate::metrics::StandardOutput;
use crate::platform::{Platform, World};
use crate::warm;

/// Serves the router that `build` makes behind API Gateway, until Lambda stops the process.
pub async fn http(build: impl FnOnce(Arc<Platform>) -> Router) -> Result<(), Error> {
    let platform = platform()?;
    warm::for_requests(&platform).await;
    lambda_http::run(build(platform)).await
}

/// The same for a function that opens no account's tokens.
pub async fn files(build: impl FnOnce(Arc<Platform>) -> Router) -> Result<(), Error> {
    let platform = platform()?;
    warm::for_files(&platform).await;
    lambda_http::run(build(platform)).await
}

/// The same for a function that calls nothing of AWS.
pub async fn pages(build: impl FnOnce(Arc<Platform>) -> Router) -> Result<(), Error> {
    lambda_http::run(build(platform()?)).await
}

/// The outside world of the publisher, connected to what ticks look at.
pub async fn publisher() -> Result<Arc<Platform>, Error> {
    let platform = platform()?;
    warm::for_ticks(&platform).await;
    Ok(platform)
}

/// The outside world of the function that answers requests about webhooks and sends events.
pub async fn events() -> Result<Arc<Platform>, Error> {
    let platform = platform()?;
    warm::for_requests(&platform).await;
    Ok(platform)
}

/// The outside world of the importer.
pub fn importer() -> Result<Arc<Platform>, Error> {
    platform()
}

/// The outside world of a deployed function; an error names every variable that is wrong.
fn platform() -> Result<Arc<Platform>, Error> {
    // A second call, as tests make, changes nothing.
    let _ = tracing::subscriber::set_global_default(json_log(std::io::stdout));
    let config = Config::from_env().map_err(|invalid| {
        let named: Vec<_> = invalid.iter().map(ToString::to_string).collect();
        Error::from(format!("the configuration is wrong: {}", named.join("; ")))
    })?;
    let world = World { metrics: Arc::new(StandardOutput), ..World::real() };
    Ok(Arc::new(Platform::new(config, world)))
}

/// One JSON object a line, with the id of the request or invocation; the time is that of `CloudWatch`.
pub fn json_log<W>(writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::INFO)
        .with_span_list(false)
        .with_target(false)
        .without_time()
        .with_writer(writer)
        .finish()
}
