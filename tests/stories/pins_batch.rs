//! Many contents in one request: each has its key and its result, and times are planned one after another.

use local::in_process::Service;
use serde_json::{Value, json};
use tests::{Answer, Planner, World, pin_request};

/// Alice with a slot at nine on every weekday.
async fn with_slots(world: &World) -> Planner<'_> {
    let alice = world.planner().await;
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let slots: Vec<_> = days.iter().map(|day| json!({"day": day, "time": "09:00"})).collect();
    let plan = json!({"time_zone": "UTC", "slots": slots});
    let answer = alice.calls().put(&format!("/v1/accounts/{}/plan", alice.account), &plan).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    alice
}

/// An item with a picture of that name, in the next free slot.
fn item(alice: &Planner<'_>, name: &str) -> Value {
    let mut item = pin_request(&alice.account, &alice.board, "next_slot");
    item["key"] = json!(format!("key-{name}"));
    item["content"]["title"] = json!(name);
    item["content"]["link"] = json!(format!("https://example.com/{name}"));
    item["content"]["media"]["url"] = json!(format!("https://example.com/{name}.jpg"));
    item
}

async fn post(alice: &Planner<'_>, path: &str, items: &[Value]) -> Answer {
    let answer = alice.calls().post(path, &json!({"items": items})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

/// When each pin goes out, or what is wrong with it.
fn results(answer: &Answer) -> Vec<String> {
    let items = answer.json()["items"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap_or("draft").to_owned();
    let of = |item: &Value| {
        let pins = [&item["scheduled"], &item["planned"]].into_iter().find(|part| part.is_object());
        pins.map_or_else(|| text(&item["problem"]["code"]), |pins| text(&pins["items"][0]["publish_at"]))
    };
    items.iter().map(of).collect()
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_planned_in_its_order_and_its_preview_shows_every_time() {
    let world = World::enabled().await;
    let alice = with_slots(&world).await;
    let mut items: Vec<_> = ["cake", "tea", "soup"].map(|name| item(&alice, name)).into();
    // The same picture as the first one: two days apart by the plan.
    items.push(item(&alice, "cake-again"));
    items[3]["content"] = items[0]["content"].clone();
    let preview = post(&alice, "/v1/pins/batch/preview", &items).await;
    assert_eq!(alice.calls().get("/v1/pins").await.json()["items"], json!([]), "nothing is stored");
    let days = ["2027-01-15", "2027-01-18", "2027-01-19", "2027-01-20"];
    assert_eq!(results(&preview), days.map(|day| format!("{day}T09:00:00Z")));
    assert_eq!(preview.json()["items"][1]["planned"]["items"][0]["notes"][0]["code"], "slot");
    let scheduled = post(&alice, "/v1/pins/batch", &items).await;
    assert_eq!(results(&scheduled), results(&preview));
    assert_eq!(scheduled.json()["items"][1]["key"], "key-tea");
    // The next preview knows of them.
    assert_eq!(
        results(&post(&alice, "/v1/pins/batch/preview", &[item(&alice, "pie")]).await),
        ["2027-01-21T09:00:00Z"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_with_something_wrong_stays_back_and_takes_no_time_from_others() {
    let world = World::enabled().await;
    let alice = with_slots(&world).await;
    let mut items: Vec<_> = ["cake", "tea", "soup"].map(|name| item(&alice, name)).into();
    items[0]["content"]["title"] = json!("x".repeat(101));
    items[1]["targets"] = json!([items[1]["targets"][0], {"account_id": alice.account, "board_id": alice.board,
        "publish_at": "2027-01-15T10:00:00Z"}, {"account_id": alice.account, "board_id": "Nowhere"}]);
    for path in ["/v1/pins/batch/preview", "/v1/pins/batch"] {
        let answer = post(&alice, path, &items).await;
        assert_eq!(results(&answer), ["invalid", "invalid", "2027-01-15T09:00:00Z"], "{path}");
        let fields = |at: usize| answer.json()["items"][at]["problem"]["errors"][0]["field"].clone();
        assert_eq!((fields(0), fields(1)), (json!("content.title"), json!("targets[2].board_id")));
    }
    // Mended and sent again, with those that are there already: nothing is scheduled twice.
    items[0]["content"]["title"] = json!("Cake");
    items[1]["targets"] = json!([items[1]["targets"][0]]);
    let answer = post(&alice, "/v1/pins/batch", &items).await;
    let days = ["2027-01-18", "2027-01-19", "2027-01-15"];
    assert_eq!(results(&answer), days.map(|day| format!("{day}T09:00:00Z")));
    assert_eq!(alice.calls().get("/v1/pins").await.json()["items"].as_array().unwrap().len(), 3);
    // The key of an item is the key of the request that it is.
    let mut alone = items[2].clone();
    let key = alone.as_object_mut().unwrap().remove("key").unwrap();
    let again = alice.calls().with("idempotency-key", key.as_str().unwrap()).post("/v1/pins", &alone).await;
    assert_eq!(again.json()["items"][0]["id"], answer.json()["items"][2]["scheduled"]["items"][0]["id"]);
    items[2]["content"]["title"] = json!("Another soup");
    assert_eq!(results(&post(&alice, "/v1/pins/batch", &items[2..]).await), ["idempotency_mismatch"]);
}

#[tokio::test(start_paused = true)]
async fn a_target_without_a_time_gives_back_what_the_others_of_its_item_had() {
    let world = World::enabled().await;
    let alice = with_slots(&world).await;
    let other = world.link("alice", "creator").await;
    let mut both = item(&alice, "cake");
    both["targets"] = json!([both["targets"][0], {"account_id": other, "board_id": "Summer recipes"}]);
    let answer = post(&alice, "/v1/pins/batch/preview", &[both, item(&alice, "tea")]).await;
    assert_eq!(results(&answer), ["invalid", "2027-01-15T09:00:00Z"]);
    assert_eq!(answer.json()["items"][0]["problem"]["errors"][0]["code"], "no_slots");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_cannot_be_told_apart_is_refused_as_a_whole() {
    let world = World::enabled().await;
    let alice = with_slots(&world).await;
    let keyed = |key: Value| json!({"key": key, "targets": []});
    let items = json!([keyed(json!("a")), keyed(json!("a")), keyed(json!("two words")), keyed(json!(1)), {}, "pin"]);
    let wrong = [
        ("items[1].key", "duplicate"),
        ("items[2].key", "invalid"),
        ("items[3].key", "wrong_type"),
        ("items[4].key", "required"),
        ("items[5]", "wrong_type"),
    ];
    let many = json!(vec![keyed(json!("a")); 101]);
    for path in ["/v1/pins/batch", "/v1/pins/batch/preview"] {
        for (items, wrong) in [
            (&items, &wrong[..]),
            (&json!([]), &[("items", "too_few")]),
            (&many, &[("items", "too_many")]),
            (&json!({}), &[("items", "wrong_type")]),
        ] {
            let answer = alice.calls().post(path, &json!({"items": items})).await;
            let wrong: Vec<_> = wrong.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect();
            assert_eq!((answer.status, answer.wrong_fields()), (422, wrong), "{path}");
        }
    }
    assert_eq!(alice.calls().get("/v1/pins").await.json()["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_calendar_is_read_once_for_a_batch_and_not_for_each_item() {
    let world = World::enabled().await;
    let alice = with_slots(&world).await;
    let items: Vec<_> = (0..80).map(|number| item(&alice, &format!("cake-{number}"))).collect();
    let reads = || {
        let of = |operation| world.meter.of(Service::DynamoDb, operation).calls;
        of("Query") + of("BatchGetItem")
    };
    let mut costs = Vec::new();
    for count in [20, 80] {
        let before = reads();
        let preview = post(&alice, "/v1/pins/batch/preview", &items[..count]).await;
        assert!(results(&preview).iter().all(|at| at.ends_with("T09:00:00Z")), "{:?}", results(&preview));
        costs.push(reads() - before);
    }
    // Four times as many pins are four times as many weeks, and no more.
    assert!(costs[1] <= 5 * costs[0], "{costs:?}");
}
