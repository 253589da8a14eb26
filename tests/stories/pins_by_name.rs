//! Boards and sections as people name them: resolved and checked when the pin is taken, and never guessed.

use std::collections::BTreeMap;

use pinterest_sim::{Fault, FaultAnswer, NewBoard, Operation, Privacy};
use serde_json::{Value, json};
use shared::domain::Mode;
use tests::{Answer, World, host, pin_request};

const LATER: &str = "2027-02-01T00:00:00Z";

async fn world() -> (World, String) {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    (world, account)
}

async fn post(world: &World, account: &str, board: &str, section: Value) -> Answer {
    let mut body = pin_request(account, board, LATER);
    body["targets"][0]["section_id"] = section;
    world.user("alice").post("/v1/pins", &body).await
}

/// The board and section of the pin, or the field, code and message of what is wrong.
fn outcome(answer: &Answer) -> (String, String, String) {
    let body = answer.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if answer.status == 201 {
        let pin = &body["items"][0];
        return ("taken".to_owned(), text(&pin["board_id"]), text(&pin["section_id"]));
    }
    assert_eq!((answer.status, body["errors"].as_array().map(Vec::len)), (422, Some(1)), "{body}");
    let error = &body["errors"][0];
    (text(&error["field"]), text(&error["code"]), text(&error["message"]))
}

async fn sections(world: &World, account: &str, board: &str) -> Vec<(String, String)> {
    let list = world.user("alice").get(&format!("/v1/accounts/{account}/boards/{board}/sections")).await.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    list["items"].as_array().unwrap().iter().map(|one| (text(&one["name"]), text(&one["id"]))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_pin_goes_to_the_board_and_section_that_were_named() {
    let (world, account) = world().await;
    let board = world.board("creator", "Summer recipes");
    let friends = world.board("creator", "House hunting together");
    let (name, section) = sections(&world, &account, &board).await.remove(0);
    let address = format!("https://www.pinterest.com/creator/summer-recipes/{}/", name.to_lowercase());
    for (given, in_it, goes_to, goes_in) in [
        (board.as_str(), Value::Null, &board, ""),
        (&board, json!(section), &board, section.as_str()),
        ("  summer  RECIPES ", json!(name.to_uppercase()), &board, &section),
        ("https://www.pinterest.com/creator/summer-recipes/", json!(name), &board, &section),
        (&address, Value::Null, &board, &section),
        ("Summer recipes", json!(address), &board, &section),
        ("https://de.pinterest.com/friend/house-hunting-together", Value::Null, &friends, ""),
    ] {
        let answer = post(&world, &account, given, in_it).await;
        let expected = ("taken".to_owned(), goes_to.clone(), goes_in.to_owned());
        assert_eq!(outcome(&answer), expected, "{given}");
        assert_eq!(answer.json()["items"][0]["board_verified"], true);
    }
    let asked = |operation| world.simulator.calls().iter().filter(|call| call.operation == operation).count();
    // Three pages of boards; the sections once for the story and once for the pins.
    let pages = world.simulator.boards(host(Mode::Live), "creator").len().div_ceil(250);
    assert_eq!((asked(Operation::ListBoards), asked(Operation::ListSections)), (pages, 2));
}

#[tokio::test(start_paused = true)]
async fn a_near_miss_is_told_and_nothing_is_stored() {
    let (world, account) = world().await;
    let board = world.board("creator", "Summer recipes");
    let (name, section) = sections(&world, &account, &board).await.remove(0);
    let answer = post(&world, &account, "Sumer recipe", Value::Null).await;
    let (field, code, message) = outcome(&answer);
    assert_eq!((field.as_str(), code.as_str()), ("targets[0].board_id", "not_found"));
    assert!(message.contains(&format!("Did you mean \"Summer recipes\" ({board})?")), "{message}");
    let answer = post(&world, &account, &board, json!(format!("{name}x"))).await;
    let (field, code, message) = outcome(&answer);
    assert_eq!((field.as_str(), code.as_str()), ("targets[0].section_id", "not_found"));
    assert!(message.contains(&format!("Did you mean \"{name}\" ({section})?")), "{message}");
    for (given, in_it, field, code) in [
        ("Entirely else", Value::Null, "board_id", "not_found"),
        ("123456789", Value::Null, "board_id", "not_found"),
        ("https://www.pinterest.com/creator/entirely-else/", Value::Null, "board_id", "not_found"),
        ("https://www.pinterest.com/shop/summer-recipes/", Value::Null, "board_id", "not_found"),
        ("https://www.pinterest.com/creator/summer-recipes/nowhere/", Value::Null, "board_id", "not_found"),
        ("https://www.pinterest.com/pin/1/", Value::Null, "board_id", "invalid_url"),
        ("https://example.com/creator/summer-recipes/", Value::Null, "board_id", "invalid_url"),
        ("https://pin.it/3abc", Value::Null, "board_id", "invalid_url"),
        (" ", Value::Null, "board_id", "required"),
        ("Summer recipes", json!("999"), "section_id", "not_found"),
        (
            "Summer recipes",
            json!("https://www.pinterest.com/friend/house-hunting-together/x/"),
            "section_id",
            "other_board",
        ),
        ("https://www.pinterest.com/creator/summer-recipes/salads/", json!("Drinks"), "section_id", "conflicting"),
    ] {
        let answer = post(&world, &account, given, in_it).await;
        let (found, why, message) = outcome(&answer);
        assert_eq!((found, why.as_str()), (format!("targets[0].{field}"), code), "{given}: {message}");
    }
    assert_eq!(world.user("alice").get("/v1/pins").await.json()["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn two_boards_of_one_name_are_never_chosen_between() {
    let (world, account) = world().await;
    let own = world.board("creator", "Summer recipes");
    let theirs = NewBoard {
        mode: host(Mode::Live),
        owner: "friend".to_owned(),
        name: "Summer recipes".to_owned(),
        privacy: Privacy::Public,
        collaborators: vec!["creator".to_owned()],
    };
    let theirs = world.simulator.add_board(theirs).unwrap();
    let (field, code, message) = outcome(&post(&world, &account, "summer recipes", Value::Null).await);
    assert_eq!((field.as_str(), code.as_str()), ("targets[0].board_id", "ambiguous"));
    assert!(message.contains(&format!("({own})")) && message.contains(&format!("of friend ({theirs})")), "{message}");
    // The address says whose it is.
    let answer = post(&world, &account, "https://www.pinterest.com/friend/summer-recipes/", Value::Null).await;
    assert_eq!(outcome(&answer).1, theirs);
    let path = format!("/v1/accounts/{account}/boards/Summer%20recipes/sections");
    let answer = world.user("alice").get(&path).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("ambiguous")), "{}", answer.text());
    let channels = format!("/v1/accounts/{account}/channels");
    let answer = world.user("alice").put(&channels, &json!({"board_ids": ["Summer recipes"]})).await;
    assert_eq!(answer.wrong_fields(), [("board_ids[0]".to_owned(), "ambiguous".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn sections_and_channels_are_reached_by_the_boards_name() {
    let (world, account) = world().await;
    let board = world.board("creator", "Summer recipes");
    let by_id = sections(&world, &account, &board).await;
    assert_eq!(sections(&world, &account, "summer%20recipes").await, by_id);
    let address = "https%3A%2F%2Fwww.pinterest.com%2Fcreator%2Fsummer-recipes%2F";
    assert_eq!(sections(&world, &account, address).await, by_id);
    let path = format!("/v1/accounts/{account}/boards/Summer%20recipes/sections");
    assert_eq!(world.user("alice").post(&path, &json!({"name": "Soups"})).await.status, 201);
    assert_eq!(sections(&world, &account, &board).await.len(), by_id.len() + 1);
    let answer = world.user("alice").get(&path.replace("Summer", "Sumer")).await;
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(answer.status == 404 && detail.contains("Did you mean \"Summer recipes\""), "{detail}");
    let channels = format!("/v1/accounts/{account}/channels");
    let chosen = json!({"board_ids": ["Summer recipes", "https://www.pinterest.com/creator/summer-recipes/"]});
    let answer = world.user("alice").put(&channels, &chosen).await;
    assert_eq!((answer.status, &answer.json()["channels"]), (200, &json!([board])), "{}", answer.text());
}

#[tokio::test(start_paused = true)]
async fn a_pin_is_moved_by_name_and_the_same_change_again_changes_nothing() {
    let (world, account) = world().await;
    let board = world.board("creator", "Summer recipes");
    let (name, section) = sections(&world, &account, &board).await.remove(0);
    let pin = post(&world, &account, "House hunting together", Value::Null).await.json()["items"][0].clone();
    let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap());
    let body = json!({"board_id": "Summer recipes", "section_id": name});
    for _ in 0..2 {
        let answer = world.user("alice").patch(&path, &body).await;
        assert_eq!((answer.status, outcome_of(&answer)), (200, (json!(board), json!(section))), "{}", answer.text());
    }
    // Its own board, however it is written, is no other one.
    let at = "2027-03-01T00:00:00Z";
    for own in ["Summer recipes", "summer recipes", "https://www.pinterest.com/creator/summer-recipes/", &board] {
        let answer = world.user("alice").patch(&path, &json!({"board_id": own, "publish_at": at})).await;
        assert_eq!((answer.status, outcome_of(&answer)), (200, (json!(board), json!(section))), "{own}");
    }
    let answer = world.user("alice").patch(&path, &json!({"board_id": "Summer recipes", "section_id": null})).await;
    assert_eq!(outcome_of(&answer), (json!(board), Value::Null));
    assert_eq!(world.user("alice").patch(&path, &body).await.status, 200);
    let answer = world.user("alice").patch(&path, &json!({"section_id": null})).await;
    assert_eq!(outcome_of(&answer), (json!(board), Value::Null));
    let answer = world.user("alice").patch(&path, &json!({"board_id": "Sumer recipes"})).await;
    assert_eq!(answer.wrong_fields(), [("board_id".to_owned(), "not_found".to_owned())]);
}

fn outcome_of(answer: &Answer) -> (Value, Value) {
    let pin = answer.json();
    (pin["board_id"].clone(), pin["section_id"].clone())
}

#[tokio::test(start_paused = true)]
async fn while_pinterest_does_not_answer_an_id_is_taken_and_a_name_says_why_not() {
    let (world, account) = world().await;
    let board = world.board("creator", "Summer recipes");
    for operation in [Operation::ListBoards, Operation::ListSections] {
        world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(500)), ..Fault::on(operation) });
    }
    let answer = post(&world, &account, &board, json!("77")).await;
    assert_eq!(outcome(&answer), ("taken".to_owned(), board.clone(), "77".to_owned()));
    assert_eq!(answer.json()["items"][0]["board_verified"], false);
    for (given, section, field) in
        [("Summer recipes", Value::Null, "board_id"), (&board, json!("Salads"), "section_id")]
    {
        let (found, code, message) = outcome(&post(&world, &account, given, section).await);
        assert_eq!((found, code.as_str()), (format!("targets[0].{field}"), "pinterest_unavailable"));
        assert!(message.contains("Try again in a minute"), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_pinterest_refuses_the_account_a_name_asks_for_a_new_connection() {
    let missing =
        json!({"code": 3, "message": "Your token does not have sufficient permissions. Missing: ['boards:read']"});
    for body in [json!({"code": 2, "message": "Authentication failed."}), missing] {
        let (world, account) = world().await;
        let answer = FaultAnswer::Status { status: 401, body: Some(body), headers: BTreeMap::new() };
        for operation in [Operation::ListBoards, Operation::ListSections] {
            world.simulator.set_fault(Fault { answer: Some(answer.clone()), ..Fault::on(operation) });
        }
        let answer = post(&world, &account, "New arrivals", Value::Null).await;
        assert_eq!(answer.wrong_fields(), [("targets[0].board_id".to_owned(), "needs_reconnect".to_owned())]);
        assert!(answer.text().contains("Reconnect the account"), "{}", answer.text());
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_by_name_is_taken_once_under_its_key() {
    let (world, account) = world().await;
    let body = pin_request(&account, "Summer recipes", LATER);
    let post = async |body: &Value| world.user("alice").with("idempotency-key", "k").post("/v1/pins", body).await;
    let first = post(&body).await;
    let again = post(&body).await;
    assert_eq!((first.status, first.json()), (again.status, again.json()));
    // The board was renamed meanwhile, say: what was taken is answered all the same.
    let other = post(&pin_request(&account, "House hunting together", LATER)).await;
    assert_eq!((other.status, &other.json()["code"]), (409, &json!("idempotency_mismatch")));
}

/// Makes a board of creator's, and a section of it.
async fn make(world: &World, account: &str, board: &str, section: &str) -> (String, String) {
    let boards = format!("/v1/accounts/{account}/boards");
    let made = world.user("alice").post(&boards, &json!({"name": board})).await.json();
    let board = made["id"].as_str().unwrap().to_owned();
    let made = world.user("alice").post(&format!("{boards}/{board}/sections"), &json!({"name": section})).await.json();
    (board, made["id"].as_str().unwrap().to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_section_is_named_behind_a_slash_as_pinterests_file_does() {
    let (world, account) = world().await;
    let (whole, _) = make(&world, &account, "Bread/Rolls", "Seeds").await;
    let (board, section) = make(&world, &account, "Bread & butter", "Rolls").await;
    let sections = format!("/v1/accounts/{account}/boards/{board}/sections");
    let other = world.user("alice").post(&sections, &json!({"name": "Jam"})).await.json();
    let other = other["id"].as_str().unwrap().to_owned();
    world.wait(jiff::SignedDuration::from_mins(20)).await;
    for (given, in_it, goes_to, goes_in) in [
        ("Bread/Rolls", Value::Null, &whole, ""),
        ("Bread & butter/Rolls", Value::Null, &board, section.as_str()),
        ("bread &amp; butter / rolls", Value::Null, &board, &section),
        ("Bread &amp; butter", Value::Null, &board, ""),
        ("Bread & butter/Rolls", json!("ROLLS"), &board, &section),
        ("Bread & butter/Rolls", json!(section), &board, &section),
        (&format!("{board}/Rolls"), Value::Null, &board, &section),
    ] {
        let answer = post(&world, &account, given, in_it.clone()).await;
        let expected = ("taken".to_owned(), goes_to.clone(), goes_in.to_owned());
        assert_eq!(outcome(&answer), expected, "{given} {in_it}");
    }
    for (given, in_it, field, code, words) in [
        (
            "Bread & butter/Honey",
            Value::Null,
            "board_id",
            "not_found",
            "The board \"Bread & butter\" has no section \"Honey\".",
        ),
        ("Bread & buter/Rolls", Value::Null, "board_id", "not_found", "none \"Bread & buter\" before a section either"),
        ("Bread & buter/Rolls", Value::Null, "board_id", "not_found", "Did you mean \"Bread & butter\""),
        ("Nowhere", Value::Null, "board_id", "not_found", "or create it."),
        ("Bread & butter", json!("Honey"), "section_id", "not_found", "or create it."),
        ("Bread & butter/Rolls", json!("Jam"), "section_id", "conflicting", "already names another section"),
        ("Bread & butter/Rolls", json!(other), "section_id", "conflicting", "already names another section"),
    ] {
        let (found, why, message) = outcome(&post(&world, &account, given, in_it).await);
        assert_eq!((found, why.as_str()), (format!("targets[0].{field}"), code), "{given}: {message}");
        assert!(message.contains(words), "{message}");
    }
    let pin = post(&world, &account, "Bread/Rolls", Value::Null).await.json()["items"][0].clone();
    let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap());
    for _ in 0..2 {
        let answer = world.user("alice").patch(&path, &json!({"board_id": "Bread & butter/Jam"})).await;
        assert_eq!(outcome_of(&answer), (json!(board), json!(other)), "{}", answer.text());
    }
}
