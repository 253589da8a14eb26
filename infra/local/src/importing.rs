//! The importer in this process, called as Lambda calls it: after an error, twice more.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use importer::Importer;
use serde_json::Value;
use shared::kick::ImporterEvent;
use shared::platform::Platform;

use crate::lambda::{Handler, Lambda};
use crate::runtime::Function;

/// How often an event is tried that failed, as in the template.
const TRIES: u32 = 3;

/// How long an invocation may run, as in the template.
const TIME_LIMIT: Duration = Duration::from_mins(5);

/// Hosts the importer in `lambda` under the name that it is called by.
pub fn host(platform: Arc<Platform>, lambda: &Lambda, function: &str) {
    let importer = Arc::new(Importer::new(platform));
    let handler: Handler = Arc::new(move |event: Value| {
        let importer = importer.clone();
        Box::pin(async move {
            let event: ImporterEvent = match serde_json::from_value(event) {
                Ok(event) => event,
                Err(error) => {
                    return tracing::error!(%error, "the importer was called with something else than its event");
                }
            };
            for _ in 0..TRIES {
                match AssertUnwindSafe(importer.handle(event.clone())).catch_unwind().await {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => shared::api::log(&error),
                    Err(_panic) => tracing::error!("the importer panicked"),
                }
            }
        })
    });
    lambda.host(function, handler);
}

/// The same with an importer that runs in processes of its own.
pub fn host_apart(apart: Arc<Function>, lambda: &Lambda, function: &str) {
    let handler: Handler = Arc::new(move |event| {
        let apart = apart.clone();
        Box::pin(async move {
            for _ in 0..TRIES {
                match apart.invoke(event.clone(), TIME_LIMIT).await {
                    Ok(_) => return,
                    Err(error) => tracing::error!(%error, "the importer failed"),
                }
            }
        })
    });
    lambda.host(function, handler);
}
