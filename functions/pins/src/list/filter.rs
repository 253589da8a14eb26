//! Which pins a list is asked for.

use std::collections::BTreeSet;

use jiff::Timestamp;
use shared::api::{Page, Query, foreign_cursor, pin};
use shared::domain::characters::parse_pasted;
use shared::domain::{AccountId, FieldError, Pin, Settings, Status};
use shared::store::{CalendarQuery, Order};

use crate::moment;

/// The parameters of a list, and where to go on.
#[derive(Debug)]
pub struct Filter {
    accounts: BTreeSet<AccountId>,
    statuses: Vec<Status>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    order: Order,
    /// The place at which an earlier page ended.
    pub after: Option<String>,
}

impl Filter {
    /// Reads the parameters; notes everything that is wrong with them.
    pub fn read(query: &Query, page: &Page, errors: &mut Vec<FieldError>) -> Self {
        let mut filter = Self {
            accounts: accounts(query, errors),
            statuses: statuses(query, errors),
            from: time(query, "from", errors),
            to: time(query, "to", errors),
            order: order(query, errors),
            after: None,
        };
        if let (Some(from), Some(to)) = (filter.from, filter.to)
            && from > to
        {
            errors.push(FieldError::new("to", "invalid", "This is before from. Swap the two."));
        }
        if errors.is_empty() {
            filter.after = page.place(&filter.list(), errors);
        }
        // A cursor is only marked, not sealed: what was made by hand may point outside of the list.
        let calendar = filter.calendar(None, 1);
        if filter.after.as_ref().is_some_and(|place| !calendar.has_place(place)) {
            errors.push(foreign_cursor());
        }
        filter
    }

    /// The same for published pins alone, which are what Pinterest has figures of.
    pub fn read_published(query: &Query, page: &Page, errors: &mut Vec<FieldError>) -> Self {
        if query.one("status").is_some() {
            let message = "Only published pins have figures. Leave out the status.";
            errors.push(FieldError::new("status", "invalid", message));
        }
        let mut filter = Self::read(query, &Page { cursor: None, ..page.clone() }, errors);
        filter.statuses = vec![Status::Published];
        if errors.is_empty() {
            filter.after = page.place(&filter.list(), errors);
        }
        let calendar = filter.calendar(None, 1);
        if filter.after.as_ref().is_some_and(|place| !calendar.has_place(place)) {
            errors.push(foreign_cursor());
        }
        filter
    }

    /// Everything that decides what is in the list, so that a cursor is not used with other parameters.
    pub fn list(&self) -> String {
        let Self { accounts, statuses, from, to, order, after: _ } = self;
        format!("pins {accounts:?} {statuses:?} {from:?} {to:?} {order:?}")
    }

    /// Whether every pin of the calendar belongs to the list.
    pub fn takes_all(&self) -> bool {
        self.accounts.is_empty() && self.statuses.is_empty()
    }

    /// Whether `pin` belongs to the list, by the status that its readers see and by its time as it is now, which the
    /// index may not know yet.
    pub fn admits(&self, pin: &Pin, settings: &Settings) -> bool {
        self.is_within(pin.publish_at)
            && (self.accounts.is_empty() || self.accounts.contains(&pin.account_id))
            && (self.statuses.is_empty() || self.statuses.contains(&pin::status(pin, settings)))
    }

    fn is_within(&self, at: Option<Timestamp>) -> bool {
        match at {
            None => self.from.is_none() && self.to.is_none(),
            Some(at) => self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to),
        }
    }

    /// The part of the calendar that follows `after`, at most `limit` entries.
    pub fn calendar(&self, after: Option<String>, limit: usize) -> CalendarQuery {
        let limit = i32::try_from(limit).expect("a page examines at most 200 keys");
        CalendarQuery { from: self.from, to: self.to, order: self.order, limit, after }
    }
}

fn accounts(query: &Query, errors: &mut Vec<FieldError>) -> BTreeSet<AccountId> {
    let parsed = query.all("account_id").map(parse_pasted::<AccountId>);
    let (good, bad): (Vec<_>, Vec<_>) = parsed.partition(Result::is_ok);
    for error in bad.into_iter().filter_map(Result::err) {
        errors.push(FieldError::new("account_id", "invalid", format!("Expected {}.", error.expected)));
    }
    good.into_iter().flatten().collect()
}

fn statuses(query: &Query, errors: &mut Vec<FieldError>) -> Vec<Status> {
    let known = Status::ALL.iter().copied();
    let asked: Vec<_> = query.all("status").collect();
    if asked.iter().any(|word| Status::from_code(word).is_none()) {
        let words: Vec<_> = known.clone().map(Status::code).collect();
        errors.push(FieldError::new("status", "invalid", format!("Expected one of {}.", words.join(", "))));
    }
    known.filter(|status| asked.contains(&status.code())).collect()
}

/// Reads the moment that the parameter `name` says.
pub fn time(query: &Query, name: &'static str, errors: &mut Vec<FieldError>) -> Option<Timestamp> {
    let read = moment::read(query.one(name)?);
    if let Err(wrong) = read {
        let message = format!("{} In a URL, write + as %2B.", wrong.message());
        errors.push(FieldError::new(name, wrong.code(), message));
    }
    read.ok()
}

fn order(query: &Query, errors: &mut Vec<FieldError>) -> Order {
    match query.one("order") {
        None | Some("soonest") => Order::SoonestFirst,
        Some("newest") => Order::NewestFirst,
        Some(_) => {
            errors.push(FieldError::new("order", "invalid", "Expected soonest or newest."));
            Order::SoonestFirst
        }
    }
}
