//! A file as clients read it.

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::Serialize;
use shared::api::{PreviewBody, Reason};
use shared::domain::{MediaFile, MediaId};
use shared::store::{PreviewAddresses, Upload};
use utoipa::ToSchema;

use crate::description;

/// A file of the caller's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MediaFile)]
pub struct MediaBody {
    id: MediaId,
    #[schema(required)]
    name: Option<String>,
    #[schema(schema_with = description::content_types)]
    content_type: &'static str,
    /// In bytes.
    size: u64,
    #[schema(schema_with = description::statuses)]
    status: &'static str,
    /// In pixels; `null` where it is not known.
    #[schema(required)]
    width: Option<u32>,
    /// In pixels; `null` where it is not known.
    #[schema(required)]
    height: Option<u32>,
    /// `null` for an image, and where it is not known.
    #[schema(required)]
    duration_ms: Option<u64>,
    /// Why it was rejected and what to do; otherwise empty.
    #[schema(schema_with = description::problems)]
    problems: Vec<Reason>,
    /// What is worth knowing of a file that is `ready`; mostly empty.
    #[schema(schema_with = description::warnings)]
    warnings: Vec<Reason>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When the file goes away unless a pin is made with it; `null` once one was, and then it stays until it is deleted.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    preview: PreviewBody,
    /// How to upload it, in the answer to its announcement only; otherwise `null`.
    #[schema(required)]
    upload: Option<UploadBody>,
    /// How to upload its thumbnail, in the answer to an announcement with one only; otherwise `null`.
    #[schema(required)]
    thumbnail_upload: Option<UploadBody>,
}

/// How to upload a file: one request, with the file as its body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Upload)]
struct UploadBody {
    #[schema(schema_with = description::put)]
    method: &'static str,
    /// Signed for this one file, its type, its size and its owner. Whoever has it can upload, so keep it to yourself.
    url: String,
    /// Send them as they are.
    headers: std::collections::BTreeMap<String, String>,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl MediaBody {
    /// The file as it is.
    pub fn new(file: MediaFile, previews: &PreviewAddresses<'_>) -> Self {
        let told = |problem: shared::domain::MediaProblem| Reason { code: problem.code(), message: problem.message() };
        let warnings = file.warnings().into_iter();
        Self {
            preview: PreviewBody::of_file(&file, previews),
            warnings: warnings.map(|warning| Reason { code: warning.code(), message: warning.message() }).collect(),
            id: file.id,
            name: file.name,
            content_type: file.kind.content_type(),
            size: file.size,
            status: file.status.code(),
            width: file.shape.width,
            height: file.shape.height,
            duration_ms: file.shape.duration_ms,
            problems: file.problems.into_iter().map(told).collect(),
            created_at: file.created_at,
            expires_at: file.expires_at,
            upload: None,
            thumbnail_upload: None,
        }
    }

    /// The file as it was announced, with how to upload it and its thumbnail.
    pub fn announced(self, upload: &Upload, of_thumbnail: Option<&Upload>) -> Self {
        Self { upload: Some(UploadBody::new(upload)), thumbnail_upload: of_thumbnail.map(UploadBody::new), ..self }
    }
}

impl UploadBody {
    fn new(upload: &Upload) -> Self {
        Self {
            method: "PUT",
            url: upload.url.expose_secret().to_owned(),
            headers: upload.headers.iter().cloned().collect(),
            expires_at: upload.expires_at,
        }
    }
}
