//! Tokens: renewed ahead of their end, by one worker, and never silently dead.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use local::in_process::{Effect, Fault as AwsFault, Hook, Plan};
use pinterest_sim::{Effect as When, Fault, FaultAnswer, Operation, Rotation};
use publisher::Publisher;
use shared::clock::Clock;
use shared::domain::{Account, Connection, Hold, ReconnectReason, State, Status};
use tests::{Seeded, World, invocation};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn world() -> (World, Seeded) {
    let world = World::new().await;
    world.enable().await;
    let seeded = world.seed_account("alice", "shop").await;
    (world, seeded)
}

fn renewals(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::RefreshToken).count()
}

fn due(account: &Account) -> Timestamp {
    account.refresh_at.unwrap()
}

/// Runs a tick at the moment at which the renewal is due.
async fn tick_when_due(world: &World, account: &Account) {
    world.clock.sleep_until(due(account)).await;
    world.tick().await;
}

#[tokio::test(start_paused = true)]
async fn tokens_are_renewed_a_week_before_they_end_and_the_new_ones_are_used() {
    let (world, seeded) = world().await;
    world.wait(DAY * 22).await;
    world.tick().await;
    assert_eq!(renewals(&world), 0, "30 days less a week have not passed");
    tick_when_due(&world, &seeded.account).await;
    assert_eq!(renewals(&world), 1);
    let renewed = world.account(&seeded.account).await;
    assert_eq!(renewed.token_version, seeded.account.token_version + 1);
    let ends = renewed.tokens().unwrap().access_expires_at;
    assert!(ends.duration_since(world.clock.now()) > DAY * 29);
    let pin = world.seed_pin(&seeded, "With the new token", world.clock.now()).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
}

#[tokio::test(start_paused = true)]
async fn of_many_publishers_one_renews() {
    let (world, seeded) = world().await;
    world.clock.sleep_until(due(&seeded.account)).await;
    let publishers: Vec<_> = (0..20).map(|n| Publisher::new(world.platform(&format!("publisher {n}")))).collect();
    futures_util::future::join_all(publishers.iter().map(|publisher| invocation(publisher, world.clock))).await;
    assert_eq!(renewals(&world), 1);
    assert!(matches!(world.account(&seeded.account).await.connection, Connection::Connected(_)));
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let (world, seeded) = world().await;
    world.simulator.set_rotation(Rotation::NotRenewed);
    tick_when_due(&world, &seeded.account).await;
    let first = world.account(&seeded.account).await;
    assert_eq!(first.tokens().unwrap().refresh, seeded.account.tokens().unwrap().refresh);
    tick_when_due(&world, &first).await;
    assert_eq!(world.account(&seeded.account).await.token_version, first.token_version + 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_renewal_shows_on_the_account_and_holds_its_pins_until_it_is_reconnected() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Held", due(&seeded.account) + SignedDuration::from_secs(90)).await;
    world.simulator.revoke_tokens("shop").unwrap();
    tick_when_due(&world, &seeded.account).await;
    let account = world.account(&seeded.account).await;
    assert_eq!(account.reconnect_reason(world.clock.now()), Some(ReconnectReason::RefreshRefused));
    assert_eq!(world.pin(&pin).await.state, State::Held { reason: Hold::NeedsReconnect, until: None });

    // Connecting the same Pinterest account again renews the tokens and plans the release.
    let mut mended = account.clone();
    mended.renewed(world.consent(&account.owner, &account.id, "shop").await.1, world.clock.now());
    mended.plan_release(world.clock.now());
    world.platform("oauth").accounts.save(&mut mended, account.version).await.unwrap();
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
    for _ in 0..12 {
        world.wait(SignedDuration::from_mins(1)).await;
        world.tick().await;
    }
    assert_eq!(world.account(&mended).await.release_at, None, "a release is repeated twice, then over");
}

#[tokio::test(start_paused = true)]
async fn a_refused_access_token_is_renewed_and_the_pin_goes_out() {
    let (world, seeded) = world().await;
    let body = Some(serde_json::json!({"code": 2, "message": "Authentication failed.", "status": "failure"}));
    let answer = FaultAnswer::Status { status: 401, body, headers: std::collections::BTreeMap::default() };
    world.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreatePin) });
    let pin = world.seed_pin(&seeded, "Again", world.clock.now()).await;
    world.tick().await;
    assert_eq!((renewals(&world), world.pin(&pin).await.state.status()), (1, Status::Published));
}

#[tokio::test(start_paused = true)]
async fn dead_tokens_hold_the_pin_with_the_reason() {
    let (world, seeded) = world().await;
    world.simulator.revoke_tokens("shop").unwrap();
    let pin = world.seed_pin(&seeded, "Dead", world.clock.now()).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state, State::Held { reason: Hold::NeedsReconnect, until: None });
    let account = world.account(&seeded.account).await;
    assert_eq!(account.reconnect_reason(world.clock.now()), Some(ReconnectReason::RefreshRefused));
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_the_token_endpoint_holds_nothing_and_heals() {
    // The default body of a 400 is "Something went wrong on our end."
    let pages = [400, 401, 403, 502].map(|status| FaultAnswer::page(status, "<html>"));
    let others = [FaultAnswer::status(503), FaultAnswer::status(400), FaultAnswer::page(401, "")];
    for answer in pages.into_iter().chain(others) {
        let (world, seeded) = world().await;
        let fault = Fault { answer: Some(answer.clone()), times: Some(2), ..Fault::on(Operation::RefreshToken) };
        world.simulator.set_fault(fault);
        for _ in 0..3 {
            let account = world.account(&seeded.account).await;
            assert!(matches!(account.connection, Connection::Connected(_)), "{answer:?}");
            tick_when_due(&world, &account).await;
        }
        assert_eq!(renewals(&world), 3, "{answer:?}");
        assert_eq!(world.account(&seeded.account).await.token_version, seeded.account.token_version + 1, "{answer:?}");
    }
}

/// Refuses every renewal.
fn refuse_renewals(world: &World, status: u16, code: i64, message: &str) {
    let body = Some(serde_json::json!({"code": code, "message": message}));
    let answer = FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::default() };
    world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(Operation::RefreshToken) });
}

#[tokio::test(start_paused = true)]
async fn a_refused_grant_ends_the_account_under_any_status() {
    for status in [400, 401] {
        let (world, seeded) = world().await;
        refuse_renewals(&world, status, 283, "The authorization grant is invalid");
        tick_when_due(&world, &seeded.account).await;
        let account = world.account(&seeded.account).await;
        assert_eq!(account.reconnect_reason(world.clock.now()), Some(ReconnectReason::RefreshRefused), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn words_that_nobody_knows_end_an_account_only_when_its_access_token_has_ended() {
    let (world, seeded) = world().await;
    refuse_renewals(&world, 400, 1, "Some words of tomorrow.");
    tick_when_due(&world, &seeded.account).await;
    let account = world.account(&seeded.account).await;
    assert!(matches!(account.connection, Connection::Connected(_)) && account.refresh_at.is_some());
    world.clock.sleep_until(account.tokens().unwrap().access_expires_at).await;
    world.tick().await;
    let account = world.account(&seeded.account).await;
    assert_eq!(account.reconnect_reason(world.clock.now()), Some(ReconnectReason::RefreshRefused));
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_stored_token_is_tried_once_more_and_a_refusal_waits_for_the_access_tokens_end() {
    for (rotation, healed) in [(Rotation::OldStays, true), (Rotation::OldDies, false)] {
        let (world, seeded) = world().await;
        world.simulator.set_rotation(rotation);
        let fault = Fault {
            effect: When::After,
            answer: Some(FaultAnswer::Reset),
            times: Some(1),
            ..Fault::on(Operation::RefreshToken)
        };
        world.simulator.set_fault(fault);
        tick_when_due(&world, &seeded.account).await;
        let account = world.account(&seeded.account).await;
        if account.refresh_at.is_some_and(|at| at.duration_since(world.clock.now()) < DAY) {
            tick_when_due(&world, &account).await;
        }
        assert_eq!(renewals(&world), 2, "{rotation:?}");
        let account = world.account(&seeded.account).await;
        if healed {
            assert!(matches!(account.connection, Connection::Connected(_)));
            continue;
        }
        let ends = account.tokens().unwrap().access_expires_at;
        let Connection::NeedsReconnect { reason, from, .. } = &account.connection else { panic!("{account:?}") };
        assert_eq!((*reason, *from), (ReconnectReason::RefreshLost, ends));
        assert!(account.usable_tokens(world.clock.now()).is_some(), "the access token is used until it ends");
        assert!(account.usable_tokens(ends).is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_with_the_new_pair_in_its_hands_is_followed_by_another() {
    #[derive(Debug, Default)]
    struct StallSecondSave(std::sync::atomic::AtomicU32);
    impl Hook for StallSecondSave {
        fn before(&self, effect: &Effect<'_>) -> Plan {
            let saves = effect.operation == "PutItem" && effect.request.to_string().contains("access_token");
            let second = saves && self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 1;
            if second { Plan::fault(AwsFault::StallsBefore) } else { Plan::default() }
        }
    }
    let (world, seeded) = world().await;
    world.clock.sleep_until(due(&seeded.account)).await;
    let dying = Publisher::new(world.platform_with("dying", &[Arc::new(StallSecondSave::default())]));
    let limit = std::time::Duration::from_secs(3);
    assert!(tokio::time::timeout(limit, invocation(&dying, world.clock)).await.is_err());
    assert_eq!(renewals(&world), 1, "Pinterest has made a new pair that nobody stored");
    world.wait(SignedDuration::from_secs(31)).await;
    world.tick().await;
    let account = world.account(&seeded.account).await;
    assert_eq!(account.reconnect_reason(world.clock.now()), Some(ReconnectReason::RefreshLost));
    assert!(account.usable_tokens(world.clock.now()).is_some(), "it goes on with the access token");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_app_secret_is_not_the_accounts_fault() {
    let (world, seeded) = world().await;
    let body = Some(serde_json::json!({"code": 2, "message": "Authentication failed.", "status": "failure"}));
    let answer = FaultAnswer::Status { status: 401, body, headers: std::collections::BTreeMap::default() };
    world.simulator.set_fault(Fault { answer: Some(answer), times: Some(2), ..Fault::on(Operation::Token) });
    tick_when_due(&world, &seeded.account).await;
    let account = world.account(&seeded.account).await;
    assert!(matches!(account.connection, Connection::Connected(_)));
    assert!(account.refresh_at.is_some(), "it is tried again");
    tick_when_due(&world, &account).await;
    assert_eq!(world.account(&seeded.account).await.token_version, seeded.account.token_version + 1);
}

#[tokio::test(start_paused = true)]
async fn after_six_weeks_of_being_switched_off_the_first_tick_renews_before_it_posts() {
    let (world, seeded) = world().await;
    world.wait(DAY * 45).await;
    let pin = world.seed_pin(&seeded, "Back again", world.clock.now()).await;
    world.tick().await;
    world.wait(SignedDuration::from_mins(1)).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published, "the refresh token lasts 60 days");
}

#[tokio::test(start_paused = true)]
async fn a_short_outage_of_the_token_endpoint_after_a_refused_access_token_disconnects_nobody() {
    let (world, seeded) = world().await;
    let body = Some(serde_json::json!({"code": 2, "message": "Authentication failed.", "status": "failure"}));
    let answer = FaultAnswer::Status { status: 401, body, headers: std::collections::BTreeMap::default() };
    world.simulator.set_fault(Fault { answer: Some(answer), times: Some(4), ..Fault::on(Operation::CreatePin) });
    let outage = Fault { answer: Some(FaultAnswer::status(503)), times: Some(1), ..Fault::on(Operation::RefreshToken) };
    world.simulator.set_fault(outage);
    let pin = world.seed_pin(&seeded, "Patient", world.clock.now()).await;
    for _ in 0..40 {
        world.tick().await;
        world.wait(SignedDuration::from_mins(1)).await;
        assert!(matches!(world.account(&seeded.account).await.connection, Connection::Connected(_)));
        if world.pin(&pin).await.state.status() == Status::Published {
            break;
        }
    }
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
    assert!(renewals(&world) <= 2, "the back-off is kept: {} renewals", renewals(&world));
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_that_is_refused_as_well_asks_for_a_new_connection() {
    let (world, seeded) = world().await;
    let body = Some(serde_json::json!({"code": 2, "message": "Authentication failed.", "status": "failure"}));
    let answer = FaultAnswer::Status { status: 401, body, headers: std::collections::BTreeMap::default() };
    world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(Operation::CreatePin) });
    let pin = world.seed_pin(&seeded, "Refused", world.clock.now()).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state, State::Held { reason: Hold::NeedsReconnect, until: None });
    let account = world.account(&seeded.account).await;
    assert_eq!(account.reconnect_reason(world.clock.now()), Some(ReconnectReason::AccessRefused));
    assert!(renewals(&world) <= 2, "{} renewals", renewals(&world));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_lasts_a_day_is_renewed_at_half_its_life_and_not_all_the_time() {
    let (world, seeded) = world().await;
    let mut account = world.account(&seeded.account).await;
    let mut tokens = account.tokens().unwrap().clone();
    tokens.access_expires_at = world.clock.now() + DAY;
    let version = account.version;
    account.renewed(tokens, world.clock.now());
    assert_eq!(due(&account).duration_since(world.clock.now()), DAY / 2);
    world.platform("oauth").accounts.save(&mut account, version).await.unwrap();
    for _ in 0..5 {
        world.tick().await;
    }
    assert_eq!(renewals(&world), 0);
    tick_when_due(&world, &account).await;
    assert_eq!(renewals(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn an_app_that_was_switched_away_and_back_goes_on_renewing() {
    let (world, seeded) = world().await;
    let settings = world.platform("settings").settings.load().await.unwrap();
    let save = async |app_id: &str, version: u64| {
        let mut next = settings.clone();
        (next.app_id, next.version) = (Some(app_id.parse().unwrap()), version);
        let change = shared::store::Change { at: world.clock.now(), by: "ann".parse().unwrap(), fields: Vec::new() };
        world.platform("settings").settings.save(&next, &change).await.unwrap();
    };
    save("999", settings.version + 1).await;
    tick_when_due(&world, &seeded.account).await;
    assert_eq!(renewals(&world), 0, "another app cannot renew these tokens");
    save(tests::APP_ID, settings.version + 2).await;
    let account = world.account(&seeded.account).await;
    tick_when_due(&world, &account).await;
    assert_eq!(renewals(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn a_long_backlog_is_released_by_the_page_until_all_of_it_is_out() {
    let (world, seeded) = world().await;
    world.simulator.revoke_tokens("shop").unwrap();
    let now = world.clock.now();
    for index in 0..100 {
        world.seed_pin(&seeded, &format!("Backlog {index}"), now).await;
    }
    world.tick().await;
    let mut mended = world.account(&seeded.account).await;
    let version = mended.version;
    mended.renewed(world.consent(&mended.owner, &mended.id, "shop").await.1, world.clock.now());
    mended.plan_release(world.clock.now());
    world.platform("oauth").accounts.save(&mut mended, version).await.unwrap();
    let created = || world.simulator.all_pins(pinterest_sim::Mode::Live).len();
    for _ in 0..30 {
        world.tick().await;
        world.wait(SignedDuration::from_mins(1)).await;
    }
    assert_eq!(created(), 100);
    let held = shared::domain::Partition::HeldAccount(mended.id.clone());
    assert!(world.platform("reader").pins.due(&held, Timestamp::MAX).await.unwrap().is_empty());
    assert_eq!(world.account(&mended).await.release_at, None);
}

#[tokio::test(start_paused = true)]
async fn tokens_of_another_app_are_used_until_pinterest_refuses_them_and_then_need_a_new_connection() {
    let (world, seeded) = world().await;
    let mut settings = world.platform("settings").settings.load().await.unwrap();
    (settings.app_id, settings.version) = (Some("999".parse().unwrap()), settings.version + 1);
    let change = shared::store::Change { at: world.clock.now(), by: "ann".parse().unwrap(), fields: Vec::new() };
    world.platform("settings").settings.save(&settings, &change).await.unwrap();
    let first = world.seed_pin(&seeded, "Still good", world.clock.now()).await;
    world.tick().await;
    assert_eq!(world.pin(&first).await.state.status(), Status::Published);
    world.simulator.revoke_tokens("shop").unwrap();
    let second = world.seed_pin(&seeded, "Too late", world.clock.now()).await;
    world.tick().await;
    assert_eq!(world.pin(&second).await.state, State::Held { reason: Hold::NeedsReconnect, until: None });
    let account = world.account(&seeded.account).await;
    assert_eq!(account.reconnect_reason(world.clock.now()), Some(ReconnectReason::AppChanged));
    assert_eq!(renewals(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_lives_through_forty_days_in_which_pinterest_is_switched_off_or_in_the_other_mode() {
    for other_mode in [false, true] {
        let (world, seeded) = world().await;
        let switch = async |is_back: bool| {
            let change = |settings: &mut shared::domain::Settings| {
                settings.enabled = is_back || other_mode;
                settings.mode =
                    if other_mode && !is_back { shared::domain::Mode::Sandbox } else { seeded.account.mode };
            };
            world.change_settings(change).await;
        };
        switch(false).await;
        let end = world.clock.now() + DAY * 40;
        while world.clock.now() < end {
            world.tick().await;
            // On the hour, as some tick of the schedule is.
            let hour = world.clock.now().as_second() / 3600;
            world.clock.sleep_until(Timestamp::from_second((hour + 6) * 3600).unwrap()).await;
        }
        let account = world.account(&seeded.account).await;
        assert_eq!((renewals(&world), account.token_version), (1, seeded.account.token_version + 1), "{other_mode}");
        assert!(account.usable_tokens(world.clock.now()).is_some());
        switch(true).await;
        let pin = world.seed_pin(&seeded, "After forty days", world.clock.now()).await;
        world.tick().await;
        assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
    }
}
