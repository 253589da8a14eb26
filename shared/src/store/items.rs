//! The shapes in which accounts and pins lie in the table.

mod account;
mod attempt;
mod event;
mod history;
mod import;
mod pin;
mod plan;
mod shown;
mod video;
mod webhook;

pub(super) use account::AccountItem;
pub(super) use event::EventItem;
pub(super) use import::{ImportItem, packed, unpacked};
pub(super) use pin::{PinItem, calendar_moment};
pub(super) use webhook::{DeliveryItem, OpenItem, ProgressItem, WebhookItem, webhook_of};
