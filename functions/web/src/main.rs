//! Wires the `web` function.
fn main() {}
