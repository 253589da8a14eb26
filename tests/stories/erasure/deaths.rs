//! Whatever dies, an erasure ends.

use events::Sender;
use local::in_process::{Fault, Hook};
use shared::kick::SenderEvent;
use tests::Cut;

use super::*;

/// A small scene, since it is made anew for each death; nobody is called to erase but who is told to.
async fn small() -> Scene {
    let world = World::enabled().await;
    world.change_settings(|settings| settings.events = true).await;
    let account = world.link("alice", "shop").await;
    let board = world.board("shop", "New arrivals");
    let webhook = json!({"url": "https://alice.example.com/hook"});
    let webhook = id_of(&world, "alice", "/v1/webhooks", &webhook).await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    let pins = world.user("alice").post("/v1/pins", &pin_request(&account, &board, "now")).await;
    let pin = pins.json()["items"][0]["id"].as_str().unwrap().to_owned();
    world.parts.lambda.finish().await;
    let link = world.user("alice").post("/v1/accounts/connect-links", &json!({})).await;
    assert_eq!(link.status, 201, "{}", link.text());
    world.wait(SignedDuration::from_mins(1)).await;
    world.tick_events().await;
    world.parts.lambda.host("pinwheel-events", Arc::new(|_| Box::pin(std::future::ready(()))));
    begin(&world).await;
    let names = vec!["alice".to_owned(), account, webhook, media, pin];
    Scene { world, names }
}

/// The sender's schedule fires for one that is cut as told.
async fn cut_tick(world: &World, cut: &Arc<Cut>) {
    let hooks: [Arc<dyn Hook>; 1] = [cut.clone()];
    let sender = Sender::new(world.platform_with("sender", &hooks), world.receivers.network());
    let now = world.clock.now();
    let deadline = now + SignedDuration::from_secs(120);
    tokio::select! {
        _ = sender.handle(SenderEvent::Tick { scheduled_at: now }, deadline) => {}
        () = cut.reached() => {}
    }
}

/// Cuts the `at`th call of the pass that begins `later`; answers whether there is one.
async fn dies(fault: Fault, at: usize, later: SignedDuration) -> bool {
    let scene = small().await;
    let world = &scene.world;
    if !later.is_zero() {
        world.tick_events().await;
        world.wait(later).await;
    }
    // A read that fails leaves what it leaves when the function dies there.
    let cut = if fault == Fault::ServerError { Cut::at_write(at, fault) } else { Cut::new(at, fault) };
    cut_tick(world, &cut).await;
    if !cut.was_reached() {
        return false;
    }
    for _ in 0..18 {
        world.wait(SignedDuration::from_mins(1)).await;
        world.tick_events().await;
    }
    assert_eq!(left(&scene).await, [""; 0], "{fault:?} at call {at} after {later:#}");
    assert_eq!(world.parts.objects.count().unwrap(), 0, "{fault:?} at call {at} after {later:#}");
    true
}

/// The first pass, and the one after which nothing is left.
const PASSES: [SignedDuration; 2] = [SignedDuration::ZERO, SignedDuration::from_mins(11)];

async fn ends_whatever_happens_to_a_call(fault: Fault, later: SignedDuration) {
    let mut at = 0;
    while dies(fault, at, later).await {
        at += 1;
    }
    assert!(at > 5, "an erasure has more calls than {at}");
}

#[tokio::test(start_paused = true)]
async fn an_erasure_whose_function_dies_before_any_call_ends() {
    for later in PASSES {
        ends_whatever_happens_to_a_call(Fault::StallsBefore, later).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_erasure_whose_function_dies_after_any_call_ends() {
    for later in PASSES {
        ends_whatever_happens_to_a_call(Fault::StallsAfter, later).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_erasure_ends_though_a_call_fails() {
    for later in PASSES {
        ends_whatever_happens_to_a_call(Fault::ServerError, later).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_erasure_ends_that_nobody_was_called_for_and_whose_request_died() {
    for fault in [Fault::StallsBefore, Fault::StallsAfter] {
        for at in 0.. {
            let mut world = World::enabled().await;
            world.link("alice", "shop").await;
            let cut = Cut::new(at, fault);
            let hooks: [Arc<dyn Hook>; 1] = [cut.clone()];
            let dying = settings::router(world.platform_with("settings", &hooks));
            world.replace(settings::ROUTES, dying);
            let admin = world.admin();
            tokio::select! {
                _ = admin.delete(OWNER) => {}
                () = cut.reached() => {}
            }
            if !cut.was_reached() {
                break;
            }
            let whole = settings::router(world.platform("settings"));
            world.replace(settings::ROUTES, whole);
            // Who asked got no answer, and asks again.
            begin(&world).await;
            let_it_end(&world).await;
            assert!(!world.everything_stored().await.contains("alice"), "{fault:?} at call {at}");
        }
    }
}
