//! Pinterest's quotas, kept over all instances.

use super::*;

use shared::platform::Platform;
use shared::store::Quota;

/// The ranges of days of one length or another, none of which is remembered.
fn ranges() -> impl Iterator<Item = String> {
    let days = |month: u8| (1..=28).map(move |day| format!("2026-{month}-{day:02}"));
    days(11).flat_map(move |from| days(12).map(move |to| format!("from={from}&to={to}")))
}

async fn used(platform: &Platform, world: &World, quota: &Quota) -> Option<u32> {
    platform.quotas.used(quota, quota.window(shared::clock::Clock::now(&world.clock))).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn sixty_requests_a_minute_are_made_by_all_instances_together() {
    let (world, seeded, _) = published(1).await;
    // At the beginning of a minute.
    world.clock_reaches(START + DAY + SignedDuration::from_mins(2)).await;
    let instances = ["one", "two", "three"].map(|name| pins::router(world.platform(name)));
    let path = format!("/v1/accounts/{}/analytics", seeded.account.id);
    let mut answers = Vec::new();
    for (range, instance) in ranges().take(80).zip(instances.iter().cycle()) {
        answers.push(world.user("alice").at(instance).get(&format!("{path}?{range}")).await);
    }
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((done, calls(&world, Operation::GetUserAnalytics)), (60, 60), "Pinterest refused none");
    let refused = answers.last().unwrap();
    assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("pinterest_rate_limited")));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    world.wait(SignedDuration::from_secs(i64::try_from(wait).unwrap())).await;
    assert_eq!(
        world.user("alice").at(&instances[0]).get(&format!("{path}?{}", ranges().nth(100).unwrap())).await.status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn what_pinterest_says_of_a_quota_counts_for_all_instances() {
    let (world, seeded, _) = published(1).await;
    world.clock_reaches(START + DAY + SignedDuration::from_mins(2)).await;
    world.simulator.set_limits(pinterest_sim::Limits { org_analytics: Some(1), ..Default::default() });
    let instances = ["one", "two"].map(|name| pins::router(world.platform(name)));
    let path = format!("/v1/accounts/{}/analytics", seeded.account.id);
    let mut statuses = Vec::new();
    for (range, instance) in ranges().zip([0, 0, 0, 1]) {
        let answer = world.user("alice").at(&instances[instance]).get(&format!("{path}?{range}")).await;
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [200, 429, 429, 429]);
    assert_eq!(calls(&world, Operation::GetUserAnalytics), 2, "nobody asks where the answer is known");
}

#[tokio::test(start_paused = true)]
async fn an_app_on_trial_keeps_calls_for_what_is_not_figures() {
    let (world, seeded, pin) = published(1).await;
    world.simulator.set_tier(pinterest_sim::Tier::Trial);
    let platform = world.platform("reader");
    let quota = Quota::FiguresOfTrialApp(seeded.account.app_id.clone());
    assert_eq!(used(&platform, &world, &quota).await, None);
    let [one, two] = ["one", "two"].map(|name| pins::router(world.platform(name)));
    let path = format!("/v1/pins/{}/analytics", pin.id);
    assert_eq!(world.user("alice").at(&one).get(&path).await.status, 200);
    assert_eq!(used(&platform, &world, &quota).await, Some(20), "calls are taken by twenties");
    let window = quota.window(shared::clock::Clock::now(&world.clock));
    platform.quotas.use_up(&quota, window, 800).await.unwrap();
    let before = world.simulator.calls().len();
    let refused = world.user("alice").at(&two).get(&path).await;
    assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("pinterest_rate_limited")));
    assert!(refused.json()["detail"].as_str().unwrap().contains("trial access"), "{}", refused.text());
    assert_eq!(world.simulator.calls().len(), before, "an instance that has never asked knows it");
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    world.wait(SignedDuration::from_secs(wait)).await;
    assert_eq!(world.user("alice").at(&two).get(&path).await.status, 200, "the next day");
}
