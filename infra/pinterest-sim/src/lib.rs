//! A Pinterest to develop against.
