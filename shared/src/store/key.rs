//! The keys of the table's items.

use jiff::civil::Date;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::domain::{
    AccountId, CircuitKind, ConnectLinkId, EventId, ImportId, MediaId, Mode, OwnerId, Partition, PinId,
    PinterestUserId, Shard, TemplateId, WebhookId,
};

/// Owners come from outside, so the separator and the escape itself are encoded.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'#').add(b'%');

/// The partition and sort key of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(super) fn settings() -> Self {
        Self::new("settings", "pinterest")
    }

    pub(super) fn callback_proof() -> Self {
        Self::new("settings", "callback")
    }

    /// A change of the settings; `order` sorts by time.
    pub(super) fn change(order: &str) -> Self {
        Self::new("settings", format!("{CHANGE}{order}"))
    }

    pub(super) fn consent(hash: &str) -> Self {
        Self::new(format!("oauth-state#{hash}"), "-")
    }

    pub(super) fn pick(hash: &str) -> Self {
        Self::new(format!("pick-grant#{hash}"), "-")
    }

    pub(super) fn connect_link(hash: &str) -> Self {
        Self::new(format!("connect-link#{hash}"), "-")
    }

    /// The entry of a connect link in the list of its owner.
    pub(super) fn listed_link(owner: &OwnerId, id: &ConnectLinkId) -> Self {
        Self::new(owner_partition(owner), format!("{CONNECT_LINK}{id}"))
    }

    pub(super) fn account(owner: &OwnerId, id: &AccountId) -> Self {
        Self::new(owner_partition(owner), format!("{ACCOUNT}{id}"))
    }

    pub(super) fn link(mode: Mode, user: &PinterestUserId) -> Self {
        Self::new(format!("pinterest#{mode}#{user}"), "-")
    }

    pub(super) fn pin(owner: &OwnerId, id: &PinId) -> Self {
        Self::new(owner_partition(owner), format!("{PIN}{id}"))
    }

    pub(super) fn media(owner: &OwnerId, id: &MediaId) -> Self {
        Self::new(owner_partition(owner), format!("{MEDIA}{id}"))
    }

    /// How many pins of an account need a person.
    pub(super) fn count(owner: &OwnerId, account: &AccountId) -> Self {
        Self::new(owner_partition(owner), format!("{COUNT}{account}"))
    }

    /// How many late pins of an account went out on a day.
    pub(super) fn late_posts(owner: &OwnerId, account: &AccountId) -> Self {
        Self::new(owner_partition(owner), format!("{LATE}{account}"))
    }

    /// Who has which slot of a day of an account's plan.
    pub(super) fn day(owner: &OwnerId, account: &AccountId, date: Date) -> Self {
        Self::new(owner_partition(owner), format!("{DAY}{account}#{date}"))
    }

    /// A file of pins that was taken.
    pub(super) fn import(owner: &OwnerId, id: &ImportId) -> Self {
        Self::new(owner_partition(owner), format!("{IMPORT}{id}"))
    }

    /// Some of its rows. Of several requests that take the same file at a time, each writes rows of its own.
    pub(super) fn import_part(owner: &OwnerId, id: &ImportId, copy: &str, part: usize) -> Self {
        Self::new(owner_partition(owner), format!("{IMPORT}{id}#{copy}#{part}"))
    }

    pub(super) fn template(owner: &OwnerId, id: &TemplateId) -> Self {
        Self::new(owner_partition(owner), format!("{TEMPLATE}{id}"))
    }

    /// A webhook of an owner; without one, of the installation.
    pub(super) fn webhook(owner: Option<&OwnerId>, id: &WebhookId) -> Self {
        // The bus is in no list of webhooks.
        let sk = if *id == WebhookId::bus() { BUS.to_owned() } else { format!("{WEBHOOK}{id}") };
        Self::new(webhook_partition(owner), sk)
    }

    /// A webhook that was removed, while there may be deliveries of it.
    pub(super) fn removed_webhook(owner: Option<&OwnerId>, id: &WebhookId) -> Self {
        Self::new(webhook_partition(owner), format!("{REMOVED_WEBHOOK}{id}"))
    }

    /// That an owner is being erased.
    pub(super) fn erasure(owner: &OwnerId) -> Self {
        Self::new(owner_partition(owner), ERASURE)
    }

    /// That `of`, a consent, grant or link, is of `owner`: it lies by itself, and has to be found when the owner is erased.
    pub(super) fn consent_of(owner: &OwnerId, of: &Self) -> Self {
        Self::new(owner_partition(owner), format!("{CONSENT}{}", of.pk))
    }

    /// What became of an event at a webhook.
    pub(super) fn delivery(webhook: &WebhookId, event: &EventId) -> Self {
        Self::new(delivery_partition(webhook), event.as_str())
    }

    /// Up to where events were looked at by those who send them.
    pub(super) fn events_seen() -> Self {
        Self::new(WEBHOOKS, "seen")
    }

    /// Something that happened to what `owner` has; without one, to the whole installation.
    pub(super) fn event(owner: Option<&OwnerId>, id: &EventId) -> Self {
        Self::new(event_partition(owner), id.as_str())
    }

    /// About how much an owner has of something.
    pub(super) fn stock(owner: &OwnerId, of: &str) -> Self {
        Self::new(owner_partition(owner), format!("{USE}{of}"))
    }

    /// How many files of pins of an owner were taken on a day.
    pub(super) fn imports_of_day(owner: &OwnerId, date: Date) -> Self {
        Self::new(owner_partition(owner), format!("{USE}imports#{date}"))
    }

    /// How many calls of Pinterest's quota are taken in a window of time.
    pub(super) fn quota(of: &str, window: i64) -> Self {
        Self::new(format!("{QUOTA}{of}"), window.to_string())
    }

    pub(super) fn circuit(mode: Mode, kind: CircuitKind) -> Self {
        Self::new(circuit_partition(mode), kind.code())
    }

    pub(super) fn sweep() -> Self {
        Self::new(SWEEP, "-")
    }

    /// A partition in which pins were parked.
    pub(super) fn parking(partition: &Partition) -> Self {
        Self::new(SWEEP, partition.to_string())
    }

    /// A file of pins that is being stored.
    pub(super) fn open_import(id: &ImportId) -> Self {
        Self::new(SWEEP, format!("{OPEN_IMPORT}{id}"))
    }

    pub(super) fn shard(shard: Shard) -> Self {
        Self::new(format!("shard#{shard}"), "-")
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {}", self.pk, self.sk)
    }
}

pub(super) const ACCOUNT: &str = "account#";
pub(super) const PIN: &str = "pin#";
pub(super) const MEDIA: &str = "media#";
pub(super) const COUNT: &str = "count#";
pub(super) const TEMPLATE: &str = "template#";
pub(super) const DAY: &str = "day#";
pub(super) const EVENTS: &str = "events#";
pub(super) const WEBHOOK: &str = "webhook#";
pub(super) const BUS: &str = "bus";
pub(super) const REMOVED_WEBHOOK: &str = "removed#";
pub(super) const ERASURE: &str = "erasure";
pub(super) const CONSENT: &str = "consent#";
const WEBHOOKS: &str = "webhooks";
pub(super) const CONNECT_LINK: &str = "connect-link#";
pub(super) const LATE: &str = "late#";
const QUOTA: &str = "quota#";
pub(super) const USE: &str = "use#";
pub(super) const IMPORT: &str = "import#";
pub(super) const CHANGE: &str = "change#";
pub(super) const CIRCUIT: &str = "circuit#";
pub(super) const SWEEP: &str = "sweep";

/// With what the sort keys of files begin that are being stored.
pub(super) const OPEN_IMPORT: &str = "import#";

pub(super) fn circuit_partition(mode: Mode) -> String {
    format!("{CIRCUIT}{mode}")
}

pub(super) fn owner_partition(owner: &OwnerId) -> String {
    format!("owner#{}", encoded(owner))
}

/// Where the events of an owner are, or those of the whole installation. They are apart from what happens to whom, so that
/// reading or writing many of either does not slow the other down.
pub(super) fn event_partition(owner: Option<&OwnerId>) -> String {
    format!("{EVENTS}{}", owner.map(encoded).unwrap_or_default())
}

/// Where the webhooks of an owner are, or those of the installation.
pub(super) fn webhook_partition(owner: Option<&OwnerId>) -> String {
    owner.map_or_else(|| WEBHOOKS.to_owned(), owner_partition)
}

/// Where it is noted what became of events at a webhook.
pub(super) fn delivery_partition(webhook: &WebhookId) -> String {
    format!("deliveries#{webhook}")
}

/// The owner of the events in this partition; absent for the whole installation's.
pub(super) fn owner_of_events(pk: &str) -> Option<OwnerId> {
    percent_decode_str(pk.strip_prefix(EVENTS)?).decode_utf8().ok()?.parse().ok()
}

/// The owner as it stands in keys.
pub(super) fn encoded(owner: &OwnerId) -> String {
    utf8_percent_encode(owner.as_str(), ESCAPED).to_string()
}

/// The owner of an item with this partition key.
pub(super) fn owner_of(pk: &str) -> Option<OwnerId> {
    let encoded = pk.strip_prefix("owner#")?;
    percent_decode_str(encoded).decode_utf8().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn no_owner_can_write_itself_into_anothers_partition() {
        for owner in ["alice", "a#b", "a%23b", "über", "%", "a\nb"] {
            let owner: OwnerId = owner.parse().unwrap();
            let pk = owner_partition(&owner);
            assert_eq!(pk.matches('#').count(), 1, "{pk}");
            assert_eq!(owner_of_events(&event_partition(Some(&owner))).as_ref(), Some(&owner));
            assert_eq!(owner_of(&pk), Some(owner));
        }
        assert_eq!(owner_of("settings"), None);
        assert_eq!(owner_of_events(&event_partition(None)), None);
    }
}
