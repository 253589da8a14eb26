//! The `pins` function.
