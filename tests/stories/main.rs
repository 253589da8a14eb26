//! The product as stories, on embedded parts and moved time.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod accounts;
mod architecture;
mod boards;
mod crash;
mod health;
mod isolation;
mod oauth_callback;
mod oauth_connect;
mod oauth_failures;
mod oauth_logs;
mod oauth_pick;
mod oauth_reconnect;
mod pages;
mod pins_cancel;
mod pins_change;
mod pins_change_races;
mod pins_counters;
mod pins_counters_races;
mod pins_create;
mod pins_idempotency;
mod pins_list;
mod pins_pages;
mod pins_refused;
mod pins_resolve;
mod pins_retry;
mod publisher;
mod renew;
mod settings;
mod settings_save;
mod settings_verify;
mod store;
mod transport;
