//! Whatever a request says, its answer is short, its cost follows its length, and no time brings a function down.

use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Map, Value, json};
use tests::{Answer, HEADER, START, World};

/// The longest answer.
const LONGEST: usize = 1_000_000;

/// How many errors an answer holds.
const MOST: usize = 100;

fn is_short(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 422, "{what}: {}", answer.text().chars().take(400).collect::<String>());
    assert!(answer.body.len() <= LONGEST, "{what}: {} bytes", answer.body.len());
    let errors = answer.wrong_fields();
    assert!((1..=MOST).contains(&errors.len()), "{what}: {} errors", errors.len());
    assert!(errors.iter().all(|(field, _)| field.chars().count() <= 201), "{what}: a long path");
}

/// Schedules a pin of alice's; answers its id.
async fn schedule(world: &World, account: &str, at: &str) -> String {
    let target = json!({"account_id": account, "board_id": "New arrivals", "publish_at": at});
    let content = json!({"media": {"source_type": "image_url", "url": "https://example.com/a.jpg"}});
    let spacing = json!({"same_image_hours": 0});
    let body = json!({"targets": [target], "content": content, "spacing": spacing});
    let answer = world.user("alice").with("idempotency-key", at).post("/v1/pins", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

/// An object with `count` fields that nothing has.
fn unknown(count: usize) -> Map<String, Value> {
    (0..count).map(|number| (format!("k{number}"), json!(0))).collect()
}

fn with(mut body: Value, more: &Map<String, Value>) -> Value {
    body.as_object_mut().unwrap().extend(more.clone());
    body
}

#[tokio::test(start_paused = true)]
async fn thousands_of_unknown_fields_are_counted_and_a_hundred_named() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let pin = schedule(&world, &account, "2027-02-01T00:00:00Z").await;
    let more = unknown(20_000);
    let (user, admin) = (world.user("alice"), world.admin());
    let plan = format!("/v1/accounts/{account}/plan");
    for (method, path, body) in [
        ("POST", "/v1/pins", json!({})),
        ("POST", "/v1/pins/preview", json!({})),
        ("POST", "/v1/pins/batch", json!({})),
        ("POST", "/v1/pins/move", json!({})),
        ("PATCH", &*format!("/v1/pins/{pin}"), json!({})),
        ("POST", "/v1/templates", json!({"name": "Cakes"})),
        ("PUT", &*plan, json!({"time_zone": "UTC"})),
    ] {
        let answer = user.send(method, path, Some(with(body, &more).to_string())).await;
        is_short(&answer, path);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(" and ") && detail.contains(" more."), "{path}: {detail}");
    }
    let answer = user.post("/v1/pins", &Value::Object(unknown(150_000))).await;
    is_short(&answer, "many");
    assert!(answer.json()["detail"].as_str().unwrap().contains("and 149"), "{}", answer.text());
    let settings = admin.get("/v1/settings").await.json();
    let wanted = json!({"status": "enabled", "mode": "live", "app_id": settings["app_id"], "scopes": ["pins:read"]});
    let answer = admin.put("/v1/settings", &with(wanted, &more)).await;
    is_short(&answer, "settings");
    assert_eq!(answer.json()["detail"].as_str().unwrap().matches("and 19990 more.").count(), 1, "{}", answer.text());
}

#[tokio::test(start_paused = true)]
async fn what_the_client_wrote_is_quoted_in_short() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let long = "ä".repeat(250_000);
    let user = world.user("alice");
    for (path, body) in [
        ("/v1/pins", json!({ (long.as_str()): 1 })),
        ("/v1/pins", json!({"targets": [{"account_id": account, "board_id": long}], "content": {}})),
        ("/v1/templates", json!({"name": "Cakes", "link_params": { (long.as_str()): 1 }})),
        ("/v1/templates", json!({"name": "Cakes", "description": format!("{{{long}}}")})),
        ("/v1/pins/move", json!({"pin_ids": [long], "start_at": long, "time_zone": long})),
    ] {
        let answer = user.post(path, &body).await;
        is_short(&answer, path);
        assert!(answer.body.len() < 20_000, "{path}: {} bytes", answer.body.len());
    }
    let admin = world.admin();
    let settings = admin.get("/v1/settings").await.json();
    for scopes in [json!(long), json!(vec!["x"; 200_000]), json!("x ".repeat(900)), json!([long, long])] {
        let wanted = json!({"status": "enabled", "mode": "live", "app_id": settings["app_id"], "scopes": scopes});
        let answer = admin.put("/v1/settings", &wanted).await;
        is_short(&answer, "scopes");
        assert!(answer.body.len() < 50_000, "scopes: {} bytes", answer.body.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_header_or_row_of_megabytes_gets_a_short_answer() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let user = world.user("alice");
    let path = format!("/v1/pins/import?account_id={account}");
    let known = "Media URL,Pinterest board";
    for (what, file) in [
        ("unknown columns", format!("{known}{}\na,b\n", ",x".repeat(2_000_000))),
        ("one column", format!("{known},{}\na,b\n", "x".repeat(4_000_000))),
        ("the same column", format!("{known}{}\na,b\n", ",Title".repeat(600_000))),
        ("cells", format!("{known}\n{}\n", "x,".repeat(2_000_000))),
        ("wrong rows", format!("{known}\n{}", "x\n".repeat(9_999))),
        ("wrong cells", format!("{HEADER}\n{}", format!("{},x,,,,,soon,\n", "\u{1}".repeat(300)).repeat(9_999))),
    ] {
        let answer = user.upload(&path, file.clone()).await;
        is_short(&answer, what);
        let checked = user.upload(&format!("{path}&dry_run=true"), file).await;
        assert!(checked.body.len() <= LONGEST, "{what}: {} bytes of a dry run", checked.body.len());
        if what.starts_with("wrong") {
            assert_eq!(checked.status, 200, "{what}");
            let (told, rest) = (checked.json()["rows"].as_array().unwrap().len(), &checked.json()["rows_left_out"]);
            assert_eq!((told, rest), (MOST, &json!(9_999 - MOST)), "{what}");
        }
    }
    let many = format!("{known}{}\na,b\n", ",x".repeat(5_000));
    let notes = user.upload(&format!("{path}&dry_run=true"), many).await.json()["notes"].to_string();
    assert!(notes.contains("4990 more"), "{notes}");
}

/// Moments that calendars and arithmetic stumble over, and any other.
fn moments() -> impl Strategy<Value = String> {
    let edges = [
        "9999-12-30T22:00:00Z",
        "9999-12-30T22:00:00.999999999Z",
        "9999-12-31T23:59:59Z",
        "-009999-01-02T01:59:59Z",
        "-009999-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2027-03-28T01:30:00Z",
        "2029-01-15T07:59:59.9999999Z",
    ];
    let any = (jiff::Timestamp::MIN.as_second()..=jiff::Timestamp::MAX.as_second())
        .prop_map(|second| jiff::Timestamp::from_second(second).unwrap().to_string());
    let near = (-100_000_000..100_000_000_i64)
        .prop_map(|seconds| jiff::Timestamp::from_second(START.as_second() + seconds).unwrap().to_string());
    prop_oneof![3 => prop::sample::select(edges.to_vec()).prop_map(str::to_owned), 1 => any, 1 => near]
}

async fn every_time(world: &World, account: &str, pins: &[String], (one, two): (&str, &str)) {
    let user = world.user("alice");
    let target = |at: &str| json!({"account_id": account, "board_id": "New arrivals", "publish_at": at});
    let content = json!({"media": {"source_type": "image_url", "url": "https://example.com/a.jpg"}});
    let spacing = json!({"interval_minutes": 129_600});
    let common = json!({"account_id": account, "board_id": "New arrivals"});
    let zone = "Pacific/Kiritimati";
    for (method, path, body) in [
        ("POST", "/v1/pins/preview", json!({"targets": [target(one), target(two)], "content": content})),
        (
            "POST",
            "/v1/pins/preview",
            json!({"targets": [common, common], "content": content, "publish_at": one, "spacing": spacing}),
        ),
        ("POST", "/v1/pins/move", json!({"pin_ids": pins, "start_at": one, "time_zone": zone, "dry_run": true})),
        ("POST", "/v1/pins/move", json!({"pin_ids": pins, "start_at": two, "dry_run": true})),
        ("POST", "/v1/pins/move", json!({"pin_ids": pins, "by_minutes": 1_052_640, "dry_run": true})),
        ("POST", "/v1/pins/move", json!({"pin_ids": pins, "by_days": -731, "dry_run": true})),
        (
            "POST",
            "/v1/pins/move",
            json!({"range": {"account_id": account, "from": one, "to": two}, "by_days": 1, "dry_run": true}),
        ),
        ("PATCH", &*format!("/v1/pins/{}", pins[0]), json!({"publish_at": one})),
        ("POST", &*format!("/v1/pins/{}/retry", pins[0]), json!({"publish_at": one})),
    ] {
        let answer = user.send(method, path, Some(body.to_string())).await;
        assert!(answer.status < 500, "{method} {path} {body}: {}", answer.text());
    }
    let range = format!("from={}&to={}", one.replace('+', "%2B"), two.replace('+', "%2B"));
    for path in [format!("/v1/pins?{range}"), format!("/v1/pins/export?{range}"), format!("/v1/pins?from={one}")] {
        let answer = user.get(&path).await;
        assert!(answer.status < 500, "{path}: {}", answer.text());
    }
    let file = format!("Media URL,Pinterest board,Publish date\nhttps://example.com/a.jpg,New arrivals,{one}\n");
    let path = format!("/v1/pins/import?dry_run=true&account_id={account}&time_zone={zone}");
    let answer = user.upload(&path, file).await;
    assert!(answer.status < 500, "import of {one}: {}", answer.text());
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 4, ..Config::default() })]

    #[test]
    fn no_time_is_our_failure(times in prop::collection::vec((moments(), moments()), 8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let world = World::enabled().await;
            let account = world.link("alice", "shop").await;
            let mut pins = Vec::new();
            for day in 1..4 {
                pins.push(schedule(&world, &account, &format!("2027-02-0{day}T00:00:00Z")).await);
            }
            for (one, two) in &times {
                every_time(&world, &account, &pins, (one, two)).await;
            }
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_move_beyond_all_calendars_is_too_far_for_every_pin() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let (first, last) = ("2027-02-01T00:00:00Z", "2027-06-01T00:00:00Z");
    let pins = [schedule(&world, &account, first).await, schedule(&world, &account, last).await];
    for start in ["9999-12-30T22:00:00Z", "9999-10-01T00:00:00Z"] {
        let answer = world.user("alice").post("/v1/pins/move", &json!({"pin_ids": pins, "start_at": start})).await;
        assert_eq!(answer.wrong_fields(), [("start_at".to_owned(), "too_far".to_owned())], "{}", answer.text());
    }
}
