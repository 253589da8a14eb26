//! What became of a pin, and whether that is what was planned.

use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};

/// How late a pin may be.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(1);

/// A pin as Pinwheel and Pinterest tell of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The title.
    pub title: String,
    /// The board's name.
    pub board: &'static str,
    /// When it was to be published.
    pub due: Timestamp,
    /// Its status at Pinwheel.
    pub status: String,
    /// When Pinterest made each pin of this title on the board.
    pub published: Vec<Timestamp>,
    /// When it was on the board's page for the first time.
    pub seen_at: Option<Timestamp>,
}

impl Outcome {
    /// How much later than planned Pinterest made the pin; negative for one that came early.
    pub fn lateness(&self) -> Option<SignedDuration> {
        self.published.first().map(|published| published.duration_since(self.due))
    }

    fn judge(&self) -> anyhow::Result<SignedDuration> {
        let Self { title, board, .. } = self;
        let times = self.published.len();
        if times > 1 {
            bail!("{title:?} is on the board {board:?} {times} times instead of once");
        }
        let late = self.lateness().with_context(|| {
            format!("{title:?} is not on the board {board:?}; Pinwheel says that it is {}", self.status)
        })?;
        if late < SignedDuration::ZERO {
            bail!("{title:?} was published {} ms before its time", -late.as_millis());
        }
        if late > TOLERANCE {
            bail!("{title:?} was published {} ms late, which is more than a second", late.as_millis());
        }
        if self.seen_at.is_none() {
            bail!("{title:?} is not on the page of the board {board:?}");
        }
        if self.status != "published" {
            bail!("{title:?} is on its board, but Pinwheel says that it is {}", self.status);
        }
        Ok(late)
    }
}

/// The greatest lateness, if every pin is on its board once and in time; otherwise what is wrong with the first that is not.
pub fn judge(outcomes: &[Outcome]) -> anyhow::Result<SignedDuration> {
    let mut latest = SignedDuration::ZERO;
    for outcome in outcomes {
        latest = latest.max(outcome.judge()?);
    }
    Ok(latest)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn outcome(published_after_ms: &[i64]) -> Outcome {
        let due = Timestamp::from_second(1_800_000_000).unwrap();
        let published = published_after_ms.iter().map(|late| due + SignedDuration::from_millis(*late)).collect();
        Outcome {
            title: "Lemon cake".to_owned(),
            board: "New arrivals",
            due,
            status: "published".to_owned(),
            published,
            seen_at: Some(due),
        }
    }

    #[test]
    fn the_greatest_lateness_is_told() {
        let latest = judge(&[outcome(&[3]), outcome(&[1000]), outcome(&[0])]).unwrap();
        assert_eq!(latest, SignedDuration::from_secs(1));
    }

    #[test]
    fn whatever_is_not_as_planned_is_said() {
        let unseen = Outcome { seen_at: None, ..outcome(&[3]) };
        let unrecorded = Outcome { status: "publishing".to_owned(), ..outcome(&[3]) };
        let missing = Outcome { status: "failed".to_owned(), ..outcome(&[]) };
        for (outcome, words) in [
            (outcome(&[-1]), "\"Lemon cake\" was published 1 ms before its time"),
            (outcome(&[1001]), "\"Lemon cake\" was published 1001 ms late, which is more than a second"),
            (outcome(&[3, 4]), "\"Lemon cake\" is on the board \"New arrivals\" 2 times instead of once"),
            (missing, "\"Lemon cake\" is not on the board \"New arrivals\"; Pinwheel says that it is failed"),
            (unseen, "\"Lemon cake\" is not on the page of the board \"New arrivals\""),
            (unrecorded, "\"Lemon cake\" is on its board, but Pinwheel says that it is publishing"),
        ] {
            assert_eq!(judge(&[outcome]).unwrap_err().to_string(), words);
        }
    }
}
