//! How pins and accounts do: what Pinterest counts, within its quotas, remembered for minutes and stored nowhere.

mod lists;
mod quotas;

use jiff::SignedDuration;
use pinterest_sim::{Analytics, Fault, FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::domain::{Mode, Pin, State};
use shared::vault::AccessToken;
use tests::{Answer, START, Seeded, World};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A pin of alice's that went out on 2027-01-15, and `days` later.
async fn published(days: i32) -> (World, Seeded, Pin) {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let pin = world.seed_pin(&seeded, "Lemon cake", START + SignedDuration::from_secs(5)).await;
    world.tick().await;
    world.wait(DAY * days).await;
    (world, seeded, pin)
}

async fn get(world: &World, path: &str) -> Answer {
    world.user("alice").get(path).await
}

fn calls(world: &World, operation: Operation) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

fn refusal(operation: Operation, (status, code): (u16, i64), message: &str, times: u32) -> Fault {
    let body = Some(json!({"code": code, "message": message}));
    let answer = Some(FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::new() });
    Fault { answer, times: Some(times), ..Fault::on(operation) }
}

/// A token of the shop's for whatever is done on Pinterest itself.
fn token(world: &World) -> AccessToken {
    let scopes = "boards:read,boards:write,pins:read,pins:write";
    AccessToken::new(world.simulator.issue_token(pinterest_sim::Mode::Live, "shop", scopes).unwrap())
}

fn sum(days: &Value, of: &str) -> u64 {
    days.as_array().unwrap().iter().filter_map(|day| day["counts"][of].as_u64()).sum()
}

#[tokio::test(start_paused = true)]
async fn a_pins_figures_come_by_day_and_say_which_of_them_are_final() {
    let (world, _, pin) = published(10).await;
    let answer = get(&world, &format!("/v1/pins/{}/analytics", pin.id)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    // It is 2027-01-25. Days before the pin are left out, and today is not over.
    let days: Vec<_> = body["days"].as_array().unwrap().iter().map(|day| day["date"].as_str().unwrap()).collect();
    assert_eq!((days.len(), days[0], days[9]), (10, "2027-01-15", "2027-01-24"));
    assert_eq!((&body["from"], &body["to"]), (&json!("2026-10-28"), &json!("2027-01-24")));
    assert_eq!(body["complete_until"], "2027-01-21", "Pinterest revises the last days");
    assert_eq!(body["days"][9]["is_final"], false);
    assert_eq!(body["notes"][0]["code"], "not_final");
    for count in ["impressions", "saves", "pin_clicks", "outbound_clicks"] {
        assert_eq!(body["totals"][count].as_u64().unwrap(), sum(&body["days"], count), "{count}");
    }
    assert!(body["totals"]["impressions"].as_u64() > Some(0));
    assert!(body["totals"]["video_views"].is_null(), "it is no video");
    assert!(body["lifetime"]["counts"]["impressions"].as_u64() >= body["totals"]["impressions"].as_u64());
    assert!(body["lifetime"]["comments"].is_u64());
    assert!(body["lifetime"]["counts"]["saves"].is_null(), "what Pinterest does not give is not zero");
}

#[tokio::test(start_paused = true)]
async fn figures_are_remembered_for_ten_minutes_and_stored_nowhere() {
    let (world, seeded, pin) = published(10).await;
    let items = |text: &str| text.matches("\"pk\"").count();
    let before = world.everything_stored().await;
    let path = format!("/v1/pins/{}/analytics", pin.id);
    let first = get(&world, &path).await.json();
    world.wait(SignedDuration::from_mins(9)).await;
    assert_eq!(get(&world, &path).await.json(), first);
    assert_eq!(calls(&world, Operation::GetPinAnalytics), 1);
    world.wait(SignedDuration::from_mins(1)).await;
    assert_ne!(get(&world, &path).await.json()["read_at"], first["read_at"]);
    assert_eq!(calls(&world, Operation::GetPinAnalytics), 2);
    get(&world, &format!("/v1/accounts/{}/top-pins", seeded.account.id)).await;
    get(&world, &format!("/v1/pins/analytics?account_id={}", seeded.account.id)).await;
    let after = world.everything_stored().await;
    let quotas = after.matches("S(\"quota#analytics#").count();
    assert!(quotas > 0 && items(&after) == items(&before) + quotas, "only calls are counted:\n{after}");
}

#[tokio::test(start_paused = true)]
async fn figures_of_new_tokens_are_not_those_of_the_old_ones() {
    let (world, seeded, pin) = published(3).await;
    let path = format!("/v1/pins/{}/analytics", pin.id);
    assert_eq!(get(&world, &path).await.status, 200);
    world.user("alice").delete(&format!("/v1/accounts/{}", seeded.account.id)).await;
    let answer = get(&world, &path).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("needs_reconnect")), "memory is no way around it");
}

#[tokio::test(start_paused = true)]
async fn a_spurious_refusal_of_recent_days_is_asked_once_more() {
    let (world, _, pin) = published(5).await;
    let spurious = "You can only get data from the last 90 days.";
    let path = format!("/v1/pins/{}/analytics", pin.id);
    world.simulator.set_fault(refusal(Operation::GetPinAnalytics, (400, 1), spurious, 2));
    let twice = get(&world, &path).await;
    assert_eq!((twice.status, &twice.json()["code"]), (502, &json!("pinterest_unavailable")));
    world.simulator.set_fault(refusal(Operation::GetPinAnalytics, (400, 1), spurious, 1));
    let asked = tokio::time::Instant::now();
    assert_eq!(get(&world, &path).await.status, 200);
    assert!(asked.elapsed() >= std::time::Duration::from_secs(1), "it waits a second");
    assert_eq!(calls(&world, Operation::GetPinAnalytics), 4);
}

#[tokio::test(start_paused = true)]
async fn days_that_pinterest_has_no_figures_of_are_refused_before_it_is_asked() {
    let (world, seeded, pin) = published(0).await;
    for path in [format!("pins/{}/analytics", pin.id), format!("accounts/{}/top-pins", seeded.account.id)] {
        for (query, field, code) in [
            ("from=2026-10-17", "from", "too_long_ago"),
            ("to=2027-01-15", "to", "not_yet_counted"),
            ("from=2027-01-10&to=2027-01-09", "to", "invalid"),
            ("from=10.1.2027", "from", "invalid"),
        ] {
            let answer = get(&world, &format!("/v1/{path}?{query}")).await;
            assert_eq!(answer.wrong_fields(), [(field.to_owned(), code.to_owned())], "{path} {query}");
        }
    }
    let account = &seeded.account.id;
    for (query, field) in [("sort_by=likes", "sort_by"), ("limit=51", "limit"), ("limit=0", "limit")] {
        let answer = get(&world, &format!("/v1/accounts/{account}/top-pins?{query}")).await;
        assert_eq!(answer.wrong_fields()[0].0, field, "{query}");
    }
    assert_eq!(calls(&world, Operation::GetPinAnalytics) + calls(&world, Operation::GetTopPins), 0);
    let fresh = get(&world, &format!("/v1/pins/{}/analytics", pin.id)).await.json();
    assert_eq!((&fresh["days"], &fresh["notes"][0]["code"]), (&json!([]), &json!("no_figures_yet")));
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_not_on_pinterest_has_no_figures_and_says_why() {
    let (world, seeded, pin) = published(3).await;
    let waiting = world.seed_pin(&seeded, "Later", START + DAY * 20).await;
    let answer = get(&world, &format!("/v1/pins/{}/analytics", waiting.id)).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("scheduled")));
    let (pinterest, token) = (&world.platform("by hand").pinterest, token(&world));
    let State::Published { pinterest_pin_id, .. } = world.pin(&pin).await.state else { panic!("published") };
    pinterest.delete_pin(Mode::Live, &token, &pinterest_pin_id).await.unwrap();
    let answer = get(&world, &format!("/v1/pins/{}/analytics", pin.id)).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("gone_from_pinterest")));
    assert!(answer.json()["detail"].as_str().unwrap().starts_with("Pinterest no longer has this pin."));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_asked_says_why() {
    let world = World::enabled().await;
    let narrow = world.link_as("alice", "shop", Mode::Live, "boards:read,pins:read").await.unwrap();
    let answer = get(&world, &format!("/v1/accounts/{narrow}/analytics")).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("scope_missing")));
    assert!(answer.json()["detail"].as_str().unwrap().contains("user_accounts:read"));
    let personal = world.link("alice", "friend").await;
    let refused = "Not authorized to access the user account analytics.";
    world.simulator.set_fault(refusal(Operation::GetUserAnalytics, (403, 403), refused, 1));
    let answer = get(&world, &format!("/v1/accounts/{personal}/analytics")).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("not_permitted")));
    assert!(answer.json()["detail"].as_str().unwrap().contains("business account"));
    let others = world.user("bob").get(&format!("/v1/accounts/{personal}/analytics")).await;
    assert_eq!(others.status, 404);
    let sandbox = world.link_as("alice", "creator", Mode::Sandbox, "user_accounts:read").await.unwrap();
    world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
    world.wait(SignedDuration::from_mins(1)).await;
    let answer = get(&world, &format!("/v1/accounts/{sandbox}/analytics")).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("sandbox_without_figures")));
    assert_eq!(calls(&world, Operation::GetUserAnalytics), 1);
}

#[tokio::test(start_paused = true)]
async fn an_accounts_figures_are_those_of_all_its_pins() {
    let (world, seeded, pin) = published(20).await;
    let account = &seeded.account.id;
    let of_account = get(&world, &format!("/v1/accounts/{account}/analytics?from=2027-01-15")).await.json();
    let of_pin = get(&world, &format!("/v1/pins/{}/analytics?from=2027-01-15", pin.id)).await.json();
    assert_eq!(of_account["days"].as_array().unwrap().len(), 20);
    for count in ["impressions", "saves", "pin_clicks", "outbound_clicks"] {
        assert_eq!(of_account["totals"][count], of_pin["totals"][count], "{count}: it has one pin");
    }
    let before = get(&world, &format!("/v1/accounts/{account}/analytics?to=2027-01-14")).await.json();
    assert_eq!(before["totals"]["impressions"], 0, "an account has zeros where a pin has nothing");
}

#[tokio::test(start_paused = true)]
async fn the_best_pins_come_with_what_they_show() {
    let (world, seeded, _) = published(1).await;
    world.seed_pin(&seeded, "Orange cake", START + DAY + SignedDuration::from_secs(30)).await;
    world.tick().await;
    world.simulator.set_analytics(Analytics { pins_aged_days: 40, ..Analytics::default() });
    let account = &seeded.account.id;
    for metric in ["impressions", "saves", "pin_clicks", "outbound_clicks"] {
        let best = get(&world, &format!("/v1/accounts/{account}/top-pins?sort_by={metric}")).await.json();
        let items = best["items"].as_array().unwrap();
        let of = |index: usize| items[index]["counts"][metric].as_u64().unwrap();
        assert!(items.len() == 2 && of(0) >= of(1), "{metric}: {best}");
        assert!(["Lemon cake", "Orange cake"].contains(&items[0]["title"].as_str().unwrap()));
        assert_eq!(items[0]["board_id"], seeded.board.as_str());
        assert!(items[0]["image_url"].as_str().unwrap().starts_with("https://i.pinimg.com/"));
    }
    assert_eq!(calls(&world, Operation::ListPins), 1, "what they show is read once");
    world.simulator.set_fault(refusal(Operation::ListPins, (500, 500), "", 1));
    world.wait(SignedDuration::from_mins(11)).await;
    let bare = get(&world, &format!("/v1/accounts/{account}/top-pins?limit=1")).await.json();
    assert!(bare["items"][0]["title"].is_null() && bare["items"][0]["counts"]["impressions"].is_u64(), "{bare}");
}
