//! The product as stories, on embedded parts and moved time.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod account_races;
mod account_taken;
mod accounts;
mod app_changed;
mod architecture;
mod board_create;
mod boards;
mod circuits;
mod classification;
mod crash;
mod health;
mod holds;
mod isolation;
mod oauth_callback;
mod oauth_connect;
mod oauth_failures;
mod oauth_logs;
mod oauth_pick;
mod oauth_reconnect;
mod pages;
mod pins_cancel;
mod pins_create;
mod pins_idempotency;
mod pins_list;
mod pins_refused;
mod publisher;
mod renew;
mod sandbox_token;
mod sections;
mod settings;
mod settings_save;
mod settings_verify;
mod store;
mod sweep;
mod transport;
