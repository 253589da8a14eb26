//! The `accounts` function.
