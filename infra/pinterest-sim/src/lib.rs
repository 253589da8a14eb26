//! A Pinterest to develop against: the API v5 of the live and of the sandbox host, the storage that
//! videos are uploaded to, the consent page, pages that show boards as a person sees them, and a control API that makes calls fail.
//!
//! [`Simulator::open`] makes one, [`Simulator::router`] serves it. Whatever is not known about the
//! real Pinterest is marked "Invented" where it is made up; `README.md` lists it.

mod api;
mod consent;
mod control;
mod controls;
mod direct;
mod draw;
mod fault;
mod figures;
mod mode;
mod moment;
mod operation;
mod options;
mod pages;
pub mod program;
mod quota;
mod scope;
mod seed;
mod simulator;
mod store;
mod stretch;

pub use api::Broken;
pub use consent::{ConsentError, Decision};
pub use controls::{
    Analytics, Answers, BoardOrder, BoardRefusal, BoardWrites, Lifetimes, Limits, MediaOutcome, MediaProcessing,
    Rotation,
};
pub use direct::{DirectError, NewBoard, NewPerson};
pub use fault::{Effect, Fault, FaultAnswer};
pub use mode::Mode;
pub use operation::{Category, Operation};
pub use options::{App, Clock, OpenError, Options, Storage, Tier};
pub use scope::SCOPES;
pub use simulator::Simulator;
pub use store::{
    Board, Call, Content, Cover, Media, MediaFile, MediaItem, MediaStatus, MediaUpload, Person, Picture, Pin, Privacy,
    Video,
};
