//! Secret boards that a permission does not show: said where they are missed, with the remedy.

use pinterest_sim::{Decision, Fault, FaultAnswer, NewBoard, NewPerson, Operation, Privacy};
use serde_json::{Value, json};
use shared::domain::Mode;
use tests::{World, host, pin_request, settings_request};

const WITHOUT: &str = "user_accounts:read, pins:read, pins:write, boards:read, boards:write";

/// A person whose only board is secret, in an installation that asks for `scopes`.
async fn world(scopes: Option<&str>) -> World {
    let world = World::enabled().await;
    if let Some(scopes) = scopes {
        let mut settings = settings_request();
        settings["scopes"] = json!(scopes);
        assert_eq!(world.admin().put("/v1/settings", &settings).await.status, 200);
    }
    world.simulator.add_person(NewPerson { username: "solo".to_owned(), ..NewPerson::default() }).unwrap();
    let secret = NewBoard { privacy: Privacy::Secret, ..NewBoard::public(host(Mode::Live), "solo", "Hidden") };
    world.simulator.add_board(secret).unwrap();
    world
}

/// The page after the consent.
async fn picking(world: &World) -> String {
    let browser = world.browser();
    let back = browser.consent(&browser.start("alice").await, "solo", Decision::Allow);
    browser.open(&back).await.text()
}

fn names_the_remedy(text: &str) -> bool {
    text.contains("boards:read_secret") && text.contains("administrator")
}

#[tokio::test(start_paused = true)]
async fn the_page_to_pick_boards_says_why_it_shows_none() {
    let world = world(Some(WITHOUT)).await;
    let page = picking(&world).await;
    assert!(page.contains("Pinwheel doesn't see any boards in this account") && names_the_remedy(&page), "{page}");
    assert!(!page.contains("couldn't load"), "{page}");

    let answer = Some(FaultAnswer::page(503, "<html>"));
    world.simulator.set_fault(Fault { answer, times: Some(1), ..Fault::on(Operation::ListBoards) });
    let page = picking(&world).await;
    assert!(page.contains("couldn't load this account's boards") && !page.contains("no boards"), "{page}");
}

#[tokio::test(start_paused = true)]
async fn the_list_and_the_error_for_a_board_that_is_missing_say_it() {
    for (scopes, is_told) in [(Some(WITHOUT), true), (None, false)] {
        let world = world(scopes).await;
        world.simulator.add_board(NewBoard::public(host(Mode::Live), "solo", "Open")).unwrap();
        let account = world.connect("alice", "solo").await;
        let alice = world.user("alice");
        let list = alice.get(&format!("/v1/accounts/{account}/boards")).await.json();
        let found: Vec<_> = list["items"].as_array().unwrap().iter().map(|board| board["name"].clone()).collect();
        assert_eq!(found.contains(&json!("Hidden")), !is_told, "{list}");
        let codes: Vec<_> = list["notes"].as_array().unwrap().iter().map(|note| note["code"].clone()).collect();
        assert_eq!(codes, if is_told { vec![json!("secret_boards_unseen")] } else { Vec::new() });
        let answer = alice.post("/v1/pins", &pin_request(&account, "Concealed", Value::Null)).await;
        assert_eq!((answer.status, names_the_remedy(&answer.text())), (422, is_told), "{}", answer.text());
        let answer = alice.put(&format!("/v1/accounts/{account}/channels"), &json!({"board_ids": ["Concealed"]})).await;
        assert_eq!((answer.status, names_the_remedy(&answer.text())), (422, is_told), "{}", answer.text());
        let answer = alice.get(&format!("/v1/accounts/{account}/boards/Concealed/sections")).await;
        assert_eq!((answer.status, names_the_remedy(&answer.text())), (404, is_told), "{}", answer.text());
        let file = format!("{}\nCake,https://example.com/a.jpg,Concealed,,,,,", tests::HEADER);
        let answer = alice.upload(&format!("/v1/pins/import?account_id={account}"), file).await;
        assert_eq!((answer.status, names_the_remedy(&answer.text())), (422, is_told), "{}", answer.text());
    }
}
