//! Moments as clients write them: RFC 3339 with an offset.

use jiff::Timestamp;
use jiff::civil::DateTime;
use shared::domain::characters::without_unseen;

/// Why a text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It has no offset, so it could be anywhere in the world.
    OffsetMissing,
    /// It is no date and time.
    Invalid,
}

impl Wrong {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::OffsetMissing => "offset_missing",
            Self::Invalid => "invalid_time",
        }
    }

    /// What to write instead.
    pub fn message(self) -> &'static str {
        match self {
            Self::OffsetMissing => {
                "The offset is missing. Add that of your time zone, such as 2027-03-14T09:30:00+01:00, or Z for UTC."
            }
            Self::Invalid => "Enter the time as RFC 3339 with an offset, such as 2027-03-14T09:30:00+01:00.",
        }
    }
}

/// Reads a moment.
pub fn read(text: &str) -> Result<Timestamp, Wrong> {
    let text = &*without_unseen(text);
    // A time zone in brackets would be passed over, and it may contradict the offset. RFC 3339 has years of four digits.
    if text.contains('[') || text.starts_with(['-', '+']) {
        return Err(Wrong::Invalid);
    }
    text.parse().map_err(|_| if text.parse::<DateTime>().is_ok() { Wrong::OffsetMissing } else { Wrong::Invalid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_an_offset() {
        for (text, read_as) in [
            ("2027-03-14T09:30:00+01:00", Ok("2027-03-14T08:30:00Z")),
            ("2027-03-14T08:30:00Z", Ok("2027-03-14T08:30:00Z")),
            ("\u{200e}2027-03-14T08:30:00Z\u{a0}", Ok("2027-03-14T08:30:00Z")),
            ("2027-03-14T08:30:00.25-05:00", Ok("2027-03-14T13:30:00.25Z")),
            ("2027-03-14T09:30:00", Err(Wrong::OffsetMissing)),
            ("2027-03-14 09:30", Err(Wrong::OffsetMissing)),
            ("2027-03-14", Err(Wrong::OffsetMissing)),
            ("2027-02-30T09:30:00Z", Err(Wrong::Invalid)),
            ("2027-03-14T09:30:00+01:00[Asia/Tokyo]", Err(Wrong::Invalid)),
            ("-000001-03-14T08:30:00Z", Err(Wrong::Invalid)),
            ("+002027-03-14T08:30:00Z", Err(Wrong::Invalid)),
            ("tomorrow", Err(Wrong::Invalid)),
            ("1800000000", Err(Wrong::Invalid)),
            ("", Err(Wrong::Invalid)),
        ] {
            assert_eq!(read(text).map(|moment| moment.to_string()), read_as.map(str::to_owned), "{text}");
        }
    }
}
