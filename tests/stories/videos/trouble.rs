//! What can go wrong on a video's way, and that the pin says so.

use pinterest_sim::{Effect, Fault, FaultAnswer};

use super::*;

/// A pin with a video that is due in three hours, and its world.
async fn planned(world: &World) -> (Planner<'_>, String, Timestamp) {
    planned_by(world.planner().await).await
}

/// The same of an account that was connected by a consent, so that its tokens can be renewed.
async fn consented(world: &World) -> (Planner<'_>, String, Timestamp) {
    let (account, board) = (world.connect("alice", "shop").await, world.board("shop", "New arrivals"));
    planned_by(Planner { world, account, board }).await
}

async fn planned_by(planner: Planner<'_>) -> (Planner<'_>, String, Timestamp) {
    let world = planner.world;
    let media = video(world).await;
    let at = world.clock.now() + minutes(180);
    let pin = plan(&planner, showing(&media), at).await;
    let upload_at = planner.stored(&pin).await.due.unwrap().at;
    world.clock_reaches(upload_at - minutes(17)).await;
    (planner, pin, at)
}

fn fault(world: &World, operation: Operation, times: u32, answer: FaultAnswer, effect: Effect) {
    world.simulator.set_fault(Fault { effect, answer: Some(answer), times: Some(times), ..Fault::on(operation) });
}

#[tokio::test(start_paused = true)]
async fn every_call_may_fail_some_times_and_the_pin_still_goes_out_at_its_second() {
    for operation in [Operation::RegisterMedia, Operation::UploadMedia, Operation::GetMedia] {
        for (answer, effect) in [
            (FaultAnswer::status(503), Effect::Before),
            (FaultAnswer::status(503), Effect::After),
            (FaultAnswer::Reset, Effect::Before),
            (FaultAnswer::Reset, Effect::After),
            (FaultAnswer::status(403), Effect::Before),
            (FaultAnswer::status(429), Effect::Before),
        ] {
            if operation == Operation::RegisterMedia && matches!(answer, FaultAnswer::Status { status: 403, .. }) {
                // That is Pinterest's word that the account may not do this.
                continue;
            }
            let world = World::enabled().await;
            fault(&world, operation, 3, answer.clone(), effect);
            let (planner, pin, at) = planned(&world).await;
            through(&world, at).await;
            let read = planner.read(&pin).await;
            let told = format!("{operation:?} {answer:?} {effect:?}: {read}");
            assert_eq!(read["status"], "published", "{told}");
            assert!(read["lateness_ms"].as_i64().unwrap() < 1000, "{told}");
            assert_eq!(planner.on_pinterest(), 1, "{told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_video_that_pinterest_cannot_process_is_sent_once_more_and_then_warned_of() {
    let world = World::enabled().await;
    processing(&world, minutes(1), MediaOutcome::Failed);
    let (planner, pin, at) = planned(&world).await;
    world.schedule_until(at - minutes(50)).await;
    let read = planner.read(&pin).await;
    assert_eq!(outcomes(&read), ["video_uploaded", "video_not_uploaded", "video_uploaded", "video_refused"]);
    assert_eq!(read["attempts"][3]["message"], "Pinterest couldn't process the video.");
    assert_eq!((&read["status"], &read["warning"]["code"]), (&json!("scheduled"), &json!("video_was_refused")));
    world.clock_reaches(at - minutes(15)).await;
    world.schedule_until(at - minutes(10)).await;
    assert_eq!(planner.read(&pin).await["warning"]["code"], "video_was_refused", "a check does not take it back");
    world.schedule_until(at + minutes(1)).await;
    let read = planner.read(&pin).await;
    assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("failed"), &json!("video_refused")));
    assert_eq!(planner.on_pinterest(), 0);

    // Another file, and another try.
    processing(&world, minutes(1), MediaOutcome::Succeeded);
    let other = video(&world).await;
    let path = format!("/v1/pins/{pin}");
    assert_eq!(planner.calls().patch(&path, &json!({"content": {"media": showing(&other)}})).await.status, 200);
    assert_eq!(planner.calls().post(&format!("{path}/retry"), &json!({})).await.status, 200);
    world.schedule_until(world.clock.now() + minutes(4)).await;
    assert_eq!(planner.read(&pin).await["status"], "published");
}

#[tokio::test(start_paused = true)]
async fn a_video_that_pinterest_never_finishes_makes_its_pin_wait_visibly_and_is_sent_again() {
    let world = World::enabled().await;
    processing(&world, minutes(1), MediaOutcome::Stuck);
    let (planner, pin, at) = planned(&world).await;
    world.schedule_until(at + minutes(30)).await;
    let read = planner.read(&pin).await;
    assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("scheduled"), &json!("video_not_ready")), "{read}");
    processing(&world, minutes(1), MediaOutcome::Succeeded);
    world.schedule_until(at + minutes(65)).await;
    let read = planner.read(&pin).await;
    assert_eq!(read["status"], "published", "{read}");
    assert_eq!(outcomes(&read)[..2], ["video_uploaded", "video_not_uploaded"]);
}

#[tokio::test(start_paused = true)]
async fn a_video_that_pinterest_forgot_is_uploaded_once_more() {
    let world = World::enabled().await;
    let forgotten =
        MediaProcessing { processing_ms: 1000, outcome: MediaOutcome::Succeeded, expires_ms: Some(600_000) };
    world.simulator.set_media_processing(forgotten);
    let (planner, pin, at) = planned(&world).await;
    world.schedule_until(at - minutes(55)).await;
    processing(&world, SignedDuration::from_secs(1), MediaOutcome::Succeeded);
    world.clock_reaches(at - minutes(2)).await;
    world.schedule_until(at + minutes(3)).await;
    let read = planner.read(&pin).await;
    assert_eq!(read["status"], "published", "{read}");
    assert_eq!(
        outcomes(&read),
        ["video_uploaded", "video_ready", "retry", "video_uploaded", "video_ready", "published"]
    );
    assert_eq!(planner.on_pinterest(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_gone_is_said_before_the_pins_time() {
    let world = World::enabled().await;
    let (planner, pin, at) = planned(&world).await;
    let media = planner.stored(&pin).await.content.media().files()[0].clone();
    world.platform("installer").media.delete(&"alice".parse().unwrap(), &media).await.unwrap();
    world.schedule_until(at - minutes(50)).await;
    assert_eq!(planner.read(&pin).await["warning"]["code"], "video_was_refused");
    world.clock_reaches(at - minutes(2)).await;
    world.schedule_until(at + minutes(1)).await;
    let read = planner.read(&pin).await;
    assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("failed"), &json!("media_gone")));
}

#[tokio::test(start_paused = true)]
async fn a_file_whose_bytes_are_gone_from_the_bucket_is_said_before_the_pins_time() {
    let world = World::enabled().await;
    let (planner, pin, at) = planned(&world).await;
    let media = planner.stored(&pin).await.content.media().files()[0].clone();
    let platform = world.platform("installer");
    let file = platform.media.load(&"alice".parse().unwrap(), &media).await.unwrap().unwrap();
    platform.objects.delete(&file).await.unwrap();
    world.schedule_until(at - minutes(50)).await;
    let read = planner.read(&pin).await;
    assert_eq!(read["warning"]["code"], "video_was_refused", "{read}");
    assert_eq!(count(&world, Operation::RegisterMedia), 0, "Pinterest is not asked for a place for it");
    world.clock_reaches(at - minutes(2)).await;
    world.schedule_until(at + minutes(1)).await;
    let read = planner.read(&pin).await;
    assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("failed"), &json!("media_gone")), "{read}");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_used_holds_its_pin_as_with_an_image_and_goes_on_when_it_can() {
    let world = World::ready().await;
    let (planner, pin, at) = consented(&world).await;
    let path = format!("/v1/accounts/{}", planner.account);
    assert_eq!(planner.calls().delete(&path).await.status, 200);
    world.schedule_until(at - minutes(50)).await;
    assert_eq!(planner.read(&pin).await["warning"]["code"], "will_be_disconnected");
    world.clock_reaches(at - minutes(2)).await;
    world.schedule_until(at + minutes(2)).await;
    let read = planner.read(&pin).await;
    assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("held"), &json!("account_disconnected")), "{read}");
    assert_eq!(count(&world, Operation::RegisterMedia), 0);
    assert_eq!(world.connect("alice", "shop").await, planner.account);
    world.schedule_until(world.clock.now() + minutes(5)).await;
    let read = planner.read(&pin).await;
    assert_eq!(read["status"], "published", "{read}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ended_is_renewed_for_the_video_and_not_first_for_the_pin() {
    let world = World::ready().await;
    let (planner, pin, at) = consented(&world).await;
    // After the look at the account that comes a quarter of an hour before.
    let upload_at = planner.stored(&pin).await.due.unwrap().at;
    world.schedule_until(upload_at - minutes(1)).await;
    world.simulator.revoke_access_tokens("shop").unwrap();
    through(&world, at).await;
    let read = planner.read(&pin).await;
    assert_eq!(read["status"], "published", "{read}");
    assert!(read["lateness_ms"].as_i64().unwrap() < 1000);
    assert_eq!(outcomes(&read), ["video_not_uploaded", "video_uploaded", "video_ready", "published"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_renewed_for_now_is_not_asked_for_at_full_speed() {
    let world = World::ready().await;
    let (planner, pin, at) = consented(&world).await;
    let upload_at = planner.stored(&pin).await.due.unwrap().at;
    world.schedule_until(upload_at - minutes(1)).await;
    world.simulator.revoke_access_tokens("shop").unwrap();
    fault(&world, Operation::RefreshToken, 100_000, FaultAnswer::status(503), Effect::Before);
    world.schedule_until(upload_at + minutes(20)).await;
    let asked = count(&world, Operation::RegisterMedia);
    assert!((1..30).contains(&asked), "{asked}");
    world.clock_reaches(at - minutes(1)).await;
    world.schedule_until(at + minutes(10)).await;
    let stored = planner.stored(&pin).await;
    assert!(stored.attempts_begun < 30, "{}", stored.attempts_begun);
    assert_eq!(planner.on_pinterest(), 0);
    world.simulator.clear_faults();
    world.schedule_until(at + minutes(45)).await;
    let read = planner.read(&pin).await;
    assert_eq!(read["status"], "published", "{read}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_gets_lost_every_time_is_given_up_and_not_sent_all_day() {
    let world = World::enabled().await;
    fault(&world, Operation::UploadMedia, 100_000, FaultAnswer::status(503), Effect::Before);
    let (planner, pin, at) = planned(&world).await;
    world.schedule_until(at + minutes(75)).await;
    let read = planner.read(&pin).await;
    assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("failed"), &json!("video_not_uploaded")), "{read}");
    assert_eq!(count(&world, Operation::UploadMedia), 8);
    // Once it works again, another try is all that is needed.
    world.simulator.clear_faults();
    assert_eq!(planner.calls().post(&format!("/v1/pins/{pin}/retry"), &json!({})).await.status, 200);
    world.schedule_until(world.clock.now() + minutes(3)).await;
    assert_eq!(planner.read(&pin).await["status"], "published");
}

#[tokio::test(start_paused = true)]
async fn what_holds_a_pin_with_an_image_holds_one_with_a_video_too() {
    let trial = "Apps with Trial access may not create Pins in production https://api.pinterest.com";
    for (status, code, message, reason) in [
        (403, 29, trial, "trial_tier"),
        (429, 9, "You have hit a block (Pins) we have in place to combat spam", "spam_block"),
    ] {
        let world = World::enabled().await;
        let body = Some(json!({"code": code, "message": message}));
        let answer = FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::default() };
        fault(&world, Operation::RegisterMedia, 100_000, answer, Effect::Before);
        let (planner, pin, at) = planned(&world).await;
        through(&world, at).await;
        let read = planner.read(&pin).await;
        assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("held"), &json!(reason)), "{read}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_video_that_was_not_sent_before_a_block_for_spam_goes_out_when_its_account_comes_back() {
    let world = World::enabled().await;
    let body = json!({"code": 9, "message": "You have hit a block (Pins) we have in place to combat spam"});
    let answer = FaultAnswer::Status { status: 429, body: Some(body), headers: std::collections::BTreeMap::default() };
    fault(&world, Operation::RegisterMedia, 100_000, answer, Effect::Before);
    let (planner, pin, at) = planned(&world).await;
    through(&world, at).await;
    assert_eq!(planner.read(&pin).await["reason"]["code"], "spam_block");
    world.simulator.clear_faults();
    let claims_before = planner.stored(&pin).await.version;
    world.clock_reaches(at + SignedDuration::from_hours(12)).await;
    world.schedule_until(world.clock.now() + minutes(10)).await;
    let stored = planner.stored(&pin).await;
    assert_eq!((planner.read(&pin).await["status"].clone(), planner.on_pinterest()), (json!("published"), 1));
    assert!(stored.version < claims_before + 40, "{} writes", stored.version - claims_before);
}

#[tokio::test(start_paused = true)]
async fn a_switched_off_pinterest_keeps_videos_back_too_and_a_day_late_is_missed() {
    let world = World::enabled().await;
    let (planner, pin, at) = planned(&world).await;
    world.change_settings(|settings| settings.enabled = false).await;
    world.schedule_until(at + minutes(10)).await;
    assert_eq!(planner.read(&pin).await["reason"]["code"], "pinterest_disabled");
    assert_eq!(count(&world, Operation::RegisterMedia), 0);
    world.clock_reaches(at + SignedDuration::from_hours(25)).await;
    world.change_settings(|settings| settings.enabled = true).await;
    world.schedule_until(world.clock.now() + minutes(3)).await;
    let read = planner.read(&pin).await;
    assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("failed"), &json!("missed")), "{read}");
    assert_eq!((count(&world, Operation::RegisterMedia), planner.on_pinterest()), (0, 0));
}
