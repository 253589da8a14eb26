//! What the simulator does, through its router.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod access;
mod boards;
mod consent;
mod control;
mod faults;
mod limits;
mod lists;
mod main_path;
mod pages;
mod pin_fields;
mod pins;
mod program;
mod shapes;
mod sockets;
mod storage;
mod tokens;
mod world;
