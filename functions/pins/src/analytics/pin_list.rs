//! Pinterest's list of an account's pins with their figures, read in pages of 250 as far as somebody needs it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use shared::analytics_quota::Category;
use shared::domain::PinterestPinId;
use shared::pinterest::PinFigures;

use super::body::to_second;
use super::{Asker, Unread};
use crate::Function;

/// How long a client is kept waiting for the pages of one account. The next request goes on from there.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);

/// How many pins of an account are remembered: forty pages.
const MOST_PINS: usize = 10_000;

/// What was read of the list so far.
#[derive(Debug, Clone)]
pub struct PinList {
    /// When its first page was read.
    pub read_at: Timestamp,
    pins: HashMap<PinterestPinId, PinFigures>,
    next: Next,
}

/// Where to go on.
#[derive(Debug, Clone)]
enum Next {
    Start,
    At(String),
    End,
}

impl PinList {
    /// What Pinterest told of a pin.
    pub fn get(&self, id: &PinterestPinId) -> Option<&PinFigures> {
        self.pins.get(id)
    }

    /// Whether it was read as far as `wanted` needs it: each of these pins is there, or is nowhere in the list.
    pub fn has(&self, wanted: &BTreeSet<PinterestPinId>) -> bool {
        matches!(self.next, Next::End) || wanted.iter().all(|id| self.pins.contains_key(id))
    }
}

/// Reads the list until it has every pin of `wanted`, or ends, or it takes too long; what was read before is not read again.
/// Where a page cannot be read, what comes before it is as good as it was.
pub async fn read(
    function: &Function,
    asker: &Asker<'_>,
    wanted: &BTreeSet<PinterestPinId>,
) -> Result<Arc<PinList>, Unread> {
    let key = (asker.account.id.clone(), asker.account.token_version);
    let known = function.figures.lists.get(&key);
    if let Some(known) = known.clone().filter(|known| known.has(wanted)) {
        return Ok(known);
    }
    let now = to_second(function.platform.clock.now());
    let new = || PinList { read_at: now, pins: HashMap::new(), next: Next::Start };
    let mut list = known.map_or_else(new, |known| PinList::clone(&known));
    let clock = &function.platform.clock;
    let until = clock.now() + PATIENCE;
    while !list.has(wanted) && clock.now() < until {
        let bookmark = if let Next::At(bookmark) = &list.next { Some(bookmark.as_str()) } else { None };
        let pinterest = &function.platform.pinterest;
        let call = || pinterest.pins_with_figures(&asker.token, bookmark).boxed();
        let page = match asker.ask(Category::Read, call).await {
            Ok(page) => page,
            Err(unread) if list.pins.is_empty() => return Err(unread),
            Err(unread) => {
                let error = &unread as &dyn std::error::Error;
                tracing::warn!(account = %asker.account.id, error, "a list of pins could be read only in part");
                break;
            }
        };
        list.pins.extend(page.items.into_iter().map(|pin| (pin.id.clone(), pin)));
        let is_enough = list.pins.len() >= MOST_PINS;
        list.next = page.bookmark.filter(|_| !is_enough).map_or(Next::End, Next::At);
    }
    let list = Arc::new(list);
    function.figures.lists.put(key, &list);
    Ok(list)
}
