//! The HTTP edge that all functions share: who calls, what a body and a query may be, how an error reads.

mod actor;
mod body;
mod cursor;
pub mod description;
pub mod event;
mod failure;
mod fields;
mod identity;
mod note;
mod origin;
pub mod pin;
mod precondition;
mod preview;
mod problem;
mod query;
mod reason;
mod route;
mod token;

pub use actor::record_actor;
pub use body::Json;
pub use cursor::{List, cursor, foreign_cursor};
pub use event::EventBody;
pub use failure::log;
pub use fields::{Fields, wrong_type};
pub use identity::{ACT_SCOPE, ADMIN_GROUP, ADMIN_SCOPE, Admin, OWNER_HEADER, User};
pub use note::{Note, NoteBody, bodies as note_bodies};
pub(crate) use origin::is_loopback;
pub use origin::{CALLBACK_PATH, Origin};
pub use pin::{ContentBody, PinBody};
pub use precondition::{IfMatch, entity_tag};
pub use preview::PreviewBody;
pub use problem::{LIMIT_REACHED, MOST_ERRORS, Problem, ProblemBody};
pub use query::{Page, Query};
pub use reason::Reason;
pub use route::{Access, Route, finish};
