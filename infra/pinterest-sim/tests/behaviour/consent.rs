//! The consent page.

use axum::body::Body;
use http::{Request, StatusCode};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::world::{APP_ID, REDIRECT_URI, Reply, SCOPES, World, authorize_url};

async fn open(world: &World, url: &str) -> Reply {
    world.send(Request::get(url).body(Body::empty()).unwrap()).await
}

async fn answer(world: &World, url: &str, form: &str) -> Reply {
    let request = Request::post(url).header("content-type", "application/x-www-form-urlencoded");
    world.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

#[tokio::test]
async fn the_page_shows_people_and_scopes_and_needs_no_script() {
    let world = World::new();
    let page = open(&world, &authorize_url(REDIRECT_URI, "pins:read boards:read", "x")).await;
    assert_eq!(page.status, StatusCode::OK);
    for piece in ["creator", "shop", "friend", "pins:read", "boards:read", "Allow", "Deny", REDIRECT_URI] {
        assert!(page.text.contains(piece), "{piece} is not on the page");
    }
    assert!(!page.text.contains("<script"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("form-action 'self' http://localhost:7878"),
        "{policy}"
    );
    assert!(page.text.contains(r#"href="/_pinterest/style.css""#), "links carry the base path");
}

#[tokio::test]
async fn one_post_of_a_script_allows() {
    let world = World::new();
    let reply = answer(&world, &authorize_url(REDIRECT_URI, SCOPES, "s1"), "username=shop").await;
    assert_eq!(reply.status, StatusCode::FOUND);
    let back = Url::parse(reply.header("location")).unwrap();
    let fields: Vec<_> = back.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(fields, ["code", "state"]);
    assert!(reply.header("location").ends_with("&state=s1"));
}

#[tokio::test]
async fn a_refusal_goes_back_with_an_error_and_the_state() {
    let world = World::new();
    let reply = answer(&world, &authorize_url(REDIRECT_URI, SCOPES, "s2"), "username=shop&decision=deny").await;
    assert_eq!(reply.status, StatusCode::FOUND);
    let location = reply.header("location");
    assert!(location.contains("error=access_denied") && location.ends_with("state=s2"), "{location}");
    assert!(!location.contains("code="), "{location}");
}

#[tokio::test]
async fn an_answer_of_nobody_is_refused() {
    let world = World::new();
    let reply = answer(&world, &authorize_url(REDIRECT_URI, SCOPES, "x"), "username=nobody").await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(reply.text.contains("creator"), "the page says who there is");
}

#[tokio::test]
async fn a_redirect_uri_that_differs_is_refused_with_the_difference() {
    let world = World::new();
    for (given, difference) in [
        ("https://localhost:7878/app/pinterest/board", "the scheme differs"),
        ("http://127.0.0.1:7878/app/pinterest/board", "the host differs"),
        ("http://localhost:7879/app/pinterest/board", "the port differs"),
        ("http://localhost:7878/app/pinterest/board/", "the slash at the end of the path differs"),
        ("http://localhost:7878/app/board", "the path differs"),
        ("http://localhost:7878/app/pinterest/board?a=1", "the query differs"),
        ("http://LOCALHOST:7878/app/pinterest/board", "not the same byte for byte"),
        ("board", "not an absolute URL"),
    ] {
        let page = open(&world, &authorize_url(given, SCOPES, "x")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{given}");
        assert!(page.text.contains(difference), "{given}: {}", page.text);
        assert!(page.text.contains(REDIRECT_URI), "the page shows the registered URI");
        let posted = answer(&world, &authorize_url(given, SCOPES, "x"), "username=shop").await;
        assert_eq!(posted.status, StatusCode::BAD_REQUEST, "{given}");
    }
}

#[tokio::test]
async fn a_faulty_authorize_url_is_explained() {
    let world = World::new();
    let url = |client: &str, kind: &str, scope: &str| {
        let mut query = Serializer::new(String::new());
        query.extend_pairs([
            ("client_id", client),
            ("redirect_uri", REDIRECT_URI),
            ("response_type", kind),
            ("scope", scope),
        ]);
        format!("/oauth/?{}", query.finish())
    };
    for (url, words) in [
        (url("999", "code", SCOPES), "no app has the ID"),
        (url(APP_ID, "token", SCOPES), "must be &quot;code&quot;"),
        (url(APP_ID, "code", ""), "no scope was asked for"),
        (url(APP_ID, "code", "pins:raed"), "there is no scope &quot;pins:raed&quot;"),
    ] {
        let page = open(&world, &url).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
}

#[tokio::test]
async fn the_older_name_of_the_app_id_is_understood() {
    let world = World::new();
    let url = authorize_url(REDIRECT_URI, SCOPES, "x").replace("client_id", "consumer_id");
    assert_eq!(open(&world, &url).await.status, StatusCode::OK);
}
