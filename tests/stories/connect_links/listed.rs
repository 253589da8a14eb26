//! Whoever made a link sees what became of it, and can take it back.

use jiff::SignedDuration;
use pinterest_sim::Decision;
use serde_json::{Value, json};
use tests::World;

use super::{LINKS, PAGE, assert_fails, connected, follow, link, press, secret};

async fn listed(world: &World, owner: &str) -> Vec<Value> {
    let answer = world.user(owner).get(LINKS).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

/// A link of alice's; answers its id and the path and query of its page.
async fn made(world: &World, body: Value) -> (String, String) {
    let path = link(world, body).await;
    (listed(world, "alice").await[0]["id"].as_str().unwrap().to_owned(), path)
}

#[tokio::test(start_paused = true)]
async fn a_link_is_listed_without_what_opens_it() {
    let world = World::ready().await;
    let wanted = json!({"expected_username": "@shop", "return_to": "/app/pins", "expires_in_hours": 24});
    let answer = world.user("alice").post(LINKS, &wanted).await.json();
    let list = world.user("alice").get(LINKS).await;
    let item = list.json()["items"][0].clone();
    assert_eq!((&item["id"], &item["expires_at"]), (&answer["id"], &answer["expires_at"]));
    let expected =
        [("state", "open"), ("expected_username", "shop"), ("return_to", "https://pins.example.com/app/pins")];
    for (name, value) in expected {
        assert_eq!(item[name], value, "{item}");
    }
    for name in ["used_at", "account_id", "username", "revoked_at"] {
        assert_eq!(item[name], Value::Null, "{item}");
    }
    let url = answer["url"].as_str().unwrap();
    let opens = secret(url.strip_prefix("https://pins.example.com").unwrap()).to_owned();
    assert!(!list.text().contains(&opens), "{}", list.text());
    let hash = world.everything_stored().await;
    assert!(!hash.contains(&opens), "the secret is nowhere in the table");
    assert_eq!(listed(&world, "bob").await, [Value::Null; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_newest_link_comes_first_and_a_long_list_has_pages() {
    let world = World::ready().await;
    for name in ["first", "second", "third"] {
        link(&world, json!({"expected_username": name})).await;
        world.wait(SignedDuration::from_secs(1)).await;
    }
    let names = |items: &Value| -> Vec<String> {
        let items = items.as_array().unwrap().iter();
        items.map(|item| item["expected_username"].as_str().unwrap().to_owned()).collect()
    };
    let first = world.user("alice").get(&format!("{LINKS}?limit=2")).await.json();
    assert_eq!(names(&first["items"]), ["third", "second"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world.user("alice").get(&format!("{LINKS}?limit=2&cursor={cursor}")).await.json();
    assert_eq!((names(&second["items"]), &second["next_cursor"]), (vec!["first".to_owned()], &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn a_used_link_says_which_account_came_of_it() {
    let world = World::ready().await;
    let (id, path) = made(&world, json!({})).await;
    let browser = world.browser();
    let callback = follow(&browser, &path, "shop", Decision::Allow).await;
    assert_eq!(browser.open(&callback).await.status, 200);
    let item = listed(&world, "alice").await.remove(0);
    let accounts = world.user("alice").get("/v1/accounts").await.json();
    assert_eq!((&item["state"], &item["username"]), (&json!("used"), &json!("shop")), "{item}");
    assert_eq!(item["account_id"], accounts["items"][0]["id"]);
    assert!(item["used_at"].is_string(), "{item}");
    let refused = world.user("alice").delete(&format!("{LINKS}/{id}")).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("link_used")));
    world.wait(SignedDuration::from_hours(24 * 7)).await;
    assert_eq!(listed(&world, "alice").await[0]["state"], "used", "also when it would have ended");
}

#[tokio::test(start_paused = true)]
async fn an_expired_link_says_so_and_stays_as_it_is() {
    let world = World::ready().await;
    let (id, _) = made(&world, json!({"expires_in_hours": 1})).await;
    world.wait(SignedDuration::from_mins(60)).await;
    assert_eq!(listed(&world, "alice").await[0]["state"], "expired");
    let answer = world.user("alice").delete(&format!("{LINKS}/{id}")).await;
    assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("expired")));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_link_answers_its_page_in_plain_words_and_connects_nothing() {
    let world = World::ready().await;
    let (id, path) = made(&world, json!({})).await;
    let browser = world.browser();
    let begun = follow(&browser, &path, "shop", Decision::Allow).await;
    for _ in 0..2 {
        let answer = world.user("alice").delete(&format!("{LINKS}/{id}")).await;
        assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("revoked")), "{}", answer.text());
    }
    for page in [browser.open(&path).await, press(&browser, &path).await, browser.open(&begun).await] {
        assert_fails(&world, &page, 410, "This link was withdrawn", "for another one").await;
    }
    let item = listed(&world, "alice").await.remove(0);
    assert!(item["state"] == "revoked" && item["revoked_at"].is_string(), "{item}");
    assert_eq!(connected(&world, "alice").await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn of_a_link_that_is_revoked_while_it_is_used_one_thing_becomes() {
    let world = World::ready().await;
    let (id, path) = made(&world, json!({})).await;
    let browser = world.browser();
    let callback = follow(&browser, &path, "shop", Decision::Allow).await;
    let (alice, address) = (world.user("alice"), format!("{LINKS}/{id}"));
    let (page, answer) = tokio::join!(browser.open(&callback), alice.delete(&address));
    let state = listed(&world, "alice").await[0]["state"].clone();
    let count = connected(&world, "alice").await.len();
    match (page.status, answer.status) {
        (200, 409) => assert_eq!((state, count), (json!("used"), 1)),
        (410, 200) => assert_eq!((state, count), (json!("revoked"), 0)),
        other => panic!("{other:?}: {} {}", page.text(), answer.text()),
    }
}

#[tokio::test(start_paused = true)]
async fn another_owners_link_does_not_exist() {
    let world = World::ready().await;
    let (id, path) = made(&world, json!({})).await;
    let foreign = world.user("bob").delete(&format!("{LINKS}/{id}")).await;
    assert_eq!((foreign.status, &foreign.json()["code"]), (404, &json!("not_found")));
    assert_eq!(world.browser().open(&path).await.status, 200, "and is still good");
    let by_machine =
        world.machine("pinwheel/act").with("Pinwheel-Owner", "alice").delete(&format!("{LINKS}/{id}")).await;
    assert_eq!(by_machine.status, 200, "a machine acts for its owner: {}", by_machine.text());
}

#[tokio::test(start_paused = true)]
async fn an_owner_has_at_most_a_hundred_open_links() {
    let world = World::ready().await;
    let mut first = None;
    for _ in 0..100 {
        let answer = world.user("alice").post(LINKS, &json!({"expires_in_hours": 2})).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        first.get_or_insert(answer.json()["id"].as_str().unwrap().to_owned());
    }
    let refused = world.user("alice").post(LINKS, &json!({})).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("too_many_links")));
    assert_eq!(world.user("bob").post(LINKS, &json!({})).await.status, 201, "others have their own");
    let revoked = world.user("alice").delete(&format!("{LINKS}/{}", first.unwrap())).await;
    assert_eq!(revoked.status, 200);
    assert_eq!(world.user("alice").post(LINKS, &json!({})).await.status, 201, "there is room again");
    world.wait(SignedDuration::from_hours(2)).await;
    assert_eq!(world.user("alice").post(LINKS, &json!({})).await.status, 201, "those that ended are not counted");
    let page = world.browser().open(&format!("{PAGE}?link={}", "A".repeat(43))).await;
    assert_eq!(page.status, 404);
}
