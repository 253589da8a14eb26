//! Wires the `publisher` function.
fn main() {}
