//! The tools, by what they are for.

mod overview;
mod pins;
mod reports;
mod schedule;
