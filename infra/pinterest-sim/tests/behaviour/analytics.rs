//! Analytics: figures that grow, are revised and become final, and everything that is refused.

use http::{Method, StatusCode};
use pinterest_sim::{Analytics, Mode};
use serde_json::{Value, json};

use crate::world::{Reply, World, image};

const DAY: i64 = 86_400;

struct Shop {
    world: World,
    token: String,
    pin: String,
}

impl Shop {
    /// A pin of the shop's, made on 2026-03-01, and `days` later.
    async fn after(days: i64) -> Self {
        let world = World::new();
        let token = world.connect(Mode::Live, "shop").await;
        let board = world.board(Mode::Live, "shop", "New arrivals");
        let body = json!({ "board_id": board, "title": "A title", "media_source": image() });
        let pin = world.post(Mode::Live, "/pins", &token, &body).await.body["id"].as_str().unwrap().to_owned();
        world.pass_seconds(days * DAY);
        let token = world.connect(Mode::Live, "shop").await;
        Self { world, token, pin }
    }

    async fn ask(&self, query: &str) -> Reply {
        self.world.get(Mode::Live, &format!("/pins/{}/analytics?{query}", self.pin), &self.token).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.world.get(Mode::Live, path, &self.token).await
    }
}

fn days(reply: &Reply) -> Vec<(String, String, Value)> {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let days = reply.body["all"]["daily_metrics"].as_array().unwrap().iter();
    days.map(|day| (text(&day["date"]), text(&day["data_status"]), day["metrics"]["IMPRESSION"].clone())).collect()
}

#[tokio::test]
async fn a_day_is_revised_until_it_is_final() {
    let mut shop = Shop::after(1).await;
    let mut told = Vec::new();
    for (status, later) in [("PROCESSING", 1), ("ESTIMATE", 1), ("ESTIMATE", 1), ("READY", 30), ("READY", 0)] {
        let days = days(&shop.ask("start_date=2026-03-01&end_date=2026-03-01&metric_types=IMPRESSION").await);
        assert_eq!((days[0].0.as_str(), days[0].1.as_str()), ("2026-03-01", status));
        told.push(days[0].2.as_u64().unwrap());
        shop.world.pass_seconds(later * DAY);
        shop.token = shop.world.connect(Mode::Live, "shop").await;
    }
    assert!(told[0] < told[1] && told[1] <= told[2] && told[2] <= told[3], "{told:?}");
    assert_eq!(told[3], told[4], "what is final stays");
}

#[tokio::test]
async fn a_pin_grows_for_weeks_and_has_nothing_before_it_was_made() {
    let shop = Shop::after(60).await;
    let days =
        days(&shop.ask("start_date=2026-02-20&end_date=2026-04-29&metric_types=IMPRESSION,SAVE,PIN_CLICK").await);
    assert!(days[..9].iter().all(|day| day.1 == "BEFORE_PIN_CREATED" && day.2.is_null()));
    let of_week =
        |week: usize| -> u64 { days[9 + 7 * week..16 + 7 * week].iter().filter_map(|day| day.2.as_u64()).sum() };
    assert!(of_week(0) < of_week(1) && of_week(6) < of_week(2), "{days:?}");
}

#[tokio::test]
async fn the_parts_add_up_over_pin_account_and_list() {
    let shop = Shop::after(40).await;
    let range = "start_date=2026-03-02&end_date=2026-04-09";
    let of_pin =
        shop.ask(&format!("{range}&metric_types=IMPRESSION,SAVE,SAVE_RATE")).await.body["all"]["summary_metrics"]
            .clone();
    let account =
        format!("/user_account/analytics?{range}&from_claimed_content=BOTH&metric_types=IMPRESSION,SAVE,SAVE_RATE");
    assert_eq!(shop.get(&account).await.body["all"]["summary_metrics"], of_pin, "the shop has one pin");
    let unnarrowed = shop.get(&account.replace("from_claimed_content=BOTH&", "")).await;
    assert!(unnarrowed.body["all"]["summary_metrics"]["IMPRESSION"].as_u64() > of_pin["IMPRESSION"].as_u64());
    let top = shop.get(&format!("/user_account/analytics/top_pins?{range}&sort_by=SAVE&metric_types=SAVE")).await;
    assert_eq!(top.body["pins"][0]["pin_id"], shop.pin.as_str(), "{}", top.text);
    assert_eq!(top.body["pins"][0]["metrics"], json!({ "SAVE": of_pin["SAVE"] }));
    assert_eq!(
        top.body["date_availability"]["latest_available_timestamp"], 1_775_519_999_999_i64,
        "the end of 2026-04-06"
    );
}

#[tokio::test]
async fn lists_count_under_names_of_their_own() {
    let shop = Shop::after(20).await;
    for (saves_in_lists, save) in [(false, false), (true, true)] {
        shop.world.simulator.set_analytics(Analytics { saves_in_lists, ..Analytics::default() });
        let list = shop.get("/pins?pin_metrics=true&page_size=250").await;
        let one = shop.get(&format!("/pins/{}?pin_metrics=true", shop.pin)).await;
        let metrics = &list.body["items"][0]["pin_metrics"];
        assert_eq!(*metrics, one.body["pin_metrics"]);
        assert!(metrics["90d"]["impression"].as_u64() > Some(0), "{metrics}");
        assert_eq!(metrics["lifetime_metrics"]["clickthrough"], metrics["90d"]["clickthrough"]);
        assert!(metrics["lifetime_metrics"]["comment"].is_u64());
        assert_eq!(metrics["90d"]["save"].is_u64(), save);
    }
    assert!(shop.get("/pins").await.body["items"][0]["pin_metrics"].is_null());
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let shop = Shop::after(100).await;
    let wrong = (400, 400, "Invalid pins analytics parameters.");
    let old = (400, 1, "You can only get data from the last 90 days.");
    // It is 2026-06-09.
    for (query, refusal) in [
        ("start_date=2026-06-01&end_date=2026-06-02", wrong),
        ("start_date=2026-06-01&metric_types=IMPRESSION", wrong),
        ("start_date=2026-06-02&end_date=2026-06-01&metric_types=IMPRESSION", wrong),
        ("start_date=2026-06-01&end_date=2026-06-10&metric_types=IMPRESSION", wrong),
        ("start_date=yesterday&end_date=2026-06-01&metric_types=IMPRESSION", wrong),
        ("start_date=2026-06-01&end_date=2026-06-02&metric_types=ENGAGEMENT", wrong),
        ("start_date=2026-06-01&end_date=2026-06-02&metric_types=SAVE,TOTAL_COMMENTS", wrong),
        ("start_date=2026-03-10&end_date=2026-03-12&metric_types=IMPRESSION", old),
    ] {
        assert_eq!(shop.ask(query).await.refusal(), refusal, "{query}");
    }
    let fine = "start_date=2026-03-11&end_date=2026-06-08&metric_types=IMPRESSION";
    assert_eq!(shop.ask(fine).await.status, StatusCode::OK);
    let lifetime = "start_date=2026-06-01&end_date=2026-06-02&metric_types=TOTAL_COMMENTS,TOTAL_REACTIONS";
    assert!(shop.ask(lifetime).await.body["all"]["lifetime_metrics"]["TOTAL_REACTIONS"].is_u64());
    let top = "/user_account/analytics/top_pins?start_date=2026-06-01&end_date=2026-06-02";
    for query in ["", "&sort_by=SAVE_RATE", "&sort_by=SAVE&num_of_pins=51", "&sort_by=SAVE&created_in_last_n_days=7"] {
        assert_eq!(shop.get(&format!("{top}{query}")).await.status, StatusCode::BAD_REQUEST, "{query}");
    }
    let others = shop.world.connect(Mode::Live, "creator").await;
    let path = format!("/pins/{}/analytics?{fine}", shop.pin);
    let of_others = shop.world.get(Mode::Live, &path, &others).await;
    assert_eq!(of_others.refusal(), (403, 403, "Not authorized to access board or Pin."));
    assert_eq!(shop.get(&format!("/pins/analytics?pin_ids={}&{fine}", shop.pin)).await.refusal().1, 3, "restricted");
    shop.world.delete(Mode::Live, &format!("/pins/{}", shop.pin), &shop.token).await;
    assert_eq!(shop.ask(fine).await.refusal(), (404, 50, "Pin not found."));
}

#[tokio::test]
async fn pins_can_be_older_for_their_figures_than_they_are() {
    let shop = Shop::after(0).await;
    let query = "start_date=2026-01-20&end_date=2026-02-28&metric_types=IMPRESSION";
    assert!(days(&shop.ask(query).await).iter().all(|day| day.1 == "BEFORE_PIN_CREATED"));
    let body = json!({ "pins_aged_days": 30 });
    assert_eq!(shop.world.control(Method::POST, "analytics", &body).await.status, StatusCode::OK);
    let aged = days(&shop.ask(query).await);
    assert_eq!(aged.iter().filter(|day| day.1 == "READY").count(), 27, "from 2026-01-30 to 2026-02-25");
    let wrong = shop.world.control(Method::POST, "analytics", &json!({ "aged": 1 })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}
