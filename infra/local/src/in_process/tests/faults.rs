//! What hooks see, and how a call is cut.

use std::time::Duration;

use super::*;

/// Does one thing to the n-th call of an operation and notes what happened.
#[derive(Debug)]
struct Cut {
    operation: &'static str,
    plan: Plan,
    seen: Mutex<Vec<Option<bool>>>,
}

impl Cut {
    fn first(operation: &'static str, plan: Plan) -> Arc<Self> {
        Arc::new(Self { operation, plan, seen: Mutex::default() })
    }

    /// For each call: whether the service answered with success, `None` if it was not reached.
    fn seen(&self) -> Vec<Option<bool>> {
        self.seen.lock().unwrap().clone()
    }
}

impl Hook for Cut {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        let first = effect.operation == self.operation && self.seen.lock().unwrap().is_empty();
        if first { self.plan } else { Plan::default() }
    }

    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        if effect.operation == self.operation {
            let answered = outcome.answer.map(|answer| answer.status.is_success());
            self.seen.lock().unwrap().push(answered);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_sdk_repeats_what_failed_and_the_hook_sees_each_attempt() {
    for (fault, seen) in [
        (Fault::Throttled, [None, Some(true)]),
        (Fault::ServerError, [None, Some(true)]),
        (Fault::ConnectionLost, [None, Some(true)]),
        (Fault::AnswerLost, [Some(true), Some(true)]),
    ] {
        let cut = Cut::first("PutItem", Plan::fault(fault));
        let world = World::new().with_hook(cut.clone());
        let client = table(&world).await;
        put(&client, "1", "one").await;
        assert_eq!(cut.seen(), seen, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stalled_caller_can_be_crashed_before_and_after_the_effect() {
    for (fault, left) in [(Fault::StallsBefore, 0), (Fault::StallsAfter, 1)] {
        let cut = Cut::first("PutItem", Plan::fault(fault));
        let world = World::new().with_hook(cut.clone());
        let client = table(&world).await;
        let crashed = tokio::time::timeout(Duration::from_mins(1), put(&client, "1", "one")).await;
        assert!(crashed.is_err(), "{fault:?}");
        let scanned = client.scan().table_name("pins").send().await.unwrap();
        assert_eq!(scanned.count(), left, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_takes_virtual_time_only() {
    let wait = Plan { wait: Duration::from_secs(3), fault: None };
    let world = World::new().with_hook(Cut::first("PutItem", wait));
    let client = table(&world).await;
    let start = tokio::time::Instant::now();
    put(&client, "1", "one").await;
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn other_tasks_run_while_a_call_is_under_way() {
    let world = World::new();
    let client = table(&world).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let other = order.clone();
    let task = tokio::spawn(async move { other.lock().unwrap().push("other") });
    put(&client, "1", "one").await;
    order.lock().unwrap().push("put");
    task.await.unwrap();
    assert_eq!(*order.lock().unwrap(), ["other", "put"]);
}

#[tokio::test(start_paused = true)]
async fn hooks_see_who_calls() {
    #[derive(Debug, Default)]
    struct Actors(Mutex<Vec<String>>);
    impl Hook for Actors {
        fn before(&self, effect: &Effect<'_>) -> Plan {
            self.0.lock().unwrap().push(effect.actor.to_owned());
            Plan::default()
        }
    }
    let actors = Arc::new(Actors::default());
    let mut world = World::new().with_hook(actors.clone());
    let client = table(&world).await;
    world.client = world.client.named("publisher 1");
    put(&world.dynamodb(), "1", "one").await;
    put(&client, "2", "two").await;
    assert_eq!(*actors.0.lock().unwrap(), ["", "publisher 1", ""]);
}
