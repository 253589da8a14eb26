//! Erases owners: everything that is stored of them, page by page, and once more when what was under way is over.
//!
//! It is here and not in the publisher, which has seconds to keep.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, ErasureState, OwnerId, WebhookId};
use shared::erasing::disconnect_all;
use shared::platform::Platform;
use shared::random;
use shared::store::{ErasedPage, ErasedPartition, ObjectError, StoreError};

/// The last part of an invocation, in which no page is begun.
const RESERVE: SignedDuration = SignedDuration::from_secs(20);

/// How long a claim holds beyond the end of the invocation.
const LEASE_BEYOND: SignedDuration = SignedDuration::from_secs(30);

/// How many files are deleted at a time.
const FILES_AT_ONCE: usize = 16;

/// Why an owner could not be erased; the next tick after the claim goes on.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The table does not answer.
    #[error("could not erase an owner's rows")]
    Store(#[from] StoreError),
    /// The bucket does not answer.
    #[error("could not erase an owner's files")]
    Files(#[from] ObjectError),
}

/// Goes on with every erasure that is due, each on its own, until `deadline`; an error is the last one's.
pub async fn erase_due(platform: &Platform, deadline: Timestamp) -> Result<(), EraseError> {
    let mut all = Ok(());
    for owner in platform.erasures.due(platform.clock.now()).await? {
        if let Err(error) = erase(platform, &owner, deadline).await {
            shared::api::log(&error);
            all = Err(error);
        }
    }
    all
}

/// Erases `owner` as far as it goes until `deadline`, unless somebody else does.
pub async fn erase(platform: &Platform, owner: &OwnerId, deadline: Timestamp) -> Result<(), EraseError> {
    let (holder, now) = (random::uuid(&*platform.random), platform.clock.now());
    let Some(erasure) = platform.erasures.claim(owner, &holder, (now, deadline + LEASE_BEYOND)).await? else {
        return Ok(());
    };
    let work = Work { platform, owner, holder: &holder, until: deadline - RESERVE };
    let Some(found) = work.erase_all().await? else {
        return Ok(platform.erasures.release(owner, &holder, (erasure.state, platform.clock.now())).await?);
    };
    if now < erasure.settled_at() {
        let next = (ErasureState::Settling, erasure.settled_at());
        return Ok(platform.erasures.release(owner, &holder, next).await?);
    }
    work.erase_last(&found).await?;
    platform.erasures.finish(owner, &holder).await?;
    tracing::info!(rows = erasure.erased, "an owner was erased");
    Ok(())
}

/// The work on one owner in an invocation.
struct Work<'w> {
    platform: &'w Platform,
    owner: &'w OwnerId,
    holder: &'w str,
    until: Timestamp,
}

/// What leads to rows elsewhere, and so goes last.
struct Found {
    accounts: Vec<Account>,
    webhooks: BTreeSet<WebhookId>,
    everybodys: BTreeSet<WebhookId>,
}

impl Work<'_> {
    /// Erases all but what goes last; absent where there was no time for all of it.
    async fn erase_all(&self) -> Result<Option<Found>, EraseError> {
        let erasures = &self.platform.erasures;
        let accounts = disconnect_all(self.platform, self.owner).await?;
        let webhooks = erasures.webhooks(Some(self.owner)).await?;
        for webhook in &webhooks {
            erasures.silence(self.owner, webhook, self.platform.clock.now()).await?;
        }
        let everybodys = erasures.webhooks(None).await?;
        let deliveries = webhooks.iter().cloned().map(ErasedPartition::Deliveries);
        for partition in [ErasedPartition::Own, ErasedPartition::Events].into_iter().chain(deliveries) {
            if !self.erase_in(&partition, &everybodys).await? {
                return Ok(None);
            }
        }
        Ok(Some(Found { accounts, webhooks, everybodys }))
    }

    /// Erases what is in a partition; answers whether there was time for all of it.
    async fn erase_in(
        &self,
        partition: &ErasedPartition,
        everybodys: &BTreeSet<WebhookId>,
    ) -> Result<bool, EraseError> {
        let erasures = &self.platform.erasures;
        let mut after = None;
        loop {
            if self.platform.clock.now() >= self.until {
                return Ok(false);
            }
            let page = erasures.page(self.owner, partition, everybodys, after.as_deref()).await?;
            if page.count() > 0 {
                self.erase_page(&page).await?;
                if !erasures.note(self.owner, self.holder, page.count()).await? {
                    return Ok(false);
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(true);
            }
        }
    }

    async fn erase_page(&self, page: &ErasedPage) -> Result<(), EraseError> {
        let objects = &self.platform.objects;
        let files: Vec<_> = page.files.iter().map(|file| objects.erase(self.owner, file).boxed()).collect();
        stream::iter(files).buffer_unordered(FILES_AT_ONCE).try_collect::<()>().await?;
        Ok(self.platform.erasures.delete(page).await?)
    }

    /// Erases what names the owner in rows of others, and what led to it.
    async fn erase_last(&self, found: &Found) -> Result<(), EraseError> {
        let Platform { erasures, shards, circuits, webhooks, clock, .. } = self.platform;
        erasures.forget_handed(self.owner, shards).await?;
        circuits.forget_owner(self.owner).await?;
        for webhook in &found.everybodys {
            webhooks.forget_owner(webhook, self.owner, clock.now()).await?;
        }
        erasures.delete_last(self.owner, &found.webhooks, &found.accounts).await?;
        Ok(())
    }
}
