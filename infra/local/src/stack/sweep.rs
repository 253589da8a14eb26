//! Time to live: `DynamoDB` deletes what has expired by itself, the embedded database when it is told to.

use std::sync::Arc;

use dynoxide::Database;
use jiff::SignedDuration;
use shared::clock::SharedClock;
use tokio::task::JoinHandle;

use crate::s3::S3;

/// AWS takes up to a few days; nobody relies on the moment.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Deletes expired items now and then until the task is aborted.
pub fn start(database: Database, objects: Arc<S3>, clock: SharedClock) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            if let Err(error) = database.sweep_ttl() {
                tracing::warn!(%error, "expired items could not be deleted");
            }
            if let Err(error) = objects.expire() {
                tracing::warn!(%error, "expired files could not be deleted");
            }
            clock.sleep_until(clock.now() + EVERY).await;
        }
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::time::Duration;

    use aws_smithy_runtime_api::client::http::SharedHttpClient;
    use serde_json::json;
    use shared::clock::{Clock, SystemClock};
    use shared::config::Config;
    use shared::platform::{Platform, World};
    use shared::store::schema;

    use super::*;
    use crate::in_process::{InProcess, Parts, dynamodb};
    use crate::s3::AccessKey;
    use crate::secrets_manager::SecretsManager;
    use crate::stack::{Embedded, Pinterest};

    #[tokio::test]
    async fn only_what_has_expired_is_deleted() {
        let database = Database::memory().unwrap();
        let objects = Arc::new(S3::in_memory(AccessKey::local(), Arc::new(SystemClock)));
        let parts = Parts {
            database: database.clone(),
            secrets: Arc::new(SecretsManager::in_memory(Arc::new(SystemClock))),
            lambda: Arc::default(),
            objects: objects.clone(),
            event_bridge: Arc::default(),
        };
        let embedded = Embedded { port: 1, pinterest: Pinterest::Simulated, key: AccessKey::local() };
        let config = Config::read(&|name| embedded.variable(name)).unwrap();
        let world = World { aws: SharedHttpClient::new(InProcess::new(parts)), ..World::real() };
        let platform = Platform::new(config, world);
        schema::create(platform.pins.table().client(), "pinwheel").await.unwrap();
        let now = SystemClock.now().as_second();
        for (name, expires_at) in [("old", now - 60), ("new", now + 60)] {
            let item = json!({"pk": {"S": name}, "sk": {"S": "-"}, schema::TTL: {"N": expires_at.to_string()}});
            let put = dynamodb::run(&database, "PutItem", &json!({"TableName": "pinwheel", "Item": item})).0;
            assert!(put.status.is_success(), "{put:?}");
        }
        let names = || dynamodb::run(&database, "Scan", &json!({"TableName": "pinwheel"})).0.body["Items"].clone();
        let sweeping = start(database.clone(), objects.clone(), Arc::new(SystemClock));
        let swept = async {
            while names().as_array().unwrap().len() > 1 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), swept).await.unwrap();
        assert_eq!(names()[0]["pk"]["S"], "new");
        sweeping.abort();
    }
}
