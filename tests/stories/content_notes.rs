//! What texts and links have that may not be meant: said wherever a pin is planned, and never changed or refused.

use serde_json::{Value, json};
use tests::{Answer, HEADER, World, pin_request};

const LATER: &str = "2027-02-01T00:00:00Z";

/// The field and the code of every note.
fn told(notes: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    notes.as_array().unwrap().iter().map(|note| (text(&note["field"]), text(&note["code"]))).collect()
}

fn named(notes: &[(&str, &str)]) -> Vec<(String, String)> {
    notes.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

async fn world() -> (World, String, String) {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let board = world.board("shop", "New arrivals");
    (world, account, board)
}

async fn post(world: &World, path: &str, body: &Value) -> Answer {
    let answer = world.user("alice").post(path, body).await;
    assert!(answer.status < 300, "{}", answer.text());
    answer
}

#[tokio::test(start_paused = true)]
async fn a_planned_pin_says_what_may_not_be_meant_and_is_published_as_it_is() {
    let (world, account, board) = world().await;
    let title = "Salt &amp; Pepper";
    let link = "https://bit.ly/3abc?x=1&amp;y=2&fbclid=IwAR0";
    let mut body = pin_request(&account, &board, LATER);
    body["content"]["title"] = json!(title);
    body["content"]["link"] = json!(link);
    let expected = named(&[
        ("content.title", "html_entities"),
        ("content.link", "html_entities"),
        ("content.link", "short_link"),
        ("content.link", "click_ids"),
    ]);
    let preview = post(&world, "/v1/pins/preview", &body).await.json();
    assert_eq!(told(&preview["items"][0]["notes"]), expected);
    assert!(preview["items"][0]["notes"][0]["message"].as_str().unwrap().contains("Salt & Pepper"), "{preview}");
    let taken = post(&world, "/v1/pins", &body).await.json();
    let pin = &taken["items"][0];
    assert_eq!((told(&taken["notes"]), told(&pin["notes"])), (expected.clone(), expected.clone()));
    assert_eq!(taken["notes"][0]["pin_id"], pin["id"]);
    assert_eq!((&pin["content"]["title"], &pin["content"]["link"]), (&json!(title), &json!(link)));

    let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap());
    let alice = world.user("alice");
    assert_eq!(told(&alice.get(&path).await.json()["notes"]), expected);
    let link = json!({"content": {"link": "https://example.com/pie"}});
    assert_eq!(told(&alice.patch(&path, &link).await.json()["notes"]), expected[..1]);
    let text = "Write &amp;amp; for &amp; in HTML";
    let changed = alice.patch(&path, &json!({"content": {"title": "Salt & Pepper", "description": text}})).await.json();
    assert_eq!(told(&changed["notes"]), named(&[("content.description", "html_entities")]));
    assert_eq!(changed["content"]["description"], text);
    let cancelled = alice.delete(&path).await.json();
    assert_eq!(cancelled["notes"], json!([]), "nothing can be changed any more");
}

#[tokio::test(start_paused = true)]
async fn a_row_of_a_file_is_warned_of_by_its_cells() {
    let (world, account, _) = world().await;
    let rows = [
        "Mum&#8217;s pie,https://example.com/a.jpg?w=1&amp;h=2,New arrivals,,Best &quot;ever&quot;,https://tinyurl.com/pie,,",
        "Plain,https://example.com/b.jpg,New arrivals,,Salt & pepper,https://go.example.com/x?gclid=1,,",
        "Plain too,https://example.com/c.jpg,New arrivals,,R&D; Q&A,https://go.example.com/x?utm_source=gclid,,",
    ];
    let file = format!("{HEADER}\n{}", rows.join("\n"));
    let path = format!("/v1/pins/import?account_id={account}&dry_run=true");
    let check = world.user("alice").upload(&path, file).await.json();
    assert_eq!((&check["good"], &check["warned"]), (&json!(3), &json!(2)), "{check}");
    let first = named(&[
        ("Title", "html_entities"),
        ("Description", "html_entities"),
        ("Link", "short_link"),
        ("Media URL", "html_entities"),
    ]);
    assert_eq!(told(&check["rows"][0]["warnings"]), first);
    assert_eq!(told(&check["rows"][1]["warnings"]), named(&[("Link", "click_ids")]));
}

#[tokio::test(start_paused = true)]
async fn a_template_says_it_and_what_is_made_with_it() {
    let (world, account, board) = world().await;
    let template = json!({"name": "Blog", "title": "{title} &ndash; our blog", "description": "Plain"});
    let template = post(&world, "/v1/templates", &template).await.json();
    assert_eq!(told(&template["notes"]), named(&[("title", "html_entities")]));
    let mut body = pin_request(&account, &board, LATER);
    body["template_id"] = template["id"].clone();
    let preview = post(&world, "/v1/pins/preview", &body).await.json();
    assert_eq!(told(&preview["items"][0]["notes"]), named(&[("content.title", "html_entities")]));
    assert!(
        preview["items"][0]["notes"][0]["message"].as_str().unwrap().contains("Lemon cake – our blog"),
        "{preview}"
    );
}
