//! Pins as a file, and back.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{HEADER, World, files, pin_request};

use super::{import, stored, world};

/// What a pin says, its ids left out.
fn said(pin: &Value) -> Value {
    let mut content = pin["content"].clone();
    content["dominant_color"] = Value::Null;
    json!([content, pin["board_id"], pin["section_id"], pin["publish_at"], pin["account_id"]])
}

async fn plan(world: &World, account: &str, content: Value, publish_at: Value) {
    let mut request = pin_request(account, "New arrivals", publish_at);
    let media = request["content"]["media"].clone();
    request["content"] = content;
    if request["content"]["media"].is_null() {
        request["content"]["media"] = media;
    }
    let answer = world.user("alice").post("/v1/pins", &request).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

async fn export(world: &World, query: &str) -> (String, Option<String>) {
    let answer = world.user("alice").get(&format!("/v1/pins/export?{query}")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv"), "{}", answer.text());
    let link = answer.header("link").strip_prefix('<').and_then(|link| link.split_once('>'));
    (answer.text(), link.map(|(address, _)| address.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn an_export_is_pinterests_file_and_an_import_of_it_makes_the_same_pins() {
    let (world, account) = world().await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    let video = world.completed("alice", "video/mp4", &files::mp4(10_000, 720, 1280)).await["id"].clone();
    let contents = [
        json!({"title": "Plain", "description": "Two\nlines, \"quoted\"", "alt_text": " spaces ", "link": "https://example.com/a"}),
        json!({"title": "=HYPERLINK(\"https://example.com\")", "description": "'=quoted already", "alt_text": "+1 -1 @x"}),
        json!({"title": "-10 %", "description": "@home", "alt_text": "'tis"}),
        json!({"title": "a;=1+1", "description": "List:\n- one;\t=1\n'- two", "alt_text": "\u{FF1D}1;\u{FF20}x"}),
        json!({"media": {"source_type": "media", "media_id": media}}),
        json!({"media": {"source_type": "video", "media_id": video, "cover": {"at_seconds": 7}}}),
        json!({"media": {"source_type": "video", "media_id": video, "cover": {"media_id": media}}}),
    ];
    for (hour, content) in (10..).zip(contents) {
        plan(&world, &account, content, json!(format!("2027-02-01T{hour}:30:00.250+01:00"))).await;
    }
    plan(&world, &account, json!({"title": "Draft"}), Value::Null).await;
    let before: Vec<_> = super::pins(&world).await.into_iter().filter(|pin| pin["status"] != "draft").collect();
    assert_eq!(before.len(), 7);

    let (file, next) = export(&world, "").await;
    assert_eq!(next, None);
    let header = format!("{HEADER},Account,Section,Alt text,AI").replace(',', "\",\"");
    assert!(file.starts_with(&format!("\"{header}\"\r\n")), "{file}");
    let first = "\r\n\"Plain\",\"https://example.com/lemon-cake.jpg\",\"New arrivals\",\"\",";
    assert!(file.contains(first), "{file}");
    assert!(file.contains(",\"2027-02-01T09:30:00.25\",\"\","), "{file}");
    // Programs divide at commas, semicolons, tabs or line ends, with quotes or without.
    for cell in file.split([',', ';', '\t', '\r', '\n']) {
        let begins = cell.trim_start_matches('"');
        assert!(!begins.starts_with(['=', '+', '-', '@', '\u{FF1D}', '\u{FF20}']), "a formula, {cell:?}: {file}");
    }
    assert!(!file.contains("Draft"), "an empty date means now");

    for pin in &before {
        let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap());
        assert_eq!(world.user("alice").delete(&path).await.status, 200);
    }
    let import = stored(&world, "", file).await;
    assert_eq!((&import["stored"], &import["refused"]), (&json!(7), &json!(0)));
    let list = world.user("alice").get("/v1/pins?status=scheduled").await.json();
    let after: Vec<_> = list["items"].as_array().unwrap().iter().map(said).collect();
    assert_eq!(after, before.iter().map(said).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn an_export_comes_in_files_that_can_each_be_imported() {
    let (world, account) = world().await;
    stored(&world, &format!("account_id={account}"), tests::file(5)).await;
    let (mut rows, mut query) = (0, "limit=2&status=scheduled".to_owned());
    for _ in 0..3 {
        let (file, next) = export(&world, &query).await;
        let answer = import(&world, "dry_run=true", file).await;
        rows += answer.json()["already_planned"].as_u64().unwrap();
        let Some(next) = next else { break };
        next.strip_prefix("/v1/pins/export?").unwrap().clone_into(&mut query);
    }
    assert_eq!(rows, 5);
    for (query, field) in
        [("limit=501", "limit"), ("status=draft", "status"), ("cursor=x", "cursor"), ("from=x", "from")]
    {
        let answer = world.user("alice").get(&format!("/v1/pins/export?{query}")).await;
        assert_eq!((answer.status, answer.wrong_fields()[0].0.as_str()), (422, field));
    }
    let empty = world.user("bob").get("/v1/pins/export").await;
    assert_eq!((empty.status, empty.text().lines().count()), (200, 1));
}

#[tokio::test(start_paused = true)]
async fn a_board_whose_name_cannot_be_known_is_exported_by_its_id() {
    let (world, account) = world().await;
    stored(&world, &format!("account_id={account}"), tests::file(1)).await;
    world.wait(SignedDuration::from_mins(20)).await;
    world.simulator.set_fault(pinterest_sim::Fault {
        answer: Some(pinterest_sim::FaultAnswer::Reset),
        ..pinterest_sim::Fault::on(pinterest_sim::Operation::ListBoards)
    });
    let (file, _) = export(&world, "").await;
    assert!(file.contains(&format!(",\"{}\",", world.board("shop", "New arrivals"))), "{file}");
}
