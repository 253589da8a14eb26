//! Every Pinwheel function on one machine, on embedded parts.

pub mod answer;
pub mod clock;
mod file;
pub mod in_process;
pub mod lambda;
pub mod secrets_manager;
