//! `POST /v1/media`: announce a file and get an address to upload it to.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;
use shared::api::{Fields, Json, Problem, User, wrong_type};
use shared::domain::content::is_color;
use shared::domain::picture::LARGEST_THUMBNAIL;
use shared::domain::pin::to_millisecond;
use shared::domain::{
    FieldError, MediaFile, MediaId, MediaKind, MediaStatus, Shape, Thumbnail, ThumbnailKind, ThumbnailState,
};
use shared::limits;
use shared::platform::Platform;
use shared::store::Stock;

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
    let Some(form) = form.filter(|_| errors.is_empty()) else { return Err(Problem::invalid(errors)) };
    let now = to_millisecond(platform.clock.now());
    let file = MediaFile {
        id: MediaId::new(now, &*platform.random),
        owner: user.owner,
        name: form.name,
        kind: form.kind,
        size: form.size,
        status: MediaStatus::AwaitingUpload,
        shape: Shape::default(),
        thumbnail: form.thumbnail,
        color: form.color,
        problems: Vec::new(),
        created_at: now,
        expires_at: Some(to_second(now + KEPT)),
    };
    let (limits, bytes) = (platform.current_settings.get().await?.limits, file.bytes());
    let room = limits::room(&platform, &limits, (&file.owner, Stock::Media), bytes).await?;
    room.admit(bytes)?;
    let upload = platform.objects.sign_upload(&file, UPLOAD).await?;
    let of_thumbnail = match file.thumbnail {
        Some(thumbnail) => Some(platform.objects.sign_thumbnail(&file, thumbnail, UPLOAD).await?),
        None => None,
    };
    platform.media.create(&file).await?;
    limits::taken(&platform, (&file.owner, Stock::Media), &room, bytes).await;
    let body = MediaBody::new(file, &platform.objects.previews());
    Ok((StatusCode::CREATED, Json(body.announced(&upload, of_thumbnail.as_ref()))))
}

/// DynamoDB lets rows expire by the second.
pub fn to_second(moment: jiff::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

/// A file as it is announced.
struct Form {
    kind: MediaKind,
    size: u64,
    name: Option<String>,
    thumbnail: Option<Thumbnail>,
    color: Option<String>,
}

fn read(body: Value, errors: &mut Vec<FieldError>) -> Option<Form> {
    let mut fields = Fields::open("", body, errors)?;
    let file = read_file(&mut fields);
    let name = fields.text("name").filter(|name| !name.trim().is_empty());
    if name.as_ref().is_some_and(|name| name.chars().count() > NAME) {
        fields.wrong("name", "too_long", format!("Too long. The limit is {NAME} characters."));
    }
    fields.check_characters("name", name.as_deref());
    let thumbnail = fields.optional("thumbnail");
    let thumbnail = thumbnail.and_then(|value| fields.within("thumbnail", value, read_thumbnail).flatten());
    let color = fields.text("color");
    if color.as_deref().is_some_and(|color| !is_color(color)) {
        fields.wrong("color", "invalid", "Enter the color as # and six hexadecimal digits, such as #6e7b8c.");
    }
    fields.close();
    let (kind, size) = file?;
    Some(Form { kind, size, name, thumbnail, color })
}

/// The small picture that goes with the file.
fn read_thumbnail(fields: &mut Fields<'_>) -> Option<Thumbnail> {
    let kind = fields.required_text("content_type").and_then(|text| {
        let kind = ThumbnailKind::from_content_type(&text);
        if kind.is_none() {
            let known = ThumbnailKind::ALL.map(ThumbnailKind::content_type).join(", ");
            fields.wrong("content_type", "media_unsupported", format!("A thumbnail is one of {known}."));
        }
        kind
    });
    let size = fields.required("size");
    let size = size.and_then(|size| match size.as_u64() {
        Some(size) if (1..=LARGEST_THUMBNAIL).contains(&size) => Some(size),
        Some(size) if size > LARGEST_THUMBNAIL => {
            let message = format!(
                "A thumbnail has at most {LARGEST_THUMBNAIL} bytes. Make it smaller or save it with a lower quality."
            );
            fields.wrong("size", "too_large", message);
            None
        }
        _ => {
            let message =
                format!("Expected the thumbnail's size in bytes, a whole number from 1 to {LARGEST_THUMBNAIL}.");
            fields.wrong("size", "invalid", message);
            None
        }
    });
    Some(Thumbnail { kind: kind?, size: size?, state: ThumbnailState::AwaitingUpload })
}

fn read_file(fields: &mut Fields<'_>) -> Option<(MediaKind, u64)> {
    let kind = fields.required_text("content_type").and_then(|text| {
        let kind = MediaKind::from_content_type(&text);
        if kind.is_none() {
            let known = MediaKind::ALL.map(MediaKind::content_type).join(", ");
            fields.wrong("content_type", "media_unsupported", format!("Pinterest supports {known}."));
        }
        kind
    });
    let size = fields.required("size");
    let size = size.and_then(|size| match size.as_u64() {
        Some(0) => {
            fields.wrong("size", "invalid", "The file is empty.");
            None
        }
        Some(size) if kind.is_some_and(|kind| size > kind.largest()) => {
            let (limit, what) =
                if kind.is_some_and(MediaKind::is_video) { ("2 GB", "a video") } else { ("20 MB", "an image") };
            fields.wrong(
                "size",
                "too_large",
                format!("Pinterest allows at most {limit} for {what}. Use a smaller file."),
            );
            None
        }
        Some(size) => Some(size),
        None if size.is_number() => {
            fields.wrong("size", "invalid", "Expected the file size as a whole number of bytes.");
            None
        }
        None => {
            fields.note(wrong_type("size", "a number", &size));
            None
        }
    });
    Some((kind?, size?))
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

    #[test]
    fn a_thumbnail_and_a_colour_are_judged_by_themselves() {
        let of = |more: Value| {
            let mut body = json!({"content_type": "image/png", "size": 1});
            body.as_object_mut()
                .into_iter()
                .for_each(|body| body.extend(more.as_object().cloned().unwrap_or_default()));
            wrong(body)
        };
        let thumbnail = |kind: &str, size: Value| json!({"thumbnail": {"content_type": kind, "size": size}});
        for (more, expected) in [
            (thumbnail("image/webp", json!(60_000)), vec![]),
            (thumbnail("image/jpeg", json!(1)), vec![]),
            (json!({"thumbnail": null, "color": null}), vec![]),
            (json!({"color": "#A1b2c3"}), vec![]),
            (thumbnail("image/png", json!(60_001)), vec![("thumbnail.size", "too_large")]),
            (thumbnail("image/png", json!(0)), vec![("thumbnail.size", "invalid")]),
            (thumbnail("image/png", json!("1")), vec![("thumbnail.size", "invalid")]),
            (thumbnail("image/gif", json!(1)), vec![("thumbnail.content_type", "media_unsupported")]),
            (json!({"thumbnail": {}}), vec![("thumbnail.content_type", "required"), ("thumbnail.size", "required")]),
            (json!({"thumbnail": []}), vec![("thumbnail", "wrong_type")]),
            (json!({"color": "red"}), vec![("color", "invalid")]),
            (json!({"color": "#12345"}), vec![("color", "invalid")]),
        ] {
            let found = of(more.clone());
            let found: Vec<_> = found.iter().map(|(field, code)| (field.as_str(), *code)).collect();
            assert_eq!(found, expected, "{more}");
        }
    }
}
