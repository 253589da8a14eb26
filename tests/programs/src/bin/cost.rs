//! Prints what Pinwheel costs on AWS at list price, from units that it counts in virtual time: `cost [PINS]`.

use std::process::ExitCode;

use tests::cost::sending::{self, Events};
use tests::cost::{self, Bill, prices};

/// How many write units a pin costs more at most while events are on.
const EVENTS_COST: f64 = 4.05;

/// How many pins events are counted over: a sender reads what happened in the last half minute once more for each, which takes long
/// where all pins are due at once.
const PINS_WITH_EVENTS: usize = 20;

fn main() -> ExitCode {
    let pins = std::env::args().nth(1).and_then(|pins| pins.parse().ok()).unwrap_or(10_000);
    let run = simulate(cost::run(pins, Events::Off));
    println!("a million pins, in USD; units are for one pin, counted over {pins}");
    println!("{}", Bill::of_a_million(&run));
    println!("a month with every minute busy, one schedule; counted over {} minutes", run.minutes);
    println!("{}", Bill::of_waiting(&run));
    for (what, enabled) in [("in which nothing is due", true), ("in which Pinterest is switched off", false)] {
        let idle = simulate(cost::idle(24 * 60, enabled));
        println!("a month {what}, counted over a day");
        println!("{}", Bill::of_an_idle_month(&idle));
    }
    let is_bounded = events();
    println!("a million own pictures of 1 MB, besides their pins; reckoned");
    for (what, price) in prices::OWN_PICTURES {
        println!("  {what:<43} {price:>9.2}");
    }
    println!("  {:<43} {:>9.2}", "each month that they are kept", prices::KEPT_PICTURES);
    println!("besides, whatever is used:");
    for (what, price) in prices::FIXED {
        println!("  {what:<43} {price:>9.2}");
    }
    if is_bounded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints what events cost besides the pins; answers whether that is as little as promised.
fn events() -> bool {
    let off = simulate(cost::run(PINS_WITH_EVENTS, Events::Off));
    let mut most: f64 = 0.0;
    for (what, events) in [("in the log", Events::Logged), ("in the log, each sent to a webhook", Events::Sent)] {
        let run = simulate(cost::run(PINS_WITH_EVENTS, events));
        println!("a million pins with their events {what}, besides the pins; counted over {PINS_WITH_EVENTS}");
        println!("{}", Bill::of_events(&run, &off));
        most = most.max(cost::written(&run) - cost::written(&off));
    }
    println!("a month of the sender's schedule in which nothing happens, counted over a day");
    println!("{}", Bill::of_an_idle_sender(&simulate(sending::idle(24 * 60))));
    if most > EVENTS_COST {
        println!("BROKEN: {most:.2} write units more a pin while events are on");
    }
    most <= EVENTS_COST
}

/// Runs `future` on time that moves only while everybody waits.
fn simulate<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without threads starts").block_on(future)
}
