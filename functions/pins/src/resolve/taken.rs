//! Whether a pin on Pinterest is one that we know already.

use jiff::SignedDuration;
use shared::domain::{Pin, PinId, PinterestPinId, State};
use shared::store::{CalendarQuery, Order, StoreError};

use crate::desk::Desk;

/// A pin goes out at most a day after its time, so whatever was published around an attempt is planned within this.
const AROUND: SignedDuration = SignedDuration::from_hours(25);

/// How many keys one look reads, which is what `BatchGetItem` takes.
const PAGE: i32 = 100;

/// How many looks there are at most; of a fuller calendar the rest is passed over, since this only catches a mistake.
const MOST_LOOKS: usize = 10;

/// The other pin of the owner that was published as `id` around the attempt in doubt.
pub async fn by(desk: &Desk, pin: &Pin, id: &PinterestPinId) -> Result<Option<PinId>, StoreError> {
    let pins = &desk.function.platform.pins;
    let at = pin.in_doubt_since();
    let (from, to) = (Some(at - AROUND), Some(at + AROUND));
    let mut query = CalendarQuery { from, to, order: Order::SoonestFirst, limit: PAGE, after: None };
    for _ in 0..MOST_LOOKS {
        let page = pins.calendar(&desk.owner, &query).await?;
        let ids: Vec<_> = page.entries.iter().map(|(id, _)| id.clone()).filter(|other| *other != pin.id).collect();
        let found = pins.load_many(&desk.owner, &ids).await?;
        let is_it =
            |other: &&Pin| matches!(&other.state, State::Published { pinterest_pin_id, .. } if pinterest_pin_id == id);
        if let Some(other) = found.iter().find(is_it) {
            return Ok(Some(other.id.clone()));
        }
        query.after = page.entries.last().map(|(_, place)| place.clone());
        if !page.more || query.after.is_none() {
            break;
        }
    }
    Ok(None)
}
