//! What a function does before its first event, while Lambda gives it a whole processor whatever its memory: it connects
//! to what it will call, so that no handshake is left to the first request.

use futures_util::future::{BoxFuture, Either, join, join_all, select};
use jiff::SignedDuration;

use crate::domain::{Partition, Shard};
use crate::platform::Platform;

/// How long that may take; Lambda gives ten seconds to a start, and what is not ready by then can be done later.
const PATIENCE: SignedDuration = SignedDuration::from_secs(2);

/// Reads the settings and the token keys. What cannot be read now is read when it is needed, so a failure stops nothing.
pub async fn for_requests(platform: &Platform) {
    within_patience(platform, Box::pin(join(settings(platform), token_keys(platform)))).await;
}

/// Reads the settings alone, for those who may not read the token keys.
pub async fn for_files(platform: &Platform) {
    within_patience(platform, Box::pin(async { (settings(platform).await, ()) })).await;
}

/// The same, and looks at all shards at once as a tick does, which takes as many connections.
pub async fn for_ticks(platform: &Platform) {
    within_patience(platform, Box::pin(join(shards(platform), token_keys(platform)))).await;
}

async fn within_patience(platform: &Platform, reads: BoxFuture<'_, ((), ())>) {
    let patience = platform.clock.sleep_until(platform.clock.now() + PATIENCE);
    if let Either::Right(_) = select(reads, patience).await {
        tracing::warn!("AWS took too long to respond before the first event; the function starts anyway");
    }
}

async fn settings(platform: &Platform) {
    told(platform.current_settings.get().await.map(drop));
}

async fn token_keys(platform: &Platform) {
    told(platform.tokens.keep_ready().await);
}

async fn shards(platform: &Platform) {
    let mode = match platform.current_settings.get().await {
        Ok(settings) if settings.enabled => settings.mode,
        other => return told(other.map(drop)),
    };
    let looks = Shard::all().map(async |shard| platform.pins.earliest_due(&Partition::Open(mode, shard)).await);
    for look in join_all(looks).await {
        told(look.map(drop));
    }
}

fn told(read: Result<(), impl std::fmt::Display>) {
    if let Err(error) = read {
        tracing::warn!(%error, "something could not be read before the first event; it is read when needed");
    }
}
