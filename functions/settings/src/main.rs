//! Wires the `settings` function.
fn main() {}
