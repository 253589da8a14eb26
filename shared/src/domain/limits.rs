//! What one owner may have at a time, so that nobody uses up what belongs to all.

/// The limits of every owner, as an administrator sets them; 0 stands for no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    waiting_pins: u32,
    media_gb: u32,
    templates: u32,
    imports_per_day: u32,
    accounts: u32,
    webhooks: u32,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Pins that are to go out: scheduled, held, or being published. Drafts do not wait.
    WaitingPins,
    /// Uploaded files, by their size.
    Media,
    /// Templates.
    Templates,
    /// Files of pins that are taken on one day of UTC.
    ImportsPerDay,
    /// Connected accounts, those that have to be connected again included.
    Accounts,
    /// Webhooks.
    Webhooks,
}

/// That somebody has as much as they may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Of what.
    pub limit: Limit,
    /// How much they may have.
    pub most: u64,
    /// How much they have.
    pub used: u64,
    /// How much more was asked for.
    pub wanted: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { waiting_pins: 50_000, media_gb: 20, templates: 500, imports_per_day: 50, accounts: 200, webhooks: 10 }
    }
}

impl Limits {
    /// How much an owner may have, as it is set; 0 for as much as they like.
    pub fn setting(&self, limit: Limit) -> u32 {
        match limit {
            Limit::WaitingPins => self.waiting_pins,
            Limit::Media => self.media_gb,
            Limit::Templates => self.templates,
            Limit::ImportsPerDay => self.imports_per_day,
            Limit::Accounts => self.accounts,
            Limit::Webhooks => self.webhooks,
        }
    }

    /// How much an owner may have, files in bytes; nothing where there is no limit.
    pub fn most(&self, limit: Limit) -> Option<u64> {
        let unit = if limit == Limit::Media { 1_000_000_000 } else { 1 };
        Some(u64::from(self.setting(limit)) * unit).filter(|most| *most > 0)
    }

    /// Sets how much an owner may have.
    pub fn set(&mut self, limit: Limit, most: u32) {
        *match limit {
            Limit::WaitingPins => &mut self.waiting_pins,
            Limit::Media => &mut self.media_gb,
            Limit::Templates => &mut self.templates,
            Limit::ImportsPerDay => &mut self.imports_per_day,
            Limit::Accounts => &mut self.accounts,
            Limit::Webhooks => &mut self.webhooks,
        } = most;
    }
}

impl Limit {
    /// Every one of them.
    pub const ALL: [Self; 6] =
        [Self::WaitingPins, Self::Media, Self::Templates, Self::ImportsPerDay, Self::Accounts, Self::Webhooks];

    /// The name of its setting.
    pub fn setting(self) -> &'static str {
        match self {
            Self::WaitingPins => "waiting_pins",
            Self::Media => "media_gb",
            Self::Templates => "templates",
            Self::ImportsPerDay => "imports_per_day",
            Self::Accounts => "accounts",
            Self::Webhooks => "webhooks",
        }
    }

    /// A word for programs, which says in what it is counted.
    pub fn code(self) -> &'static str {
        if self == Self::Media { "media_bytes" } else { self.setting() }
    }

    /// The most that can be set other than no limit.
    pub fn highest(self) -> u32 {
        match self {
            Self::WaitingPins => 10_000_000,
            Self::Media => 1_000_000,
            Self::Templates => 100_000,
            Self::ImportsPerDay | Self::Accounts => 10_000,
            Self::Webhooks => 1_000,
        }
    }
}

impl Reached {
    /// What they have, what they may have, and what to do.
    pub fn message(&self) -> String {
        let (has, remedy) = match self.limit {
            Limit::WaitingPins => (
                format!("You have {} pins that wait to go out", grouped(self.used)),
                "Wait until some of them are out, or cancel some, and send this again; drafts are not counted.",
            ),
            Limit::Media => (
                format!("Your files take {}", bytes(self.used)),
                "Delete some that no pin needs any more and send this again. A file that was \
                 announced counts until it is deleted, or for a day where it is not uploaded.",
            ),
            Limit::Templates => {
                (format!("You have {} templates", grouped(self.used)), "Delete one that you do not need.")
            }
            Limit::ImportsPerDay => (
                format!("You imported {} files today (UTC)", grouped(self.used)),
                "Import the next one tomorrow, or put more rows into one file: it may have 10,000.",
            ),
            Limit::Accounts => (
                format!("You have {} connected accounts", grouped(self.used)),
                "Disconnect one that you do not need. An account that is connected already can always be connected again.",
            ),
            Limit::Webhooks => {
                (format!("You have {} webhooks", grouped(self.used)), "Delete one that you do not need.")
            }
        };
        let asked = match (self.limit, self.wanted) {
            (Limit::WaitingPins, 2..) => format!(" This would add {}.", grouped(self.wanted)),
            (Limit::Media, _) => format!(" This file has {}.", bytes(self.wanted)),
            _ => String::new(),
        };
        let most = if self.limit == Limit::Media { bytes(self.most) } else { grouped(self.most) };
        format!("{has}, and may have {most}.{asked} {remedy} An administrator can change the limit in the settings.")
    }
}

/// A number as people write it: `50,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// A size in the unit that suits it: `19.98 GB`. It is rounded down, so that less than a limit never reads like the limit.
fn bytes(size: u64) -> String {
    let (unit, name) = match size {
        1_000_000_000.. => (1_000_000_000, "GB"),
        1_000_000.. => (1_000_000, "MB"),
        1_000.. => (1_000, "kB"),
        _ => return format!("{size} bytes"),
    };
    match size % unit * 100 / unit {
        0 => format!("{} {name}", grouped(size / unit)),
        part => format!("{}.{part:02} {name}", grouped(size / unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_a_setting_of_its_own() {
        for limit in Limit::ALL {
            let mut limits = Limits::default();
            limits.set(limit, 7);
            for other in Limit::ALL {
                let expected = if other == limit { 7 } else { Limits::default().setting(other) };
                assert_eq!(limits.setting(other), expected, "{limit:?} {other:?}");
            }
            limits.set(limit, 0);
            assert_eq!(limits.most(limit), None);
        }
    }

    #[test]
    fn numbers_and_sizes_read_as_people_write_them() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (50_000, "50,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        for (size, text) in [
            (999, "999 bytes"),
            (1_000, "1 kB"),
            (20_000_000_000, "20 GB"),
            (19_999_999_999, "19.99 GB"),
            (1_050_000, "1.05 MB"),
            (1_000_000_000_000, "1,000 GB"),
        ] {
            assert_eq!(bytes(size), text);
        }
    }

    #[test]
    fn a_limit_that_is_reached_says_how_much_there_is_and_may_be_and_what_to_do() {
        for (limit, words) in [
            (Limit::WaitingPins, ["49,999 pins", "50,000", "add 2"]),
            (Limit::Templates, ["49,999 templates", "50,000", "Delete one"]),
            (Limit::ImportsPerDay, ["49,999 files today", "50,000", "tomorrow"]),
            (Limit::Accounts, ["49,999 connected accounts", "50,000", "Disconnect one"]),
            (Limit::Media, ["49.99 kB", "50 kB", "has 2 bytes"]),
        ] {
            let message = Reached { limit, most: 50_000, used: 49_999, wanted: 2 }.message();
            for word in words {
                assert!(message.contains(word), "{word}: {message}");
            }
        }
    }
}
