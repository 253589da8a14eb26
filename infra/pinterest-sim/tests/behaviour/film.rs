//! A short film, and what a client does to upload it.

use axum::body::Body;
use http::{Request, StatusCode};
use pinterest_sim::{MediaUpload, Mode};
use serde_json::{Value, json};

use crate::world::{Reply, World};

/// What an MP4 begins with.
pub const FILM: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom and the rest of a film";

/// The SHA-256 of [`FILM`], by `sha256sum`.
pub const FILM_SHA256: &str = "4b99f1fb5627aad5bbd017671b90600d96449dd29e096b5d2da8900e9a35ee13";

pub const BOUNDARY: &str = "----a-boundary";

/// What a registration answered.
#[derive(Clone)]
pub struct Registered {
    pub id: String,
    pub url: String,
    pub parameters: Vec<(String, String)>,
}

impl Registered {
    /// Registers a media upload.
    pub async fn new(world: &World, mode: Mode, token: &str) -> Self {
        let path = format!("http://pinterest.test/_pinterest/{mode}/v5/media");
        let request = Request::post(path).header("authorization", format!("Bearer {token}"));
        let body = Body::from(json!({ "media_type": "video" }).to_string());
        let reply = world.send_below_base(request.body(body).unwrap()).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        Self::of(&reply.body)
    }

    pub fn of(body: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let parameters = body["upload_parameters"].as_object().unwrap();
        Self {
            id: text(&body["media_id"]),
            url: text(&body["upload_url"]),
            parameters: parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        }
    }

    pub fn fields(&self) -> Vec<(&str, &[u8])> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
    }

    /// The form with a file at its end.
    pub fn form(&self, file: &[u8]) -> Vec<u8> {
        let mut fields = self.fields();
        fields.push(("file", file));
        form(&fields)
    }

    pub fn request(&self, body: impl Into<Body>) -> Request<Body> {
        let request = Request::post(&self.url);
        request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}")).body(body.into()).unwrap()
    }

    /// Uploads a file as it should be done.
    pub async fn upload(&self, world: &World, file: &[u8]) -> Reply {
        world.send_below_base(self.request(self.form(file))).await
    }

    /// What the simulator has of it.
    pub fn seen(&self, world: &World) -> MediaUpload {
        world.simulator.media().into_iter().find(|upload| upload.id == self.id).unwrap()
    }
}

/// A form of fields in their order.
pub fn form(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, value) in fields {
        let kind = if *name == "file" { "; filename=\"film.mp4\"\r\nContent-Type: video/mp4" } else { "" };
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{kind}\r\n\r\n");
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(value);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    form
}

/// A film that is there: uploaded and processed.
pub async fn processed(world: &World, mode: Mode, token: &str) -> Registered {
    let registered = Registered::new(world, mode, token).await;
    assert_eq!(registered.upload(world, FILM).await.status, StatusCode::NO_CONTENT);
    world.pass_seconds(20);
    registered
}
