//! What the simulator does, through its router.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod main_path;
mod world;
