//! `pinwheel publisher`: the publisher in a process of its own.

use std::sync::Arc;

use anyhow::{Context, bail};
use shared::config::Config;
use shared::platform::{Platform, World};
use shared::store::schema;

use super::announcement::say;
use super::stop::Stop;
use crate::lambda::Lambda;
use crate::person::Person;
use crate::publishing::Publishing;
use crate::stack::{Embedded, Pinterest, StartError};

/// Publishes on the parts of the Pinwheel at `port`, unless variables name others, until somebody stops it.
pub async fn run(port: u16, pinterest: Pinterest) -> anyhow::Result<()> {
    let mut stop = Stop::watch()?;
    let embedded = Embedded { port, pinterest };
    let config = Config::from_env_or(&|name| embedded.variable(name)).map_err(StartError::Configuration)?;
    let platform = Arc::new(Platform::new(config, World::real()));
    tokio::select! {
        found = find_what_it_needs(&platform, embedded) => found?,
        () = stop.asked() => return Ok(()),
    }
    let publishing = Publishing::start(&platform, Arc::new(Lambda::default()), "publisher");
    say(format_args!("Publishing every minute what is due in {}. Ctrl-C stops it.", table(&platform)));
    stop.asked().await;
    say("\nStopping: what is in flight is finished first. Ctrl-C again stops at once.");
    stop.unless_asked_again(publishing.stop()).await;
    Ok(())
}

async fn find_what_it_needs(platform: &Platform, embedded: Embedded) -> anyhow::Result<()> {
    let exists = schema::exists(platform.pins.table().client(), &platform.config.storage.table).await;
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
