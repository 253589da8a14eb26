//! The product as stories, on embedded parts and moved time.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod architecture;
mod crash;
mod publisher;
mod renew;
mod store;
mod transport;
