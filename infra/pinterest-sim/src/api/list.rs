//! Pages of lists: `page_size`, and bookmarks that nobody but this host can read.
//! Invented: that lists are newest first, unless [`crate::BoardOrder`] says otherwise.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::{Answer, Incoming, Refusal};
use crate::simulator::World;
use crate::store::Slice;

const DEFAULT_SIZE: usize = 25;
const LARGEST: usize = 250;

/// One page of a list.
pub(super) struct Page {
    /// What tells this list from others, so that a bookmark of one is of no use in another.
    list: String,
    size: usize,
    before: i64,
}

impl Page {
    /// The page that a call asks for.
    pub(super) fn of(call: &Incoming) -> Result<Self, Refusal> {
        let size = match call.query("page_size") {
            None => DEFAULT_SIZE,
            Some(text) => {
                let size = text.parse::<usize>().ok().filter(|size| (1..=LARGEST).contains(size));
                size.ok_or_else(|| {
                    Refusal::invalid(format!("'{text}' is not between 1 and {LARGEST} for parameter 'page_size'"))
                })?
            }
        };
        let path = call.path.split('?').next().unwrap_or_default();
        let list = format!("{}{path}", call.mode);
        let before = match call.query("bookmark").filter(|bookmark| !bookmark.is_empty()) {
            None => i64::MAX,
            Some(bookmark) => {
                read(bookmark, &list).ok_or_else(|| Refusal::invalid("the value of 'bookmark' is not valid"))?
            }
        };
        Ok(Self { list, size, before })
    }

    /// The rows to read: one more than the page holds, to see whether another page follows.
    pub(super) fn slice(&self) -> Slice {
        Slice { before: self.before, limit: self.size + 1 }
    }

    /// The answer for rows that were read with [`Self::slice`].
    pub(super) fn answer<T>(
        &self,
        world: &World<'_>,
        mut rows: Vec<T>,
        seq: impl Fn(&T) -> i64,
        mut show: impl FnMut(&T) -> Result<Value, Refusal>,
    ) -> Result<Answer, Refusal> {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        let bookmark = rows.last().filter(|_| more).map(|last| self.write(seq(last), world.now.as_second()));
        let items = rows.iter().map(&mut show).collect::<Result<Vec<_>, _>>()?;
        Ok(Answer::ok(json!({ "items": items, "bookmark": bookmark })))
    }

    fn write(&self, seq: i64, now: i64) -> String {
        BASE64URL_NOPAD.encode(format!("?c{seq}.{now}|{}", self.list).as_bytes())
    }
}

fn read(bookmark: &str, list: &str) -> Option<i64> {
    let text = String::from_utf8(BASE64URL_NOPAD.decode(bookmark.as_bytes()).ok()?).ok()?;
    let (position, of) = text.strip_prefix("?c")?.split_once('|')?;
    let (seq, _) = position.split_once('.')?;
    if of == list { seq.parse().ok() } else { None }
}
