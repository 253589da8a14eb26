//! Boards and sections.

use http::StatusCode;
use pinterest_sim::{Answers, Mode, NewBoard, NewPerson, Privacy};
use serde_json::{Value, json};

use crate::world::{World, image};

const DUPLICATE: (u16, i64, &str) = (400, 400, "The board name is invalid or duplicated.");

#[tokio::test]
async fn a_board_is_created_changed_and_deleted() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let created = world.post(Mode::Live, "/boards", &token, &json!({ "name": "Sale", "description": "Cheap" })).await;
    assert_eq!(created.status, StatusCode::CREATED);
    assert_eq!(created.body["privacy"], "PUBLIC");
    let path = format!("/boards/{}", created.body["id"].as_str().unwrap());
    assert_eq!(world.get(Mode::Live, &path, &token).await.body, created.body);

    let changed = world.patch(Mode::Live, &path, &token, &json!({ "name": "Sold", "privacy": "SECRET" })).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!((&changed.body["name"], &changed.body["description"]), (&json!("Sold"), &json!("Cheap")));
    assert_eq!(changed.body["privacy"], "SECRET");
    let refused = world.patch(Mode::Live, &path, &token, &json!({ "privacy": "PROTECTED" })).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);

    let board = created.body["id"].clone();
    let pin = world.post(Mode::Live, "/pins", &token, &json!({ "board_id": board, "media_source": image() })).await;
    assert_eq!(world.delete(Mode::Live, &path, &token).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(Mode::Live, &path, &token).await.refusal(), (404, 40, "Board not found."));
    let gone = world.get(Mode::Live, &format!("/pins/{}", pin.body["id"].as_str().unwrap()), &token).await;
    assert_eq!(gone.refusal(), (404, 50, "Pin not found."));
}

#[tokio::test]
async fn a_board_name_is_used_once_a_person_and_host() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    for (name, expected) in [("new ARRIVALS", 400), ("", 400), ("  ", 400), (&"n".repeat(51), 400), ("Other", 201)] {
        let reply = world.post(Mode::Live, "/boards", &token, &json!({ "name": name })).await;
        assert_eq!(reply.status.as_u16(), expected, "{name:?}");
        if expected == 400 {
            assert_eq!(reply.refusal(), DUPLICATE, "{name:?}");
        }
    }
    let other = world.board(Mode::Live, "shop", "Other");
    let renamed =
        world.patch(Mode::Live, &format!("/boards/{other}"), &token, &json!({ "name": "New arrivals" })).await;
    assert_eq!(renamed.refusal(), DUPLICATE);
    let sandbox = world.connect(Mode::Sandbox, "shop").await;
    assert_eq!(
        world.post(Mode::Sandbox, "/boards", &sandbox, &json!({ "name": "Other" })).await.status,
        StatusCode::CREATED
    );
    assert_eq!(world.post(Mode::Live, "/boards", &token, &json!({})).await.refusal(), DUPLICATE);
}

#[tokio::test]
async fn a_board_for_advertisements_has_the_name_and_privacy_of_such() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let reply = world.post(Mode::Live, "/boards", &token, &json!({ "name": "Mine", "is_ads_only": true })).await;
    assert_eq!((&reply.body["name"], &reply.body["privacy"]), (&json!("Ad-only Pins"), &json!("PROTECTED")));
}

#[tokio::test]
async fn the_privacy_filter_chooses_boards() {
    let world = World::new();
    let new = NewBoard { privacy: Privacy::Protected, ..NewBoard::public(Mode::Live, "shop", "Ads") };
    world.simulator.add_board(new).unwrap();
    let token = world.connect(Mode::Live, "shop").await;
    for (filter, count) in [("ALL", 4), ("PUBLIC", 2), ("PROTECTED", 1), ("SECRET", 1), ("PUBLIC_AND_SECRET", 3)] {
        let reply = world.get(Mode::Live, &format!("/boards?privacy={filter}"), &token).await;
        assert_eq!(reply.body["items"].as_array().unwrap().len(), count, "{filter}");
    }
    assert_eq!(world.get(Mode::Live, "/boards?privacy=MINE", &token).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_group_board_is_listed_with_its_owner_and_can_be_written() {
    let world = World::new();
    let token = world.connect(Mode::Sandbox, "creator").await;
    let board = world.board(Mode::Sandbox, "friend", "House hunting together");
    let shown = world.get(Mode::Sandbox, &format!("/boards/{board}"), &token).await;
    assert_eq!((&shown.body["owner"]["username"], &shown.body["collaborator_count"]), (&json!("friend"), &json!(1)));
    let created =
        world.post(Mode::Sandbox, "/pins", &token, &json!({ "board_id": board, "media_source": image() })).await;
    assert_eq!(created.status, StatusCode::CREATED);
    assert_eq!(created.body["board_owner"]["username"], "friend");
    assert_eq!(created.body["is_owner"], true);
    let owner = world.connect(Mode::Sandbox, "friend").await;
    let seen = world.get(Mode::Sandbox, &format!("/boards/{board}/pins"), &owner).await;
    assert_eq!(seen.body["items"][0]["is_owner"], false);
    let path = format!("/boards/{board}");
    assert_eq!(
        world.delete(Mode::Sandbox, &path, &token).await.status,
        StatusCode::FORBIDDEN,
        "only the owner deletes"
    );
}

#[tokio::test]
async fn other_peoples_boards_are_closed() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let public = world.board(Mode::Live, "creator", "Summer recipes");
    let secret = world.board(Mode::Live, "creator", "Surprise party");
    for (board, expected) in [(public, (403, 29)), (secret, (404, 40))] {
        let shown = world.get(Mode::Live, &format!("/boards/{board}"), &token).await;
        assert_eq!((shown.refusal().0, shown.refusal().1), expected);
        let created =
            world.post(Mode::Live, "/pins", &token, &json!({ "board_id": board, "media_source": image() })).await;
        assert_eq!((created.refusal().0, created.refusal().1), expected);
    }
}

#[tokio::test]
async fn sections_are_created_listed_and_hold_pins() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let sections = format!("/boards/{board}/sections");
    for (name, expected) in [("", 400), (&"s".repeat(181), 400), (&"s".repeat(180), 201), ("Lamps", 201)] {
        let reply = world.post(Mode::Live, &sections, &token, &json!({ "name": name })).await;
        assert_eq!(reply.status.as_u16(), expected);
        if expected == 400 {
            assert_eq!(reply.refusal(), (400, 400, "Invalid board section parameters."));
        }
    }
    let listed = world.get(Mode::Live, &sections, &token).await;
    assert_eq!(listed.body["items"][0]["name"], "Lamps");
    let section = listed.body["items"][0]["id"].as_str().unwrap();

    let pin = |section: &str| json!({ "board_id": board, "board_section_id": section, "media_source": image() });
    let created = world.post(Mode::Live, "/pins", &token, &pin(section)).await;
    assert_eq!(created.body["board_section_id"], section);
    let missing = world.post(Mode::Live, "/pins", &token, &pin("12345")).await;
    assert_eq!(missing.refusal(), (404, 2031, "Sorry! We couldn't find this board section."));
    world.post(Mode::Live, "/pins", &token, &json!({ "board_id": board, "media_source": image() })).await;

    let in_section = world.get(Mode::Live, &format!("{sections}/{section}/pins"), &token).await;
    assert_eq!(in_section.body["items"], json!([created.body]));
    let elsewhere = world.get(Mode::Live, &format!("{sections}/12345/pins"), &token).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_code_of_a_missing_board_can_be_chosen() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    for board_not_found_code in [40, 404] {
        world.simulator.set_answers(Answers { board_not_found_code, ..Answers::default() });
        for path in ["/boards/12345", "/boards/12345/pins", "/boards/12345/sections"] {
            let reply = world.get(Mode::Live, path, &token).await;
            assert_eq!(reply.refusal(), (404, board_not_found_code, "Board not found."), "{path}");
        }
        assert_eq!(world.get(Mode::Live, "/pins/12345", &token).await.refusal().1, 50);
    }
}

#[tokio::test]
async fn an_id_that_is_not_digits_is_refused_as_such() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    for path in ["/boards/abc", "/boards/abc/pins", "/boards/abc/sections", "/pins/abc"] {
        let reply = world.get(Mode::Live, path, &token).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(reply.refusal().2.contains(r"does not match '^\d+$'"), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn people_and_boards_can_be_added_by_a_test() {
    let world = World::new();
    let new = NewPerson { username: "newcomer".to_owned(), business_name: None };
    world.simulator.add_person(new.clone()).unwrap();
    assert!(world.simulator.add_person(new).is_err(), "a username is used once");
    let board =
        NewBoard { collaborators: vec!["shop".to_owned()], ..NewBoard::public(Mode::Live, "newcomer", "First") };
    let id = world.simulator.add_board(board).unwrap();
    assert!(world.simulator.add_board(NewBoard::public(Mode::Live, "nobody", "First")).is_err());
    let token = world.connect(Mode::Live, "newcomer").await;
    let account = world.get(Mode::Live, "/user_account", &token).await;
    assert_eq!((&account.body["account_type"], &account.body["business_name"]), (&json!("PINNER"), &Value::Null));
    assert_eq!(account.body["board_count"], 1);
    let shared = world.connect(Mode::Live, "shop").await;
    assert_eq!(world.get(Mode::Live, &format!("/boards/{id}"), &shared).await.status, StatusCode::OK);
}
