//! To the second: however the schedule arrives, and with AWS and Pinterest taking their time.

use jiff::SignedDuration;
use tests::precision::{Setting, one_second, run};
use tests::{Firing, Latency, START, Ticks, World, pin_request};

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn pins_go_out_at_their_second_whenever_the_ticks_arrive() {
    let setting = Setting { minutes: 4, accounts: 2, pause: seconds(17) };
    for ticks in [Ticks::At(59), Ticks::Anywhere(1), Ticks::Doubled(17), Ticks::OneMissing(31)] {
        let lateness = run(ticks, setting).await;
        println!("{ticks:?}: recorded {}; seen {}", lateness.recorded, lateness.seen);
        assert_eq!(lateness.broken(), None, "{ticks:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_publisher_whose_clock_is_wrong_is_never_early_by_it_and_no_more_wrong_than_it() {
    for skew in [seconds(-2), seconds(2)] {
        let latency = Latency::new(5);
        let world = World::slow(&latency).await;
        world.enable().await;
        let crowd = world.crowd(3).await;
        let sown = world.sow(crowd.iter().map(|seeded| (seeded, START + seconds(40)))).await;
        latency.begin();
        let clock = world.clock.skewed(skew);
        let platform = world.platform_by(clock, "publisher", &[]);
        let firing = Firing { at: START + seconds(10), platform, clock, shards: (0..16).collect() };
        world.fire([firing], START + seconds(120)).await;
        let lateness = world.lateness(&world.harvest(&sown).await);
        assert!(lateness.recorded.min() >= 0 && lateness.recorded.max() <= 250, "{}", lateness.recorded);
        let off = -i64::try_from(skew.as_millis()).unwrap();
        assert!(lateness.seen.min() >= off && lateness.seen.max() <= off + 250, "{}", lateness.seen);
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_pins_each_of_several_accounts_due_in_one_second_are_out_in_seven() {
    let took = one_second(6, 20).await;
    println!("the last answer came after {took:#}");
    assert!(took <= seconds(7), "{took:#}");
}

#[tokio::test(start_paused = true)]
async fn a_pin_created_five_seconds_before_its_time_goes_out_on_time() {
    for with_ticks in [false, true] {
        let latency = Latency::new(9);
        let world = World::slow(&latency).await;
        world.enable().await;
        world.slow_pinterest();
        let crowd = world.crowd(2).await;
        let far = world.sow([(&crowd[1], START + seconds(150))]).await;
        latency.begin();
        let mut pins = Vec::new();
        let create = async {
            for second in [31, 44, 58, 59, 60, 61, 62, 75] {
                world.clock_reaches(START + seconds(second)).await;
                let due = START + seconds(second + 5);
                let request = pin_request(crowd[0].account.id.as_str(), &crowd[0].board, due.to_string());
                let answer = world.user("owner0").post("/v1/pins", &request).await;
                assert_eq!(answer.status, 201, "{}", answer.text());
                let id = answer.json()["items"][0]["id"].as_str().unwrap().parse().unwrap();
                pins.push(tests::Sown { owner: crowd[0].account.owner.clone(), id, due });
            }
        };
        let arrivals = if with_ticks { Ticks::At(0).arrivals(2) } else { Vec::new() };
        let firing =
            |at| Firing { at, platform: world.platform("publisher"), clock: world.clock, shards: (0..16).collect() };
        let ticks = world.fire(arrivals.into_iter().map(firing), START + seconds(100));
        futures_util::future::join(create, ticks).await;
        let lateness = world.lateness(&world.harvest(&pins).await);
        println!("created five seconds before, with ticks: {with_ticks}: {}", lateness.seen);
        for spread in [&lateness.recorded, &lateness.seen] {
            assert!(spread.min() >= 0 && spread.max() <= 250, "with ticks: {with_ticks}: {spread}");
        }
        assert_eq!(world.harvest(&far).await[0].state.status().code(), "scheduled");
    }
}
