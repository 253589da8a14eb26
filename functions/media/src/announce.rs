//! `POST /v1/media`: announce a file and get an address to upload it to.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;
use shared::api::{Fields, Json, Problem, User, wrong_type};
use shared::domain::pin::to_millisecond;
use shared::domain::{FieldError, MediaFile, MediaId, MediaKind, MediaStatus, Shape};
use shared::platform::Platform;

use crate::body::MediaBody;
use crate::description::{Announce, NewMediaFile};

/// How long an upload may begin after it was announced; S3 looks at the signature at its beginning only.
const UPLOAD: Duration = Duration::from_hours(1);

/// How long an announced file is known: as long as the lifecycle rule keeps what is not completed.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The longest name.
const NAME: usize = 200;

/// Announces a file; it is uploaded by the signed request of the answer, and then completed.
#[utoipa::path(
    post,
    path = "/v1/media",
    operation_id = "announce_media",
    tag = "media",
    request_body = NewMediaFile,
    responses((status = 201, description = "The file and how to upload it.", body = MediaBody), Announce)
)]
pub async fn announce(
    State(platform): State<Arc<Platform>>,
    user: User,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<MediaBody>), Problem> {
    let mut errors = Vec::new();
    let form = read(body, &mut errors);
    let Some((kind, size, name)) = form.filter(|_| errors.is_empty()) else { return Err(Problem::invalid(errors)) };
    let now = to_millisecond(platform.clock.now());
    let file = MediaFile {
        id: MediaId::new(now, &*platform.random),
        owner: user.owner,
        name,
        kind,
        size,
        status: MediaStatus::AwaitingUpload,
        shape: Shape::default(),
        problems: Vec::new(),
        created_at: now,
        expires_at: Some(to_second(now + KEPT)),
    };
    let upload = platform.objects.sign_upload(&file, UPLOAD).await?;
    platform.media.create(&file).await?;
    Ok((StatusCode::CREATED, Json(MediaBody::announced(file, &upload))))
}

/// DynamoDB lets rows expire by the second.
pub fn to_second(moment: jiff::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

fn read(body: Value, errors: &mut Vec<FieldError>) -> Option<(MediaKind, u64, Option<String>)> {
    let mut fields = Fields::open("", body, errors)?;
    let kind = fields.required_text("content_type").and_then(|text| {
        let kind = MediaKind::from_content_type(&text);
        if kind.is_none() {
            let known = MediaKind::ALL.map(MediaKind::content_type).join(", ");
            fields.wrong("content_type", "media_unsupported", format!("Pinterest takes {known}."));
        }
        kind
    });
    let size = fields.required("size");
    let size = size.and_then(|size| match size.as_u64() {
        Some(0) => {
            fields.wrong("size", "invalid", "The file is empty. Give its size in bytes.");
            None
        }
        Some(size) if kind.is_some_and(|kind| size > kind.largest()) => {
            let (limit, what) =
                if kind.is_some_and(MediaKind::is_video) { ("2 GB", "a video") } else { ("20 MB", "an image") };
            fields.wrong(
                "size",
                "too_large",
                format!("Pinterest takes at most {limit} of {what}. Make the file smaller."),
            );
            None
        }
        Some(size) => Some(size),
        None if size.is_number() => {
            fields.wrong("size", "invalid", "Expected the file's size as a whole number of bytes.");
            None
        }
        None => {
            fields.note(wrong_type("size", "a number", &size));
            None
        }
    });
    let name = fields.text("name").filter(|name| !name.trim().is_empty());
    if name.as_ref().is_some_and(|name| name.chars().count() > NAME) {
        fields.wrong("name", "too_long", format!("A name has at most {NAME} characters."));
    }
    fields.check_characters("name", name.as_deref());
    fields.close();
    Some((kind?, size?, name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong(body: Value) -> Vec<(String, &'static str)> {
        let mut errors = Vec::new();
        let _ = read(body, &mut errors);
        errors.into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn the_limits_are_those_of_the_kind() {
        for (kind, size, is_taken) in [
            ("image/jpeg", 20_000_000, true),
            ("image/png", 20_000_001, false),
            ("video/mp4", 2_000_000_000, true),
            ("video/x-m4v", 2_000_000_001_u64, false),
        ] {
            assert_eq!(wrong(json!({"content_type": kind, "size": size})).is_empty(), is_taken, "{kind} {size}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let found = wrong(json!({"content_type": "image/gif", "size": "1", "name": "x".repeat(201), "url": ""}));
        let fields: Vec<_> = found.iter().map(|(field, code)| (field.as_str(), *code)).collect();
        let expected = [
            ("content_type", "media_unsupported"),
            ("size", "wrong_type"),
            ("name", "too_long"),
            ("url", "unknown_field"),
        ];
        assert_eq!(fields, expected);
        for size in [json!(0), json!(-1), json!(1.5)] {
            assert_eq!(wrong(json!({"content_type": "image/png", "size": size})), [("size".to_owned(), "invalid")]);
        }
        assert_eq!(wrong(json!({})).len(), 2);
    }
}
