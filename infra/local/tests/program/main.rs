//! The program itself: what it prints, what it keeps, what it listens to, how it ends.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod crowd;
mod demo;
mod endpoints;
mod errors;
mod kill;
mod people;
mod publishers;
mod renewal;
mod restart;
mod running;
mod stop;
mod tally;
