//! The boards of an account, as Pinterest lists them.

use std::collections::BTreeSet;

use pinterest_sim::{Fault, FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::domain::{Mode, Scopes};
use tests::{World, host};

async fn all_boards(world: &World, id: &str, limit: u8) -> (Vec<Value>, usize) {
    let (mut boards, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = world.user("alice").get(&format!("/v1/accounts/{id}/boards?limit={limit}{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.json();
        boards.extend(page["items"].as_array().unwrap().clone());
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (boards, pages),
        }
    }
}

fn named<'a>(boards: &'a [Value], name: &str) -> &'a Value {
    boards.iter().find(|board| board["name"] == name).unwrap()
}

#[tokio::test(start_paused = true)]
async fn more_boards_than_pinterest_lists_at_once_are_read_over_all_pages() {
    let world = World::enabled().await;
    let id = world.link("alice", "creator").await;
    let existing = world.simulator.boards(host(Mode::Live), "creator");
    assert!(existing.len() > 250, "{}", existing.len());
    for (limit, pages) in [(100, existing.len().div_ceil(100)), (7, existing.len().div_ceil(7))] {
        let (boards, read) = all_boards(&world, &id, limit).await;
        let ids: BTreeSet<_> = boards.iter().map(|board| board["id"].as_str().unwrap()).collect();
        assert_eq!((ids.len(), boards.len(), read), (existing.len(), existing.len(), pages), "limit {limit}");
        assert!(existing.iter().all(|board| ids.contains(board.id.as_str())));
    }
}

#[tokio::test(start_paused = true)]
async fn secret_boards_and_boards_of_others_are_marked() {
    let world = World::enabled().await;
    let id = world.link("alice", "creator").await;
    let (boards, _) = all_boards(&world, &id, 100).await;
    for (name, privacy, owner, is_group) in [
        ("Summer recipes", "PUBLIC", "creator", false),
        ("Surprise party", "SECRET", "creator", false),
        ("House hunting together", "PUBLIC", "friend", true),
        ("Gift ideas for Sam", "SECRET", "friend", true),
    ] {
        let board = named(&boards, name);
        let expected =
            json!({"id": board["id"], "name": name, "privacy": privacy, "owner": owner, "is_group": is_group});
        assert_eq!(board, &expected);
    }
}

#[tokio::test(start_paused = true)]
async fn secret_boards_are_listed_only_with_the_scope_for_them() {
    let world = World::enabled().await;
    let id = world.link_as("alice", "shop", Mode::Live, "user_accounts:read,boards:read").await.unwrap();
    let (boards, _) = all_boards(&world, &id, 100).await;
    assert!(!boards.is_empty() && boards.iter().all(|board| board["privacy"] == "PUBLIC"), "{boards:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_is_not_of_this_list_is_refused() {
    let world = World::enabled().await;
    let creator = world.link("alice", "creator").await;
    let shop = world.link("alice", "shop").await;
    let page = world.user("alice").get(&format!("/v1/accounts/{creator}/boards?limit=10")).await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    for (account, cursor) in [(&shop, cursor), (&creator, "bookmark"), (&creator, "%20"), (&creator, "AAAAAAAAAAAA")] {
        let answer = world.user("alice").get(&format!("/v1/accounts/{account}/boards?cursor={cursor}")).await;
        assert_eq!(answer.wrong_fields(), [("cursor".to_owned(), "invalid".to_owned())], "{cursor}");
    }
    let answer = world.user("alice").get(&format!("/v1/accounts/{creator}/boards?limit=500&cursor=x")).await;
    let fields: Vec<_> = answer.wrong_fields().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["limit", "cursor"], "both at once");
}

#[tokio::test(start_paused = true)]
async fn a_bookmark_that_pinterest_no_longer_knows_is_a_wrong_cursor() {
    let world = World::enabled().await;
    let id = world.link("alice", "creator").await;
    let cursor = shared::api::cursor(&format!("boards of {id}"), "long ago");
    let answer = world.user("alice").get(&format!("/v1/accounts/{id}/boards?cursor={cursor}")).await;
    assert_eq!(answer.wrong_fields(), [("cursor".to_owned(), "invalid".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn boards_are_not_read_where_pinterest_may_not_be_asked() {
    let world = World::enabled().await;
    let scopes = Scopes::defaults().to_string();
    let sandbox = world.link_as("alice", "creator", Mode::Sandbox, &scopes).await.unwrap();
    let narrow = world.link_as("alice", "friend", Mode::Live, "user_accounts:read,pins:read").await.unwrap();
    let live = world.link("alice", "shop").await;
    let refused = async |id: &str| {
        let answer = world.user("alice").get(&format!("/v1/accounts/{id}/boards")).await;
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(refused(&sandbox).await, (409, "other_mode".into()));
    assert_eq!(refused(&narrow).await, (409, "scope_missing".into()));
    assert_eq!(refused(&live).await, (200, String::new()));
    world.simulator.revoke_tokens("shop").unwrap();
    assert_eq!(refused(&live).await, (409, "needs_reconnect".into()), "Pinterest says so");
    world.user("alice").delete(&format!("/v1/accounts/{live}")).await;
    assert_eq!(refused(&live).await, (409, "needs_reconnect".into()), "there is no token any more");
    let before = world.simulator.calls().len();
    world.change_settings(|settings| settings.enabled = false).await;
    assert_eq!(refused(&narrow).await, (403, "pinterest_disabled".into()));
    assert_eq!(world.simulator.calls().len(), before, "nobody asks Pinterest while it is disabled");
}

#[tokio::test(start_paused = true)]
async fn pinterests_troubles_are_not_ours() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    for (answer, status, code) in [
        (FaultAnswer::status(500), 502, "pinterest_unavailable"),
        (FaultAnswer::status(429), 429, "pinterest_rate_limited"),
        (FaultAnswer::Reset, 502, "pinterest_unavailable"),
        (FaultAnswer::Timeout, 502, "pinterest_unavailable"),
    ] {
        world.simulator.clear_faults();
        world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(Operation::ListBoards) });
        let answer = world.user("alice").get(&format!("/v1/accounts/{id}/boards")).await;
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)));
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}
