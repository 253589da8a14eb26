//! The table: who wins a claim, and what the indexes hold.

use jiff::{SignedDuration, Timestamp};
use shared::clock::Clock;
use shared::domain::content::Draft;
use shared::domain::{AccountId, AttemptId, Content, Destination, Due, Mode, Pin, PinId, State, Status};
use shared::random::SystemRandom;
use shared::store::{CalendarQuery, Claim, DueWork, Lease, Order, PinStore, StoreError};
use tests::{START, World};

fn pin(owner: &str, at: Option<Timestamp>) -> Pin {
    let draft = Draft {
        title: Some("T".into()),
        media: shared::domain::Media::at("https://example.com/a.jpg"),
        ..Draft::default()
    };
    let to = Destination {
        account_id: AccountId::random(&SystemRandom),
        mode: Mode::Live,
        board_id: "1".parse().unwrap(),
        section_id: None,
        board_verified: true,
    };
    let content = Content::check(draft).unwrap();
    let mut pin = Pin::draft(PinId::random(&SystemRandom), owner.parse().unwrap(), to, content, START);
    if let Some(at) = at {
        pin.schedule(at, START).unwrap();
    }
    pin
}

fn lease(now: Timestamp) -> Lease {
    Lease { now, until: now + SignedDuration::from_secs(60) }
}

async fn claim(pins: &PinStore, pin: &Pin, seen: &Due, now: Timestamp) -> Claim {
    let attempt = AttemptId::random(&SystemRandom);
    pins.claim((&pin.owner, &pin.id), seen, &attempt, lease(now)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_pin_reads_back_as_it_was_stored_in_every_state() {
    let world = World::new().await;
    let pins = &world.platform("test").pins;
    let due = Some(START + SignedDuration::from_mins(1));
    for at in [None, due] {
        let pin = pin("a#b%c", at);
        pins.create(&pin).await.unwrap();
        assert_eq!(pins.load(&pin.owner, &pin.id).await.unwrap(), Some(pin.clone()));
        assert!(matches!(pins.create(&pin).await, Err(StoreError::Conflict)), "an id is taken once");
    }
}

#[tokio::test(start_paused = true)]
async fn exactly_one_of_many_publishers_wins_a_claim() {
    let world = World::new().await;
    let platform = world.platform("test");
    let pin = pin("alice", Some(START));
    platform.pins.create(&pin).await.unwrap();
    let seen = pin.due.clone().unwrap();
    let mut won = 0;
    for _ in 0..20 {
        match claim(&platform.pins, &pin, &seen, START).await {
            Claim::Won(claimed) => {
                won += 1;
                assert_eq!(claimed.state.status(), Status::Publishing);
                assert_eq!(claimed.attempts_begun, 1);
                assert_eq!(claimed.due, pin.due, "a claim touches no index key");
            }
            Claim::Busy(since) => assert_eq!(since, START),
            Claim::Lost => {}
            Claim::Abandoned(_) => panic!("the lease has not run out"),
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_refused_before_the_time_and_after_an_edit_or_a_cancel() {
    let world = World::new().await;
    let platform = world.platform("test");
    let pins = &platform.pins;
    let pin = pin("alice", Some(START + SignedDuration::from_secs(5)));
    pins.create(&pin).await.unwrap();
    let seen = pin.due.clone().unwrap();
    assert_eq!(claim(pins, &pin, &seen, START + SignedDuration::from_millis(4999)).await, Claim::Lost);

    let mut moved = pin.clone();
    moved.schedule(START + SignedDuration::from_secs(9), START).unwrap();
    pins.replace(&pin, &moved).await.unwrap();
    let late = START + SignedDuration::from_secs(60);
    assert_eq!(claim(pins, &pin, &seen, late).await, Claim::Lost, "the index showed the old time");

    let mut cancelled = moved.clone();
    cancelled.cancel(late).unwrap();
    pins.replace(&moved, &cancelled).await.unwrap();
    assert_eq!(claim(pins, &pin, &moved.due.unwrap(), late).await, Claim::Lost);
}

#[tokio::test(start_paused = true)]
async fn the_same_attempt_wins_again_and_an_abandoned_pin_is_recognized() {
    let world = World::new().await;
    let platform = world.platform("test");
    let pin = pin("alice", Some(START));
    platform.pins.create(&pin).await.unwrap();
    let seen = pin.due.clone().unwrap();
    let attempt = AttemptId::random(&SystemRandom);
    for _ in 0..2 {
        let claim = platform.pins.claim((&pin.owner, &pin.id), &seen, &attempt, lease(START)).await.unwrap();
        assert!(matches!(claim, Claim::Won(_)), "the answer to the first may have been lost");
    }
    let later = START + SignedDuration::from_secs(61);
    match claim(&platform.pins, &pin, &seen, later).await {
        Claim::Abandoned(old) => {
            assert!(matches!(old.state, State::Publishing { attempt: held, .. } if held == attempt));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_outcome_is_recorded_by_its_own_attempt_only_and_may_be_repeated() {
    let world = World::new().await;
    let platform = world.platform("test");
    let pins = &platform.pins;
    let pin = pin("alice", Some(START));
    pins.create(&pin).await.unwrap();
    let attempt = AttemptId::random(&SystemRandom);
    let seen = pin.due.clone().unwrap();
    let Claim::Won(mut claimed) = pins.claim((&pin.owner, &pin.id), &seen, &attempt, lease(START)).await.unwrap()
    else {
        panic!("nobody else claims it")
    };
    claimed.published("77".parse().unwrap(), START, START).unwrap();
    claimed.record(shared::domain::Attempt {
        id: attempt.clone(),
        at: START,
        outcome: shared::domain::AttemptOutcome::Published,
        http_status: Some(201),
        code: None,
        message: None,
        request_id: None,
        took_ms: Some(300),
        by: None,
    });
    let stranger = AttemptId::random(&SystemRandom);
    assert!(matches!(pins.record(&claimed, &stranger).await, Err(StoreError::Conflict)));
    for _ in 0..2 {
        pins.record(&claimed, &attempt).await.unwrap();
    }
    assert_eq!(pins.load(&pin.owner, &pin.id).await.unwrap().as_ref(), Some(&*claimed));
    let partition = pin.open_partition();
    assert!(pins.due(&partition, world.clock.now()).await.unwrap().is_empty(), "it has left the due index");
}

#[tokio::test(start_paused = true)]
async fn the_due_index_is_read_in_the_order_of_time_up_to_the_bound() {
    let world = World::new().await;
    let platform = world.platform("test");
    let account = AccountId::random(&SystemRandom);
    let mut partition = None;
    for seconds in [30, 10, 20, 40] {
        let mut pin = pin("alice", None);
        pin.account_id = account.clone();
        pin.schedule(START + SignedDuration::from_secs(seconds), START).unwrap();
        platform.pins.create(&pin).await.unwrap();
        partition = Some(pin.open_partition());
    }
    let partition = partition.unwrap();
    let due = platform.pins.due(&partition, START + SignedDuration::from_secs(30)).await.unwrap();
    let seconds: Vec<_> = due.iter().map(|entry| entry.due.at.duration_since(START).as_secs()).collect();
    assert_eq!(seconds, [10, 20, 30]);
    assert!(due.iter().all(|entry| matches!(entry.work, DueWork::Pin(..))));
    let earliest = platform.pins.earliest_due(&partition).await.unwrap();
    assert_eq!(earliest, Some(START + SignedDuration::from_secs(10)));
}

#[tokio::test(start_paused = true)]
async fn the_calendar_is_one_owners_by_time_with_drafts_last() {
    let world = World::new().await;
    let platform = world.platform("test");
    let day = SignedDuration::from_hours(24);
    for at in [Some(START + day), None, Some(START), Some(START + day * 2)] {
        platform.pins.create(&pin("alice", at)).await.unwrap();
    }
    platform.pins.create(&pin("bob", Some(START))).await.unwrap();
    let alice = "alice".parse().unwrap();
    let query = CalendarQuery { from: None, to: None, order: Order::SoonestFirst, limit: 3, after: None };
    let page = platform.pins.calendar(&alice, &query).await.unwrap();
    assert_eq!((page.entries.len(), page.more), (3, true));
    let rest = CalendarQuery { after: Some(page.entries[2].1.clone()), ..query.clone() };
    let rest = platform.pins.calendar(&alice, &rest).await.unwrap();
    assert!(rest.entries[0].1.starts_with("draft#"));
    let from = CalendarQuery { from: Some(START + day), to: Some(START + day * 2), ..query };
    let between = platform.pins.calendar(&alice, &from).await.unwrap();
    assert_eq!(between.entries.len(), 1, "`from` is included, `to` is not, drafts have no time");
}
