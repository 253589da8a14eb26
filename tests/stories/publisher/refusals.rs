//! What Pinterest refuses: tried again, held or failed, and always with the reason.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_transient_refusal_is_tried_again_until_it_works() {
    let (world, seeded) = world().await;
    world.simulator.set_fault(refusal(400, 0, "Sorry! Something went wrong on our end."));
    let pin = world.seed_pin(&seeded, "Patience", START + seconds(5)).await;
    assert_eq!(world.tick().await.rescheduled, 1);
    let waiting = world.pin(&pin).await;
    assert_eq!(waiting.state, State::Scheduled { setback: Some(Setback::PinterestTrouble) });
    assert_eq!(waiting.publish_at, pin.publish_at, "the owner's time does not change");
    let again = waiting.due.unwrap().at;
    world.clock.sleep_until(again - seconds(1)).await;
    assert_eq!(world.tick().await.published, 1);
    let outcomes: Vec<_> = world.pin(&pin).await.attempts.iter().map(|attempt| attempt.outcome.code()).collect();
    assert_eq!(outcomes, ["retry", "published"]);
    assert_eq!(created(&world), 1);
}

type Case = (Fault, fn(&State) -> bool);

#[tokio::test(start_paused = true)]
async fn refusals_end_where_they_say() {
    let trial = "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox https://api-sandbox.pinterest.com instead.";
    let cases: Vec<Case> = vec![
        (refusal(404, 40, "Board not found."), |s| matches!(s, State::Failed { reason: Failure::BoardNotFound })),
        (refusal(403, 233, "Your image is too small."), |s| {
            matches!(s, State::Failed { reason: Failure::ImageTooSmall })
        }),
        (refusal(403, 29, trial), |s| matches!(s, State::Held { reason: Hold::TrialTier, until: Some(_) })),
        (refusal(429, 9, "Sorry! We blocked this link because it may lead to spam."), |s| {
            matches!(s, State::Held { reason: Hold::LinkBlocked, until: Some(_) })
        }),
    ];
    for (fault, expected) in cases {
        let (world, seeded) = world().await;
        world.simulator.set_fault(fault.clone());
        let pin = world.seed_pin(&seeded, "Refused", START + seconds(5)).await;
        world.tick().await;
        let pin = world.pin(&pin).await;
        assert!(expected(&pin.state), "{fault:?}: {:?}", pin.state);
        assert_eq!(pin.attempts.len(), 1);
        assert!(pin.attempts[0].message.is_some(), "Pinterest's own words are kept");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limited_pin_goes_out_when_pinterest_opens_again() {
    let (world, seeded) = world().await;
    let headers = [("x-ratelimit-reset".to_owned(), "40".to_owned())].into();
    let body = Some(json!({"code": 8, "message": "This request exceeded a rate limit."}));
    let answer = FaultAnswer::Status { status: 429, body, headers };
    world.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreatePin) });
    let pin = world.seed_pin(&seeded, "Limited", START + seconds(5)).await;
    let report = world.tick().await;
    assert_eq!((report.held, report.published), (1, 1));
    let State::Published { at, .. } = world.pin(&pin).await.state else { panic!("not published") };
    assert!(at >= START + seconds(45), "not called before its time");
}

#[tokio::test(start_paused = true)]
async fn an_unapproved_app_holds_its_pins_with_the_reason() {
    let (world, seeded) = world().await;
    let pin: Pin = world.seed_pin(&seeded, "Unapproved", START + seconds(5)).await;
    world.simulator.set_tier(Tier::Unapproved);
    world.tick().await;
    assert!(matches!(world.pin(&pin).await.state, State::Held { reason: Hold::AppNotApproved, until: Some(_) }));
}

#[tokio::test(start_paused = true)]
async fn other_setbacks_do_not_use_up_the_tries_of_an_image() {
    let (world, seeded) = world().await;
    let busy = Fault { times: Some(4), ..refusal(409, 409, "Could not get exclusive access to the board.") };
    world.simulator.set_fault(busy);
    world.simulator.set_fault(refusal(400, 0, "Sorry we could not fetch the image."));
    let pin = world.seed_pin(&seeded, "Busy", START + seconds(5)).await;
    for _ in 0..60 {
        world.tick().await;
        world.wait(seconds(30)).await;
    }
    let pin = world.pin(&pin).await;
    assert_eq!((pin.state.status(), pin.attempts.len()), (Status::Published, 6));
}
