//! Pins: creating by every kind of picture, reading, deleting, saving.

use data_encoding::BASE64;
use http::StatusCode;
use pinterest_sim::{Answers, Media, Mode};
use serde_json::{Value, json};

use crate::world::{Reply, World, image};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n rest of a picture";
const JPEG: &[u8] = b"\xff\xd8\xff rest of a picture";

struct Shop {
    world: World,
    token: String,
    board: String,
}

impl Shop {
    async fn open(mode: Mode) -> Self {
        let world = World::new();
        let token = world.connect(mode, "shop").await;
        let board = world.board(mode, "shop", "New arrivals");
        Self { world, token, board }
    }

    async fn create(&self, mode: Mode, media: Value) -> Reply {
        let body = json!({ "board_id": self.board, "title": "A title", "media_source": media });
        self.world.post(mode, "/pins", &self.token, &body).await
    }
}

#[tokio::test]
async fn an_uploaded_picture_is_kept_and_shown() {
    let shop = Shop::open(Mode::Live).await;
    for (content_type, data) in [("image/png", PNG), ("image/jpeg", JPEG)] {
        let media = json!({ "source_type": "image_base64", "content_type": content_type, "data": BASE64.encode(data) });
        let created = shop.create(Mode::Live, media).await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.text);
        let pin = shop.world.simulator.pins(&shop.board).remove(0);
        let Media::Image(picture) = pin.content.media else { panic!("one picture") };
        let shown = shop.world.call(http::Method::GET, &picture.source, "", None).await;
        assert_eq!(shown.header("content-type"), content_type);
        assert_eq!(shown.text, String::from_utf8_lossy(data));
    }
}

#[tokio::test]
async fn a_carousel_has_two_to_five_pictures() {
    let shop = Shop::open(Mode::Live).await;
    let by_url = json!({ "url": "https://example.com/1.jpg", "title": "One", "link": "https://example.com/1" });
    let by_data = json!({ "content_type": "image/png", "data": BASE64.encode(PNG) });
    for (source_type, item) in [("multiple_image_urls", by_url), ("multiple_image_base64", by_data)] {
        for (count, expected) in [(1, 400), (2, 201), (5, 201), (6, 400)] {
            let items = vec![item.clone(); count];
            let reply =
                shop.create(Mode::Live, json!({ "source_type": source_type, "items": items, "index": 0 })).await;
            assert_eq!(reply.status.as_u16(), expected, "{source_type} with {count}: {}", reply.text);
            if count == 6 {
                assert!(reply.refusal().2.contains("constraint: maxItems=5"));
            }
            if expected == 201 {
                assert_eq!(reply.body["creative_type"], "CAROUSEL");
                assert_eq!(reply.body["media"]["media_type"], "multiple_images");
                assert_eq!(reply.body["media"]["items"].as_array().unwrap().len(), count);
            }
        }
    }
}

#[tokio::test]
async fn a_picture_that_cannot_be_had_is_refused() {
    let shop = Shop::open(Mode::Live).await;
    for (media, refusal) in [
        (
            json!({ "source_type": "image_url", "url": "https://picture.invalid/1.jpg" }),
            (400, 1, "Sorry we could not fetch the image."),
        ),
        (
            json!({ "source_type": "image_url", "url": "http://192.168.0.7/1.jpg" }),
            (400, 1, "Sorry we could not fetch the image."),
        ),
        (
            json!({ "source_type": "image_url", "url": "ftp://example.com/1.jpg" }),
            (400, 1, "Whoops! It looks like you entered an invalid URL. Try creating a Pin again with a valid URL."),
        ),
        (
            json!({ "source_type": "image_base64", "content_type": "image/png", "data": BASE64.encode(JPEG) }),
            (403, 235, "Sorry, this image is broken. Please pick a different image."),
        ),
    ] {
        let reply = shop.create(Mode::Live, media).await;
        assert_eq!(reply.refusal(), refusal);
    }
    assert!(shop.world.simulator.pins(&shop.board).is_empty());
}

#[tokio::test]
async fn a_link_on_a_blocked_domain_is_spam() {
    let shop = Shop::open(Mode::Live).await;
    shop.world.simulator.block_domains(["Spam.example"]);
    for (link, blocked) in [
        ("https://spam.example/x", true),
        ("https://www.SPAM.example/x", true),
        ("https://notspam.example/x", false),
        ("https://example.com/?spam.example", false),
    ] {
        let body = json!({ "board_id": shop.board, "link": link, "media_source": image() });
        let reply = shop.world.post(Mode::Live, "/pins", &shop.token, &body).await;
        if blocked {
            assert_eq!(reply.refusal(), (429, 9, "Sorry! We blocked this link because it may lead to spam."), "{link}");
            assert_eq!(reply.body["details"], json!({ "source_field": null }));
        } else {
            assert_eq!(reply.status, StatusCode::CREATED, "{link}");
        }
    }
}

#[tokio::test]
async fn a_created_pin_is_answered_201_or_200_as_chosen() {
    let shop = Shop::open(Mode::Live).await;
    for status in [201, 200] {
        shop.world.simulator.set_answers(Answers { create_pin_status: status, ..Answers::default() });
        assert_eq!(shop.create(Mode::Live, image()).await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn a_pin_is_read_and_deleted_by_whoever_made_it() {
    let shop = Shop::open(Mode::Live).await;
    let created = shop.create(Mode::Live, image()).await;
    let path = format!("/pins/{}", created.body["id"].as_str().unwrap());
    let stranger = shop.world.connect(Mode::Live, "friend").await;
    let refused = (403, 29, "You are not permitted to access that resource.");
    assert_eq!(shop.world.get(Mode::Live, &path, &shop.token).await.body, created.body);
    assert_eq!(shop.world.get(Mode::Live, &path, &stranger).await.refusal(), refused);
    assert_eq!(shop.world.delete(Mode::Live, &path, &stranger).await.refusal(), refused);
    assert_eq!(shop.world.delete(Mode::Live, &path, &shop.token).await.status, StatusCode::NO_CONTENT);
    assert_eq!(shop.world.get(Mode::Live, &path, &shop.token).await.refusal(), (404, 50, "Pin not found."));
}

#[tokio::test]
async fn a_public_pin_can_be_saved_and_filtered_as_a_repin() {
    let shop = Shop::open(Mode::Live).await;
    let created = shop.create(Mode::Live, image()).await;
    let original = created.body["id"].as_str().unwrap();
    let friend = shop.world.connect(Mode::Live, "friend").await;
    let board = shop.world.board(Mode::Live, "friend", "House hunting together");
    let saved =
        shop.world.post(Mode::Live, &format!("/pins/{original}/save"), &friend, &json!({ "board_id": board })).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text);
    assert_eq!((&saved.body["parent_pin_id"], &saved.body["title"]), (&json!(original), &json!("A title")));
    for (filter, count) in [("exclude_native", 1), ("exclude_repins", 0), ("has_been_promoted", 0)] {
        let listed = shop.world.get(Mode::Live, &format!("/pins?pin_filter={filter}"), &friend).await;
        assert_eq!(listed.body["items"].as_array().unwrap().len(), count, "{filter}");
    }
    let wrong = shop.world.get(Mode::Live, "/pins?pin_filter=mine", &friend).await;
    assert_eq!(wrong.refusal(), (400, 400, "Invalid pin filter value"));
}
