//! Sections of boards: listed over all pages, and created.

use std::collections::BTreeMap;

use pinterest_sim::{Effect, Fault, FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::domain::{Mode, Scopes};
use tests::{Answer, World, pin_request};

async fn world() -> (World, String, String) {
    let world = World::enabled().await;
    let id = world.link("alice", "creator").await;
    let board = world.board("creator", "Summer recipes");
    (world, id, board)
}

fn path(id: &str, board: &str) -> String {
    format!("/v1/accounts/{id}/boards/{board}/sections")
}

async fn create(world: &World, id: &str, board: &str, name: &str) -> Answer {
    world.user("alice").post(&path(id, board), &json!({ "name": name })).await
}

async fn names(world: &World, id: &str, board: &str, limit: u8) -> (Vec<String>, usize) {
    let (mut names, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = world.user("alice").get(&format!("{}?limit={limit}{cursor}", path(id, board))).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.json();
        let items = page["items"].as_array().unwrap();
        names.extend(items.iter().map(|section| section["name"].as_str().unwrap().to_owned()));
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (names, pages),
        }
    }
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn asked(world: &World) -> usize {
    let of_sections = |operation| matches!(operation, Operation::CreateSection | Operation::ListSections);
    world.simulator.calls().iter().filter(|call| of_sections(call.operation)).count()
}

#[tokio::test(start_paused = true)]
async fn new_sections_are_listed_with_the_old_ones_over_all_pages() {
    let (world, id, board) = world().await;
    for name in ["Soups", "Ofenküche 🍰", &"x".repeat(180)] {
        let answer = create(&world, &id, &board, &format!("  {name}\n")).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.json(), json!({"id": answer.json()["id"], "name": name}));
        assert!(answer.json()["id"].as_str().unwrap().parse::<u64>().is_ok());
    }
    let mut expected = vec!["Drinks", "Ofenküche 🍰", "Salads", "Soups"];
    let long = "x".repeat(180);
    expected.push(&long);
    for (limit, pages) in [(100, 1), (2, 3), (5, 1)] {
        let (mut listed, read) = names(&world, &id, &board, limit).await;
        listed.sort();
        assert_eq!((listed.iter().map(String::as_str).collect::<Vec<_>>(), read), (expected.clone(), pages));
    }
    let empty = world.board("creator", "Surprise party");
    assert_eq!(names(&world, &id, &empty, 10).await, (Vec::new(), 1));
}

#[tokio::test(start_paused = true)]
async fn a_group_board_of_somebody_else_takes_sections() {
    let (world, id, _) = world().await;
    let board = world.board("creator", "House hunting together");
    assert_eq!(create(&world, &id, &board, "North side").await.status, 201);
    assert_eq!(names(&world, &id, &board, 10).await.0, ["North side"]);
}

#[tokio::test(start_paused = true)]
async fn a_pin_goes_out_to_a_new_section() {
    let (world, id, board) = world().await;
    let section = create(&world, &id, &board, "Soups").await.json()["id"].clone();
    let mut request = pin_request(&id, &board, "now");
    request["targets"][0]["section_id"] = section.clone();
    assert_eq!(world.user("alice").post("/v1/pins", &request).await.status, 201);
    world.tick().await;
    let pins = world.simulator.pins(&board);
    assert_eq!(
        pins.iter().map(|pin| pin.section_id.clone()).collect::<Vec<_>>(),
        [section.as_str().map(str::to_owned)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_is_not_of_this_list_is_refused() {
    let (world, id, board) = world().await;
    let other = world.board("creator", "House hunting together");
    let page = world.user("alice").get(&format!("{}?limit=1", path(&id, &board))).await.json();
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    let boards = world.user("alice").get(&format!("/v1/accounts/{id}/boards?limit=1")).await.json();
    let of_boards = boards["next_cursor"].as_str().unwrap().to_owned();
    let before = asked(&world);
    for (board, cursor) in [(&other, cursor.as_str()), (&board, of_boards.as_str()), (&board, "x")] {
        let answer = world.user("alice").get(&format!("{}?cursor={cursor}", path(&id, board))).await;
        assert_eq!(answer.wrong_fields(), [("cursor".to_owned(), "invalid".to_owned())], "{cursor}");
    }
    assert_eq!(asked(&world), before, "Pinterest is not asked to make sense of it");
    let unknown = shared::api::cursor(&format!("sections of {board} of {id}"), "long ago");
    let answer = world.user("alice").get(&format!("{}?cursor={unknown}", path(&id, &board))).await;
    assert_eq!(answer.wrong_fields(), [("cursor".to_owned(), "invalid".to_owned())], "Pinterest does not know it");
    let answer = world.user("alice").get(&format!("{}?limit=0&cursor=x", path(&id, &board))).await;
    let fields: Vec<_> = answer.wrong_fields().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["limit", "cursor"], "both at once");
}

#[tokio::test(start_paused = true)]
async fn a_board_that_is_not_there_is_not_found_whoever_looks() {
    let (world, id, _) = world().await;
    let secret_of_another = world.board("shop", "Suppliers");
    let boards = ["123456789", "x", "-1", "1%2F2", "%20", &"9".repeat(33), &secret_of_another];
    for board in boards {
        for answer in [
            world.user("alice").get(&path(&id, board)).await,
            world.user("alice").post(&path(&id, board), &json!({"name": "Soups"})).await,
        ] {
            assert_eq!(code(&answer), (404, "not_found".into()), "{board}");
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            let says = ["The account has no such board.", "This board doesn't exist."];
            assert!(says.iter().any(|words| detail.contains(words)), "{board}: {detail}");
        }
    }
    let public_of_another = world.board("shop", "New arrivals");
    for answer in [
        world.user("alice").get(&path(&id, &public_of_another)).await,
        create(&world, &id, &public_of_another, "Soups").await,
    ] {
        assert_eq!(code(&answer), (403, "not_permitted".into()), "{}", answer.text());
    }
}

#[tokio::test(start_paused = true)]
async fn everything_wrong_with_a_section_is_named_before_pinterest_is_asked() {
    let (world, id, board) = world().await;
    for (body, field, code) in [
        (json!({}), "name", "required"),
        (json!({"name": null}), "name", "required"),
        (json!({"name": "  "}), "name", "required"),
        (json!({"name": "x".repeat(181)}), "name", "too_long"),
        (json!({"name": 7}), "name", "wrong_type"),
        (json!({"name": "Soups", "id": "1"}), "id", "unknown_field"),
        (json!("Soups"), "body", "wrong_type"),
    ] {
        let answer = world.user("alice").post(&path(&id, &board), &body).await;
        assert_eq!(answer.wrong_fields(), [(field.to_owned(), code.to_owned())], "{body}");
    }
    let broken = world.user("alice").send("POST", &path(&id, &board), Some("{".into())).await;
    assert_eq!(code(&broken), (400, "malformed_json".into()));
    assert_eq!(asked(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn sections_are_not_asked_for_without_the_scopes_or_where_pinterest_may_not_be_asked() {
    let world = World::enabled().await;
    let board = world.board("shop", "New arrivals");
    let narrow = world.link_as("alice", "shop", Mode::Live, "user_accounts:read,boards:read").await.unwrap();
    let scopes = Scopes::defaults().to_string();
    let sandbox = world.link_as("alice", "creator", Mode::Sandbox, &scopes).await.unwrap();
    let refused = create(&world, &narrow, &board, "Soups").await;
    assert_eq!(code(&refused), (409, "scope_missing".into()));
    assert!(refused.text().contains("without boards:write."), "{}", refused.text());
    let list = async |id: &str| code(&world.user("alice").get(&path(id, &board)).await);
    assert_eq!(list(&narrow).await, (200, String::new()), "reading needs less");
    let before = asked(&world);
    assert_eq!(list(&sandbox).await, (409, "other_mode".into()));
    assert_eq!(code(&create(&world, &sandbox, &board, "Soups").await), (409, "other_mode".into()));
    world.change_settings(|settings| settings.enabled = false).await;
    assert_eq!(list(&narrow).await, (403, "pinterest_disabled".into()));
    assert_eq!(code(&create(&world, &narrow, &board, "Soups").await), (403, "pinterest_disabled".into()));
    assert_eq!(asked(&world), before);
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_outcome_nobody_knows_says_so_and_is_not_repeated() {
    for answer in [FaultAnswer::Reset, FaultAnswer::Timeout, FaultAnswer::status(500)] {
        for effect in [Effect::Before, Effect::After] {
            let (world, id, board) = world().await;
            let fault = Fault { answer: Some(answer.clone()), effect, ..Fault::on(Operation::CreateSection) };
            world.simulator.set_fault(fault);
            let told = create(&world, &id, &board, "Soups").await;
            assert_eq!(code(&told), (502, "outcome_unknown".into()), "{answer:?}");
            assert!(told.text().contains("the section may or may not exist"), "{}", told.text());
            assert_eq!(asked(&world), 1);
            let listed = names(&world, &id, &board, 10).await.0.contains(&"Soups".to_owned());
            assert_eq!(listed, effect == Effect::After, "the list that the answer names tells which it was");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pinterests_troubles_have_their_words() {
    let (world, id, board) = world().await;
    let said = |status: u16, code: i64, message: &str| {
        let body: Option<Value> = Some(json!({"code": code, "message": message, "status": "failure"}));
        let headers = BTreeMap::from([("x-ratelimit-reset".to_owned(), "30".to_owned())]);
        FaultAnswer::Status { status, body, headers }
    };
    let busy = "Could not get exclusive access to the board to create a new section.";
    for (operation, answer, expected, after) in [
        (Operation::CreateSection, said(409, 409, busy), (409, "board_busy"), ""),
        (Operation::CreateSection, said(429, 8, "exceeded a rate limit"), (429, "pinterest_rate_limited"), "30"),
        (Operation::CreateSection, said(429, 9, "may lead to spam"), (429, "pinterest_spam_block"), ""),
        (Operation::CreateSection, said(403, 403, "Not authorized."), (403, "not_permitted"), ""),
        (Operation::CreateSection, said(400, 400, "Invalid board section parameters."), (422, "invalid"), ""),
        (Operation::ListSections, said(429, 8, "exceeded a rate limit"), (429, "pinterest_rate_limited"), "30"),
        (Operation::ListSections, said(500, 500, "oops"), (502, "pinterest_unavailable"), ""),
        (Operation::ListSections, FaultAnswer::Reset, (502, "pinterest_unavailable"), ""),
        (Operation::ListSections, FaultAnswer::Timeout, (502, "pinterest_unavailable"), ""),
    ] {
        world.simulator.clear_faults();
        world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(operation) });
        let told = match operation {
            Operation::CreateSection => create(&world, &id, &board, "Soups").await,
            _ => world.user("alice").get(&path(&id, &board)).await,
        };
        assert_eq!(code(&told), (expected.0, expected.1.to_owned()), "{operation:?}");
        assert_eq!(told.header("retry-after"), after, "{}", told.text());
    }
}
