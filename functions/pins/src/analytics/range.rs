//! The days that a request asks for.

use jiff::civil::Date;
use shared::api::{Problem, Query};
use shared::domain::{DayRange, FieldError};
use shared::platform::Platform;

/// Reads `from` and `to`; notes everything that is wrong with them.
pub fn read(query: &Query, platform: &Platform, errors: &mut Vec<FieldError>) -> DayRange {
    let before = errors.len();
    let mut day = |name| query.parsed::<Date>(name, "a date such as 2027-03-14", errors);
    let asked = (day("from"), day("to"));
    let now = platform.clock.now();
    // What could not be read is not judged as well.
    if errors.len() > before { DayRange::available(now) } else { DayRange::asked(asked, now, errors) }
}

/// The same where nothing else is asked for.
pub fn read_alone(query: &Query, platform: &Platform) -> Result<DayRange, Problem> {
    let mut errors = Vec::new();
    let range = read(query, platform, &mut errors);
    if errors.is_empty() { Ok(range) } else { Err(Problem::invalid(errors)) }
}
