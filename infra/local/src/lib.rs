//! Every Pinwheel function on one machine, on embedded parts.

pub mod answer;
mod file;
pub mod gateway;
pub mod in_process;
pub mod issuer;
pub mod lambda;
pub mod secrets_manager;
pub mod simulated;
pub mod virtual_world;
