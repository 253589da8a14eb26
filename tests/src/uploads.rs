//! Uploads as a browser does them: straight to S3, by the request that was signed.

use std::time::Duration;

use bytes::Bytes;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{MediaFile, MediaId, MediaKind, MediaStatus, Shape};

use crate::{World, files, permissions};

/// What S3 answered.
#[derive(Debug)]
pub struct Uploaded {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
    /// For how long it may be kept; empty where nothing is said.
    pub cache_control: String,
}

impl Uploaded {
    /// S3's word for what was wrong; empty where nothing was.
    pub fn code(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        code.map(|(code, _)| code.to_owned()).unwrap_or_default()
    }
}

impl World {
    /// Any request to S3.
    pub fn ask_s3(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Uploaded {
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::copy_from_slice(body)).expect("the stories write valid requests");
        let answer = self.parts.objects.handle(&request);
        let cache_control = answer.headers().get("cache-control").and_then(|value| value.to_str().ok());
        Uploaded {
            status: answer.status().as_u16(),
            cache_control: cache_control.unwrap_or_default().to_owned(),
            body: answer.into_body(),
        }
    }

    /// Uploads `body` as `upload` says; programs send the length of what they send.
    pub fn upload(&self, upload: &Value, body: &[u8]) -> Uploaded {
        let length = body.len().to_string();
        let given = upload["headers"].as_object().expect("there are headers");
        let mut headers: Vec<_> =
            given.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())).collect();
        headers.push(("content-length", &length));
        permissions::signed("media", &["s3:PutObject", "s3:PutObjectTagging"]);
        self.ask_s3("PUT", upload["url"].as_str().unwrap_or_default(), &headers, body)
    }

    /// Fetches an address that the publisher signed, as Pinterest does.
    pub fn read_as_pinterest(&self, url: &str) -> Uploaded {
        permissions::signed("publisher", &["s3:GetObject"]);
        self.ask_s3("GET", url, &[], b"")
    }

    /// Fetches the address of a preview, as a browser does.
    pub fn show(&self, url: &str) -> Uploaded {
        permissions::signed("pins", &["s3:GetObject"]);
        permissions::signed("media", &["s3:GetObject"]);
        permissions::signed("events", &["s3:GetObject"]);
        self.ask_s3("GET", url, &[], b"")
    }

    /// Announces and uploads `body` for `owner`; answers the file as it was announced.
    pub async fn uploaded(&self, owner: &str, content_type: &str, body: &[u8]) -> Value {
        let wanted = json!({"content_type": content_type, "size": body.len()});
        let answer = self.user(owner).post("/v1/media", &wanted).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let file = answer.json();
        let put = self.upload(&file["upload"], body);
        assert_eq!(put.status, 200, "{}", put.code());
        file
    }

    /// Announces, uploads and completes `body` for `owner`; answers the file as it is then.
    pub async fn completed(&self, owner: &str, content_type: &str, body: &[u8]) -> Value {
        let file = self.uploaded(owner, content_type, body).await;
        let path = format!("/v1/media/{}/complete", file["id"].as_str().unwrap_or_default());
        let answer = self.user(owner).post(&path, &json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// The id of a video of `owner`'s that pins can be made with, as it is stored once it was uploaded and checked.
    pub async fn seed_video(&self, owner: &str) -> String {
        let (platform, body) = (self.platform("seed"), files::mp4(10_000, 720, 1280));
        let now = self.clock.now();
        let file = MediaFile {
            id: MediaId::new(now, &*platform.random),
            owner: owner.parse().expect("it is an owner"),
            name: None,
            kind: MediaKind::Mp4,
            size: body.len() as u64,
            status: MediaStatus::Ready,
            shape: Shape { width: Some(720), height: Some(1280), duration_ms: Some(10_000) },
            thumbnail: None,
            color: None,
            problems: Vec::new(),
            created_at: now,
            expires_at: None,
        };
        let upload = platform.objects.sign_upload(&file, Duration::from_mins(1)).await.expect("it can be signed");
        let length = body.len().to_string();
        let own = upload.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let headers: Vec<_> = own.chain([("content-length", length.as_str())]).collect();
        let put = self.ask_s3("PUT", upload.url.expose_secret(), &headers, &body);
        assert_eq!(put.status, 200, "{}", put.code());
        platform.media.create(&file).await.expect("nobody has that id");
        file.id.to_string()
    }

    /// The id of a PNG of `owner`'s that pins can be made with.
    pub async fn ready_media(&self, owner: &str, png: &[u8]) -> String {
        let file = self.completed(owner, "image/png", png).await;
        assert_eq!(file["status"], "ready", "{file}");
        file["id"].as_str().unwrap_or_default().to_owned()
    }
}
