//! `pinwheel publisher`: the publisher in a process of its own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::future::join_all;
use shared::config::Config;
use shared::platform::{Platform, World};
use shared::store::schema;

use super::announcement::say;
use super::stop::Stop;
use crate::endpoints::lambda_router;
use crate::lambda::Lambda;
use crate::person::Person;
use crate::publishing::Publishing;
use crate::stack::{Embedded, PUBLISHER, Server, StartError, listen};

/// What is hosted, and on what.
#[derive(Debug, Clone)]
pub struct Hosting {
    /// The parts that it stands on, unless variables name others.
    pub embedded: Embedded,
    /// How long an invocation may run.
    pub time_limit: Duration,
    /// How many publishers there are, each with caches and connections of its own.
    pub instances: u16,
    /// The port at which they are called, besides once a minute.
    pub listen: Option<u16>,
}

/// Publishes until somebody stops it.
pub async fn run(hosting: Hosting) -> anyhow::Result<()> {
    let mut stop = Stop::watch()?;
    let embedded = hosting.embedded;
    let config = Config::from_env_or(&|name| embedded.variable(name)).map_err(StartError::Configuration)?;
    let platforms: Vec<_> =
        (0..hosting.instances).map(|_| Arc::new(Platform::new(config.clone(), World::real()))).collect();
    let first = &platforms[0];
    tokio::select! {
        found = find_what_it_needs(first, &embedded) => found?,
        () = stop.asked() => return Ok(()),
    }
    let lambdas: Vec<_> = platforms.iter().map(|_| Arc::new(Lambda::default())).collect();
    let start = |(platform, lambda): (_, &Arc<Lambda>)| {
        Publishing::start(platform, lambda.clone(), PUBLISHER, hosting.time_limit)
    };
    let publishing: Vec<_> = platforms.iter().zip(&lambdas).map(start).collect();
    let server = match hosting.listen {
        Some(port) => Some(take_calls(port, lambdas).await?),
        None => None,
    };
    say(format_args!("Publishing every minute what is due in {}. Ctrl-C stops it.", table(first)));
    stop.asked().await;
    say("\nStopping: what is in flight is finished first. Ctrl-C again stops at once.");
    if let Some(server) = server {
        server.stop().await;
    }
    stop.unless_asked_again(async { drop(join_all(publishing.into_iter().map(Publishing::stop)).await) }).await;
    Ok(())
}

/// Serves Lambda's `Invoke`: each call goes to the next of the publishers.
async fn take_calls(port: u16, lambdas: Vec<Arc<Lambda>>) -> anyhow::Result<Server> {
    let listener = listen(port).await?;
    let address = listener.local_addr().context("cannot tell the port that was taken")?;
    say(format_args!("Called as {PUBLISHER} at http://{address}"));
    Ok(Server::start(listener, lambda_router(Lambda::in_turn(PUBLISHER, lambdas))))
}

async fn find_what_it_needs(platform: &Platform, embedded: &Embedded) -> anyhow::Result<()> {
    let exists = schema::exists(platform.pins.table().client(), &platform.config.storage.table).await;
    if exists.as_ref().is_err_and(|error| format!("{error:?}").contains("UnrecognizedClientException")) {
        bail!("{} is of a Pinwheel with another access key; name its data folder with --data-dir", table(platform));
    }
    if !exists.with_context(|| format!("cannot reach {}; start Pinwheel first", table(platform)))? {
        bail!("there is no {}; start Pinwheel first", table(platform));
    }
    // A Pinwheel that talks to the real Pinterest answers 404 there, which would look like Pinterest's refusal of a pin.
    let url = embedded.url();
    let is_simulated = platform.config.pinterest.live.origin() == url.origin();
    if is_simulated && !Person::at(&url).get("_pinterest/").await?.status.is_success() {
        bail!("the Pinwheel at {url} has no simulated Pinterest; publish to the real one with --pinterest real");
    }
    Ok(())
}

fn table(platform: &Platform) -> String {
    let at = platform.config.aws.dynamodb.as_ref().map_or("AWS", |url| url.as_str());
    format!("the table {} at {at}", platform.config.storage.table)
}
