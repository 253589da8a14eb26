//! Wires the `accounts` function.
fn main() {}
