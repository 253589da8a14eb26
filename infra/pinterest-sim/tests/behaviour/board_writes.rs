//! Several writes to one board in a short time.

use pinterest_sim::{BoardRefusal, BoardWrites, Mode};
use serde_json::{Value, json};

use crate::world::{Reply, World, image};

const MOMENT: i64 = 2;

struct Shop {
    world: World,
    token: String,
    board: String,
}

impl Shop {
    async fn open(refusal: BoardRefusal) -> Self {
        let world = World::new();
        let token = world.connect(Mode::Live, "shop").await;
        let board = world.board(Mode::Live, "shop", "New arrivals");
        world.simulator.set_board_writes(BoardWrites { hold_ms: 2000, refusal });
        Self { world, token, board }
    }

    async fn pin(&self, board: &str) -> Reply {
        let pin = json!({ "board_id": board, "media_source": image() });
        self.world.post(Mode::Live, "/pins", &self.token, &pin).await
    }

    async fn section(&self, name: &str) -> Reply {
        let path = format!("/boards/{}/sections", self.board);
        self.world.post(Mode::Live, &path, &self.token, &json!({ "name": name })).await
    }
}

#[tokio::test]
async fn writes_follow_each_other_freely_unless_switched_on() {
    let shop = Shop::open(BoardRefusal::Conflict).await;
    shop.world.simulator.set_board_writes(BoardWrites::default());
    for _ in 0..5 {
        assert_eq!(shop.pin(&shop.board).await.status, 201);
    }
}

#[tokio::test]
async fn a_board_that_was_just_written_to_refuses_the_next_write_for_a_moment() {
    let shop = Shop::open(BoardRefusal::RateLimited).await;
    let other = shop.world.board(Mode::Live, "shop", "Window displays");
    assert_eq!(shop.pin(&shop.board).await.status, 201);
    let refused = shop.pin(&shop.board).await;
    assert_eq!((refused.refusal().0, refused.refusal().1), (429, 8));
    assert!(refused.refusal().2.contains("multiple write operations are applied to an object"));
    assert_eq!(shop.section("Lamps").await.refusal().1, 8, "a section is a write too");
    assert_eq!(shop.pin(&other).await.status, 201, "another board is free");
    let listed = shop.world.get(Mode::Live, &format!("/boards/{}/pins", shop.board), &shop.token).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1, "reading is free, and the refused pin is not there");
    shop.world.pass_seconds(MOMENT);
    assert_eq!(shop.pin(&shop.board).await.status, 201);
}

#[tokio::test]
async fn a_concurrent_edit_is_a_conflict_in_the_words_of_the_operation() {
    let shop = Shop::open(BoardRefusal::Conflict).await;
    let created = shop.pin(&shop.board).await;
    let pin = format!("/pins/{}", created.body["id"].as_str().unwrap());
    let board = format!("/boards/{}", shop.board);
    let (world, token) = (&shop.world, &shop.token);
    for (refused, words) in [
        (shop.pin(&shop.board).await, "Could not get exclusive access to the board."),
        (shop.section("Lamps").await, "Could not get exclusive access to the board to create a new section."),
        (
            world.patch(Mode::Live, &board, token, &json!({ "name": "New" })).await,
            "Could not get exclusive access to the board.",
        ),
        (world.delete(Mode::Live, &board, token).await, "Could not get exclusive access to delete the board."),
        (
            world.patch(Mode::Live, &pin, token, &json!({ "title": "New" })).await,
            "Could not get exclusive access to the board.",
        ),
        (world.delete(Mode::Live, &pin, token).await, "Could not get exclusive access to the board."),
    ] {
        assert_eq!(refused.refusal(), (409, 409, words));
    }
    world.pass_seconds(MOMENT);
    assert_eq!(world.delete(Mode::Live, &pin, token).await.status, 204);
}

#[tokio::test]
async fn a_write_that_was_refused_for_itself_holds_nothing() {
    let shop = Shop::open(BoardRefusal::Conflict).await;
    let wrong = json!({ "board_id": shop.board, "media_source": Value::Null });
    assert_eq!(shop.world.post(Mode::Live, "/pins", &shop.token, &wrong).await.status, 400);
    assert_eq!(shop.pin(&shop.board).await.status, 201);
}
