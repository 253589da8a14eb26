//! Whether a pin on Pinterest is one that we know already.

use jiff::SignedDuration;
use shared::domain::{Pin, PinId, PinterestPinId, State};
use shared::store::StoreError;

use crate::desk::Desk;

/// A pin goes out at most a day after its time, so whatever was published around an attempt is planned within this.
const AROUND: SignedDuration = SignedDuration::from_hours(25);

/// How many pages of a calendar are read at most; of a fuller one the rest is passed over, since this only catches a
/// mistake.
const MOST_PAGES: usize = 10;

/// The other pin of the owner that was published as `id` around the attempt in doubt.
pub async fn by(desk: &Desk, pin: &Pin, id: &PinterestPinId) -> Result<Option<PinId>, StoreError> {
    let at = pin.in_doubt_since();
    let around = (at - AROUND, at + AROUND);
    let (pins, _) = desk.function.platform.pins.planned_between(&desk.owner, around, MOST_PAGES).await?;
    let is_it =
        |other: &&Pin| matches!(&other.state, State::Published { pinterest_pin_id, .. } if pinterest_pin_id == id);
    Ok(pins.iter().filter(|other| other.id != pin.id).find(is_it).map(|other| other.id.clone()))
}
