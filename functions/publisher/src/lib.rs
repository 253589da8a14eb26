//! The `publisher` function.
