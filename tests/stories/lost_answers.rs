//! A write that was done although its answer was lost is recognized when it is sent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::SignedDuration;
use local::in_process::{Effect, Fault, Hook, Plan};
use pinterest_sim::Operation;
use publisher::Publisher;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{Connection, Mode};
use tests::{START, Seeded, World, invocation, pin_request};

/// Loses the answer to the first put of an item whose sort key begins like that.
#[derive(Debug)]
struct LosesFirst {
    sk: &'static str,
    lost: AtomicBool,
}

impl LosesFirst {
    fn of(sk: &'static str) -> Arc<Self> {
        Arc::new(Self { sk, lost: AtomicBool::new(false) })
    }
}

impl Hook for LosesFirst {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        let is_it = effect.operation == "PutItem"
            && effect.request["Item"]["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with(self.sk));
        if is_it && !self.lost.swap(true, Ordering::Relaxed) { Plan::fault(Fault::AnswerLost) } else { Plan::default() }
    }
}

fn count(world: &World, operation: Operation) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_announced_is_answered() {
    let mut world = World::enabled().await;
    let hook = LosesFirst::of("media#");
    world.replace(::media::ROUTES, ::media::router(world.platform_with("media", &[hook.clone() as _])));
    let answer = world.user("alice").post("/v1/media", &json!({"content_type": "image/png", "size": 100})).await;
    assert_eq!((answer.status, hook.lost.load(Ordering::Relaxed)), (201, true), "{}", answer.text());
}

#[tokio::test(start_paused = true)]
async fn a_template_that_was_stored_or_replaced_is_answered() {
    let mut world = World::enabled().await;
    let template = |name: &str| json!({"name": name, "title": "T", "hashtags": [], "link_params": {}});
    world.replace(pins::ROUTES, pins::router(world.platform_with("pins", &[LosesFirst::of("template#")])));
    let answer = world.user("alice").post("/v1/templates", &template("One")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let path = format!("/v1/templates/{}", answer.json()["id"].as_str().unwrap());
    let etag = world.user("alice").get(&path).await.header("etag").to_owned();
    world.replace(pins::ROUTES, pins::router(world.platform_with("pins", &[LosesFirst::of("template#")])));
    let answer = world.user("alice").with("if-match", &etag).put(&path, &template("Two")).await;
    assert_eq!((answer.status, &answer.json()["name"]), (200, &json!("Two")), "{}", answer.text());
    let late = world.user("alice").with("if-match", &etag).put(&path, &template("Three")).await;
    assert_eq!(late.status, 412, "what somebody else wrote is not taken for one's own");
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_was_taken_is_done() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let sandbox =
        Seeded { account: shared::domain::Account { mode: Mode::Sandbox, ..seeded.account.clone() }, ..seeded };
    world.seed_pin(&sandbox, "Too late", START).await;
    world.clock_reaches(START + SignedDuration::from_hours(25)).await;
    let publisher = Publisher::new(world.platform_with("publisher", &[LosesFirst::of("-")]));
    assert_eq!(invocation(&publisher, world.clock).await.failed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_whose_lease_was_taken_is_made_and_nothing_is_left_in_doubt() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    world.clock_reaches(seeded.account.refresh_at.unwrap()).await;
    let hook = LosesFirst::of("account#");
    let publisher = Publisher::new(world.platform_with("publisher", &[hook.clone() as _]));
    invocation(&publisher, world.clock).await;
    let account = world.account(&seeded.account).await;
    assert!(hook.lost.load(Ordering::Relaxed));
    assert_eq!((count(&world, Operation::RefreshToken), account.token_version), (1, seeded.account.token_version + 1));
    assert!(matches!(account.connection, Connection::Connected(_)) && !account.refresh_unknown);
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_was_taken_is_made_at_once() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let video = world.seed_video("alice").await;
    let mut body = pin_request(&alice.account, &alice.board, (START + SignedDuration::from_hours(5)).to_string());
    body["content"]["media"] = json!({"source_type": "video", "media_id": video});
    let answer = alice.calls().post("/v1/pins", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let id = answer.json()["items"][0]["id"].as_str().unwrap().to_owned();
    world.clock_reaches(START + SignedDuration::from_hours(4)).await;
    let hook = LosesFirst::of("pin#");
    let publisher = Publisher::new(world.platform_with("publisher", &[hook.clone() as _]));
    invocation(&publisher, world.clock).await;
    assert!(hook.lost.load(Ordering::Relaxed));
    let (owner, id) = ("alice".parse().unwrap(), id.parse().unwrap());
    let pin = world.platform("reader").pins.load(&owner, &id).await.unwrap().unwrap();
    let video = pin.video.unwrap();
    assert_eq!((video.lost, world.simulator.media().len()), (0, 1), "{video:?}");
    assert!(world.clock.now() < START + SignedDuration::from_mins(4 * 60 + 5));
    assert_ne!(video.stage.code(), "uploading");
}
