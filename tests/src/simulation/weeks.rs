//! Weeks in which little happens: instances are idle for days, tokens are renewed, DynamoDB deletes what has expired.

use jiff::{SignedDuration, Timestamp};
use local::in_process::ItemKey;
use pinterest_sim::Rotation;
use shared::clock::Clock;

use super::calm;
use super::invariant::Invariant;
use super::rows::Row;
use super::scene::Scene;
use crate::world::TABLE;

/// How often somebody plans a pin, and how long before its time.
const A_PIN_EVERY: SignedDuration = SignedDuration::from_hours(9 * 24);

const PLANNED_AHEAD: SignedDuration = SignedDuration::from_hours(50);

/// For how long nobody plans anything at the end, so that tokens end which nothing but their own renewal keeps.
const NOTHING_AT_THE_END: SignedDuration = SignedDuration::from_hours(3 * 7 * 24);

/// How long DynamoDB takes at most to delete what has expired.
const DELETED_WITHIN: std::time::Duration = std::time::Duration::from_hours(48);

/// More than there is to do.
const STEPS: usize = 300;

/// Lets `weeks` go by and looks at what is left.
pub async fn pass(scene: &Scene, weeks: u64) {
    let around = &scene.around;
    let end = around.now() + SignedDuration::from_hours(24 * 7) * i32::try_from(weeks).unwrap_or_default();
    around.trace.line("WEATHER", format_args!("stays calm for {weeks} weeks"));
    let connected: Vec<_> = around.rows().into_iter().filter(is_connected).collect();
    let mut next_pin = around.now() + A_PIN_EVERY;
    for number in 0..STEPS {
        let work = scene.next_work(end).map_or(end, |at| at.max(around.now() + SignedDuration::from_secs(5)));
        let at = work.min(next_pin).min(end);
        around.clock.sleep_until(at).await;
        delete_expired(scene);
        if at == end {
            break;
        } else if at == next_pin {
            let has_room = at + PLANNED_AHEAD + NOTHING_AT_THE_END < end;
            next_pin = if has_room { at + A_PIN_EVERY } else { Timestamp::MAX };
            if has_room && !connected.is_empty() {
                scene.people.plan_later(1000 + number, at + PLANNED_AHEAD).await;
            }
        } else {
            calm::tick(scene).await;
        }
    }
    let rows = around.rows();
    let may_be_lost = {
        let known = around.judge.known();
        let in_trouble = known.was_renewed_in_storm && !around.weather.is_fair();
        in_trouble || known.was_revoked || around.simulator.rotation() == Rotation::NotRenewed
    };
    for before in connected.iter().filter(|_| !may_be_lost) {
        let id = before.text("id");
        let is_usable = |row: &&Row| {
            let is_ahead = |name: &str| row.moment(name).is_some_and(|at| at > around.now());
            is_connected(row) && is_ahead("access_expires_at") && is_ahead("refresh_expires_at")
        };
        if rows.iter().filter(|row| row.text("id") == id).find(is_usable).is_none() {
            around.breach(Invariant::StaysConnected, format!("{id} cannot be used after {weeks} weeks"));
        }
    }
    calm::deliver(scene).await;
    let health = scene.people.health().await;
    around.judge.conclude(around, &health);
}

/// Whether an account is connected and can be renewed.
fn is_connected(row: &Row) -> bool {
    row.is_account() && row.text("state") == "connected" && row.has("refresh_token")
}

/// Deletes some of what has expired, as DynamoDB does in its own time, and all of what expired long ago.
fn delete_expired(scene: &Scene) {
    let around = &scene.around;
    for row in around.rows() {
        let expired = row.number("expires_at").and_then(|second| Timestamp::from_second(second).ok());
        if expired.is_some_and(|at| at + around.dice.time(DELETED_WITHIN) < around.now()) {
            let key = ItemKey { table: TABLE.into(), pk: row.text("pk").into(), sk: row.text("sk").into() };
            around.trace.line("DYNAMODB", format_args!("deletes {} {}", key.pk, key.sk));
            around.mirror.delete(&key);
            scene.take_up(&key);
        }
    }
}
