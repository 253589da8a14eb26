//! Tools for assistants: they do what `/v1` does, with the token of whoever calls them.

mod lost;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Answer, Caller, World};

/// What a client of the protocol says that it understands.
const ACCEPTED: &str = "application/json, text/event-stream";

/// What came of a tool's call.
struct Called {
    /// Whether it did not do what it was asked for.
    is_error: bool,
    /// What an assistant reads.
    text: String,
    /// The same for programs.
    said: Value,
}

async fn send(caller: &Caller<'_>, method: &str, params: Value) -> Answer {
    caller.post("/mcp", &json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})).await
}

fn assistant<'a>(world: &'a World, owner: &str) -> Caller<'a> {
    let headers = [("host", "pins.example.com"), ("accept", ACCEPTED), ("mcp-protocol-version", "2025-06-18")];
    headers.into_iter().fold(world.user(owner), |caller, (name, value)| caller.with(name, value))
}

async fn call_as(caller: &Caller<'_>, tool: &str, arguments: Value) -> Called {
    let answer = send(caller, "tools/call", json!({"name": tool, "arguments": arguments})).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{}", answer.text());
    let result = &answer.json()["result"];
    assert!(result.is_object(), "{}", answer.text());
    let outcome = Called {
        is_error: result["isError"].as_bool().unwrap_or_default(),
        text: result["content"][0]["text"].as_str().unwrap().to_owned(),
        said: result["structuredContent"].clone(),
    };
    assert_eq!(outcome.said.is_null(), outcome.is_error, "{}", answer.text());
    if !outcome.is_error {
        assert_eq!(serde_json::from_str::<Value>(&outcome.text).unwrap(), outcome.said);
    }
    outcome
}

/// What the tool says, which does what it is asked for.
async fn call(world: &World, tool: &str, arguments: Value) -> Value {
    let called = call_as(&assistant(world, "alice"), tool, arguments).await;
    assert!(!called.is_error, "{tool}: {}", called.text);
    called.said
}

/// Why the tool does not do what it is asked for.
async fn refused(world: &World, tool: &str, arguments: Value) -> String {
    let called = call_as(&assistant(world, "alice"), tool, arguments).await;
    assert!(called.is_error, "{tool}: {}", called.text);
    called.text
}

fn cake(account: &str, boards: &[&str], publish_at: &str) -> Value {
    json!({"account_id": account, "boards": boards, "image_url": "https://example.com/cake.jpg", "title": "Lemon cake",
        "link": "https://example.com/cake", "publish_at": publish_at})
}

async fn tools(world: &World) -> Vec<Value> {
    let answer = send(&assistant(world, "alice"), "tools/list", json!({})).await;
    answer.json()["result"]["tools"].as_array().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn an_assistant_learns_what_the_tools_do_and_which_of_them_change_something() {
    let world = World::enabled().await;
    let alice = assistant(&world, "alice");
    let client =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "s", "version": "1"}});
    let answer = send(&alice, "initialize", client).await;
    let result = &answer.json()["result"];
    assert_eq!((answer.status, &result["serverInfo"]["name"]), (200, &json!("pinwheel")), "{}", answer.text());
    assert!(result["instructions"].as_str().unwrap().contains("time zone"));
    assert_eq!(answer.header("mcp-session-id"), "", "nothing has to be remembered between calls");
    let done = alice.post("/mcp", &json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    assert_eq!(done.status, 202);
    let named = |hint: &str, tools: &[Value]| -> Vec<String> {
        let tools = tools.iter().filter(|tool| tool["annotations"][hint] == json!(true));
        tools.map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    };
    let tools = tools(&world).await;
    let readers = ["accounts", "analytics", "boards", "check_import", "get_pin", "list_pins", "preview_pins", "status"];
    assert_eq!(named("readOnlyHint", &tools), readers);
    assert_eq!(named("destructiveHint", &tools), ["cancel_pins", "edit_pin", "resolve_pin"]);
    assert_eq!(tools.len(), readers.len() + 6);
    for tool in &tools {
        assert!(tool["description"].as_str().unwrap().len() > 20, "{tool}");
        assert!(tool["annotations"]["title"].is_string() && tool["inputSchema"]["type"] == "object", "{tool}");
        for (name, argument) in tool["inputSchema"]["properties"].as_object().into_iter().flatten() {
            assert!(argument["description"].is_string(), "{name} of {tool}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_assistant_finds_boards_by_name_and_schedules_a_pin_once() {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    let plan = json!({"time_zone": "Europe/Berlin", "slots": [{"day": "friday", "time": "19:30"}]});
    let path = format!("/v1/accounts/{account}/plan");
    assert_eq!(world.user("alice").put(&path, &plan).await.status, 200);
    let status = call(&world, "status", json!({})).await;
    assert_eq!((&status["now"], &status["enabled"]), (&json!("2027-01-15T08:00:00Z"), &json!(true)));
    assert_eq!(status["limits"]["waiting_pins"]["used"], 0);
    let accounts = call(&world, "accounts", json!({})).await;
    let creator = &accounts["accounts"][0];
    assert_eq!((&creator["id"], &creator["username"]), (&json!(account), &json!("creator")));
    assert_eq!(creator["posting_plan"]["time_zone"], "Europe/Berlin");
    let boards = call(&world, "boards", json!({"account_id": account, "search": "summer"})).await;
    assert_eq!(boards["boards"].as_array().unwrap().len(), 1);
    assert_eq!(boards["boards"][0]["name"], "Summer recipes");

    let pins = json!({"pins": [cake(&account, &["Summer recipes"], "next_slot")]});
    let preview = call(&world, "preview_pins", pins.clone()).await;
    let planned = &preview["pins"][0]["planned"][0];
    assert_eq!(planned["publish_at"], "2027-01-15T18:30:00Z", "{preview}");
    assert!(planned["local_time"].as_str().unwrap().contains("19:30"), "{preview}");
    let listed = || async { call(&world, "list_pins", json!({})).await["pins"].as_array().unwrap().clone() };
    assert_eq!(listed().await.len(), 0, "a preview stores nothing");
    let scheduled = call(&world, "schedule_pins", pins.clone()).await;
    let pin = &scheduled["pins"][0]["scheduled"][0];
    assert_eq!((&pin["status"], &pin["publish_at"]), (&json!("scheduled"), &planned["publish_at"]), "{scheduled}");
    assert_eq!(scheduled["refused"], 0);
    let again = call(&world, "schedule_pins", pins.clone()).await;
    assert_eq!(again["pins"][0]["scheduled"][0]["id"], pin["id"], "a repeated call schedules nothing twice");
    assert_eq!(listed().await.len(), 1);

    // Once it is cancelled, the same call says so, and how to schedule it again.
    let cancelled = call(&world, "cancel_pins", json!({"pin_ids": [pin["id"], "pin_nobodys"]})).await;
    assert_eq!(cancelled["pins"][0]["status"], "cancelled");
    assert!(cancelled["pins"][1]["refused"].is_string(), "{cancelled}");
    let again = call(&world, "schedule_pins", pins).await;
    assert_eq!(again["pins"][0]["scheduled"][0]["status"], "cancelled");
    assert!(again["note"].as_str().unwrap().contains("copy to 2"), "{again}");
    let mut copy = cake(&account, &["Summer recipes"], "next_slot");
    copy["copy"] = json!(2);
    let second = call(&world, "schedule_pins", json!({"pins": [copy]})).await;
    assert_eq!(second["pins"][0]["scheduled"][0]["status"], "scheduled", "{second}");
}

#[tokio::test(start_paused = true)]
async fn pins_are_edited_moved_and_shown() {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    let pins: Vec<_> = ["2027-02-05T19:00:00+01:00", "2027-02-05T20:00:00+01:00"]
        .into_iter()
        .enumerate()
        .map(|(index, at)| {
            let mut pin = cake(&account, &["Summer recipes"], at);
            pin["image_url"] = json!(format!("https://example.com/{index}.jpg"));
            pin["link"] = json!(format!("https://example.com/{index}"));
            pin
        })
        .collect();
    let scheduled = call(&world, "schedule_pins", json!({"pins": pins})).await;
    let ids: Vec<_> = [0, 1].map(|index| scheduled["pins"][index]["scheduled"][0]["id"].clone()).into();
    // "Move Friday's to Monday."
    let range = json!({"account_id": account, "from": "2027-02-05T00:00:00+01:00", "to": "2027-02-06T00:00:00+01:00",
        "by_days": 3});
    let moved = call(&world, "move_pins", range).await;
    let times: Vec<_> = moved["pins"].as_array().unwrap().iter().map(|pin| pin["to"].clone()).collect();
    assert_eq!(times, ["2027-02-08T18:00:00Z", "2027-02-08T19:00:00Z"], "{moved}");
    let edit = json!({"pin_id": ids[0], "title": "Plum cake", "link": "", "publish_at": "draft"});
    let edited = call(&world, "edit_pin", edit).await;
    assert_eq!((&edited["content"]["title"], &edited["status"]), (&json!("Plum cake"), &json!("draft")));
    assert!(edited["content"]["link"].is_null(), "{edited}");
    let shown = call(&world, "get_pin", json!({"pin_id": ids[0]})).await;
    assert_eq!((&shown["content"]["title"], &shown["preview"]), (&json!("Plum cake"), &Value::Null));
    let drafts = call(&world, "list_pins", json!({"status": "draft"})).await;
    assert_eq!(drafts["pins"].as_array().unwrap().len(), 1);
    assert_eq!(drafts["pins"][0]["title"], "Plum cake");
    let page = call(&world, "list_pins", json!({"limit": 1})).await;
    let rest = call(&world, "list_pins", json!({"limit": 1, "cursor": page["next_cursor"]})).await;
    assert_ne!(page["pins"][0]["id"], rest["pins"][0]["id"]);
    let spaced = json!({"pins": [{"account_id": account, "boards": ["Summer recipes", "House hunting together"],
        "image_url": "https://example.com/n.jpg", "publish_at": "2027-03-01T09:00:00Z", "days_between_boards": 7}]});
    let preview = call(&world, "preview_pins", spaced).await;
    let times: Vec<_> =
        preview["pins"][0]["planned"].as_array().unwrap().iter().map(|pin| pin["publish_at"].clone()).collect();
    assert_eq!(times, ["2027-03-01T09:00:00Z", "2027-03-08T09:00:00Z"], "{preview}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_pin_says_why_and_is_tried_again() {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    let refusal = json!({"code": 235, "message": "Image is too small"});
    world.simulator.set_fault(pinterest_sim::Fault {
        answer: Some(pinterest_sim::FaultAnswer::Status {
            status: 400,
            body: Some(refusal),
            headers: BTreeMap::default(),
        }),
        times: Some(1),
        ..pinterest_sim::Fault::on(pinterest_sim::Operation::CreatePin)
    });
    let scheduled = call(&world, "schedule_pins", json!({"pins": [cake(&account, &["Summer recipes"], "now")]})).await;
    let id = scheduled["pins"][0]["scheduled"][0]["id"].clone();
    world.tick().await;
    let failed = call(&world, "list_pins", json!({"status": "failed"})).await;
    assert_eq!(failed["pins"][0]["id"], id, "{failed}");
    assert!(failed["pins"][0]["why"].is_string(), "{failed}");
    let shown = call(&world, "get_pin", json!({"pin_id": id})).await;
    assert!(shown["attempts"].to_string().contains("Image is too small"), "{shown}");
    let retried = call(&world, "retry_pin", json!({"pin_id": id})).await;
    assert_eq!(retried["status"], "scheduled", "{retried}");
    world.tick().await;
    assert_eq!(call(&world, "get_pin", json!({"pin_id": id})).await["status"], "published");
    let settled = refused(&world, "resolve_pin", json!({"pin_id": id, "publish_again": true})).await;
    assert!(settled.contains("Code: published"), "{settled}");
}

#[tokio::test(start_paused = true)]
async fn files_and_figures_are_looked_at() {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    let csv = "Title,Media URL,Pinterest board,Publish date\nCake,https://example.com/a.jpg,Summer recipes,2027-03-01T09:00:00\n\
               Tea,https://example.com/b.jpg,No such board,2027-03-02T09:00:00\n";
    let check =
        call(&world, "check_import", json!({"csv": csv, "account_id": account, "time_zone": "Europe/Berlin"})).await;
    assert_eq!((&check["good"], &check["refused"]), (&json!(1), &json!(1)), "{check}");
    assert_eq!(call(&world, "list_pins", json!({})).await["pins"], json!([]), "nothing is stored");
    let path = format!("/v1/pins/import?account_id={account}&time_zone=UTC&mode=good");
    let import = world.user("alice").upload(&path, csv).await.json();
    let progress = call(&world, "check_import", json!({"import_id": import["id"]})).await;
    assert_eq!((&progress["rows"], &progress["refused_rows"][0]["line"]), (&json!(2), &json!(3)), "{progress}");
    assert!(refused(&world, "check_import", json!({})).await.contains("import_id or csv"));
    let figures = call(&world, "analytics", json!({"account_id": account})).await;
    assert!(figures["totals"].is_object() && figures["best_pins"].is_array(), "{figures}");
    assert!(
        refused(&world, "analytics", json!({"pin_id": "pin_x", "account_id": account}))
            .await
            .contains("one of the two")
    );
}

#[tokio::test(start_paused = true)]
async fn wrong_arguments_get_the_words_of_the_api_and_nothing_is_stored() {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    let good = cake(&account, &["Summer recipes"], "2027-02-01T09:00:00Z");
    let with = |name: &str, value: Value| {
        let mut pin = good.clone();
        pin[name] = value;
        json!({ "pins": [pin] })
    };
    for (arguments, words) in [
        (with("time", json!("2027-02-01T09:00:00Z")), "unknown field `time`"),
        (with("media_id", json!("media_x")), "exactly one of image_url, media_id and video_id"),
        (json!({"pins": [good, good]}), "pins[1] is the same as pins[0]"),
        (json!({"pins": []}), "items"),
        (json!({}), "missing field `pins`"),
    ] {
        let text = refused(&world, "schedule_pins", arguments).await;
        assert!(text.contains(words), "{text}");
    }
    // A pin that is wrong says so and does not affect the others.
    let mut typo = good.clone();
    typo["boards"] = json!(["Sumer recipes"]);
    let mixed = call(&world, "schedule_pins", json!({"pins": [typo, good]})).await;
    assert_eq!(mixed["refused"], 1);
    let why = mixed["pins"][0]["refused"].to_string();
    assert!(why.contains("Did you mean") && why.contains("Summer recipes"), "{why}");
    assert_eq!(mixed["pins"][1]["scheduled"].as_array().unwrap().len(), 1);
    let many: Vec<_> = (0..26).map(|index| format!("pin_{index}")).collect();
    assert!(refused(&world, "cancel_pins", json!({"pin_ids": many})).await.contains("At most 25"));
    assert!(refused(&world, "get_pin", json!({"pin_id": "../accounts"})).await.contains("Code: not_found"));
}

#[tokio::test(start_paused = true)]
async fn an_assistant_can_do_what_its_person_can_and_nothing_else() {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    let pins = json!({"pins": [cake(&account, &["Summer recipes"], "2027-02-01T09:00:00Z")]});
    let pin = call(&world, "schedule_pins", pins.clone()).await["pins"][0]["scheduled"][0]["id"].clone();
    let bob = assistant(&world, "bob");
    for (tool, arguments) in [
        ("get_pin", json!({"pin_id": pin})),
        ("edit_pin", json!({"pin_id": pin, "title": "Mine"})),
        ("boards", json!({"account_id": account})),
        ("analytics", json!({"account_id": account})),
    ] {
        let called = call_as(&bob, tool, arguments).await;
        assert!(called.is_error && called.text.contains("Code: not_found"), "{tool}: {}", called.text);
    }
    assert_eq!(call_as(&bob, "list_pins", json!({})).await.said["pins"], json!([]));
    let theirs = call_as(&bob, "schedule_pins", pins).await;
    assert_eq!(theirs.said["refused"], 1, "{}", theirs.text);
}

#[tokio::test(start_paused = true)]
async fn tools_that_only_read_write_nothing() {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    let pins = json!({"pins": [cake(&account, &["Summer recipes"], "2027-02-01T09:00:00Z")]});
    let pin = call(&world, "schedule_pins", pins.clone()).await["pins"][0]["scheduled"][0]["id"].clone();
    let csv = "Title,Media URL,Pinterest board\nTea,https://example.com/tea.jpg,Summer recipes\n";
    let stored = world.everything_stored().await;
    for (tool, arguments) in [
        ("status", json!({})),
        ("accounts", json!({})),
        ("boards", json!({"account_id": account})),
        ("preview_pins", pins),
        ("list_pins", json!({})),
        ("get_pin", json!({"pin_id": pin})),
        ("check_import", json!({"csv": csv, "account_id": account})),
    ] {
        call(&world, tool, arguments).await;
        assert_eq!(world.everything_stored().await, stored, "{tool}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_assistant_finds_out_where_its_person_signs_in() {
    let world = World::enabled().await;
    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let answer = world.anybody().get(path).await;
        let expected = json!({
            "resource": "https://pins.example.com/mcp",
            "resource_name": "Pinwheel",
            "authorization_servers": ["https://sign-in.example.com/pool"],
            "scopes_supported": ["openid", "pinwheel/use"],
            "bearer_methods_supported": ["header"],
        });
        assert_eq!((answer.status, answer.json()), (200, expected), "{path}");
    }
    let pushed = assistant(&world, "alice").get("/mcp").await;
    assert_eq!(pushed.status, 405, "nothing is pushed");
}

#[tokio::test(start_paused = true)]
async fn a_platforms_own_assistant_acts_for_the_owner_that_it_names() {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    let pins = json!({"pins": [cake(&account, &["Summer recipes"], "2027-02-01T09:00:00Z")]});
    let machine = || world.machine("pinwheel/act").with("host", "pins.example.com").with("accept", ACCEPTED);
    let nobody = send(&machine(), "tools/list", json!({})).await;
    assert_eq!((nobody.status, &nobody.json()["code"]), (400, &json!("owner_required")), "{}", nobody.text());
    let scheduled = call_as(&machine().with("pinwheel-owner", "alice"), "schedule_pins", pins).await;
    assert_eq!(scheduled.said["pins"][0]["scheduled"][0]["status"], "scheduled", "{}", scheduled.text);
    assert_eq!(call(&world, "list_pins", json!({})).await["pins"].as_array().unwrap().len(), 1, "it is alice's");
}
