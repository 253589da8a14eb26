//! The operations of Secrets Manager: their requests, their rules and what they answer.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::parameters::{arn_suffix, check_name, payload, token};
use super::refusal::Refusal;
use super::secret::{CURRENT, Payload, Secret, Version};

/// All secrets by name.
pub type Secrets = BTreeMap<String, Secret>;

const ARN_PREFIX: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:";

/// Does one operation; what it changes is in `secrets` afterwards, also if it failed half-way.
pub fn run(secrets: &mut Secrets, operation: &str, request: &Value, now: Timestamp) -> Result<Value, Refusal> {
    match operation {
        "CreateSecret" => create(secrets, read(request)?, now),
        "PutSecretValue" => put(secrets, read(request)?, now),
        "GetSecretValue" => get(secrets, &read(request)?),
        "UpdateSecretVersionStage" => update_stage(secrets, &read(request)?, now),
        "DescribeSecret" => describe(secrets, &read(request)?),
        other => Err(Refusal::UnknownOperation(other.to_owned())),
    }
}

/// True for the operations that change something.
pub fn writes(operation: &str) -> bool {
    matches!(operation, "CreateSecret" | "PutSecretValue" | "UpdateSecretVersionStage")
}

fn read<T: serde::de::DeserializeOwned>(request: &Value) -> Result<T, Refusal> {
    // The error names fields and kinds, and could quote a value: the secret stays out of it.
    serde_json::from_value(request.clone())
        .map_err(|_| Refusal::InvalidParameter("A parameter is missing or malformed.".to_owned()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    name: String,
    description: Option<String>,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
}

fn create(secrets: &mut Secrets, request: Create, now: Timestamp) -> Result<Value, Refusal> {
    check_name(&request.name)?;
    let value = payload(request.secret_string, request.secret_binary)?;
    let token = token(request.client_request_token)?;
    if let Some(there) = secrets.get(&request.name) {
        let repeated =
            value.is_some_and(|value| there.find(Some(&token), None).is_ok_and(|(_, version)| version.value == value));
        return if repeated {
            Ok(json!({ "ARN": there.arn, "Name": there.name, "VersionId": token }))
        } else {
            Err(Refusal::Exists(format!("The operation failed because the secret {} already exists.", request.name)))
        };
    }
    let arn = format!("{ARN_PREFIX}{}-{}", request.name, arn_suffix(&token));
    let mut secret = Secret::new(arn, request.name.clone(), request.description, now);
    let mut answer = json!({ "ARN": secret.arn, "Name": secret.name });
    if let Some(value) = value {
        secret.put(&token, value, BTreeSet::new(), now)?;
        answer["VersionId"] = json!(token);
    }
    secrets.insert(request.name, secret);
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    secret_id: String,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    version_stages: Option<BTreeSet<String>>,
}

fn put(secrets: &mut Secrets, request: Put, now: Timestamp) -> Result<Value, Refusal> {
    let value = payload(request.secret_string, request.secret_binary)?
        .ok_or_else(|| Refusal::InvalidRequest("You must provide either SecretString or SecretBinary.".to_owned()))?;
    let token = token(request.client_request_token)?;
    let stages = request.version_stages.unwrap_or_else(|| BTreeSet::from([CURRENT.to_owned()]));
    if stages.is_empty() {
        return Err(Refusal::InvalidParameter("VersionStages must name at least one staging label.".to_owned()));
    }
    let secret = by_id_mut(secrets, &request.secret_id)?;
    secret.put(&token, value, stages, now)?;
    let (id, version) = secret.find(Some(&token), None)?;
    Ok(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": id,
        "VersionStages": version.stages,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Get {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

fn get(secrets: &Secrets, request: &Get) -> Result<Value, Refusal> {
    let secret = by_id(secrets, &request.secret_id)?;
    let (id, version) = secret.find(request.version_id.as_deref(), request.version_stage.as_deref())?;
    let Version { value, created_at, stages } = version;
    let (field, value) = match value {
        Payload::String(value) => ("SecretString", value),
        Payload::Binary(value) => ("SecretBinary", value),
    };
    Ok(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": id,
        field: value,
        "VersionStages": stages,
        "CreatedDate": epoch(*created_at),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateStage {
    secret_id: String,
    version_stage: String,
    move_to_version_id: Option<String>,
    remove_from_version_id: Option<String>,
}

fn update_stage(secrets: &mut Secrets, request: &UpdateStage, now: Timestamp) -> Result<Value, Refusal> {
    let secret = by_id_mut(secrets, &request.secret_id)?;
    secret.move_stage(
        &request.version_stage,
        request.move_to_version_id.as_deref(),
        request.remove_from_version_id.as_deref(),
        now,
    )?;
    Ok(json!({ "ARN": secret.arn, "Name": secret.name }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Describe {
    secret_id: String,
}

fn describe(secrets: &Secrets, request: &Describe) -> Result<Value, Refusal> {
    let secret = by_id(secrets, &request.secret_id)?;
    Ok(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "Description": secret.description,
        "CreatedDate": epoch(secret.created_at),
        "LastChangedDate": epoch(secret.changed_at),
        "VersionIdsToStages": secret.staged(),
    }))
}

fn by_id<'a>(secrets: &'a Secrets, id: &str) -> Result<&'a Secret, Refusal> {
    secrets.values().find(|secret| is_named(secret, id)).ok_or(Refusal::NoSecret)
}

fn by_id_mut<'a>(secrets: &'a mut Secrets, id: &str) -> Result<&'a mut Secret, Refusal> {
    secrets.values_mut().find(|secret| is_named(secret, id)).ok_or(Refusal::NoSecret)
}

/// A secret is named by its name, its ARN, or its ARN without the random end.
fn is_named(secret: &Secret, id: &str) -> bool {
    secret.name == id || secret.arn == id || id.strip_prefix(ARN_PREFIX) == Some(secret.name.as_str())
}

/// Seconds since 1970 with a fraction, as AWS's JSON protocol writes a time.
fn epoch(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}
