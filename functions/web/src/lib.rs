//! The `web` function.
