//! What a function reads before its first event, and that it begins without it.

use jiff::SignedDuration;
use local::in_process::{Fault, Hook, Plan, Service};
use shared::clock::Clock;
use shared::warm;
use tests::{Disturb, World};

#[tokio::test(start_paused = true)]
async fn the_keys_that_were_read_before_the_first_request_are_not_read_again() {
    let world = World::enabled().await;
    let platform = world.platform("pins");
    warm::for_requests(&platform).await;
    let read = world.meter.of(Service::SecretsManager, "GetSecretValue").calls;
    platform.tokens.keep_ready().await.unwrap();
    assert_eq!(world.meter.of(Service::SecretsManager, "GetSecretValue").calls, read);
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_is_switched_off_looks_at_no_shard() {
    let world = World::new().await;
    warm::for_ticks(&world.platform("publisher")).await;
    assert_eq!(world.meter.of(Service::DynamoDb, "Query").calls, 0);
    let world = World::enabled().await;
    let before = world.meter.of(Service::DynamoDb, "Query").calls;
    warm::for_ticks(&world.platform("publisher")).await;
    assert_eq!(world.meter.of(Service::DynamoDb, "Query").calls, before + 16);
}

#[tokio::test(start_paused = true)]
async fn a_function_begins_whatever_aws_does() {
    for fault in [Fault::ServerError, Fault::Throttled, Fault::StallsBefore] {
        let world = World::enabled().await;
        let hooks: Vec<_> = ["GetItem", "Query", "GetSecretValue"]
            .map(|operation| Disturb::every(operation, Plan::fault(fault)) as std::sync::Arc<dyn Hook>)
            .into();
        let began = world.clock.now();
        warm::for_requests(&world.platform_with("pins", &hooks)).await;
        warm::for_ticks(&world.platform_with("publisher", &hooks)).await;
        let took = world.clock.now().duration_since(began);
        assert!(took <= SignedDuration::from_secs(4), "{fault:?}: {took:#} for both");
    }
}
