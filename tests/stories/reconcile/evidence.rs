//! What Pinterest does not document of the lists of boards, their order and the zone of their times, is learned from them;
//! where they contradict themselves, nothing is posted a second time.

use jiff::Timestamp;
use pinterest_sim::{Answers, BoardOrder, Mode};
use shared::domain::content::Draft;
use shared::domain::{Content, Media};
use shared::kick::{KickedPin, PublisherEvent};
use shared::pinterest::{MediaSource, PinRequest};

use super::*;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Puts `count` pins on the board of `seeded` by hand, one an hour, and answers when the last one was made.
async fn fill(world: &World, seeded: &Seeded, count: usize) -> Timestamp {
    let template = world.seed_pin(seeded, "Hay", START + HOUR * 24 * 300).await;
    let platform = world.platform("by hand");
    let token = platform.tokens.open_access(&seeded.account, &seeded.account.tokens().unwrap().access).await.unwrap();
    for index in 0..count {
        let draft = Draft {
            title: Some(format!("Hay {index}")),
            media: Media::at("https://example.com/hay.jpg"),
            ..Draft::default()
        };
        let pin = Pin { content: Content::check(draft).unwrap(), ..template.clone() };
        let request = PinRequest::showing(&pin, MediaSource::ImageUrl { url: "https://example.com/hay.jpg" });
        platform.pinterest.create_pin(pin.mode, &token, &request).await.unwrap();
        world.wait(HOUR).await;
    }
    world.clock.now()
}

fn named(world: &World, title: &str) -> usize {
    let pins = world.simulator.all_pins(Mode::Live);
    pins.iter().filter(|pin| pin.content.title.as_deref() == Some(title)).count()
}

/// The schedule with a publisher that reads boards by `rules`, for `minutes`.
async fn run_by(world: &World, rules: &publisher::Rules, minutes: i32) {
    for _ in 0..minutes {
        let publisher = Publisher::with_rules(world.platform("publisher"), rules.clone());
        let event = PublisherEvent::Tick { shards: (0..16).collect(), scheduled_at: world.clock.now() };
        publisher.handle(event, world.clock.now() + seconds(80)).await;
        world.wait(seconds(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_board_that_is_read_to_its_end_tells_whatever_its_order_is() {
    for board_order in [BoardOrder::NewestFirst, BoardOrder::OldestFirst, BoardOrder::Shuffled] {
        let (world, seeded) = world().await;
        world.simulator.set_answers(Answers { board_order, ..Answers::default() });
        let now = fill(&world, &seeded, 300).await;
        for (effect, title, last) in
            [(Effect::After, "Created", "found_on_board"), (Effect::Before, "Not created", "published")]
        {
            lose(&world, effect, FaultAnswer::status(500), 1);
            let pin = world.seed_pin(&seeded, title, world.clock.now() + seconds(5)).await;
            world.schedule_until(world.clock.now() + MINUTE * 6).await;
            let pin = world.pin(&pin).await;
            assert_eq!(outcomes(&pin).last(), Some(&last), "{board_order:?} {title}");
            assert_eq!(named(&world, title), 1, "{board_order:?} {title}");
        }
        assert!(world.clock.now() < now + HOUR, "nothing waited for a person");
    }
}

#[tokio::test(start_paused = true)]
async fn a_board_too_long_for_its_order_is_left_to_a_person_and_one_with_the_newest_first_is_not() {
    let rules = publisher::Rules { page_size: 20, pages: 3, ..publisher::Rules::default() };
    for board_order in [BoardOrder::NewestFirst, BoardOrder::OldestFirst, BoardOrder::Shuffled] {
        for (effect, title, last) in
            [(Effect::After, "Created", "found_on_board"), (Effect::Before, "Not created", "published")]
        {
            let (world, seeded) = world().await;
            world.simulator.set_answers(Answers { board_order, ..Answers::default() });
            let now = fill(&world, &seeded, 90).await;
            lose(&world, effect, FaultAnswer::status(500), 1);
            let pin = world.seed_pin(&seeded, title, now + seconds(5)).await;
            run_by(&world, &rules, 8).await;
            let pin = world.pin(&pin).await;
            if board_order == BoardOrder::NewestFirst {
                assert_eq!((outcomes(&pin).last(), named(&world, title)), (Some(&last), 1), "{title}");
                continue;
            }
            // The shuffled list may happen to show the pin among those that are read.
            let is_found = outcomes(&pin).last() == Some(&"found_on_board");
            let in_review = matches!(pin.state, State::NeedsReview { reason: Doubt::BoardUnreadable, .. });
            assert!(in_review || (is_found && effect == Effect::After), "{board_order:?} {title}: {:?}", pin.state);
            assert_eq!(named(&world, title), usize::from(effect == Effect::After), "{board_order:?} {title}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn times_of_another_zone_are_learned_from_pins_that_were_answered_and_never_lead_to_a_second_post() {
    for hours in [-8, 2] {
        for (effect, is_learned) in
            [(Effect::After, true), (Effect::Before, true), (Effect::After, false), (Effect::Before, false)]
        {
            let (world, seeded) = world().await;
            world.simulator.set_answers(Answers { created_at_shift_s: hours * 3600, ..Answers::default() });
            if is_learned {
                world.seed_pin(&seeded, "Earlier", START + seconds(5)).await;
                world.schedule_until(START + MINUTE * 2).await;
            }
            lose(&world, effect, FaultAnswer::status(500), 1);
            let pin = world.seed_pin(&seeded, "Lost", world.clock.now() + seconds(5)).await;
            world.schedule_until(world.clock.now() + MINUTE * 6).await;
            let pin = world.pin(&pin).await;
            let case = format!("{hours} h, {effect:?}, {is_learned}: {:?}", outcomes(&pin));
            assert_eq!(named(&world, "Lost"), 1, "{case}");
            match (effect, is_learned) {
                (Effect::After, true) => assert_eq!(outcomes(&pin), ["unknown", "found_on_board"], "{case}"),
                (Effect::Before, _) => assert_eq!(pin.state.status(), Status::Published, "{case}"),
                (Effect::After, false) => {
                    let State::NeedsReview { reason, candidates } = &pin.state else { panic!("{case}") };
                    assert_eq!((*reason, candidates.len()), (Doubt::SeveralOnBoard, 1), "{case}");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_that_contradicts_what_is_known_leaves_a_pin_that_is_not_seen_to_a_person() {
    let (world, seeded) = world().await;
    for (title, second, hours) in [("One", 5, 0), ("Two", 130, -8)] {
        world.simulator.set_answers(Answers { created_at_shift_s: hours * 3600, ..Answers::default() });
        world.seed_pin(&seeded, title, START + seconds(second)).await;
        world.schedule_until(START + seconds(second + 60)).await;
    }
    lose(&world, Effect::Before, FaultAnswer::status(500), 1);
    let pin = world.seed_pin(&seeded, "Lost", world.clock.now() + seconds(5)).await;
    world.schedule_until(world.clock.now() + MINUTE * 6).await;
    let pin = world.pin(&pin).await;
    assert!(matches!(pin.state, State::NeedsReview { reason: Doubt::BoardUnreadable, .. }), "{:?}", pin.state);
    assert!(pin.attempts.last().unwrap().message.as_deref().unwrap().contains("contradict"));
    assert_eq!(calls(&world, Operation::CreatePin), 3);
}

#[tokio::test(start_paused = true)]
async fn a_list_without_a_pin_that_was_published_there_proves_nothing() {
    for (minutes, status) in [(12, Status::Published), (90, Status::NeedsReview)] {
        let (world, seeded) = world().await;
        let late = |effect, answer| Fault {
            effect,
            answer,
            times: Some(1),
            visible_after_ms: Some(minutes * 60_000),
            ..Fault::on(Operation::CreatePin)
        };
        world.simulator.set_fault(late(Effect::Before, None));
        world.simulator.set_fault(late(Effect::After, Some(FaultAnswer::Reset)));
        world.seed_pin(&seeded, "Published", START + seconds(5)).await;
        let pin = world.seed_pin(&seeded, "Lost", START + seconds(10)).await;
        world.schedule_until(START + MINUTE * 50).await;
        let pin = world.pin(&pin).await;
        assert_eq!(pin.state.status(), status, "{:?}", outcomes(&pin));
        assert_eq!((created(&world), calls(&world, Operation::CreatePin)), (2, 2), "never a second time");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_calendar_does_not_show_yet_is_not_taken_for_the_pin_in_doubt() {
    let (mut world, seeded) = world().await;
    let mut twin = world.seed_pin(&seeded, "Twin", START + HOUR * 40).await;
    let indexes = world.let_indexes_lag(HOUR * 24, 3).await;
    // Where it is now planned, the calendar shows hours later; what is written afterwards, at once.
    let platform = world.platform("person");
    let before = twin.clone();
    twin.schedule(START + seconds(3), world.clock.now()).unwrap();
    platform.pins.replace(&before, &twin).await.unwrap();
    indexes.lag(SignedDuration::from_millis(1));
    let pin = world.seed_pin(&seeded, "Twin", START + seconds(60)).await;
    let due_at = twin.due.clone().unwrap().at;
    let event =
        PublisherEvent::Kick { pins: vec![KickedPin { owner: twin.owner.clone(), id: twin.id.clone(), due_at }] };
    Publisher::new(world.platform("kicked")).handle(event, START + seconds(40)).await;
    assert_eq!(world.pin(&twin).await.state.status(), Status::Published);
    lose(&world, Effect::Before, FaultAnswer::status(500), 1);
    world.schedule_until(START + MINUTE * 6).await;
    let pin = world.pin(&pin).await;
    let id = |pin: &Pin| pin.pinterest_url();
    assert!(id(&pin).is_some() && id(&pin) != id(&world.pin(&twin).await), "{:?}", outcomes(&pin));
    assert_eq!(named(&world, "Twin"), 2);
}
