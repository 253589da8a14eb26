//! What of Pinterest's answers is read.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::json;

use super::*;

fn series(answer: serde_json::Value) -> Vec<(String, bool, Option<u64>)> {
    let series = Series::from_splits(serde_json::from_value(answer).unwrap());
    series.days.into_iter().map(|day| (day.date.to_string(), day.is_final, day.counts.impressions)).collect()
}

#[test]
fn days_are_read_whatever_the_split_is_called_and_only_ready_ones_are_final() {
    let days = json!([
        {"date": "2026-11-03", "data_status": "ESTIMATE", "metrics": {"IMPRESSION": 7.0, "SAVE": null}},
        {"date": "2026-11-01", "data_status": "BEFORE_PIN_CREATED", "metrics": {}},
        {"date": "2026-11-02", "data_status": "READY", "metrics": {"IMPRESSION": 5}, "more": 1},
        {"date": "2026-11-04", "data_status": "A_WORD_OF_TOMORROW", "metrics": {"IMPRESSION": 0}},
        {"date": "2026-11-05", "data_status": "PROCESSING"},
        {"data_status": "READY", "metrics": {"IMPRESSION": 1}},
    ]);
    let read = [("2026-11-02", true, Some(5)), ("2026-11-03", false, Some(7)), ("2026-11-04", false, Some(0))];
    for name in ["all", "ALL", "NO_SPLIT"] {
        let found = series(json!({name: {"daily_metrics": days, "summary_metrics": {"IMPRESSION": 99}}}));
        assert_eq!(found, read.map(|(date, is_final, count)| (date.to_owned(), is_final, count)), "{name}");
    }
    assert_eq!(series(json!({})), []);
}

#[test]
fn figures_in_lists_are_read_by_names_of_their_own() {
    let pin: PinAnswer = serde_json::from_value(json!({
        "id": "5",
        "media": {"media_type": "multiple_images", "items": [{"images": {"9000x": {"url": "https://i.pinimg.com/a"}}}]},
        "pin_metrics": {
            "90d": {"pin_click": 7, "impression": 2, "clickthrough": 3},
            "lifetime_metrics": {"pin_click": 8, "impression": 4, "clickthrough": 5, "reaction": 10, "comment": 2},
        },
    }))
    .unwrap();
    let figures = PinFigures::from(pin);
    let of_days = Counts { impressions: Some(2), pin_clicks: Some(7), outbound_clicks: Some(3), ..Counts::default() };
    assert_eq!((figures.last_90_days, figures.lifetime.impressions), (of_days, Some(4)));
    assert_eq!((figures.comments, figures.reactions), (Some(2), Some(10)));
    assert_eq!(figures.image_url.as_deref(), Some("https://i.pinimg.com/a"));
    let bare: PinAnswer = serde_json::from_value(json!({"id": "5", "pin_metrics": null})).unwrap();
    assert!(PinFigures::from(bare).lifetime.is_empty());
}
