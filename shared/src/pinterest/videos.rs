//! Uploading videos: registering one, sending its file, and asking how far Pinterest is with it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize};
use tower::{Service, ServiceExt};
use url::Url;

use super::call::{PATIENCE, authorized, empty, json};
use super::transport::{Chunks, Payload};
use super::{Answer, CallError, Pinterest, Refusal, TransportError};
use crate::domain::{MediaKind, Mode, PinterestMediaId};
use crate::random::{Random, uuid};
use crate::vault::AccessToken;

/// A place for a video (OpenAPI `MediaUpload`).
#[derive(Debug, Deserialize)]
pub struct RegisteredVideo {
    /// Pinterest's id of it.
    pub media_id: PinterestMediaId,
    /// Where the file goes.
    upload_url: String,
    /// What has to be sent with it: a policy of S3 with its signature, by which whoever has it can upload.
    #[serde(deserialize_with = "secrets")]
    upload_parameters: BTreeMap<String, SecretString>,
}

fn secrets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, SecretString>, D::Error> {
    let plain = BTreeMap::<String, String>::deserialize(deserializer)?;
    Ok(plain.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect())
}

/// The file of a video, in parts.
pub struct VideoFile {
    /// Its kind.
    pub kind: MediaKind,
    /// Its size in bytes, which `chunks` have to have together.
    pub size: u64,
    /// Its bytes.
    pub chunks: Chunks,
}

/// How far Pinterest is with a video (OpenAPI `MediaUploadStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VideoStatus {
    /// It has a place for the file.
    Registered,
    /// It has the file.
    Processing,
    /// Pins can be made with it.
    Succeeded,
    /// It could not make a video of the file.
    Failed,
    /// A word that its description does not have.
    #[serde(other)]
    Other,
}

#[derive(Serialize)]
struct Registration {
    media_type: &'static str,
}

#[derive(Debug, Deserialize)]
struct StatusBody {
    status: VideoStatus,
}

impl Pinterest {
    /// Asks for a place for a video (`POST /media`, scopes `pins:read` and `pins:write`). One that is not used is
    /// forgotten, so that this may be repeated.
    pub async fn register_video(&self, mode: Mode, token: &AccessToken) -> Result<Answer<RegisteredVideo>, CallError> {
        let url = self.hosts.api(mode, "media");
        let request = json(authorized(Method::POST, &url, token), &Registration { media_type: "video" });
        self.send(request, PATIENCE).await
    }

    /// Sends the file to its place: a form with every parameter, the file last, and no credentials of ours. S3 answers
    /// 204.
    ///
    /// An upload whose answer is lost may have arrived; [`Pinterest::video_status`] tells. Of what S3 says only its code
    /// is kept, since the rest quotes the form.
    pub async fn upload_video(
        &self,
        mode: Mode,
        place: RegisteredVideo,
        file: VideoFile,
        random: &dyn Random,
        patience: Duration,
    ) -> Result<(), CallError> {
        let api = self.hosts.api(mode, "");
        let is_safe = |url: &Url| url.scheme() == "https" || url.scheme() == api.scheme();
        let Some(url) = Url::parse(&place.upload_url).ok().filter(is_safe) else {
            return Err(CallError::Unreadable { status: 201, request_id: None });
        };
        let request = form(&url, &place, file, &uuid(random));
        let mut transport = self.transport.0.clone();
        let sent = async { transport.ready().await?.call(request).await };
        let response = match tokio::time::timeout(patience, sent).await {
            Ok(Ok(response)) => response,
            Ok(Err(error @ TransportError::NotSent(_))) => return Err(CallError::NotSent(error)),
            Ok(Err(error)) => return Err(CallError::Unknown(error)),
            Err(elapsed) => return Err(CallError::Unknown(TransportError::Unknown(elapsed.into()))),
        };
        if response.status().is_success() {
            return Ok(());
        }
        let status = response.status().as_u16();
        let message = s3_code(response.body());
        Err(CallError::Refused(Refusal::new(status, None, message)))
    }

    /// Asks how far a video is (`GET /media/{media_id}`, scope `pins:read`).
    pub async fn video_status(
        &self,
        mode: Mode,
        token: &AccessToken,
        id: &PinterestMediaId,
    ) -> Result<Answer<VideoStatus>, CallError> {
        let url = self.hosts.api(mode, &format!("media/{id}"));
        let answer = self.send::<StatusBody>(empty(authorized(Method::GET, &url, token)), PATIENCE).await?;
        Ok(Answer { body: answer.body.status, status: answer.status, request_id: answer.request_id, rate: answer.rate })
    }
}

fn form(url: &Url, place: &RegisteredVideo, file: VideoFile, boundary: &str) -> Request<Payload> {
    let mut head = String::new();
    let name = |name: &str| name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    for (key, value) in &place.upload_parameters {
        let (key, value) = (name(key), value.expose_secret());
        let _ = write!(head, "--{boundary}\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n");
    }
    let kind = file.kind.content_type();
    let _ = write!(
        head,
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"video\"\r\nContent-Type: {kind}\r\n\r\n"
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let length = (head.len() + tail.len()) as u64 + file.size;
    let around = |text: String| stream::once(std::future::ready(Ok(Bytes::from(text))));
    let chunks = around(head).chain(file.chunks).chain(around(tail)).boxed();
    Request::post(url.as_str())
        .header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
        .header(CONTENT_LENGTH, length)
        .body(Payload::Streamed { length, chunks })
        .expect("an address that was parsed and headers of plain characters")
}

/// The code in an error of S3's, such as `AccessDenied`.
fn s3_code(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let is_word = |code: &&str| (1..=60).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    code.filter(is_word).unwrap_or("(no message)").to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[tokio::test]
    async fn the_form_has_every_parameter_and_then_the_file_and_says_how_long_it_is() {
        let place: RegisteredVideo = serde_json::from_str(
            r#"{"media_id": "7", "media_type": "video", "upload_url": "https://s3.example/",
                "upload_parameters": {"policy": "p+/=", "key": "uploads/7", "x-amz-signature": "s"}}"#,
        )
        .unwrap();
        let url = place.upload_url.parse().unwrap();
        let chunks = stream::iter([Bytes::from_static(b"ab"), Bytes::from_static(b"c")]).map(Ok).boxed();
        let file = VideoFile { kind: MediaKind::Mp4, size: 3, chunks };
        let (parts, body) = form(&url, &place, file, "b").into_parts();
        let body = body.collected().await.unwrap();
        assert_eq!(parts.headers["content-length"], body.len().to_string().as_str());
        assert!(!parts.headers.contains_key("authorization"));
        let part = |name: &str, value: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let expected = [
            part("key", "uploads/7"),
            part("policy", "p+/="),
            part("x-amz-signature", "s"),
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"video\"\r\nContent-Type: video/mp4\r\n\r\nabc"
                .to_owned(),
            "\r\n--b--\r\n".to_owned(),
        ];
        assert_eq!(body, expected.concat());
        assert!(!format!("{place:?}").contains("p+/="), "what lets others upload is not shown");
    }

    #[test]
    fn of_an_error_of_s3_only_its_code_is_kept() {
        let code = |body: &str| s3_code(body.as_bytes());
        assert_eq!(code("<Error><Code>AccessDenied</Code><Message>policy p</Message></Error>"), "AccessDenied");
        for other in ["", "<Code>", "<Code>a b</Code>", "<Code></Code>", "Internal"] {
            assert_eq!(code(other), "(no message)", "{other:?}");
        }
    }

    #[test]
    fn a_word_that_is_new_is_no_error() {
        let read = |text: &str| serde_json::from_str::<StatusBody>(text).unwrap().status;
        assert_eq!(read(r#"{"media_id": "7", "media_type": "video", "status": "succeeded"}"#), VideoStatus::Succeeded);
        assert_eq!(read(r#"{"status": "queued"}"#), VideoStatus::Other);
    }
}
