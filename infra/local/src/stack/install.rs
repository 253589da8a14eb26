//! What `template.yaml` creates on AWS: the table, and the two secrets.

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

fn shown(endpoint: Option<&Url>) -> String {
    endpoint.map_or_else(|| "AWS".to_owned(), ToString::to_string)
}
