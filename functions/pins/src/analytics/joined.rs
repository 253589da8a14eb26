//! Published pins of ours, each with what Pinterest counted for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;
use shared::api::Problem;
use shared::domain::{Account, AccountId, OwnerId, Pin, PinterestPinId, Scope, State};
use shared::pinterest::PinFigures;

use super::{Asker, PinList, pin_list};
use crate::Function;

/// What is known of the accounts of some pins.
#[derive(Default)]
pub struct Accounts {
    known: BTreeMap<AccountId, Account>,
    lists: BTreeMap<AccountId, Arc<PinList>>,
    /// Accounts whose list is longer than could be read at once.
    pub partly_read: Vec<AccountId>,
    /// Why the figures of accounts are missing.
    pub unread: Vec<(AccountId, Problem)>,
}

impl Accounts {
    /// Reads what Pinterest says of `pins`. An account that cannot be asked keeps no other from being told.
    pub async fn read(function: &Function, owner: &OwnerId, pins: &[Pin]) -> Result<Self, Problem> {
        let mut wanted: BTreeMap<&AccountId, BTreeSet<PinterestPinId>> = BTreeMap::new();
        for pin in pins {
            // Of what was taken down there is nothing to be found, however far Pinterest's list is read.
            let to_find = published_as(pin).filter(|_| pin.taken_down_at.is_none());
            wanted.entry(&pin.account_id).or_default().extend(to_find.cloned());
        }
        let reads = wanted.into_iter().map(async |(id, wanted)| {
            let account = function.platform.accounts.load(owner, id).await?;
            let Some(account) = account else { return Ok((id, None, Err(Problem::not_found("account")))) };
            let list = list(function, &account, &wanted).await;
            Ok::<_, Problem>((id, Some(account), list.map(|list| (list.has(&wanted), list))))
        });
        let mut accounts = Self::default();
        for read in join_all(reads).await {
            let (id, account, list) = read?;
            accounts.known.extend(account.map(|account| (id.clone(), account)));
            match list {
                Ok((is_whole, list)) => {
                    accounts.lists.insert(id.clone(), list);
                    accounts.partly_read.extend((!is_whole).then(|| id.clone()));
                }
                Err(problem) => accounts.unread.push((id.clone(), problem)),
            }
        }
        Ok(accounts)
    }

    /// The account of that id.
    pub fn get(&self, id: &AccountId) -> Option<&Account> {
        self.known.get(id)
    }

    /// What Pinterest counted for `pin`.
    pub fn figures(&self, pin: &Pin) -> Option<&PinFigures> {
        self.lists.get(&pin.account_id)?.get(published_as(pin)?)
    }

    /// When the oldest of what is told was read.
    pub fn read_at(&self) -> Option<Timestamp> {
        self.lists.values().map(|list| list.read_at).min()
    }
}

async fn list(
    function: &Function,
    account: &Account,
    wanted: &BTreeSet<PinterestPinId>,
) -> Result<Arc<PinList>, Problem> {
    let asker = Asker::open(function, account, &[Scope::BOARDS_READ, Scope::PINS_READ]).await?;
    Ok(pin_list::read(function, &asker, wanted).await?)
}

/// Pinterest's id of a pin that is published.
pub fn published_as(pin: &Pin) -> Option<&PinterestPinId> {
    match &pin.state {
        State::Published { pinterest_pin_id, .. } => Some(pinterest_pin_id),
        _ => None,
    }
}
