//! `PATCH /pins/{pin_id}`.

use pinterest_sim::Mode;
use serde_json::{Value, json};

use crate::world::{Reply, World, image};

struct Shop {
    world: World,
    token: String,
    board: String,
}

impl Shop {
    async fn open() -> Self {
        let world = World::new();
        let token = world.connect(Mode::Live, "shop").await;
        let board = world.board(Mode::Live, "shop", "New arrivals");
        Self { world, token, board }
    }

    /// Creates a pin with this media; the path of it.
    async fn pin(&self, media: &Value) -> String {
        let pin = json!({
            "board_id": self.board, "title": "Vase", "description": "Blue", "alt_text": "A vase",
            "link": "https://example.com/vase", "media_source": media,
        });
        let created = self.world.post(Mode::Live, "/pins", &self.token, &pin).await;
        format!("/pins/{}", created.body["id"].as_str().unwrap())
    }

    async fn change(&self, pin: &str, change: &Value) -> Reply {
        self.world.patch(Mode::Live, pin, &self.token, change).await
    }
}

#[tokio::test]
async fn what_is_named_changes_and_null_takes_it_away() {
    let shop = Shop::open().await;
    let pin = shop.pin(&image()).await;
    let changed =
        shop.change(&pin, &json!({ "title": "Jug", "description": null, "link": "https://example.com/jug" })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let words = ["title", "description", "alt_text", "link"].map(|name| changed.body[name].clone());
    assert_eq!(words, [json!("Jug"), Value::Null, json!("A vase"), json!("https://example.com/jug")]);
    let shown = shop.world.get(Mode::Live, &pin, &shop.token).await;
    assert_eq!(shown.body, changed.body);
}

#[tokio::test]
async fn a_pin_moves_to_another_board_and_leaves_its_section() {
    let shop = Shop::open().await;
    let pin = shop.pin(&image()).await;
    let sections = format!("/boards/{}/sections", shop.board);
    let section = shop.world.post(Mode::Live, &sections, &shop.token, &json!({ "name": "Lamps" })).await;
    let in_section = shop.change(&pin, &json!({ "board_section_id": section.body["id"] })).await;
    assert_eq!(in_section.body["board_section_id"], section.body["id"]);
    let other = shop.world.board(Mode::Live, "shop", "Window displays");
    let moved = shop.change(&pin, &json!({ "board_id": other })).await;
    assert_eq!((&moved.body["board_id"], &moved.body["board_section_id"]), (&json!(other), &Value::Null));
    assert!(shop.world.simulator.pins(&shop.board).is_empty());
    let astray = shop.change(&pin, &json!({ "board_section_id": section.body["id"] })).await;
    assert_eq!((astray.refusal().0, astray.refusal().1), (404, 2031), "the section is the other board's");
}

#[tokio::test]
async fn the_words_of_several_pictures_change_one_by_one() {
    let shop = Shop::open().await;
    let item = json!({ "url": "https://example.com/a.jpg", "title": "Old" });
    let pin = shop.pin(&json!({ "source_type": "multiple_image_urls", "items": [item, item] })).await;
    let changed = shop.change(&pin, &json!({ "carousel_slots": [{ "title": "New" }] })).await;
    let items = &changed.body["media"]["items"];
    assert_eq!((&items[0]["title"], &items[1]["title"]), (&json!("New"), &json!("Old")));
    let slot = json!({ "title": "New" });
    assert_eq!(shop.change(&pin, &json!({ "carousel_slots": [slot, slot, slot] })).await.status, 400);
}

#[tokio::test]
async fn a_change_that_is_wrong_changes_nothing() {
    let shop = Shop::open().await;
    let pin = shop.pin(&image()).await;
    let foreign = shop.world.board(Mode::Live, "friend", "House hunting together");
    for (change, status) in [
        (json!({ "title": "t".repeat(101) }), 400),
        (json!({ "link": "vase" }), 400),
        (json!({ "title": "New", "media_source": image() }), 400),
        (json!({ "title": "New", "carousel_slots": [] }), 400),
        (json!({ "title": "New", "board_id": foreign }), 403),
        (json!({ "title": "New", "board_id": "12345" }), 404),
    ] {
        assert_eq!(shop.change(&pin, &change).await.status, status, "{change}");
    }
    let shown = shop.world.get(Mode::Live, &pin, &shop.token).await;
    assert_eq!((&shown.body["title"], &shown.body["board_id"]), (&json!("Vase"), &json!(shop.board)));
    let friend = shop.world.connect(Mode::Live, "friend").await;
    assert_eq!(shop.world.patch(Mode::Live, &pin, &friend, &json!({ "title": "Mine" })).await.status, 403);
}
