//! The pages for people, as far as they show without a browser: one document, its scripts and its headers.

use sha2::{Digest, Sha256};
use tests::World;

const PAGES: [&str; 5] = ["/", "/app/settings", "/app/accounts", "/app/calendar", "/app/pins/pin_x"];

/// What `attribute` of the document says.
fn all<'t>(text: &'t str, attribute: &str) -> Vec<&'t str> {
    text.split(&format!("{attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_page_needs_no_token_and_runs_nothing_that_is_not_ours() {
    let world = World::new().await;
    let first = world.anybody().get("/").await.text();
    for path in PAGES {
        let page = world.anybody().get(path).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        let policy = page.header("content-security-policy");
        for part in ["default-src 'none'", "script-src 'self' 'sha256-", "style-src 'self';", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("  "), "{path}: {policy}");
        let pictures = policy.split("; ").find(|part| part.starts_with("img-src "));
        assert_eq!(
            pictures,
            Some("img-src 'self' https: data: blob: https://pinwheel-media.s3.eu-central-1.amazonaws.com"),
            "{path}: no picture that somebody on the way can change"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-cache"),
        ] {
            assert_eq!(page.header(name), value, "{path}: {name}");
        }
        assert_eq!(page.text(), first, "{path}: who asks is not known to a page");
    }
    assert!(!first.contains(" style=") && first.matches("<script>").count() == 1, "{first}");
    let script = first.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>")).unwrap().0;
    let hash = data_encoding::BASE64.encode(&Sha256::digest(script));
    let policy = world.anybody().get("/").await.header("content-security-policy").to_owned();
    assert!(
        policy.contains(&format!("script-src 'self' 'sha256-{hash}';")),
        "its policy allows that one alone: {policy}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_page_asks_for_is_there_and_kept_for_ever() {
    let world = World::new().await;
    let text = world.anybody().get("/").await.text();
    let assets: Vec<_> =
        all(&text, "src").into_iter().chain(all(&text, "href")).filter(|at| at.contains("/assets/")).collect();
    // Each is a call of the function, and a new account runs ten at once.
    assert_eq!(assets.len(), 3, "a script, a style sheet and an icon: {assets:?}");
    for address in assets {
        let plain = world.anybody().get(address).await;
        assert_eq!(plain.status, 200, "{address}");
        assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
        let small = world.anybody().with("accept-encoding", "br, gzip").get(address).await;
        assert_eq!((small.header("content-encoding"), small.header("vary")), ("gzip", "accept-encoding"));
        assert!(small.body.len() < plain.body.len(), "{address}");
        let known = world.anybody().with("if-none-match", plain.header("etag")).get(address).await;
        assert_eq!((known.status, known.body.len()), (304, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_of_another_version_is_not_kept() {
    let world = World::new().await;
    let other = world.anybody().get("/assets/0123456789abcdef/app.js").await;
    assert_eq!((other.status, other.header("cache-control")), (200, "no-cache"));
    assert_eq!(world.anybody().get("/assets/0123456789abcdef/absent.js").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_page_says_where_people_sign_in_and_may_speak_to_nobody_else() {
    let world = World::new().await;
    let without = world.anybody().get("/").await;
    assert!(!without.text().contains("sign-in-issuer"), "no sign-in is configured in the stories");
    assert!(
        without
            .header("content-security-policy")
            .contains("connect-src 'self' https://pinwheel-media.s3.eu-central-1.amazonaws.com;")
    );
    let variables = [
        ("OIDC_ISSUER", "https://issuer.example/pool"),
        ("OIDC_CLIENT_ID", "pages"),
        ("OIDC_ORIGINS", "https://login.example"),
    ];
    let web = web::router(world.platform_of("web", &[], &variables));
    let page = world.anybody().at(&web).get("/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("connect-src 'self' https://pinwheel-media.s3.eu-central-1.amazonaws.com https://issuer.example https://login.example;"), "{policy}");
    assert_eq!(all(&page.text(), "content")[2..], ["https://issuer.example/pool", "pages", "openid pinwheel/use"]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_path_and_a_wrong_method_are_problems() {
    let world = World::new().await;
    let problem = world.anybody().get("/nothing").await;
    assert_eq!((problem.status, problem.header("content-type")), (404, "application/problem+json"));
    assert_eq!(world.anybody().delete("/app/accounts").await.status, 405);
}
