//! Forms that S3 would not take, and that the simulator does not take either.

use axum::body::Body;
use http::{HeaderValue, StatusCode};
use pinterest_sim::{Mode, Operation};

use crate::film::{FILM, Registered, form};
use crate::world::{Reply, World};

struct Shop {
    world: World,
    registered: Registered,
}

impl Shop {
    async fn open() -> Self {
        let world = World::new();
        let token = world.connect(Mode::Live, "shop").await;
        let registered = Registered::new(&world, Mode::Live, &token).await;
        Self { world, registered }
    }

    async fn send(&self, body: impl Into<Body>) -> Reply {
        self.world.send_below_base(self.registered.request(body)).await
    }

    async fn with_header(&self, name: &'static str, value: &str) -> Reply {
        let mut request = self.registered.request(self.registered.form(FILM));
        request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        self.world.send_below_base(request).await
    }

    /// Nothing was taken, the right form still is, and the log lists the refusal.
    fn expect(&self, reply: &Reply, status: u16, code: &str, words: &str) {
        assert_eq!(reply.status.as_u16(), status, "{}", reply.text);
        assert!(reply.text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>"), "{}", reply.text);
        assert_eq!(reply.header("content-type"), "application/xml");
        for piece in [format!("<Code>{code}</Code>").as_str(), words] {
            assert!(reply.text.contains(piece), "{piece}: {}", reply.text);
        }
        let call = self.world.simulator.calls().pop().unwrap();
        assert_eq!(
            (call.operation, call.status, call.path.as_str()),
            (Operation::UploadMedia, Some(status), "/media-upload/")
        );
        assert_eq!(call.request_id, reply.header("x-amz-request-id"));
        assert_eq!(self.registered.seen(&self.world).file, None);
    }
}

#[tokio::test]
async fn every_parameter_must_be_there_with_its_value() {
    let shop = Shop::open().await;
    for (position, (name, _)) in shop.registered.parameters.iter().enumerate() {
        let mut fields = shop.registered.fields();
        fields[position].1 = b"other";
        fields.push(("file", FILM));
        let wrong = shop.send(form(&fields)).await;
        let code = if ["policy", "x-amz-signature"].contains(&name.as_str()) {
            "SignatureDoesNotMatch"
        } else {
            "AccessDenied"
        };
        shop.expect(&wrong, 403, code, "<Message>");
        let taken = fields.remove(position);
        shop.expect(&shop.send(form(&fields)).await, 403, "AccessDenied", "");
        fields.push(taken);
        shop.expect(&shop.send(form(&fields)).await, 403, "AccessDenied", "");
    }
    assert_eq!(shop.registered.upload(&shop.world, FILM).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn parameters_of_another_registration_or_host_are_of_no_use() {
    let shop = Shop::open().await;
    let token = shop.world.connect(Mode::Live, "shop").await;
    let other = Registered::new(&shop.world, Mode::Live, &token).await;
    let mut mixed = shop.registered.fields();
    for field in mixed.iter_mut().filter(|(name, _)| *name == "key") {
        field.1 = other.fields()[1].1;
    }
    mixed.push(("file", FILM));
    assert_eq!(shop.send(form(&mixed)).await.status, StatusCode::FORBIDDEN);
    let sandbox = Registered { url: other.url.replace("/live/", "/sandbox/"), ..other.clone() };
    assert_eq!(sandbox.upload(&shop.world, FILM).await.status, StatusCode::FORBIDDEN);
    assert!(shop.world.simulator.media().iter().all(|upload| upload.file.is_none()));
}

#[tokio::test]
async fn a_form_must_have_a_file_and_nothing_that_was_not_asked_for() {
    let shop = Shop::open().await;
    let without = shop.send(form(&shop.registered.fields())).await;
    shop.expect(&without, 400, "InvalidArgument", "exactly one file upload");
    let mut fields = shop.registered.fields();
    fields.extend([("acl", b"public-read".as_slice()), ("file", FILM)]);
    shop.expect(&shop.send(form(&fields)).await, 403, "AccessDenied", "Extra input fields: acl");
    let mut fields = shop.registered.fields();
    let long = vec![b'x'; 21 * 1024];
    fields.extend([("note", long.as_slice()), ("file", FILM)]);
    shop.expect(&shop.send(form(&fields)).await, 400, "MaxPostPreDataLengthExceeded", "");
}

#[tokio::test]
async fn what_follows_the_file_is_ignored() {
    let shop = Shop::open().await;
    let mut fields = shop.registered.fields();
    fields.extend([("file", FILM), ("submit", b"Upload"), ("file", b"another")]);
    assert_eq!(shop.send(form(&fields)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(shop.registered.seen(&shop.world).file.map(|file| file.size), Some(FILM.len() as u64));
}

#[tokio::test]
async fn headers_that_s3_does_not_take_are_refused() {
    let shop = Shop::open().await;
    let authorized = shop.with_header("authorization", "Bearer pina_x").await;
    shop.expect(&authorized, 400, "InvalidArgument", "Only one auth mechanism allowed");
    let other = shop.with_header("content-type", "application/json").await;
    shop.expect(&other, 412, "PreconditionFailed", "multipart/form-data");
    let large = shop.with_header("content-length", "2000100000").await;
    shop.expect(&large, 400, "EntityTooLarge", "exceeds the maximum allowed size");
    let pieces = futures_util::stream::once(async { Ok::<_, std::io::Error>(Vec::new()) });
    let chunked = shop.send(Body::from_stream(pieces)).await;
    shop.expect(&chunked, 411, "MissingContentLength", "");
}

#[tokio::test]
async fn a_form_that_breaks_off_leaves_nothing_behind() {
    let shop = Shop::open().await;
    let whole = shop.registered.form(FILM);
    let in_the_file = whole.len() - 60;
    for length in [0, 10, in_the_file, whole.len() - 4] {
        let cut = shop.send(whole[..length].to_vec()).await;
        shop.expect(&cut, 400, "MalformedPOSTRequest", "");
    }
    let half = whole[..in_the_file].to_vec();
    let pieces = futures_util::stream::iter([Ok(half), Err(std::io::Error::other("broken off"))]);
    let mut request = shop.registered.request(Body::from_stream(pieces));
    request.headers_mut().insert("content-length", HeaderValue::from(whole.len()));
    let broken = shop.world.send_below_base(request).await;
    shop.expect(&broken, 400, "MalformedPOSTRequest", "");
    assert_eq!(shop.registered.upload(&shop.world, FILM).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_registration_is_of_use_for_an_hour() {
    for (seconds, status) in [(3599, 204), (3600, 403)] {
        let shop = Shop::open().await;
        shop.world.pass_seconds(seconds);
        let reply = shop.registered.upload(&shop.world, FILM).await;
        assert_eq!(reply.status.as_u16(), status);
        if status == 403 {
            shop.expect(&reply, 403, "AccessDenied", "Invalid according to Policy: Policy expired.");
        }
    }
}
