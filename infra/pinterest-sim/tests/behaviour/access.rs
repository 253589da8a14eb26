//! Who may do what: tokens, hosts, tiers, scopes.

use http::StatusCode;
use pinterest_sim::{Answers, Mode, NewBoard, Tier};
use serde_json::{Value, json};

use crate::world::{SCOPES, World, image};

const FAILED: (u16, i64, &str) = (401, 2, "Authentication failed.");
const LACKING: &str = "Your token does not have sufficient permissions to perform this operation. Please ensure your token is authorized with the correct set of scopes. Missing: [";
const TRIAL: (u16, i64, &str) = (
    403,
    29,
    "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox https://api-sandbox.pinterest.com instead.",
);

fn pin(board: &str) -> Value {
    json!({ "board_id": board, "media_source": image() })
}

#[tokio::test]
async fn a_token_works_on_its_own_host_until_it_ends() {
    let world = World::new();
    let token = world.connect(Mode::Sandbox, "shop").await;
    assert_eq!(world.get(Mode::Sandbox, "/user_account", &token).await.status, StatusCode::OK);
    let elsewhere = world.get(Mode::Live, "/user_account", &token).await;
    assert_eq!(elsewhere.refusal(), FAILED);
    assert_eq!(elsewhere.body["status"], "failure");
    world.pass_seconds(2_592_000);
    assert_eq!(world.get(Mode::Sandbox, "/user_account", &token).await.refusal(), FAILED);
}

#[tokio::test]
async fn a_missing_made_up_or_revoked_token_is_refused() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    assert_eq!(world.get(Mode::Live, "/boards", "").await.refusal(), FAILED);
    assert_eq!(world.get(Mode::Live, "/boards", "pina_made_up").await.refusal(), FAILED);
    assert_eq!(world.simulator.revoke_tokens("shop").unwrap(), 2, "the access token and the refresh token");
    assert_eq!(world.get(Mode::Live, "/boards", &token).await.refusal(), FAILED);
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token() {
    let world = World::new();
    let reply = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
    let refresh = reply.body["refresh_token"].as_str().unwrap();
    assert_eq!(world.get(Mode::Live, "/boards", refresh).await.refusal(), FAILED);
}

#[tokio::test]
async fn the_hosts_share_no_boards_and_no_pins() {
    let world = World::new();
    let live = world.board(Mode::Live, "shop", "New arrivals");
    let token = world.connect(Mode::Sandbox, "shop").await;
    let elsewhere = world.get(Mode::Sandbox, &format!("/boards/{live}"), &token).await;
    assert_eq!(elsewhere.refusal(), (404, 40, "Board not found."));
    let refused = world.post(Mode::Sandbox, "/pins", &token, &pin(&live)).await;
    assert_eq!(refused.refusal(), (404, 40, "Board not found."));
    let live_token = world.connect(Mode::Live, "shop").await;
    let created = world.post(Mode::Live, "/pins", &live_token, &pin(&live)).await;
    let id = created.body["id"].as_str().unwrap();
    let elsewhere = world.get(Mode::Sandbox, &format!("/pins/{id}"), &token).await;
    assert_eq!(elsewhere.refusal(), (404, 50, "Pin not found."));
}

#[tokio::test]
async fn tiers_allow_what_they_allow() {
    for (tier, live, sandbox, boards) in
        [(Tier::Standard, 201, 201, 200), (Tier::Trial, 403, 201, 200), (Tier::Unapproved, 401, 401, 401)]
    {
        let world = World::new();
        world.simulator.set_tier(tier);
        for (mode, expected) in [(Mode::Live, live), (Mode::Sandbox, sandbox)] {
            let token = world.connect(mode, "shop").await;
            let board = world.board(mode, "shop", "New arrivals");
            let created = world.post(mode, "/pins", &token, &pin(&board)).await;
            assert_eq!(created.status.as_u16(), expected, "{tier:?} {mode} {}", created.text);
            let listed = world.get(mode, "/boards", &token).await;
            assert_eq!(listed.status.as_u16(), boards, "{tier:?} {mode}");
            match created.status.as_u16() {
                403 => assert_eq!(created.refusal(), TRIAL),
                401 => assert_eq!(created.refusal(), (401, 3, "Your application consumer type is not supported")),
                _ => assert_eq!(world.simulator.pins(&board).len(), 1),
            }
        }
    }
}

#[tokio::test]
async fn each_operation_needs_its_scopes() {
    let world = World::new();
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let all = ["user_accounts:read", "boards:read", "boards:write", "pins:read", "pins:write"];
    let create = json!({ "name": "New" });
    let on_board = |end: &str| format!("/boards/{board}{end}");
    for (method, path, body, needed) in [
        ("GET", "/user_account".to_owned(), Value::Null, &all[..1]),
        ("GET", "/boards".to_owned(), Value::Null, &all[1..2]),
        ("POST", "/boards".to_owned(), create.clone(), &all[1..3]),
        ("GET", on_board(""), Value::Null, &all[1..2]),
        ("GET", on_board("/sections"), Value::Null, &all[1..2]),
        ("POST", on_board("/sections"), create, &all[1..3]),
        ("GET", on_board("/pins"), Value::Null, &["boards:read", "pins:read"]),
        ("GET", "/pins".to_owned(), Value::Null, &["boards:read", "pins:read"]),
        ("POST", "/pins".to_owned(), pin(&board), &all[1..5]),
    ] {
        let call = async |scopes: &str| {
            let token = world.simulator.issue_token(Mode::Live, "shop", scopes).unwrap();
            let method = method.parse().unwrap();
            world.call(method, &format!("/live/v5{path}"), &token, Some(&body)).await
        };
        for missing in needed {
            let scopes: Vec<_> = all.iter().filter(|scope| scope != &missing).copied().collect();
            for status in [401, 403] {
                let answers = Answers { scopes_missing_status: status, ..Answers::default() };
                world.simulator.set_answers(answers);
                let refused = call(&scopes.join(" ")).await;
                let expected = (status, 3, &*format!("{LACKING}'{missing}']"));
                assert_eq!(refused.refusal(), expected, "{method} {path} without {missing}");
            }
        }
        let enough = call(&needed.join(" ")).await;
        assert!(enough.status.is_success(), "{method} {path} {}", enough.text);
    }
}

#[tokio::test]
async fn boards_and_pins_of_personal_accounts_can_be_denied() {
    const DENIED: (u16, i64, &str) = (403, 403, "PINNER_DATA_ACCESS_DENIED");
    let world = World::new();
    world.simulator.set_answers(Answers { pinner_data_denied: true, ..Answers::default() });
    for (username, is_denied) in [("shop", false), ("friend", true)] {
        let token = world.connect(Mode::Live, username).await;
        let board = world.simulator.add_board(NewBoard::public(Mode::Live, username, "Denied")).unwrap();
        let created = world.post(Mode::Live, "/pins", &token, &pin(&board)).await;
        assert_eq!(created.status, StatusCode::CREATED, "pins are made all the same");
        let id = created.body["id"].as_str().unwrap();
        for path in [format!("/boards/{board}"), format!("/boards/{board}/pins"), format!("/pins/{id}")] {
            let read = world.get(Mode::Live, &path, &token).await;
            assert_eq!(read.refusal() == DENIED, is_denied, "{username} {path} {}", read.text);
        }
        assert_eq!(world.get(Mode::Live, "/boards", &token).await.status, StatusCode::OK, "the list stays open");
    }
}

#[tokio::test]
async fn secret_boards_need_the_secret_scopes() {
    let world = World::new();
    let board = world.board(Mode::Live, "shop", "Suppliers");
    let open = "boards:read boards:write pins:read pins:write";
    let token = |scopes: &str| world.simulator.issue_token(Mode::Live, "shop", scopes).unwrap();
    let without = token(open);
    let listed = world.get(Mode::Live, "/boards", &without).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 2);
    assert_eq!(world.get(Mode::Live, &format!("/boards/{board}"), &without).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.get(Mode::Live, &format!("/boards/{board}/pins"), &without).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.post(Mode::Live, "/pins", &without, &pin(&board)).await.status, StatusCode::FORBIDDEN);
    let secret = json!({ "name": "Hidden", "privacy": "SECRET" });
    let lacking = (403, 3, &*format!("{LACKING}'boards:write_secret']"));
    assert_eq!(world.post(Mode::Live, "/boards", &without, &secret).await.refusal(), lacking);
    let reading = token(&format!("{open} boards:read_secret"));
    let section =
        world.post(Mode::Live, &format!("/boards/{board}/sections"), &reading, &json!({ "name": "New" })).await;
    assert_eq!(section.refusal(), lacking);

    let with = token(&format!("{open} boards:read_secret boards:write_secret pins:read_secret pins:write_secret"));
    let listed = world.get(Mode::Live, "/boards", &with).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 3);
    assert_eq!(world.post(Mode::Live, "/pins", &with, &pin(&board)).await.status, StatusCode::CREATED);
    assert_eq!(world.get(Mode::Live, "/pins", &with).await.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.get(Mode::Live, "/pins", &without).await.body["items"].as_array().unwrap().len(), 0);
    assert_eq!(world.post(Mode::Live, "/boards", &with, &secret).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_token_of_the_app_cannot_do_everything() {
    let world = World::new();
    let fields = [("grant_type", "client_credentials"), ("scope", SCOPES)];
    let reply = world.token(Mode::Live, &fields).await;
    let token = reply.body["access_token"].as_str().unwrap();
    let board = world.board(Mode::Live, "creator", "Summer recipes");
    let section = world.post(Mode::Live, &format!("/boards/{board}/sections"), token, &json!({ "name": "New" })).await;
    let media = world.post(Mode::Live, "/media", token, &json!({ "media_type": "video" })).await;
    for refused in [section, media] {
        assert_eq!(refused.refusal(), (403, 29, "You are not permitted to access that resource."));
    }
    assert_eq!(world.post(Mode::Live, "/pins", token, &pin(&board)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn analytics_are_refused_in_the_sandbox() {
    let world = World::new();
    for (mode, status) in [(Mode::Sandbox, 403), (Mode::Live, 200)] {
        let token = world.connect(mode, "shop").await;
        let path = "/user_account/analytics?start_date=2026-02-01&end_date=2026-02-02";
        let reply = world.get(mode, path, &token).await;
        assert_eq!(reply.status.as_u16(), status);
    }
}

#[tokio::test]
async fn what_is_not_simulated_says_so() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let reply = world.get(Mode::Live, "/media", &token).await;
    assert_eq!(reply.refusal(), (501, 501, "pinterest-sim does not simulate this method on /v5/media."));
    assert!(!reply.header("x-pinterest-rid").is_empty());
    let reply = world.patch(Mode::Live, "/user_account", &token, &json!({})).await;
    assert_eq!(reply.status, StatusCode::NOT_IMPLEMENTED);
}
