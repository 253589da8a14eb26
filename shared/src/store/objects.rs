//! The uploaded files in their bucket: addresses that are signed for one of them, and reads of parts of it.

mod parts;
mod preview;

pub use parts::Piece;
pub use preview::{PreviewAddresses, PreviewSigner};

use std::error::Error;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::types::{Tag, Tagging};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::ErasedFile;
use crate::aws;
use crate::clock::SharedClock;
use crate::config::Config;
use crate::domain::picture::LARGEST_THUMBNAIL;
use crate::domain::{MediaFile, MediaId, OwnerId, Thumbnail, ThumbnailState};

/// The tag by which the bucket's lifecycle rules know what nobody needs any more.
const STATE: &str = "state";

/// The files in the bucket.
#[derive(Debug, Clone)]
pub struct ObjectStore {
    client: Client,
    bucket: String,
    clock: SharedClock,
    previews: PreviewSigner,
}

/// An address to upload to, good for the announced file alone.
#[derive(Debug)]
pub struct Upload {
    /// The address; whoever has it can upload.
    pub url: SecretString,
    /// The headers that have to be sent as they are here; the size goes with them as every program sends it.
    pub headers: Vec<(String, String)>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// How long a file is kept, as its tag says to the lifecycle rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// Uploaded and not completed: a day.
    Pending,
    /// Completed, and no pin was made with it: 90 days.
    Unused,
    /// A pin was made with it: until its owner deletes it.
    Used,
}

/// Part of a file as it was read.
#[derive(Debug)]
pub struct Read {
    /// The bytes.
    pub bytes: Bytes,
    /// The size of the whole file.
    pub size: u64,
}

/// A call to S3 that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// S3 did not answer, or answered that it cannot now.
    #[error("could not {operation} in S3 ({code})")]
    Unavailable {
        /// What was attempted.
        operation: &'static str,
        /// S3's error code, or what happened to the request.
        code: String,
        /// The SDK's error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// S3's answer is not what was asked for.
    #[error("what S3 answered to the wish to {operation} is not readable")]
    Unreadable {
        /// What was attempted.
        operation: &'static str,
    },
}

impl Stored {
    fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Unused => "unused",
            Self::Used => "used",
        }
    }
}

impl ObjectStore {
    /// The files in the bucket of `config`.
    pub fn new(client: Client, config: &Config, clock: SharedClock) -> Self {
        Self { client, bucket: config.storage.media_bucket.clone(), clock, previews: PreviewSigner::new(config) }
    }

    /// The addresses by which browsers show files at present.
    pub fn previews(&self) -> PreviewAddresses<'_> {
        self.previews.at(self.clock.now())
    }

    /// Signs an upload of `file`: its type, its size, its owner, and that nothing is overwritten.
    pub async fn sign_upload(&self, file: &MediaFile, lasts: Duration) -> Result<Upload, ObjectError> {
        let name = key(&file.owner, &file.id);
        self.sign_put(&file.owner, name, (file.kind.content_type(), file.size), lasts).await
    }

    /// Signs an upload of the thumbnail of `file` in the same way.
    pub async fn sign_thumbnail(
        &self,
        file: &MediaFile,
        thumbnail: Thumbnail,
        lasts: Duration,
    ) -> Result<Upload, ObjectError> {
        let name = thumbnail_key(&file.owner, &file.id);
        self.sign_put(&file.owner, name, (thumbnail.kind.content_type(), thumbnail.size), lasts).await
    }

    async fn sign_put(
        &self,
        owner: &OwnerId,
        name: String,
        (content_type, size): (&str, u64),
        lasts: Duration,
    ) -> Result<Upload, ObjectError> {
        const SIGN: &str = "sign an upload";
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(name)
            .content_type(content_type)
            .content_length(i64::try_from(size).map_err(|_| ObjectError::Unreadable { operation: SIGN })?)
            .metadata("owner", hash(owner))
            .tagging(format!("{STATE}={}", Stored::Pending.code()))
            .if_none_match("*");
        let expires_at = self.clock.now() + lasts;
        let signed = put.presigned(self.presigning(lasts)).await.map_err(|error| unavailable(SIGN, error))?;
        let own = signed.headers().filter(|(name, _)| is_to_be_sent(name));
        let headers = own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Upload { url: address(&signed), headers, expires_at })
    }

    /// Signs an address by which whoever has it can read the file.
    pub async fn sign_read(&self, owner: &OwnerId, id: &MediaId, lasts: Duration) -> Result<SecretString, ObjectError> {
        let get = self.client.get_object().bucket(&self.bucket).key(key(owner, id));
        let signed = get.presigned(self.presigning(lasts)).await;
        signed.map(|signed| address(&signed)).map_err(|error| unavailable("sign an address", error))
    }

    /// Reads that part of a file, or less where it ends before; nothing where there is no file.
    pub async fn read(
        &self,
        owner: &OwnerId,
        id: &MediaId,
        range: RangeInclusive<u64>,
    ) -> Result<Option<Read>, ObjectError> {
        self.read_part(key(owner, id), range).await
    }

    /// Reads the thumbnail of a file, as far as one may be long; nothing where there is none.
    pub async fn read_thumbnail(&self, owner: &OwnerId, id: &MediaId) -> Result<Option<Read>, ObjectError> {
        self.read_part(thumbnail_key(owner, id), 0..=LARGEST_THUMBNAIL).await
    }

    async fn read_part(&self, name: String, range: RangeInclusive<u64>) -> Result<Option<Read>, ObjectError> {
        const READ: &str = "read a part of a file";
        let range = format!("bytes={}-{}", range.start(), range.end());
        let answer = self.client.get_object().bucket(&self.bucket).key(name).range(range).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(unavailable(READ, error)),
        };
        // `bytes 0-15/1234`
        let whole = answer.content_range.as_deref().and_then(|range| range.rsplit('/').next());
        let size = whole.and_then(|size| size.parse().ok()).ok_or(ObjectError::Unreadable { operation: READ })?;
        let body = answer.body.collect().await.map_err(|_| ObjectError::Unreadable { operation: READ })?;
        Ok(Some(Read { bytes: body.into_bytes(), size }))
    }

    /// Says for how long the file is to be kept, and its thumbnail where it has one.
    pub async fn keep(&self, file: &MediaFile, stored: Stored) -> Result<(), ObjectError> {
        self.tag(key(&file.owner, &file.id), stored).await?;
        if file.thumbnail.is_some_and(|thumbnail| thumbnail.state == ThumbnailState::Ready) {
            self.tag(thumbnail_key(&file.owner, &file.id), stored).await?;
        }
        Ok(())
    }

    async fn tag(&self, name: String, stored: Stored) -> Result<(), ObjectError> {
        let tag = Tag::builder().key(STATE).value(stored.code()).build().expect("key and value are set");
        let tagging = Tagging::builder().tag_set(tag).build().expect("there is a tag");
        let put = self.client.put_object_tagging().bucket(&self.bucket).key(name).tagging(tagging);
        put.send().await.map_err(|error| unavailable("tag a file", error))?;
        Ok(())
    }

    /// Deletes the file and its thumbnail; what is not there is deleted.
    pub async fn delete(&self, file: &MediaFile) -> Result<(), ObjectError> {
        if file.thumbnail.is_some() {
            self.delete_thumbnail(file).await?;
        }
        self.delete_object(key(&file.owner, &file.id)).await
    }

    /// Deletes a file of `owner` and its thumbnail, by what its row says.
    pub async fn erase(&self, owner: &OwnerId, file: &ErasedFile) -> Result<(), ObjectError> {
        if file.has_thumbnail {
            self.delete_object(thumbnail_key(owner, &file.id)).await?;
        }
        self.delete_object(key(owner, &file.id)).await
    }

    /// Deletes the thumbnail of the file.
    pub async fn delete_thumbnail(&self, file: &MediaFile) -> Result<(), ObjectError> {
        self.delete_object(thumbnail_key(&file.owner, &file.id)).await
    }

    async fn delete_object(&self, name: String) -> Result<(), ObjectError> {
        let delete = self.client.delete_object().bucket(&self.bucket).key(name).send().await;
        delete.map_err(|error| unavailable("delete a file", error))?;
        Ok(())
    }

    /// Signed by the clock that was passed in, which the SDK does not do by itself.
    fn presigning(&self, lasts: Duration) -> PresigningConfig {
        let now = SystemTime::UNIX_EPOCH + Duration::try_from(self.clock.now().as_duration()).unwrap_or_default();
        let config = PresigningConfig::builder().start_time(now).expires_in(lasts).build();
        config.expect("it lasts less than a week")
    }
}

/// Whether the uploading program has to send a header as it was signed: the size and the host it sends anyway, and what the
/// SDK adds to every request of a function on AWS is not signed and would be refused.
fn is_to_be_sent(name: &str) -> bool {
    !matches!(name.to_ascii_lowercase().as_str(), "content-length" | "host" | "x-amzn-trace-id" | "user-agent")
}

/// Where a file is. The owner is hashed, as owners come from outside and an address is seen by Pinterest.
fn key(owner: &OwnerId, id: &MediaId) -> String {
    format!("{}/{id}", hash(owner))
}

/// Where the thumbnail of a file is.
fn thumbnail_key(owner: &OwnerId, id: &MediaId) -> String {
    format!("{}.thumbnail", key(owner, id))
}

fn hash(owner: &OwnerId) -> String {
    HEXLOWER.encode(&Sha256::digest(owner.as_str())[..16])
}

fn address(signed: &PresignedRequest) -> SecretString {
    SecretString::from(signed.uri())
}

fn unavailable<E, R>(operation: &'static str, error: SdkError<E, R>) -> ObjectError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    ObjectError::Unavailable { operation, code: aws::code(&error), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_has_the_signed_headers_and_none_of_the_functions_own() {
        for (name, is_sent) in [
            ("content-type", true),
            ("if-none-match", true),
            ("x-amz-tagging", true),
            ("x-amz-meta-owner", true),
            ("content-length", false),
            ("host", false),
            ("x-amzn-trace-id", false),
            ("X-Amzn-Trace-Id", false),
        ] {
            assert_eq!(is_to_be_sent(name), is_sent, "{name}");
        }
    }
}
