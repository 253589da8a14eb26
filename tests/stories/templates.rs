//! Templates: texts, hashtags and link parameters that pins are made with.

use serde_json::{Value, json};
use tests::{Answer, Planner, World, pin_request};

fn recipes() -> Value {
    json!({
        "name": "Recipes", "title": "{title} – an easy recipe", "description": "{description} More at {link}",
        "alt_text": null, "hashtags": ["recipes", "#EasyCooking"],
        "link_params": {"utm_source": "pinterest", "utm_campaign": "{{summer}}"},
    })
}

async fn kept(alice: &Planner<'_>, template: &Value) -> String {
    let answer = alice.calls().post("/v1/templates", template).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn fields(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.text());
    answer.wrong_fields().into_iter().map(|(field, _)| field).collect()
}

#[tokio::test(start_paused = true)]
async fn a_pin_shows_what_it_says_within_its_template() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = kept(&alice, &recipes()).await;
    let mut body = pin_request(&alice.account, &alice.board, "now");
    body["content"] = json!({
        "title": "Apple pie", "description": "With cinnamon. #Recipes", "link": "https://example.com/pie?a=1",
        "media": body["content"]["media"],
    });
    body["template_id"] = json!(id);
    let preview = alice.calls().post("/v1/pins/preview", &body).await.json();
    let answer = alice.calls().post("/v1/pins", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let content = &answer.json()["items"][0]["content"];
    assert_eq!(&preview["items"][0]["content"], content);
    assert_eq!(content["title"], "Apple pie – an easy recipe");
    assert_eq!(content["description"], "With cinnamon. #Recipes More at https://example.com/pie?a=1 #EasyCooking");
    assert_eq!(content["link"], "https://example.com/pie?a=1&utm_campaign=%7B%7Bsummer%7D%7D&utm_source=pinterest");
    world.tick().await;
    let pins = world.simulator.pins(&alice.board);
    assert_eq!(pins[0].content.title.as_deref(), Some("Apple pie – an easy recipe"), "so it is on Pinterest");
}

#[tokio::test(start_paused = true)]
async fn what_is_too_long_with_the_template_is_refused_by_field() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = kept(&alice, &recipes()).await;
    let mut body = pin_request(&alice.account, &alice.board, "now");
    body["content"]["title"] = json!("x".repeat(90));
    body["template_id"] = json!(id);
    for path in ["/v1/pins", "/v1/pins/preview"] {
        assert_eq!(fields(&alice.calls().post(path, &body).await), ["content.title"]);
    }
    for (given, code) in
        [(json!("tpl_aaaaaaaaaaaaaaaaaaaaaaaaaa"), "not_found"), (json!("x"), "not_found"), (json!(7), "wrong_type")]
    {
        body["template_id"] = given;
        body["content"]["title"] = json!("x");
        let wrong = alice.calls().post("/v1/pins", &body).await.wrong_fields();
        assert_eq!(wrong, [("template_id".to_owned(), code.to_owned())]);
    }
    assert_eq!(alice.calls().get("/v1/pins").await.json()["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn templates_are_listed_replaced_and_removed_by_their_owner_alone() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let mut ids = Vec::new();
    for name in ["One", "Two", "Three"] {
        ids.push(kept(&alice, &json!({"name": name})).await);
    }
    ids.sort();
    let (mut listed, mut path) = (Vec::new(), "/v1/templates?limit=2".to_owned());
    loop {
        let page = alice.calls().get(&path).await.json();
        listed.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/templates?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(listed, ids);
    let path = format!("/v1/templates/{}", ids[0]);
    let read = alice.calls().get(&path).await;
    let late = || alice.calls().with("if-match", read.header("etag"));
    assert_eq!(late().put(&path, &recipes()).await.json()["title"], recipes()["title"]);
    assert_eq!(late().put(&path, &json!({"name": "Late"})).await.status, 412);
    assert_eq!(fields(&alice.calls().put(&path, &json!({"name": "", "title": "{name}"})).await), ["name", "title"]);
    let bob = world.user("bob");
    for answer in [bob.get(&path).await, bob.put(&path, &recipes()).await, bob.delete(&path).await] {
        assert_eq!((answer.status, answer.json()["code"].clone()), (404, json!("not_found")));
    }
    assert_eq!(bob.get("/v1/templates").await.json()["items"], json!([]));
    let mut body = pin_request(&alice.account, &alice.board, "now");
    body["template_id"] = json!(ids[1]);
    assert_eq!(alice.calls().delete(&path).await.status, 200);
    assert_eq!(alice.calls().get(&path).await.status, 404);
    assert_eq!(alice.calls().get("/v1/templates").await.json()["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(alice.calls().get("/v1/templates?cursor=x").await.status, 422);
}
