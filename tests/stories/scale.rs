//! What must not grow with the number of pins; the program `scale` measures the same at size.

use jiff::SignedDuration;
use tests::deliveries;
use tests::scale::{Burst, reads_of_a_tick, writes};

#[tokio::test(start_paused = true)]
async fn a_tick_costs_the_same_however_many_pins_wait_for_later_days() {
    let (few, many) = (reads_of_a_tick(100).await, reads_of_a_tick(2_000).await);
    println!("{} read units, {} calls", few.0, few.1);
    assert_eq!((few.0.to_bits(), few.1), (many.0.to_bits(), many.1));
}

#[tokio::test(start_paused = true)]
async fn claims_that_lose_a_race_in_overlapping_ticks_cost_a_twentieth_at_most() {
    let lines = writes(40, SignedDuration::from_secs(3)).await;
    let of_pins: f64 = lines.iter().filter(|(purpose, _)| purpose.starts_with("pin")).map(|(_, line)| line.units).sum();
    println!("{lines:#?}");
    assert_eq!(lines["pin: create"].writes, 40);
    assert!(of_pins / 40.0 <= 6.3, "{} units a pin", of_pins / 40.0);
}

#[tokio::test(start_paused = true)]
async fn a_burst_drains_at_the_pace_that_pinterest_allows() {
    let burst = Burst { accounts: 2, pins_each: 85, schedules: 1 };
    let drained = burst.drain(|| (), || ()).await;
    println!("drained in {:#}, {}; bound {:#}", drained.took, drained.seen, burst.bound());
    assert!(drained.took <= burst.bound() + burst.bound() / 4, "{:#}", drained.took);
    assert!(drained.busiest_minute <= 80 && drained.posts == 170, "{drained:?}");
}

#[tokio::test(start_paused = true)]
async fn events_reach_endpoints_that_live_at_once_beside_dead_ones() {
    let delivered = deliveries::run(6, 30, 3).await;
    println!("{}; {delivered}", delivered.late);
    assert_eq!(delivered.broken(), [""; 0]);
}
