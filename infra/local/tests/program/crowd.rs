//! Many accounts with a board each, and many pins for them.

use std::collections::BTreeMap;

use http::Method;
use jiff::{SignedDuration, Timestamp};
use local::person::Person;
use serde_json::{Value, json};

use crate::people::{connect_as, set_up};
use crate::running::Running;

/// One owner with many Pinterest accounts.
pub struct Crowd {
    /// The owner.
    pub owner: Person,
    /// The simulator's control API.
    pub pinterest: Person,
    /// The board of each account, by the account's id.
    pub boards: BTreeMap<String, String>,
}

/// Pins to schedule, one of a title on a board.
pub struct Schedule<'a> {
    /// What their titles begin with.
    pub title: &'a str,
    /// How many there are.
    pub pins: usize,
    /// How many of them, each of another account, are due at the same moment.
    pub at_once: usize,
    /// When the first ones are due.
    pub first: Timestamp,
    /// How much later the next ones are due.
    pub step: SignedDuration,
}

impl Crowd {
    /// Nobody yet; Pinterest is enabled in live mode.
    pub async fn at(serving: &Running) -> Self {
        set_up(&mut serving.person("ann", true).await).await;
        let owner = serving.person("alice", false).await;
        Self { owner, pinterest: Person::at(&serving.url), boards: BTreeMap::new() }
    }

    /// Connects `count` new people, each with a board.
    pub async fn gather(&mut self, count: usize) {
        for _ in 0..count {
            let number = self.boards.len();
            let username = format!("maker{number}");
            self.control("people", &json!({ "username": username })).await;
            let board = json!({ "mode": "live", "owner": username, "name": "Shop window" });
            let board = self.control("boards", &board).await["id"].as_str().unwrap().to_owned();
            let account = connect_as(&mut self.owner, &username).await.0;
            self.boards.insert(account, board);
        }
    }

    /// Tells the simulator something; answers what it says.
    pub async fn control(&mut self, path: &str, body: &Value) -> Value {
        let path = format!("_pinterest/control/{path}");
        let said = self.pinterest.call(Method::POST, &path, &[], body).await.unwrap();
        said.expect_success(&path).unwrap().json()
    }

    /// Asks the simulator for a list.
    pub async fn told(&mut self, path: &str) -> Vec<Value> {
        let path = format!("_pinterest/control/{path}");
        let said = self.pinterest.get(&path).await.unwrap().expect_success(&path).unwrap().json();
        said["items"].as_array().unwrap().clone()
    }

    /// Schedules pins; answers when the last ones are due.
    pub async fn schedule(&mut self, schedule: &Schedule<'_>) -> Timestamp {
        let places: Vec<_> = self.boards.iter().map(place).collect();
        let mut next = places.iter().cycle();
        let mut due = schedule.first;
        let rounds = schedule.pins / schedule.at_once;
        for round in 0..rounds {
            due += if round == 0 { SignedDuration::ZERO } else { schedule.step };
            let request = json!({
                "targets": next.by_ref().take(schedule.at_once).collect::<Vec<_>>(),
                "content": {
                    "title": format!("{} {round}", schedule.title),
                    "media": { "source_type": "image_url", "url": "https://example.com/picture.jpg" },
                },
                "publish_at": due.to_string(),
            });
            let planned = self.owner.call(Method::POST, "v1/pins", &[], &request).await.unwrap();
            planned.expect_success("the pins").unwrap();
        }
        due
    }

    /// All pins, or those of a status.
    pub async fn pins(&mut self, status: Option<&str>) -> Vec<Value> {
        self.try_pins(status).await.unwrap()
    }

    /// The same, where it may not be answered: a hundred publishers that are called at once can leave a slow machine no time
    /// for that.
    pub async fn try_pins(&mut self, status: Option<&str>) -> anyhow::Result<Vec<Value>> {
        let filter = status.map(|status| format!("&status={status}")).unwrap_or_default();
        let (mut pins, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("v1/pins?limit=100{filter}{cursor}");
            let page = self.owner.get(&path).await?.expect_success("the pins")?.json();
            pins.extend(page["items"].as_array().into_iter().flatten().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(pins),
            }
        }
    }
}

fn place((account, board): (&String, &String)) -> Value {
    json!({ "account_id": account, "board_id": board })
}

/// The words of a field.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}
