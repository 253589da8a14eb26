//! What was made with AI: declared with the pin, changed while it waits, and sent to Pinterest only where something is declared.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::{HEADER, START, World, pin_request};

const LATER: &str = "2027-02-01T00:00:00Z";

async fn world() -> (World, String, String) {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let board = world.board("shop", "New arrivals");
    (world, account, board)
}

fn declared(account: &str, board: &str, at: impl Into<Value>, words: Value) -> Value {
    let mut body = pin_request(account, board, at);
    body["content"]["ai_disclosures"] = words;
    body
}

/// What Pinterest was sent with each pin, by its title.
fn sent(world: &World) -> Vec<(String, Vec<String>)> {
    let pins = world.simulator.all_pins(pinterest_sim::Mode::Live).into_iter();
    let mut sent: Vec<_> =
        pins.map(|pin| (pin.content.title.unwrap_or_default(), pin.content.ai_disclosures)).collect();
    sent.sort();
    sent
}

#[tokio::test(start_paused = true)]
async fn what_is_declared_goes_to_pinterest_and_can_be_taken_back_before() {
    let (world, account, board) = world().await;
    let alice = world.user("alice");
    let at = (START + SignedDuration::from_secs(30)).to_string();
    let both = json!(["synthetic_performer", "ai_modified"]);
    let preview = alice.post("/v1/pins/preview", &declared(&account, &board, at.as_str(), both.clone())).await.json();
    let in_order = json!(["ai_modified", "synthetic_performer"]);
    assert_eq!(preview["items"][0]["content"]["ai_disclosures"], in_order);
    let mut paths = Vec::new();
    for (title, words) in
        [("A", both.clone()), ("B", both), ("C", json!([])), ("D", json!(null)), ("E", json!(["ai_modified"]))]
    {
        let mut body = declared(&account, &board, at.as_str(), words);
        body["content"]["title"] = json!(title);
        let answer = alice.post("/v1/pins", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        paths.push(format!("/v1/pins/{}", answer.json()["items"][0]["id"].as_str().unwrap()));
    }
    assert_eq!(alice.get(&paths[0]).await.json()["content"]["ai_disclosures"], in_order);
    let kept = alice.patch(&paths[0], &json!({"content": {"description": "Other"}})).await.json();
    assert_eq!(kept["content"]["ai_disclosures"], in_order, "what is not given stays");
    let taken_back = alice.patch(&paths[1], &json!({"content": {"ai_disclosures": []}})).await.json();
    assert_eq!(taken_back["content"]["ai_disclosures"], json!([]));
    let added = alice.patch(&paths[2], &json!({"content": {"ai_disclosures": ["synthetic_performer"]}})).await.json();
    assert_eq!(added["content"]["ai_disclosures"], json!(["synthetic_performer"]));
    let cleared = alice.patch(&paths[4], &json!({"content": {"ai_disclosures": null}})).await.json();
    assert_eq!(cleared["content"]["ai_disclosures"], json!([]));
    world.schedule_until(world.clock.now() + SignedDuration::from_mins(2)).await;
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let expected = [
        ("A", words(&["AI_MODIFIED", "SYNTHETIC_PERFORMER"])),
        ("B", Vec::new()),
        ("C", words(&["SYNTHETIC_PERFORMER"])),
        ("D", Vec::new()),
        ("E", Vec::new()),
    ];
    assert_eq!(sent(&world), expected.map(|(title, words)| (title.to_owned(), words)));
}

#[tokio::test(start_paused = true)]
async fn other_words_are_refused_by_their_place_and_nothing_is_stored() {
    let (world, account, board) = world().await;
    let alice = world.user("alice");
    for (words, wrong) in [
        (json!(["ai_generated"]), vec![("[0]", "invalid")]),
        (json!(["ai_modified", "AI_MODIFIED"]), vec![("[1]", "invalid")]),
        (json!(["ai_modified", "synthetic_performer", "ai_modified"]), vec![("[2]", "twice")]),
        (json!([1, "no"]), vec![("[0]", "wrong_type"), ("[1]", "invalid")]),
        (json!("ai_modified"), vec![("", "wrong_type")]),
        (json!({"values": ["AI_MODIFIED"]}), vec![("", "wrong_type")]),
        (json!(true), vec![("", "wrong_type")]),
        (Value::Array(vec![json!("ai_modified"); 5000]), vec![("", "too_many")]),
    ] {
        let expected: Vec<_> =
            wrong.iter().map(|(at, code)| (format!("content.ai_disclosures{at}"), (*code).to_owned())).collect();
        for path in ["/v1/pins", "/v1/pins/preview"] {
            let answer = alice.post(path, &declared(&account, &board, LATER, words.clone())).await;
            assert_eq!((answer.status, answer.wrong_fields()), (422, expected.clone()), "{path} {}", answer.text());
        }
        let template = alice.post("/v1/templates", &json!({"name": "T", "ai_disclosures": words})).await;
        assert_eq!(template.status, 422, "{}", template.text());
    }
    assert_eq!(alice.get("/v1/pins").await.json()["items"], json!([]));
    let message = alice.post("/v1/pins", &declared(&account, &board, LATER, json!(["yes"]))).await.text();
    assert!(message.contains("ai_modified or synthetic_performer"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_template_declares_for_pins_that_say_nothing_of_it() {
    let (world, account, board) = world().await;
    let alice = world.user("alice");
    let template = alice.post("/v1/templates", &json!({"name": "AI", "ai_disclosures": ["ai_modified"]})).await.json();
    assert_eq!(template["ai_disclosures"], json!(["ai_modified"]));
    let shown = alice.get(&format!("/v1/templates/{}", template["id"].as_str().unwrap())).await.json();
    assert_eq!(shown["ai_disclosures"], json!(["ai_modified"]));
    for (own, expected) in [
        (None, json!(["ai_modified"])),
        (Some(json!(null)), json!(["ai_modified"])),
        (Some(json!([])), json!([])),
        (Some(json!(["synthetic_performer"])), json!(["synthetic_performer"])),
    ] {
        let mut body = pin_request(&account, &board, LATER);
        body["template_id"] = template["id"].clone();
        if let Some(own) = own.clone() {
            body["content"]["ai_disclosures"] = own;
        }
        let pin = alice.post("/v1/pins", &body).await.json()["items"][0].clone();
        assert_eq!(pin["content"]["ai_disclosures"], expected, "{own:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_key_with_another_declaration_is_another_request() {
    let (world, account, board) = world().await;
    let ask = async |words: Value| {
        let alice = world.user("alice").with("idempotency-key", "once");
        alice.post("/v1/pins", &declared(&account, &board, LATER, words)).await
    };
    assert_eq!(ask(json!([])).await.status, 201);
    assert_eq!(ask(json!(null)).await.status, 201, "nothing is declared either way");
    assert_eq!(ask(json!(["ai_modified"])).await.json()["code"], "idempotency_mismatch");
}

#[tokio::test(start_paused = true)]
async fn a_file_declares_by_a_column_and_an_export_reads_back() {
    let (world, account, _) = world().await;
    let alice = world.user("alice");
    let cells = [
        ("AI modified", json!(["ai_modified"])),
        ("SYNTHETIC_PERFORMER; ai_modified", json!(["ai_modified", "synthetic_performer"])),
        ("\"ai_modified, synthetic-performer\"", json!(["ai_modified", "synthetic_performer"])),
        ("synthetic performer ai modified", json!(["ai_modified", "synthetic_performer"])),
        ("ai_modified ai_modified", json!(["ai_modified"])),
        ("no", json!([])),
        ("", json!([])),
    ];
    let rows: Vec<_> = cells
        .iter()
        .enumerate()
        .map(|(number, (cell, _))| {
            format!("Row {number},https://example.com/{number}.jpg,New arrivals,,,,{LATER},,{cell}")
        })
        .collect();
    let path = format!("/v1/pins/import?account_id={account}");
    let import = async |text: String| {
        let answer = alice.upload(&path, text).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        world.parts.lambda.finish().await;
        let pins = world.user("alice").get("/v1/pins?limit=100").await.json();
        let mut pins = pins["items"].as_array().unwrap().clone();
        pins.sort_by_key(|pin| pin["content"]["title"].to_string());
        pins
    };
    let pins = import(format!("{HEADER},AI\n{}", rows.join("\n"))).await;
    let read: Vec<_> = pins.iter().map(|pin| pin["content"]["ai_disclosures"].clone()).collect();
    assert_eq!(read, cells.map(|(_, words)| words));
    let exported = alice.get(&format!("/v1/pins/export?account_id={account}")).await.text();
    let written: Vec<_> =
        exported.lines().map(|line| line.rsplit(",\"").next().unwrap_or_default().to_owned()).collect();
    assert_eq!((written[0].as_str(), written.len()), ("AI\"", 8), "{exported}");
    for pin in &pins {
        alice.delete(&format!("/v1/pins/{}", pin["id"].as_str().unwrap())).await;
    }
    let again = import(exported).await;
    let again = again.iter().filter(|pin| pin["status"] == "scheduled");
    assert_eq!(again.map(|pin| pin["content"]["ai_disclosures"].clone()).collect::<Vec<_>>(), read);
    for cell in ["yes", "ai_generated", "true"] {
        let file = format!("{HEADER},AI\nCake,https://example.com/a.jpg,New arrivals,,,,,,{cell}");
        let answer = alice.upload(&path, file).await;
        assert_eq!(answer.wrong_fields(), [("line 2: AI".to_owned(), "invalid".to_owned())], "{cell}");
        assert!(answer.text().contains("ai_modified"), "{}", answer.text());
    }
}
