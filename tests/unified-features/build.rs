//! Cargo looks at what a build script depends on only where there is one.

fn main() {}
