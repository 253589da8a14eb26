//! The `oauth` function.
