//! Somebody who plans pins, and ways in which these end otherwise than well.

use pinterest_sim::{Effect, Fault, FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::domain::Pin;

use crate::{Caller, World, pin_request};

/// Nothing is posted a second time by itself.
pub const CAUTIOUS: (&str, &str) = ("ON_UNKNOWN", "review");

/// Alice with the Pinterest account "shop" and one of its boards.
pub struct Planner<'a> {
    /// The world she plans in.
    pub world: &'a World,
    /// Her account.
    pub account: String,
    /// The board she pins to.
    pub board: String,
}

impl World {
    /// Connects alice's account.
    pub async fn planner(&self) -> Planner<'_> {
        Planner { world: self, account: self.link("alice", "shop").await, board: self.board("shop", "New arrivals") }
    }

    /// Lets Pinterest refuse the next pin.
    pub fn refuse_next(&self, status: u16, code: i64, message: &str) {
        let body = Some(json!({"code": code, "message": message}));
        let answer = FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::default() };
        self.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreatePin) });
    }

    /// Loses Pinterest's answer to the next pin, before or after the pin is created.
    pub fn lose_next(&self, effect: Effect) {
        let answer = Some(FaultAnswer::Reset);
        self.simulator.set_fault(Fault { effect, answer, times: Some(1), ..Fault::on(Operation::CreatePin) });
    }

    /// Loses Pinterest's answer to the next pin, which no list shows for an hour, and lets kicks reach a publisher that may
    /// not post again by itself.
    pub fn doubt_next(&self, effect: Effect) {
        let (answer, hour) = (Some(FaultAnswer::Reset), Some(3_600_000));
        let lost = Fault { effect, answer, times: Some(1), visible_after_ms: hour, ..Fault::on(Operation::CreatePin) };
        self.simulator.set_fault(lost);
        self.host_publisher(self.platform_of("cautious publisher", &[], &[CAUTIOUS]));
    }
}

impl<'a> Planner<'a> {
    /// Her calls.
    pub fn calls(&self) -> Caller<'a> {
        self.world.user("alice")
    }

    /// Schedules a pin and lets the publisher do what it can at once; answers the pin's id.
    pub async fn plan(&self, publish_at: impl Into<Value>) -> String {
        let answer = self.calls().post("/v1/pins", &pin_request(&self.account, &self.board, publish_at)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        self.world.parts.lambda.finish().await;
        answer.json()["items"][0]["id"].as_str().expect("one target, one pin").to_owned()
    }

    /// A pin that Pinterest refused for good.
    pub async fn failed(&self) -> String {
        self.world.refuse_next(404, 40, "Board not found.");
        self.plan("now").await
    }

    /// A pin whose answer was lost, `After` it was created or `Before`, and that no list shows for an hour: a publisher that
    /// may not post again by itself gives it to review after two looks.
    pub async fn in_review(&self, effect: Effect) -> String {
        self.world.doubt_next(effect);
        let id = self.plan("now").await;
        self.world.host_publisher(self.world.platform("kicked publisher"));
        id
    }

    /// A pin whose link Pinterest blocks.
    pub async fn blocked(&self) -> String {
        self.world.refuse_next(429, 9, "Sorry! We blocked this link because it may lead to spam.");
        self.plan("now").await
    }

    /// The pin as she reads it.
    pub async fn read(&self, id: &str) -> Value {
        self.calls().get(&path(id)).await.json()
    }

    /// The pin as it is stored.
    pub async fn stored(&self, id: &str) -> Pin {
        let (owner, id) = ("alice".parse().expect("an owner"), id.parse().expect("an id"));
        let found = self.world.platform("reader").pins.load(&owner, &id).await.expect("the table answers");
        found.expect("pins do not vanish")
    }

    /// How many pins there are on Pinterest.
    pub fn on_pinterest(&self) -> usize {
        self.world.simulator.all_pins(pinterest_sim::Mode::Live).len()
    }
}

/// The path of a pin.
fn path(id: &str) -> String {
    format!("/v1/pins/{id}")
}
