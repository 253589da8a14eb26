//! Looks at the boards as a person does until everything is there.

use std::collections::BTreeSet;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use shared::clock::Clock;

use super::act::Planned;
use super::outcome::Outcome;
use super::plan::USERNAME;
use super::screen::Screen;
use crate::person::Person;

/// How often the boards are looked at.
const EVERY: SignedDuration = SignedDuration::from_millis(100);

/// How long after its time a pin is waited for.
const PATIENCE: SignedDuration = SignedDuration::from_secs(8);

/// Looks at the boards' pages, and at Pinwheel's list, until every pin is there and recorded, or long past due.
pub async fn until_all_are_there(
    viewer: &mut Person,
    pins: &mut [Planned],
    clock: &dyn Clock,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let end = pins.iter().map(|pin| pin.due).max().unwrap_or(clock.now()) + PATIENCE;
    loop {
        look(viewer, pins, clock).await?;
        let now = clock.now();
        screen.progress(pins, now);
        let all_seen = pins.iter().all(|pin| pin.seen_at.is_some());
        if now > end || (all_seen && all_recorded(viewer, pins).await?) {
            return Ok(());
        }
        clock.sleep_until(now + EVERY).await;
    }
}

/// What became of each pin, by Pinwheel's own word and by Pinterest's; in the order of their times.
pub async fn outcomes(viewer: &mut Person, mut pins: Vec<Planned>) -> anyhow::Result<Vec<Outcome>> {
    pins.sort_by_key(|pin| pin.due);
    let mut outcomes = Vec::new();
    for pin in pins {
        let status = status(viewer, &pin).await?;
        let path = format!("_pinterest/control/pins?board={}", pin.board_id);
        let made = viewer.get(&path).await?.expect_success("Pinterest's own list")?.json();
        let made = made["items"].as_array().cloned().unwrap_or_default();
        let published = made.iter().filter(|item| item["title"] == pin.title.as_str()).map(|item| &item["created_at"]);
        let published: Option<Vec<Timestamp>> = published.map(|at| at.as_str()?.parse().ok()).collect();
        let published = published.context("Pinterest's own list has a pin without a time")?;
        let Planned { title, board, due, seen_at, .. } = pin;
        outcomes.push(Outcome { title, board, due, status, published, seen_at });
    }
    Ok(outcomes)
}

async fn look(viewer: &mut Person, pins: &mut [Planned], clock: &dyn Clock) -> anyhow::Result<()> {
    let boards: BTreeSet<_> = pins.iter().filter(|pin| pin.seen_at.is_none()).map(|pin| pin.board_id.clone()).collect();
    for board in boards {
        let path = format!("_pinterest/boards/{USERNAME}/{board}");
        let page = viewer.get(&path).await?.expect_success("the board's page")?.text();
        let now = clock.now();
        for pin in pins.iter_mut().filter(|pin| pin.board_id == board && pin.seen_at.is_none()) {
            pin.seen_at = page.contains(&format!("<h2>{}</h2>", pin.title)).then_some(now);
        }
    }
    Ok(())
}

async fn all_recorded(viewer: &mut Person, pins: &[Planned]) -> anyhow::Result<bool> {
    for pin in pins {
        if status(viewer, pin).await? != "published" {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn status(viewer: &mut Person, pin: &Planned) -> anyhow::Result<String> {
    let shown = viewer.get(&format!("v1/pins/{}", pin.id)).await?.expect_success("the pin")?.json();
    Ok(shown["status"].as_str().context("a pin has no status")?.to_owned())
}
