//! The one DynamoDB table, as typed stores.
//!
//! Every item has a shape of its own here; nothing outside this folder knows attribute names. Reads that a decision
//! is based on are consistent; writes carry the condition under which they are right.

mod accounts;
mod busy;
mod circuits;
mod consents;
mod erasures;
mod events;
mod failure;
mod imports;
mod items;
mod key;
mod media;
mod objects;
mod owners;
mod pins;
mod quotas;
pub mod schema;
mod settings;
mod shards;
mod sweeps;
mod table;
mod templates;
mod uses;
mod webhooks;

pub use accounts::{AccountStore, Link};
pub(crate) use busy::Busy;
pub use circuits::CircuitStore;
pub use consents::{ConnectLink, Consent, ConsentStore, LinkUse, ListedLink, PickGrant};
pub use erasures::{ErasedFile, ErasedPage, ErasureStore, Partition as ErasedPartition};
pub use events::{EventPage, EventStore, Recent, Unsent};
pub use failure::StoreError;
pub use imports::ImportStore;
pub use media::{MediaPage, MediaStore};
pub use objects::{ObjectError, ObjectStore, Piece, PreviewAddresses, PreviewSigner, Read, Stored, Upload};
pub use owners::{OwnedItem, OwnedPlace, OwnerStore};
pub use pins::{
    CalendarPage, CalendarQuery, Claim, Day, DueEntry, DuePage, DuePosition, DueWork, Lease, Order, PinStore, SlotClaim,
};
pub use quotas::{Quota, QuotaStore, QuotaWindow};
pub use settings::{CallbackProof, Change, SettingsStore};
pub use shards::{MOST_HANDED, ShardOwner, ShardStore, Taken};
pub use sweeps::{DueSweep, OpenImport, OpenImportPage, Parking, SweepStore};
pub use table::Table;
pub use templates::TemplateStore;
pub use uses::{Stock, Use, UseStore, day};
pub use webhooks::{Claimed, DeliveryPage, WebhookKey, WebhookStore};
