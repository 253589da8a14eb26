//! Pages for people.

use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use pinterest_sim::{Fault, Mode, Operation};
use serde_json::json;
use tower::ServiceExt;

use crate::world::{APP_ID, Reply, SECRET, World};

async fn open(world: &World, path: &str) -> Reply {
    world.call(Method::GET, path, "", None).await
}

#[tokio::test]
async fn the_index_says_what_is_accepted_and_where_to_look() {
    let world = World::new();
    let page = open(&world, "/").await;
    assert_eq!(page.status, StatusCode::OK);
    for piece in
        [APP_ID, SECRET, "/_pinterest/boards/creator", "/_pinterest/control/faults", "/_pinterest/live/v5", "standard"]
    {
        assert!(page.text.contains(piece), "{piece}");
    }
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(open(&world, "/style.css").await.header("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn a_board_shows_its_pins_as_a_person_sees_them() {
    let world = World::new();
    let token = world.connect(Mode::Sandbox, "shop").await;
    let board = world.board(Mode::Sandbox, "shop", "New arrivals");
    let pin = json!({
        "board_id": board, "title": "Lamp <b>", "description": "A lamp", "link": "https://example.com/lamp", "alt_text": "A lamp, lit",
        "media_source": { "source_type": "image_url", "url": "https://example.com/lamp.jpg" },
    });
    let created = world.post(Mode::Sandbox, "/pins", &token, &pin).await;
    let page = open(&world, &format!("/boards/shop/{board}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for piece in [
        "New arrivals",
        "Lamp &lt;b&gt;",
        "A lamp",
        r#"href="https://example.com/lamp""#,
        r#"src="https://example.com/lamp.jpg""#,
        r#"alt="A lamp, lit""#,
        r#"datetime="2026-03-01T12:00:00Z""#,
        created.body["id"].as_str().unwrap(),
    ] {
        assert!(page.text.contains(piece), "{piece}: {}", page.text);
    }
    assert!(!page.text.contains("<script"));
}

#[tokio::test]
async fn a_pin_that_lists_do_not_show_is_not_on_the_page_either() {
    let world = World::new();
    world.simulator.set_fault(Fault { visible_after_ms: Some(5000), ..Fault::on(Operation::CreatePin) });
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let pin = json!({ "board_id": board, "title": "Shy", "media_source": crate::world::image() });
    world.post(Mode::Live, "/pins", &token, &pin).await;
    for shown in [false, true] {
        assert_eq!(open(&world, "/boards/shop/new-arrivals").await.text.contains("Shy"), shown);
        world.pass_seconds(5);
    }
}

#[tokio::test]
async fn a_person_has_a_page_with_the_boards_of_both_hosts() {
    let world = World::new();
    let page = open(&world, "/boards/creator").await;
    for mode in Mode::ALL {
        let board = world.board(mode, "creator", "Gift ideas for Sam");
        assert!(page.text.contains(&format!("/_pinterest/boards/creator/{board}")), "{mode}");
    }
    assert!(page.text.contains("secret, shared by friend"));
    for path in ["/boards/nobody", "/boards/shop/123", "/boards/nobody/123", "/pictures/1"] {
        assert_eq!(open(&world, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn everything_works_nested_under_a_path() {
    let world = World::new();
    let nested = Router::new().nest("/_pinterest", world.simulator.router());
    for (path, status) in [
        ("/_pinterest", 200),
        ("/_pinterest/boards/shop", 200),
        ("/_pinterest/oauth/", 400),
        ("/_pinterest/live/v5/boards", 401),
        ("/_pinterest/live/v5/nothing", 501),
        ("/_pinterest/control/faults", 200),
    ] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = nested.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{path}");
        response.into_body().collect().await.unwrap();
    }
    let wrong_method = Request::put("/_pinterest/live/v5/boards").body(Body::empty()).unwrap();
    assert_eq!(nested.clone().oneshot(wrong_method).await.unwrap().status(), StatusCode::NOT_IMPLEMENTED);
    let paths: Vec<_> = world.simulator.calls().into_iter().map(|call| call.path).collect();
    assert_eq!(paths, ["/v5/boards"], "the log names the path as the client of the host knows it");
}
