//! What the simulator does, through its router.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod access;
mod analytics;
mod board_writes;
mod boards;
mod consent;
mod control;
mod faults;
mod film;
mod limits;
mod lists;
mod main_path;
mod media;
mod operations;
mod pages;
mod pin_fields;
mod pin_update;
mod pins;
mod program;
mod shapes;
mod sockets;
mod storage;
mod time;
mod tokens;
mod truncated;
mod upload_faults;
mod upload_refusals;
mod video_pins;
mod world;
