//! What the demo shows while it goes on and at its end.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::act::Planned;
use super::outcome::Outcome;

/// A terminal, where a line can be written over, or a file, where it cannot.
pub struct Screen {
    out: io::Stdout,
    is_terminal: bool,
    shown: usize,
}

impl Screen {
    /// Begins with what this is and where it runs.
    pub fn new(url: &Url) -> Self {
        let out = io::stdout();
        let is_terminal = out.is_terminal();
        let mut screen = Self { out, is_terminal, shown: 0 };
        screen.line(&format!("The whole job once, on a Pinwheel of its own at {url}\n"));
        screen
    }

    /// A step that worked, with what came of it.
    pub fn done(&mut self, what: &str, result: &str) {
        self.line(&format!("  {what:<44} {result}"));
    }

    /// How far the publisher is: a line written over and over, and one for each pin that has appeared.
    pub fn progress(&mut self, pins: &[Planned], now: Timestamp) {
        if self.shown == 0 && self.is_terminal {
            self.line("");
        }
        let seen: Vec<_> = pins.iter().filter(|pin| pin.seen_at.is_some()).collect();
        if !self.is_terminal && seen.len() > self.shown {
            self.line(&format!("  {} {} of {} pins are on their boards", clock_time(now), seen.len(), pins.len()));
        }
        self.shown = self.shown.max(seen.len());
        if self.is_terminal {
            self.over(&countdown(pins, now));
        }
    }

    /// What was published when.
    pub fn table(&mut self, outcomes: &[Outcome]) {
        if self.is_terminal {
            self.over("");
        }
        let table = table(outcomes);
        self.line(&format!("\n{table}"));
    }

    /// The last line, when everything is as planned.
    pub fn end(&mut self, outcomes: &[Outcome], latest: SignedDuration) {
        let count = outcomes.len();
        self.line(&format!(
            "All {count} pins are on their boards, each once, none before its time and none more than {} ms late.",
            latest.as_millis()
        ));
    }

    fn line(&mut self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    fn over(&mut self, text: &str) {
        self.write(&format!("\r{text:<70}\r"));
    }

    fn write(&mut self, text: &str) {
        // Nobody may be reading any more, which does not change what is published.
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

fn countdown(pins: &[Planned], now: Timestamp) -> String {
    let seen = pins.iter().filter(|pin| pin.seen_at.is_some()).count();
    let next = pins.iter().filter(|pin| pin.due > now).min_by_key(|pin| pin.due);
    let next = next.map(|pin| {
        let left = pin.due.duration_since(now).as_millis();
        format!(", {:?} in {}.{} s", pin.title, left / 1000, left % 1000 / 100)
    });
    format!("  {} of {} pins are on their boards{}", seen, pins.len(), next.unwrap_or_default())
}

fn table(outcomes: &[Outcome]) -> String {
    let head = ["pin", "board", "due (UTC)", "published at", "late by", "seen on the board at"].map(str::to_owned);
    let mut rows = vec![head];
    rows.extend(outcomes.iter().map(row));
    let widths: Vec<_> =
        (0..6).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()).collect();
    let mut table = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (column, cell) in row.iter().enumerate() {
            // The lateness is the one number to compare from line to line.
            let width = widths[column];
            let _ = if column == 4 { write!(line, " {cell:>width$} ") } else { write!(line, " {cell:<width$} ") };
        }
        let _ = writeln!(table, "{}", line.trim_end());
    }
    table
}

fn row(outcome: &Outcome) -> [String; 6] {
    let published: Vec<_> = outcome.published.iter().map(|at| clock_time(*at)).collect();
    [
        outcome.title.clone(),
        outcome.board.to_owned(),
        clock_time(outcome.due),
        if published.is_empty() { outcome.status.clone() } else { published.join(" ") },
        outcome.lateness().map_or_else(|| "-".to_owned(), |late| format!("{} ms", late.as_millis())),
        outcome.seen_at.map_or_else(|| "-".to_owned(), clock_time),
    ]
}

/// The time of day in UTC, to the millisecond.
fn clock_time(at: Timestamp) -> String {
    at.strftime("%H:%M:%S.%3f").to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2027-01-01T{text}Z").parse().unwrap()
    }

    #[test]
    fn the_table_says_what_was_published_when() {
        let due = at("10:00:00");
        let outcome = |title: &str, published: &[&str]| Outcome {
            title: title.to_owned(),
            board: "Sale",
            due,
            status: if published.is_empty() { "failed" } else { "published" }.to_owned(),
            published: published.iter().map(|text| at(text)).collect(),
            seen_at: published.first().map(|text| at(text)),
        };
        let table = table(&[outcome("Mug", &["10:00:00.0123"]), outcome("Lemon cake", &[])]);
        let expected = "  pin         board  due (UTC)     published at  late by  seen on the board at
  Mug         Sale   10:00:00.000  10:00:00.012    12 ms  10:00:00.012
  Lemon cake  Sale   10:00:00.000  failed              -  -
";
        assert_eq!(table, expected);
    }

    #[test]
    fn the_countdown_names_the_next_pin() {
        let pin = |title: &str, due| Planned {
            id: String::new(),
            title: title.to_owned(),
            board_id: String::new(),
            board: "Sale",
            due,
            seen_at: None,
        };
        let mut pins = [pin("Mug", at("10:00:02.55")), pin("Vase", at("10:00:01")), pin("Cake", at("10:00:00"))];
        pins[2].seen_at = Some(at("10:00:00.1"));
        assert_eq!(countdown(&pins, at("10:00:00.2")), "  1 of 3 pins are on their boards, \"Vase\" in 0.8 s");
        assert_eq!(countdown(&pins, at("10:00:05")), "  1 of 3 pins are on their boards");
    }
}
