//! Media uploads: registering one, and asking how far it is.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use serde_json::json;

use super::boards::id_in_path;
use super::fields::Fields;
use super::{Answer, Caller, Incoming, Refusal, bucket, shape};
use crate::draw;
use crate::moment::{after_seconds, with_millis};
use crate::simulator::World;
use crate::store::Registration;

/// How long a registration may be used, in seconds. Invented.
const USABLE: i64 = 3600;

/// A new media upload, and all that its file must be sent with.
pub(super) fn register(world: &mut World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::of_body(call, &["media_type"])?;
    fields.required("media_type")?;
    let media_type = fields.word("media_type", &["video"])?;
    let id = draw::id(world.rng);
    let key = format!("uploads/{}:video:{id}", draw::picture_path(world.rng));
    let registration = Registration {
        parameters: parameters(world, &key),
        person: caller.username.clone(),
        registered_at: world.now,
        id,
    };
    world.insert_media(call.mode, &caller.person_id, &key, &registration)?;
    let body = json!({
        "media_id": registration.id,
        "media_type": media_type,
        "upload_url": format!("{}{}{}", call.origin, world.base_path, bucket::path(call.mode)),
        "upload_parameters": registration.parameters,
    });
    Ok(Answer::created(shape::with_extras(world, body)))
}

/// How far a media upload of the caller's is.
pub(super) fn get(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let id = id_in_path(call, "media_id")?;
    let upload = world.find_media(call.mode, &caller.person_id, id)?.ok_or_else(Refusal::media_not_found)?;
    let body = json!({ "media_id": upload.id, "media_type": "video", "status": upload.status.as_str() });
    Ok(Answer::ok(shape::with_extras(world, body)))
}

/// The fields that S3 wants of a form (`MediaUploadParameters` names them). They look like those of
/// a signature of version 4, and nothing is computed.
fn parameters(world: &mut World<'_>, key: &str) -> BTreeMap<String, String> {
    let date = world.now.strftime("%Y%m%d").to_string();
    let credential = format!("ASIA{}/{date}/us-east-1/s3/aws4_request", draw::letters(world.rng, 16));
    let policy = json!({
        "expiration": with_millis(usable_until(world.now)),
        "conditions": [{ "bucket": "pinterest-media-upload" }, { "key": key }, { "x-amz-credential": credential }],
    });
    let signature = draw::code(world.rng) + &draw::code(world.rng);
    let named = [
        ("x-amz-date", world.now.strftime("%Y%m%dT%H%M%SZ").to_string()),
        ("x-amz-signature", signature),
        ("x-amz-security-token", draw::letters(world.rng, 120)),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256".to_owned()),
        ("key", key.to_owned()),
        ("policy", BASE64.encode(policy.to_string().as_bytes())),
        ("x-amz-credential", credential),
        ("Content-Type", "multipart/form-data".to_owned()),
    ];
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// When the policy of a registration expires.
pub(super) fn usable_until(registered_at: jiff::Timestamp) -> jiff::Timestamp {
    after_seconds(registered_at, USABLE)
}
