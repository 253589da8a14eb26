//! Every Pinwheel function on one machine, on embedded parts.

pub mod access_key;
pub mod answer;
pub mod cli;
pub mod demo;
pub mod endpoints;
pub mod event_bridge;
pub mod executions;
mod file;
pub mod folder;
pub mod gateway;
mod importing;
pub mod in_process;
pub mod issuer;
pub mod lambda;
pub mod person;
pub mod publishing;
pub mod runtime;
pub mod s3;
pub mod secrets_manager;
pub mod sending;
mod signature;
pub mod simulated;
pub mod stack;
pub mod virtual_world;
