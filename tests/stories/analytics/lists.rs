//! Published pins with their figures, as a list and as a file.

use super::*;

use shared::clock::Clock;
use shared::pinterest::{MediaSource, PinRequest};

#[tokio::test(start_paused = true)]
async fn published_pins_are_listed_with_their_figures_and_nobody_keeps_another_from_it() {
    let (world, seeded, pin) = published(10).await;
    let other = world.seed_account("alice", "creator").await;
    let lost = world.seed_pin(&other, "Of the other", START + DAY * 10 + SignedDuration::from_secs(30)).await;
    world.seed_pin(&seeded, "Not yet", START + DAY * 12).await;
    world.tick().await;
    world.user("alice").delete(&format!("/v1/accounts/{}", other.account.id)).await;
    let answer = get(&world, "/v1/pins/analytics?order=newest").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    let items = body["items"].as_array().unwrap();
    let ids: Vec<_> = items.iter().map(|item| item["pin_id"].as_str().unwrap()).collect();
    assert_eq!(ids, [lost.id.as_str(), pin.id.as_str()], "those that are published");
    assert!(items[0]["last_90_days"].is_null() && items[1]["last_90_days"]["impressions"].as_u64() > Some(0));
    assert!(items[1]["lifetime"]["comments"].is_u64());
    assert_eq!(body["unread"][0]["account_id"], other.account.id.as_str());
    assert_eq!(body["unread"][0]["code"], "needs_reconnect");
    let page = get(&world, "/v1/pins/analytics?limit=1").await.json();
    let rest =
        get(&world, &format!("/v1/pins/analytics?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await;
    assert_eq!(rest.json()["items"][0]["pin_id"], lost.id.as_str());
    assert_eq!(calls(&world, Operation::ListPins), 1, "Pinterest's list is read once");
    let foreign = get(&world, "/v1/pins?limit=1").await.json()["next_cursor"].as_str().unwrap().to_owned();
    let answer = get(&world, &format!("/v1/pins/analytics?cursor={foreign}")).await;
    assert_eq!(answer.wrong_fields()[0].0, "cursor");
    assert_eq!(get(&world, "/v1/pins/analytics?status=draft").await.wrong_fields()[0].0, "status");
}

#[tokio::test(start_paused = true)]
async fn a_long_list_of_pinterests_is_read_in_pages_of_250() {
    let (world, _, pin) = published(1).await;
    world.simulator.set_limits(pinterest_sim::Limits {
        org_write: Some(1_000),
        universal: Some(10_000),
        ..Default::default()
    });
    let (pinterest, token) = (&world.platform("by hand").pinterest, token(&world));
    let request = PinRequest::showing(&pin, MediaSource::ImageUrl { url: "https://example.com/cake.jpg" });
    for _ in 0..300 {
        pinterest.create_pin(Mode::Live, &token, &request).await.unwrap();
    }
    let body = get(&world, "/v1/pins/analytics").await.json();
    assert_eq!(body["items"][0]["pin_id"], pin.id.as_str());
    assert!(body["items"][0]["last_90_days"].is_object(), "it is the oldest of 301: {body}");
    assert_eq!((calls(&world, Operation::ListPins), &body["unread"]), (2, &json!([])));
}

#[tokio::test(start_paused = true)]
async fn figures_are_a_file_for_reports() {
    let (world, seeded, _) = published(10).await;
    let soon = world.clock.now() + SignedDuration::from_secs(30);
    world.seed_pin(&seeded, "=1+1, \"cake\"", soon).await;
    world.tick().await;
    let answer = get(&world, "/v1/pins/analytics/export?order=newest").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv"));
    let text = answer.text();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert!(lines[0].starts_with(r#""Published (UTC)","Account","Board","Title","Link","Pin on Pinterest","#));
    assert_eq!((lines.len(), lines[3]), (4, ""));
    let board = world.simulator.boards(pinterest_sim::Mode::Live, "shop").into_iter().find(|b| b.id == seeded.board);
    let at = soon.to_string();
    let begin = format!(r#""{}","shop","{}","'=1+1, ""cake""","","#, at.trim_end_matches('Z'), board.unwrap().name);
    assert!(lines[1].starts_with(&begin), "{}", lines[1]);
    let cells: Vec<_> = lines[2].trim_matches('"').split("\",\"").collect();
    assert_eq!(cells.len(), 19, "{}", lines[2]);
    assert!(cells[8].parse::<u64>().unwrap() > 0 && cells[9].is_empty(), "impressions are given, and saves are not");
    world.user("alice").delete(&format!("/v1/accounts/{}", seeded.account.id)).await;
    let refused = get(&world, "/v1/pins/analytics/export").await;
    assert_eq!(refused.status, 409, "a report that lacks an account is none");
}
