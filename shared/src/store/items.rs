//! The shapes in which accounts and pins lie in the table.

mod account;
mod pin;
mod plan;

pub(super) use account::AccountItem;
pub(super) use pin::{PinItem, calendar_moment};
