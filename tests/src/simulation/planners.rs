//! People who plan by slots and send files of pins.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::people::{Made, People, TRIES};
use crate::{HEADER, START};

/// When a slot is, on every day; a run begins at eight.
const SLOTS: [&str; 5] = ["08:01", "08:02", "08:20", "09:00", "18:00"];

impl People {
    /// Gives the first account a plan with slots on every day.
    pub(super) async fn plan(&self) {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let slots = days.iter().flat_map(|day| SLOTS.map(|time| json!({"day": day, "time": time})));
        let plan = json!({"time_zone": "UTC", "slots": slots.collect::<Vec<_>>(), "same_link_hours": 0,
            "same_image_hours": 0});
        let path = format!("/v1/accounts/{}/plan", self.accounts[0].account.id);
        for _ in 0..TRIES {
            let answer = self.world.user(&self.owner(0)).put(&path, &plan).await;
            self.told("PUT plan", &answer);
            if answer.status < 500 {
                return;
            }
            self.around.wait(SignedDuration::from_secs(1)).await;
        }
    }

    /// Gives the pin the next slot, or no time; which one it has then says the answer.
    pub(super) async fn plan_anew(&self, pin: usize, publish_at: Value) {
        let Some(Made { id, owner, .. }) = self.find(pin) else { return };
        self.own(&id, |own| {
            own.change_begins();
            own.times.push(None);
        });
        let body = json!({"publish_at": publish_at});
        let answer = self.world.user(&owner).patch(&format!("/v1/pins/{id}"), &body).await;
        self.told("PATCH publish_at", &answer);
        let at = answer.json()["publish_at"].as_str().and_then(|at| at.parse().ok());
        self.own(&id, |own| match answer.status {
            200 if own.change_ends() => own.times = vec![at],
            400..500 => {
                if own.change_ends() {
                    own.times.pop();
                }
            }
            // It has a time that nobody was told, or was told in another order.
            _ => {
                own.change_ends();
                own.was_hurried = true;
            }
        });
    }

    /// Sends a file of pins until it is taken.
    pub(super) async fn import(&self, pins: usize) {
        let mut file = format!("{HEADER}\n");
        for number in 0..pins {
            let after = SignedDuration::from_secs(60 + 7 * i64::try_from(number).unwrap_or_default());
            let at = TimeZone::UTC.to_datetime(START + after);
            let row = format!("Row {number},https://example.com/rows/{number}.jpg,New arrivals,,Of a file,,{at},\n");
            file.push_str(&row);
        }
        let path = format!("/v1/pins/import?account_id={}", self.accounts[0].account.id);
        for _ in 0..TRIES {
            let answer = self.world.user(&self.owner(0)).upload(&path, file.clone()).await;
            self.told("POST /v1/pins/import", &answer);
            if answer.status == 202 {
                let titles = (0..pins).map(|number| format!("Row {number}"));
                self.around.judge.known().imported.extend(titles);
            }
            if answer.status < 500 {
                return;
            }
            self.around.wait(SignedDuration::from_secs(2)).await;
        }
    }
}
