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

impl Crowd {
    /// Enables Pinterest in live mode and connects `count` new people, each with a board.
    pub async fn gather(serving: &Running, count: usize) -> Self {
        set_up(&mut serving.person("ann", true).await).await;
        let owner = serving.person("alice", false).await;
        let mut crowd = Self { owner, pinterest: Person::at(&serving.url), boards: BTreeMap::new() };
        for number in 0..count {
            let username = format!("maker{number}");
            crowd.control("people", &json!({ "username": username })).await;
            let board = json!({ "mode": "live", "owner": username, "name": "Shop window" });
            let board = crowd.control("boards", &board).await["id"].as_str().unwrap().to_owned();
            let account = connect_as(&mut crowd.owner, &username).await.0;
            crowd.boards.insert(account, board);
        }
        crowd
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

    /// Schedules `count` pins, one of a title on a board, as many accounts at a time as `at_once`, from `first` on in
    /// steps of `step`; answers when the last ones are due.
    pub async fn plan(&mut self, count: usize, at_once: usize, first: Timestamp, step: SignedDuration) -> Timestamp {
        let places: Vec<_> = self.boards.iter().map(|(account, board)| (account.clone(), board.clone())).collect();
        let mut next = places.iter().cycle();
        let mut due = first - step;
        for round in 0..count.div_ceil(at_once) {
            due += step;
            let targets: Vec<_> = next.by_ref().take(at_once.min(count - round * at_once)).collect();
            let targets: Vec<_> =
                targets.iter().map(|(account, board)| json!({ "account_id": account, "board_id": board })).collect();
            let request = json!({
                "targets": targets,
                "content": {
                    "title": format!("Round {round}"),
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
        let filter = status.map(|status| format!("&status={status}")).unwrap_or_default();
        let (mut pins, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("v1/pins?limit=100{filter}{cursor}");
            let page = self.owner.get(&path).await.unwrap().expect_success("the pins").unwrap().json();
            pins.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return pins,
            }
        }
    }
}

/// The words of a field.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}
