//! What `template.yaml` creates on AWS: the table, and the two secrets.

use shared::domain::Shard;
use shared::platform::Platform;
use shared::store::schema;
use url::Url;

use super::StartError;

/// Creates the table and the secrets where the functions look for them, unless they are there.
pub async fn create_what_is_missing(platform: &Platform) -> Result<(), StartError> {
    let aws = &platform.config.aws;
    let name = &platform.config.storage.table;
    let client = platform.pins.table().client();
    let table = |source| StartError::Table { endpoint: shown(aws.dynamodb.as_ref()), source };
    if !schema::exists(client, name).await.map_err(table)? {
        schema::create(client, name).await.map_err(table)?;
        tracing::info!(table = name, "created the table");
    }
    let secrets = |source| StartError::Secrets { endpoint: shown(aws.secrets_manager.as_ref()), source };
    if platform.credentials.create().await.map_err(secrets)? {
        tracing::info!("created the secret of the Pinterest app, without a value yet");
    }
    if platform.tokens.create().await.map_err(secrets)? {
        tracing::info!("created the secret of the token keys");
    }
    Ok(())
}

/// Gives back the shards of a process that was killed: whatever is due at once would be left to it for up to a minute.
/// Should another publisher be at work beside this one, both keep at it until the next tick, and the claims decide.
pub async fn free_shards(platform: &Platform) -> Result<(), StartError> {
    let table = |source| StartError::Table { endpoint: shown(platform.config.aws.dynamodb.as_ref()), source };
    for shard in Shard::all() {
        let owner = platform.shards.load(shard).await.map_err(table)?;
        if let Some(owner) = owner.filter(|owner| !owner.gave_back()) {
            platform.shards.give_back(shard, &owner.holder, None).await.map_err(table)?;
        }
    }
    Ok(())
}

fn shown(endpoint: Option<&Url>) -> String {
    endpoint.map_or_else(|| "AWS".to_owned(), ToString::to_string)
}
