//! The pages for people: readable without script, closed for everything else.

use tests::World;

const PAGES: [&str; 2] = ["/", "/app/accounts"];

#[tokio::test(start_paused = true)]
async fn pages_need_no_token_and_no_script() {
    let world = World::new().await;
    for path in PAGES {
        let page = world.anybody().get(path).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        let policy = page.header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "style-src 'self'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("script") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(!page.text().contains("<script") && !page.text().contains(" style="), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_link_of_a_page_leads_somewhere() {
    let world = World::new().await;
    for path in PAGES {
        let text = world.anybody().get(path).await.text();
        let links: Vec<_> = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(links.len() >= 2, "{links:?}");
        for link in links {
            assert_eq!(world.anybody().get(link).await.status, 200, "{path} links to {link}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_path_and_a_wrong_method_are_problems() {
    let world = World::new().await;
    let problem = world.anybody().get("/app/nothing").await;
    assert_eq!((problem.status, problem.header("content-type")), (404, "application/problem+json"));
    assert_eq!(world.anybody().delete("/app/accounts").await.status, 405);
}
