//! What makes a board say less than which pin is which: twins, strangers, secret boards, long lists, limits.

use shared::domain::PinId;
use shared::pinterest::{MediaSource, PinRequest};
use shared::random::SystemRandom;

use super::*;

/// Posts a pin to the board as a person does by hand, with these words.
async fn by_hand(world: &World, seeded: &Seeded, title: &str) -> String {
    let pin = world.seed_pin(seeded, title, START + SignedDuration::from_hours(30)).await;
    let platform = world.platform("by hand");
    let session = world.account(&seeded.account).await;
    let token = platform.tokens.open_access(&session, &session.tokens().unwrap().access).await.unwrap();
    let request = PinRequest::showing(&pin, MediaSource::ImageUrl { url: "https://example.com/lemon-cake.jpg" });
    let made = platform.pinterest.create_pin(pin.mode, &token, &request).await.unwrap();
    let mut gone = pin.clone();
    gone.cancel(world.clock.now()).unwrap();
    platform.pins.replace(&pin, &gone).await.unwrap();
    made.body.id.to_string()
}

#[tokio::test(start_paused = true)]
async fn twins_are_told_apart_whichever_of_them_loses_its_answer() {
    // Of two pins with the same words on the same board, the first, the second or both lose their answers, each before or
    // after it was created.
    for (first, second) in [
        (Some(Effect::Before), None),
        (Some(Effect::After), None),
        (Some(Effect::Before), Some(Effect::After)),
        (Some(Effect::After), Some(Effect::Before)),
        (Some(Effect::After), Some(Effect::After)),
    ] {
        let (world, seeded) = world().await;
        for effect in [first, second].into_iter().flatten() {
            lose(&world, effect, FaultAnswer::Reset, 1);
        }
        let pins = [
            world.seed_pin(&seeded, "Twin", START + seconds(5)).await,
            world.seed_pin(&seeded, "Twin", START + seconds(6)).await,
        ];
        world.schedule_until(START + MINUTE * 12).await;
        let mut ids = std::collections::BTreeSet::new();
        for pin in &pins {
            let pin = world.pin(pin).await;
            let State::Published { pinterest_pin_id, .. } = pin.state else { panic!("{first:?} {second:?}: {pin:?}") };
            ids.insert(pinterest_pin_id.to_string());
        }
        assert_eq!((ids.len(), created(&world)), (2, 2), "{first:?} {second:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_twin_waits_while_the_other_is_in_doubt_and_says_why() {
    let (world, seeded) = world().await;
    lose(&world, Effect::Before, FaultAnswer::Reset, 1);
    world.seed_pin(&seeded, "Twin", START + seconds(5)).await;
    let second = world.seed_pin(&seeded, "Twin", START + seconds(20)).await;
    let other = world.seed_pin(&seeded, "Another", START + seconds(21)).await;
    world.schedule_until(START + MINUTE).await;
    let waiting = world.pin(&second).await.state;
    assert_eq!(waiting, State::Scheduled { setback: Some(Setback::TwinInDoubt) });
    let State::Published { lateness_ms, .. } = world.pin(&other).await.state else { panic!() };
    assert!(lateness_ms <= 50, "what says something else does not wait");
}

#[tokio::test(start_paused = true)]
async fn what_only_looks_like_the_pin_is_shown_to_a_person() {
    for (title, strangers) in [("Lemon cake", ["Lemon Cake!", "Pie"]), ("Twice", ["Twice", "Twice"])] {
        let (world, seeded) = world().await;
        let mut made = Vec::new();
        for stranger in strangers {
            made.push(by_hand(&world, &seeded, stranger).await);
        }
        lose(&world, Effect::Before, FaultAnswer::Reset, 1);
        let pin = world.seed_pin(&seeded, title, START + seconds(5)).await;
        world.schedule_until(START + MINUTE * 4).await;
        let State::NeedsReview { reason, candidates } = world.pin(&pin).await.state else { panic!("{title}") };
        assert_eq!(reason, Doubt::SeveralOnBoard);
        made.retain(|id| candidates.iter().any(|candidate| candidate.id.to_string() == *id));
        assert_eq!(made.len(), candidates.len(), "candidates are on the board");
        assert_eq!(candidates.len(), if title == "Twice" { 2 } else { 1 });
        let platform = world.platform("reader");
        assert_eq!(platform.pins.attention(&pin.owner, &pin.account_id).await.unwrap().needs_review, 1);
        let answer = world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json();
        let shown = &answer["candidates"][0];
        assert_eq!(shown["pinterest_url"], format!("https://www.pinterest.com/pin/{}/", candidates[0].id));
        assert!(shown["created_at"].is_string());
        assert_eq!(answer["attempts"].as_array().unwrap().last().unwrap()["kind"], "look");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_without_words_is_not_taken_for_another_one_without() {
    let (world, seeded) = world().await;
    lose(&world, Effect::After, FaultAnswer::Reset, 1);
    let mut pin = world.seed_pin(&seeded, "x", START + SignedDuration::from_hours(30)).await;
    let platform = world.platform("seed");
    let draft = shared::domain::content::Draft { title: None, ..pin.content.draft() };
    (pin.content, pin.id) = (shared::domain::Content::check(draft).unwrap(), PinId::random(&SystemRandom));
    pin.schedule(START + seconds(5), START).unwrap();
    platform.pins.create(&pin).await.unwrap();
    world.schedule_until(START + MINUTE * 4).await;
    let State::NeedsReview { candidates, .. } = world.pin(&pin).await.state else { panic!() };
    assert_eq!(candidates.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_of_a_secret_board_proves_nothing_without_the_scope_to_read_it() {
    use pinterest_sim::Privacy;
    for (privacy, status) in [(Privacy::Secret, Status::NeedsReview), (Privacy::Public, Status::Published)] {
        let (world, mut seeded) = world().await;
        let boards = world.simulator.boards(pinterest_sim::Mode::Live, "shop");
        seeded.board = boards.iter().find(|board| board.privacy == privacy).unwrap().id.clone();
        let mut account = world.account(&seeded.account).await;
        let version = account.version;
        let plain = "user_accounts:read pins:read pins:write pins:write_secret boards:read boards:read_secret boards:write boards:write_secret";
        account.scopes = shared::domain::Scopes::parse_known(plain);
        world.platform("seed").accounts.save(&mut account, version).await.unwrap();
        lose(&world, Effect::Before, FaultAnswer::Reset, 1);
        let pin = world.seed_pin(&seeded, "Secret", START + seconds(5)).await;
        world.schedule_until(START + MINUTE * 6).await;
        let pin = world.pin(&pin).await;
        assert_eq!(pin.state.status(), status, "{privacy:?}: {:?}", outcomes(&pin));
    }
}

#[tokio::test(start_paused = true)]
async fn a_board_is_read_page_by_page_until_well_before_the_attempt() {
    let (world, seeded) = world().await;
    lose(&world, Effect::After, FaultAnswer::Reset, 1);
    let pin = world.seed_pin(&seeded, "Needle", START + seconds(5)).await;
    world.clock_reaches(START).await;
    world.tick_for(seconds(50)).await;
    // What comes after it, and what is older than anything that can be it.
    for index in 0..7 {
        by_hand(&world, &seeded, &format!("Hay {index}")).await;
    }
    let rules = publisher::Rules { page_size: 2, ..publisher::Rules::default() };
    let publisher = Publisher::with_rules(world.platform("publisher"), rules);
    invocation(&publisher, world.clock).await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
    assert!(calls(&world, Operation::ListBoardPins) >= 4, "it is on the fourth page");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_goes_on_for_too_long_proves_nothing() {
    let (world, seeded) = world().await;
    lose(&world, Effect::Before, FaultAnswer::Reset, 1);
    let pin = world.seed_pin(&seeded, "Needle", START + seconds(5)).await;
    world.tick_for(seconds(50)).await;
    for index in 0..9 {
        by_hand(&world, &seeded, &format!("Hay {index}")).await;
    }
    let rules = publisher::Rules { page_size: 2, pages: 3, ..publisher::Rules::default() };
    let publisher = Publisher::with_rules(world.platform("publisher"), rules);
    invocation(&publisher, world.clock).await;
    let pin = world.pin(&pin).await;
    assert!(outcomes(&pin).iter().skip(1).all(|outcome| *outcome == "board_unclear"), "{:?}", outcomes(&pin));
    assert!(pin.in_check().is_some());
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_comes_after_all_stands_and_keeps_the_pin_from_being_posted_again() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Zombie", START + seconds(5)).await;
    die_after_claiming(&world).await;
    let mut claimed = world.pin(&pin).await;
    let State::Publishing { attempt, .. } = claimed.state.clone() else { panic!() };
    world.clock_reaches(START + MINUTE * 5).await;
    world.tick_for(seconds(1)).await;
    assert!(world.pin(&pin).await.in_check().is_some());
    let now = world.clock.now();
    claimed.published("777".parse().unwrap(), START + seconds(5), now).unwrap();
    let ours = shared::domain::Attempt::by_a_person(attempt.clone(), now, AttemptOutcome::Published, "late");
    claimed.record(ours);
    world.platform("zombie").pins.record(&claimed, &attempt).await.unwrap();
    world.schedule_until(START + MINUTE * 12).await;
    let pin = world.pin(&pin).await;
    assert_eq!((pin.state.status(), outcomes(&pin)), (Status::Published, vec!["published"]));
    assert_eq!(calls(&world, Operation::CreatePin), 0);
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_arrives_after_the_pin_was_given_up_is_lost() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Zombie", START + seconds(5)).await;
    die_after_claiming(&world).await;
    let State::Publishing { attempt, .. } = world.pin(&pin).await.state else { panic!() };
    world.clock_reaches(START + MINUTE * 5).await;
    world.tick_for(seconds(1)).await;
    let checked = world.pin(&pin).await;
    assert!(checked.in_check().is_some());
    let lease = shared::store::Lease { now: world.clock.now(), until: world.clock.now() + MINUTE };
    let due = pin.due.clone().unwrap();
    let again = world.platform("zombie").pins.claim((&pin.owner, &pin.id), &due, &attempt, lease).await.unwrap();
    assert_eq!((again, world.pin(&pin).await), (shared::store::Claim::Lost, checked));
}

#[tokio::test(start_paused = true)]
async fn a_pin_of_somebody_else_on_a_shared_board_is_not_taken_for_ours() {
    let world = World::enabled().await;
    let (mut shop, mut mate) = (world.seed_account("alice", "shop").await, world.seed_account("bob", "creator").await);
    let shared = pinterest_sim::NewBoard {
        collaborators: vec!["creator".into()],
        ..pinterest_sim::NewBoard::public(pinterest_sim::Mode::Live, "shop", "Shared")
    };
    let board = world.simulator.add_board(shared).unwrap();
    (shop.board, mate.board) = (board.clone(), board);
    by_hand(&world, &mate, "The same words").await;
    lose(&world, Effect::Before, FaultAnswer::Reset, 1);
    let pin = world.seed_pin(&shop, "The same words", START + seconds(5)).await;
    world.schedule_until(START + MINUTE * 6).await;
    let pin = world.pin(&pin).await;
    assert_eq!(outcomes(&pin), ["unknown", "not_on_board", "not_on_board", "published"]);
    assert_eq!(created(&world), 2);
}

#[tokio::test(start_paused = true)]
async fn three_twins_in_an_outage_do_not_keep_each_other_or_anybody_else_back() {
    let (world, seeded) = world().await;
    let other = world.seed_account("bob", "creator").await;
    let down = |operation| {
        let answer = Some(FaultAnswer::status(503));
        world.simulator.set_fault(Fault { answer, ..Fault::on(operation) });
    };
    down(Operation::CreatePin);
    down(Operation::GetUserAccount);
    let mut pins = Vec::new();
    for second in 0..3 {
        pins.push(world.seed_pin(&seeded, "Twin", START + seconds(5 + second)).await);
        pins.push(world.seed_pin(&other, &format!("Other {second}"), START + seconds(5 + second)).await);
    }
    for second in 10..14 {
        pins.push(world.seed_pin(&other, &format!("Other {second}"), START + seconds(second)).await);
    }
    world.schedule_until(START + MINUTE * 4).await;
    world.simulator.clear_faults();
    world.schedule_until(START + MINUTE * 18).await;
    for pin in &pins {
        let pin = world.pin(pin).await;
        assert_eq!(pin.state.status(), Status::Published, "{:?} {:?}", pin.content.title(), outcomes(&pin));
    }
    assert_eq!(created(&world), pins.len());
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_waits_hours_for_its_twin_keeps_its_timeline_short_and_says_missed_at_the_end() {
    let (world, seeded) = world().await;
    lose(&world, Effect::Before, FaultAnswer::Reset, 1);
    let (answer, for_ms) = (Some(FaultAnswer::status(403)), Some(5 * 3_600_000));
    world.simulator.set_fault(Fault { answer, for_ms, ..Fault::on(Operation::ListBoardPins) });
    world.seed_pin(&seeded, "Twin", START + seconds(5)).await;
    let second = world.seed_pin(&seeded, "Twin", START + seconds(6)).await;
    for _ in 0..20 {
        world.tick_for(seconds(5)).await;
        world.wait(MINUTE * 10).await;
    }
    let waiting = world.pin(&second).await;
    assert_eq!(waiting.state, State::Scheduled { setback: Some(Setback::TwinInDoubt) });
    assert_eq!(outcomes(&waiting), ["retry"], "one entry, however often it came up");
    assert!(waiting.attempts[0].message.as_deref().unwrap().starts_with("Nothing was sent"));
}

#[tokio::test(start_paused = true)]
async fn a_pin_of_an_earlier_attempt_that_shows_up_late_is_found_by_the_check_of_the_next() {
    let (world, seeded) = world().await;
    let lost = |effect, visible_after_ms| Fault {
        effect,
        answer: Some(FaultAnswer::Reset),
        times: Some(1),
        visible_after_ms,
        ..Fault::on(Operation::CreatePin)
    };
    world.simulator.set_fault(lost(Effect::After, Some(170_000)));
    world.simulator.set_fault(lost(Effect::Before, None));
    let pin = world.seed_pin(&seeded, "Slow", START + seconds(5)).await;
    world.schedule_until(START + MINUTE * 8).await;
    let pin = world.pin(&pin).await;
    assert_eq!(pin.state.status(), Status::Published, "{:?}", outcomes(&pin));
    assert_eq!((created(&world), calls(&world, Operation::CreatePin)), (1, 2));
}
