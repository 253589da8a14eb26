//! Dates as spreadsheets and people write them, where that can be read in one way only.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use super::NoDate;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What a text says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) date: Date,
    pub(super) time: Option<Time>,
    pub(super) offset: Option<Offset>,
}

/// A date, perhaps with a time of the day, perhaps with its offset.
pub(super) fn read(text: &str) -> Result<Written, NoDate> {
    let mut scan = Scan { rest: text.trim() };
    scan.weekday();
    let day = scan.day().ok_or(NoDate::Invalid)?;
    let time = scan.time_and_offset().ok_or(NoDate::Invalid)?;
    let (time, offset) = time.map_or((None, None), |(time, offset)| (Some(time), offset));
    match day {
        Day::Certain(date) => Ok(Written { date, time, offset }),
        Day::Either(dates) => {
            let time = time.map(|time| format!("T{time}")).unwrap_or_default();
            Err(NoDate::Ambiguous(dates.into_iter().map(|date| format!("{date}{time}")).collect()))
        }
    }
}

/// A day, or those that can be meant by two numbers and a year.
enum Day {
    Certain(Date),
    Either(Vec<Date>),
}

/// What is left to be read.
struct Scan<'t> {
    rest: &'t str,
}

impl<'t> Scan<'t> {
    fn takes(&mut self, sign: char) -> bool {
        self.rest.strip_prefix(sign).map(|rest| self.rest = rest).is_some()
    }

    fn skip(&mut self, signs: &[char]) {
        self.rest = self.rest.trim_start_matches(|sign: char| sign.is_whitespace() || signs.contains(&sign));
    }

    fn number(&mut self) -> Option<&'t str> {
        let length = self.rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(self.rest.len());
        self.part(length)
    }

    fn word(&mut self) -> Option<&'t str> {
        let length = self.rest.find(|sign: char| !sign.is_alphabetic()).unwrap_or(self.rest.len());
        self.part(length)
    }

    fn part(&mut self, length: usize) -> Option<&'t str> {
        let (part, rest) = self.rest.split_at(length);
        self.rest = rest;
        (!part.is_empty()).then_some(part)
    }

    /// The next word where it is one of `words`, or begins one with at least three letters; which one.
    fn one_of(&mut self, words: &[&str]) -> Option<usize> {
        let before = self.rest;
        let word = self.word()?.to_lowercase();
        // The one abbreviation that is no beginning.
        let word = if word == "sept" { "sep" } else { &*word };
        let found = words.iter().position(|name| word.len() >= 3 && name.starts_with(word));
        if found.is_none() {
            self.rest = before;
        }
        found
    }

    fn weekday(&mut self) {
        if self.one_of(&WEEKDAYS).is_some() {
            self.skip(&[',', '.']);
        }
    }

    fn day(&mut self) -> Option<Day> {
        if let Some(month) = self.one_of(&MONTHS) {
            self.skip(&['.', '-']);
            let day = self.day_of_month()?;
            self.skip(&[',', '-']);
            return certain(self.number()?, month + 1, day);
        }
        let before = self.rest;
        let first = self.number()?;
        for sign in ['-', '/', '.'] {
            if self.takes(sign) && self.rest.starts_with(|sign: char| sign.is_ascii_digit()) {
                let second = self.number()?;
                let third = if self.takes(sign) { self.number()? } else { return None };
                return numbers([first, second, third]);
            }
        }
        self.rest = before;
        let day = self.day_of_month()?;
        self.skip(&['.', '-', '/']);
        let month = self.one_of(&MONTHS)?;
        self.skip(&['.', ',', '-', '/']);
        certain(self.number()?, month + 1, day)
    }

    /// `18`, `18.` or `18th`.
    fn day_of_month(&mut self) -> Option<i8> {
        let day = self.number().filter(|day| day.len() <= 2)?.parse().ok()?;
        let ending = self.rest.get(..2).map(str::to_ascii_lowercase);
        if ending.is_some_and(|ending| ["st", "nd", "rd", "th"].contains(&&*ending)) {
            self.rest = &self.rest[2..];
        }
        Some(day)
    }

    /// Everything behind the date; absent within where there is nothing.
    #[expect(clippy::option_option, reason = "nothing there and nothing readable are different things")]
    fn time_and_offset(&mut self) -> Option<Option<(Time, Option<Offset>)>> {
        self.skip(&[',']);
        if self.rest.is_empty() {
            return Some(None);
        }
        let before = self.rest;
        if !self.word().is_some_and(|word| word.eq_ignore_ascii_case("t") || word.eq_ignore_ascii_case("at")) {
            self.rest = before;
        }
        self.skip(&[]);
        let time = self.time()?;
        self.skip(&[]);
        let offset = if self.rest.is_empty() { None } else { Some(self.offset()?) };
        self.rest.trim().is_empty().then_some(Some((time, offset)))
    }

    fn time(&mut self) -> Option<Time> {
        let two = |text: &str| text.parse::<i8>().ok().filter(|_| text.len() <= 2);
        let hour = two(self.number()?)?;
        let (mut minute, mut second, mut nanosecond, mut is_certain) = (0, 0, 0, false);
        if self.takes(':') {
            minute = two(self.number().filter(|text| text.len() == 2)?)?;
            is_certain = true;
            if self.takes(':') {
                second = two(self.number().filter(|text| text.len() == 2)?)?;
                if self.takes('.') {
                    let digits: String = self.number()?.chars().chain("000000000".chars()).take(9).collect();
                    nanosecond = digits.parse().ok()?;
                }
            }
        }
        let hour = match self.half_of_day() {
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(is_afternoon) => hour % 12 + if is_afternoon { 12 } else { 0 },
            None if !is_certain => return None,
            None => hour,
        };
        Time::new(hour, minute, second, nanosecond).ok()
    }

    /// Whether `PM` follows rather than `AM`.
    fn half_of_day(&mut self) -> Option<bool> {
        let rest = self.rest.trim_start();
        for (sign, is_afternoon) in [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)] {
            let found = rest.get(..sign.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(sign));
            if found && !rest[sign.len()..].starts_with(char::is_alphabetic) {
                self.rest = &rest[sign.len()..];
                return Some(is_afternoon);
            }
        }
        None
    }

    /// `Z`, `UTC`, `GMT`, `+01:00`, `+0100` or `+01`. Other letters mean several offsets.
    fn offset(&mut self) -> Option<Offset> {
        if let Some(word) = self.word() {
            return ["z", "utc", "gmt"].contains(&&*word.to_lowercase()).then_some(Offset::UTC);
        }
        let sign = if self.takes('+') {
            1
        } else if self.takes('-') {
            -1
        } else {
            return None;
        };
        let digits = self.number()?;
        let (hours, minutes) = match digits.len() {
            4 => digits.split_at(2),
            2 if self.takes(':') => (digits, self.number()?),
            2 => (digits, "0"),
            _ => return None,
        };
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        let is_offset = hours <= 14 && minutes < 60;
        Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().filter(|_| is_offset)
    }
}

fn certain(year: &str, month: usize, day: i8) -> Option<Day> {
    let month = i8::try_from(month).ok()?;
    Date::new(four(year)?, month, day).ok().map(Day::Certain)
}

/// Three numbers: with the year first, the month comes before the day; with the year last, nobody knows.
fn numbers([first, second, third]: [&str; 3]) -> Option<Day> {
    let small = |text: &str| text.parse::<i8>().ok().filter(|_| text.len() <= 2);
    if first.len() == 4 {
        return Date::new(four(first)?, small(second)?, small(third)?).ok().map(Day::Certain);
    }
    let (year, one, two) = (four(third)?, small(first)?, small(second)?);
    let mut dates: Vec<_> =
        [(one, two), (two, one)].into_iter().filter_map(|(m, d)| Date::new(year, m, d).ok()).collect();
    dates.dedup();
    (!dates.is_empty()).then_some(Day::Either(dates))
}

fn four(year: &str) -> Option<i16> {
    year.parse().ok().filter(|_| year.len() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text says, in one form for all.
    fn said(text: &str) -> String {
        match read(text) {
            Ok(Written { date, time, offset }) => {
                let time = time.map(|time| format!(" {time}")).unwrap_or_default();
                let offset = offset.map(|offset| format!(" {offset}")).unwrap_or_default();
                format!("{date}{time}{offset}")
            }
            Err(NoDate::Ambiguous(readings)) => format!("? {}", readings.join(" ")),
            Err(_) => "-".to_owned(),
        }
    }

    #[test]
    fn what_can_be_read_in_one_way_only_is_read() {
        for (text, expected) in [
            ("2027/03/18 09:00", "2027-03-18 09:00:00"),
            ("2027-6-5 8:00", "2027-06-05 08:00:00"),
            ("2027.3.18", "2027-03-18"),
            ("2027-03-18T09:00:00.25", "2027-03-18 09:00:00.25"),
            ("2027-03-18 09:00:00 UTC", "2027-03-18 09:00:00 +00"),
            ("2027-03-18 09:00 +0130", "2027-03-18 09:00:00 +01:30"),
            ("2027-03-18 09:00-05", "2027-03-18 09:00:00 -05"),
            ("18 March 2027", "2027-03-18"),
            ("18. march 2027, 17:05", "2027-03-18 17:05:00"),
            ("18-Mar-2027", "2027-03-18"),
            ("18/Mar/2027", "2027-03-18"),
            ("Mar 18, 2027 9:00 AM", "2027-03-18 09:00:00"),
            ("March 18th 2027 at 12:30 am", "2027-03-18 00:30:00"),
            ("Thu, 18 Mar 2027 12:30:10 GMT", "2027-03-18 12:30:10 +00"),
            ("Thursday, March 18, 2027 1 p.m.", "2027-03-18 13:00:00"),
            ("Sept. 1, 2027 9pm", "2027-09-01 21:00:00"),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn day_and_month_are_not_guessed_and_the_right_spellings_are_told() {
        for (text, expected) in [
            ("03/04/2027", "? 2027-03-04 2027-04-03"),
            ("3.4.2027 9:00", "? 2027-03-04T09:00:00 2027-04-03T09:00:00"),
            ("13/04/2027", "? 2027-04-13"),
            ("04/13/2027 5:00 PM", "? 2027-04-13T17:00:00"),
            ("05-05-2027", "? 2027-05-05"),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn everything_else_is_no_date() {
        for text in [
            "2027-02-30",
            "31/31/2027",
            "18 Marzo 2027",
            "18 March 27",
            "3/4/27",
            "46464",
            "46464.375",
            "2027-03",
            "March 2027",
            "2027-03-18 9",
            "2027-03-18 25:00",
            "2027-03-18 13:00 PM",
            "2027-03-18 09:00 CET",
            "2027-03-18 09:00 +99:00",
            "2027-03-18 09:00 x",
            "2027-03-18 09:0",
            "tomorrow",
            "now",
            "",
            "2027-03/18",
            "18 M 2027",
            "2027-03-18T09:00[Europe/Berlin]",
        ] {
            assert_eq!(said(text), "-", "{text}");
        }
    }
}
