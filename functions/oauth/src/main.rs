//! Wires the `oauth` function.
fn main() {}
