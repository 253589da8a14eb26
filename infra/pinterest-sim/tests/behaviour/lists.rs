//! Pages and bookmarks.

use std::collections::BTreeSet;

use http::StatusCode;
use pinterest_sim::{Answers, BoardOrder, Mode};
use serde_json::{Value, json};

use crate::world::{World, image};

#[tokio::test]
async fn every_board_of_creator_is_reached_over_all_pages() {
    let world = World::new();
    let token = world.connect(Mode::Sandbox, "creator").await;
    let mut ids = BTreeSet::new();
    let (mut secret, mut group) = (0, 0);
    let mut path = "/boards?page_size=100".to_owned();
    let mut pages = 0;
    loop {
        let page = world.get(Mode::Sandbox, &path, &token).await;
        pages += 1;
        for board in page.body["items"].as_array().unwrap() {
            assert!(ids.insert(board["id"].as_str().unwrap().to_owned()), "no board comes twice");
            secret += usize::from(board["privacy"] == "SECRET");
            group += usize::from(board["owner"]["username"] != "creator");
        }
        match page.body["bookmark"].as_str() {
            Some(bookmark) => path = format!("/boards?page_size=100&bookmark={bookmark}"),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    assert!(ids.len() > 250, "{}", ids.len());
    assert_eq!((secret, group), (3, 2));
}

#[tokio::test]
async fn a_page_has_25_items_unless_told_and_at_most_250() {
    let world = World::new();
    let token = world.connect(Mode::Live, "creator").await;
    for (query, count) in [("", 25), ("?page_size=1", 1), ("?page_size=250", 250)] {
        let page = world.get(Mode::Live, &format!("/boards{query}"), &token).await;
        assert_eq!(page.body["items"].as_array().unwrap().len(), count, "{query}");
        assert!(page.body["bookmark"].is_string());
    }
    for query in ["page_size=0", "page_size=251", "page_size=x", "page_size=-1", "bookmark=nonsense"] {
        let page = world.get(Mode::Live, &format!("/boards?{query}"), &token).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn a_bookmark_is_of_no_use_in_another_list() {
    let world = World::new();
    let token = world.connect(Mode::Live, "creator").await;
    let page = world.get(Mode::Live, "/boards?page_size=1", &token).await;
    let bookmark = page.body["bookmark"].as_str().unwrap();
    let other = world.get(Mode::Live, &format!("/pins?bookmark={bookmark}"), &token).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn pins_come_newest_first_and_new_ones_do_not_shift_the_next_page() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let create = async |title: &str| {
        let body = json!({ "board_id": board, "title": title, "media_source": image() });
        assert_eq!(world.post(Mode::Live, "/pins", &token, &body).await.status, StatusCode::CREATED);
    };
    let titles =
        |page: &Value| page["items"].as_array().unwrap().iter().map(|pin| pin["title"].clone()).collect::<Vec<_>>();
    for title in ["one", "two", "three"] {
        create(title).await;
    }
    for path in [format!("/boards/{board}/pins"), "/pins".to_owned()] {
        let first = world.get(Mode::Live, &format!("{path}?page_size=2"), &token).await;
        assert_eq!(titles(&first.body)[1..], ["two"]);
        create("meanwhile").await;
        let bookmark = first.body["bookmark"].as_str().unwrap();
        let second = world.get(Mode::Live, &format!("{path}?page_size=2&bookmark={bookmark}"), &token).await;
        assert_eq!(titles(&second.body)[0], "one");
        world.simulator.pins(&board);
        let newest = world.simulator.pins(&board)[0].id.clone();
        assert_eq!(world.delete(Mode::Live, &format!("/pins/{newest}"), &token).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_board_shows_each_of_its_pins_once_in_whatever_order_is_chosen() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let mut made = Vec::new();
    for _ in 0..7 {
        let pin = json!({ "board_id": board, "media_source": image() });
        made.push(world.post(Mode::Live, "/pins", &token, &pin).await.body["id"].clone());
    }
    for order in [BoardOrder::OldestFirst, BoardOrder::NewestFirst, BoardOrder::Shuffled] {
        world.simulator.set_answers(Answers { board_order: order, ..Answers::default() });
        let (mut shown, mut rest) = (Vec::new(), String::new());
        loop {
            let page = world.get(Mode::Live, &format!("/boards/{board}/pins?page_size=2{rest}"), &token).await;
            shown.extend(page.body["items"].as_array().unwrap().iter().map(|pin| pin["id"].clone()));
            let Some(bookmark) = page.body["bookmark"].as_str() else { break };
            rest = format!("&bookmark={bookmark}");
        }
        let backwards: Vec<Value> = made.iter().rev().cloned().collect();
        assert_eq!(shown == made, order == BoardOrder::OldestFirst, "{order:?}");
        assert_eq!(shown == backwards, order == BoardOrder::NewestFirst, "{order:?}");
        let ids = |pins: &[Value]| pins.iter().map(Value::to_string).collect::<BTreeSet<_>>();
        assert_eq!((shown.len(), ids(&shown)), (made.len(), ids(&made)), "{order:?}");
    }
}
