//! Wires the `pins` function.
fn main() {}
