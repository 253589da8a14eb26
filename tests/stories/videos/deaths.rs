//! A publisher that dies at any moment of a video's way: the pin goes out once, at its second.

use std::sync::Arc;

use local::in_process::{Fault, Hook};
use publisher::Publisher;
use shared::domain::Shard;
use tests::{Cut, invocation_for};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_publisher_that_dies_at_any_write_neither_doubles_the_pin_nor_makes_it_late() {
    let mut points = 0;
    for fault in [Fault::StallsBefore, Fault::StallsAfter] {
        for at_write in 0.. {
            let cut = Cut::at_write(at_write, fault);
            let world = World::enabled().await;
            processing(&world, SignedDuration::from_secs(20), MediaOutcome::Succeeded);
            let planner = world.planner().await;
            let media = video(&world).await;
            let at = START + minutes(120);
            let pin = plan(&planner, showing(&media), at).await;
            world.clock_reaches(at - minutes(60)).await;
            let hooks: [Arc<dyn Hook>; 1] = [cut.clone()];
            let dying = Publisher::new(world.platform_with("publisher", &hooks));
            let account = planner.account.parse().unwrap();
            tokio::select! {
                _ = invocation_for(&dying, world.clock, vec![Shard::of(&account).number()]) => {}
                () = cut.reached() => {}
            }
            drop(dying);
            if !cut.was_reached() {
                break;
            }
            points += 1;
            through(&world, at).await;
            let read = planner.read(&pin).await;
            assert_eq!(read["status"], "published", "{fault:?} at write {at_write}: {read}");
            assert!(read["lateness_ms"].as_i64().unwrap() < 1000, "{fault:?} at write {at_write}: {read}");
            assert_eq!(planner.on_pinterest(), 1);
        }
    }
    println!("{points} deaths");
    assert!(points >= 8, "the steps of a video write more often than {points} times");
}

#[tokio::test(start_paused = true)]
async fn two_publishers_at_once_send_the_file_once() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = video(&world).await;
    let at = START + minutes(120);
    let pin = plan(&planner, showing(&media), at).await;
    world.clock_reaches(at - minutes(60)).await;
    let account = planner.account.parse().unwrap();
    let shards = vec![Shard::of(&account).number()];
    let [first, second] = ["first", "second"].map(|name| Publisher::new(world.platform(name)));
    tokio::join!(
        invocation_for(&first, world.clock, shards.clone()),
        invocation_for(&second, world.clock, shards.clone())
    );
    assert_eq!((count(&world, Operation::UploadMedia), standing(&planner, &pin).await.0), (1, "ready".to_owned()));
}
