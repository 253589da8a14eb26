//! Every Pinwheel function on one machine, on embedded parts.

pub mod answer;
pub mod clock;
mod file;
pub mod in_process;
pub mod issuer;
pub mod lambda;
pub mod random;
pub mod secrets_manager;
