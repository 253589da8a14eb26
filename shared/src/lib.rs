//! What two or more Pinwheel functions need: the domain, the stores, the vault, Pinterest's dialect and the HTTP edge.
//!
//! Dependencies point inwards: `domain` knows nobody; `store`, `vault` and `pinterest` know `domain`; `api` and
//! `platform` tie them together for the functions.

pub mod account_access;
pub mod analytics_quota;
pub mod api;
pub mod aws;
pub mod boards;
pub mod cache;
pub mod clock;
pub mod config;
pub mod connecting;
pub mod domain;
pub mod erasing;
pub mod event_bus;

pub mod kick;
pub mod limits;
pub mod metrics;
pub mod open_imports;
pub mod pinterest;
pub mod platform;
pub mod random;
pub mod settings;
pub mod start;
pub mod store;
pub mod vault;
pub mod warm;
