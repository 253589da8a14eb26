//! Units at their prices.

use std::fmt;

use super::usage::Use;
use super::{Run, prices};

/// Lines of a bill.
#[derive(Debug, Clone, Default)]
pub struct Bill(Vec<Line>);

#[derive(Debug, Clone)]
struct Line {
    what: &'static str,
    units: f64,
    price: f64,
}

impl Bill {
    /// What a million pins cost, from the request that takes them to published, but for the time that the publisher waits.
    pub fn of_a_million(run: &Run) -> Self {
        let pins = super::usage::number(run.pins);
        let (taking, publishing) = (run.taking, run.publishing);
        let each = |units: f64| units / pins;
        let seconds = taking.seconds + prices::WORK * taking.invocations;
        let mut bill = Self::default();
        bill.add("write units: taking", each(taking.write_units), prices::WRITE_UNITS);
        bill.add("write units: publishing", each(publishing.write_units - run.looks.write), prices::WRITE_UNITS);
        bill.add("read units: taking", each(taking.read_units), prices::READ_UNITS);
        bill.add("read units: publishing", each(publishing.read_units - run.looks.read), prices::READ_UNITS);
        bill.add("requests to the API", 1.0, prices::API_REQUESTS);
        bill.add("requests of Lambda", each(taking.invocations), prices::INVOCATIONS);
        bill.add("seconds of requests", each(seconds), prices::GB_SECOND * prices::MEMORY * 1e6);
        bill.add("log: taking, bytes", each(taking.log_bytes) + prices::ACCESS_LINE, prices::LOG_GB / 1e3);
        bill.add("log: publishing, bytes", each(publishing.log_bytes), prices::LOG_GB / 1e3);
        bill.add("calls of Secrets Manager", each(taking.secret_calls + publishing.secret_calls), prices::SECRET_CALLS);
        bill
    }

    /// What a million pins cost besides in `run`, in which events are on, against `off`, in which they are not.
    pub fn of_events(run: &Run, off: &Run) -> Self {
        let pins = super::usage::number(run.pins);
        let sending = run.sending;
        let each = |units: f64| units / pins;
        let seconds = sending.seconds + prices::WORK * sending.invocations;
        let mut bill = Self::default();
        bill.add("write units: events", written(run) - written(off), prices::WRITE_UNITS);
        bill.add("write units: sending", each(sending.write_units), prices::WRITE_UNITS);
        bill.add("read units: sending", each(sending.read_units), prices::READ_UNITS);
        bill.add("requests of Lambda", each(sending.invocations), prices::INVOCATIONS);
        bill.add("seconds of sending", each(seconds), prices::GB_SECOND * prices::MEMORY * 1e6);
        bill.add("log: sending, bytes", each(sending.log_bytes), prices::LOG_GB / 1e3);
        bill
    }

    /// What a month of the sender's schedule costs in which nothing happens.
    pub fn of_an_idle_sender(idle: &Use) -> Self {
        let months = prices::MINUTES / idle.invocations;
        let mut bill = Self::default();
        bill.add("ticks", prices::MINUTES, (prices::SCHEDULED + prices::INVOCATIONS) / 1e6);
        let seconds = (idle.seconds + prices::WORK * idle.invocations) * months;
        bill.add("seconds of sending", seconds, prices::GB_SECOND * prices::MEMORY);
        bill.add("read units", idle.read_units * months, prices::READ_UNITS / 1e6);
        bill.add("write units", idle.write_units * months, prices::WRITE_UNITS / 1e6);
        bill.add("log, bytes", idle.log_bytes * months, prices::LOG_GB / 1e9);
        bill
    }

    /// What a month costs in which every minute is busy, for the time that the publisher of one schedule waits and looks.
    pub fn of_waiting(run: &Run) -> Self {
        let months = prices::MINUTES / super::usage::number(run.minutes);
        let publishing = run.publishing;
        let mut bill = Self::default();
        bill.add("seconds of the publisher", publishing.seconds * months, prices::GB_SECOND * prices::MEMORY);
        bill.add("ticks", publishing.invocations * months, (prices::SCHEDULED + prices::INVOCATIONS) / 1e6);
        bill.add("read units of looks", run.looks.read * months, prices::READ_UNITS / 1e6);
        bill.add("write units of looks", run.looks.write * months, prices::WRITE_UNITS / 1e6);
        bill
    }

    /// What a month costs in which nothing is due.
    pub fn of_an_idle_month(idle: &Use) -> Self {
        let months = prices::MINUTES / idle.invocations;
        let mut bill = Self::default();
        bill.add("ticks", prices::MINUTES, (prices::SCHEDULED + prices::INVOCATIONS) / 1e6);
        let seconds = (idle.seconds + prices::WORK * idle.invocations) * months;
        bill.add("seconds of the publisher", seconds, prices::GB_SECOND * prices::MEMORY);
        bill.add("read units", idle.read_units * months, prices::READ_UNITS / 1e6);
        bill.add("write units", idle.write_units * months, prices::WRITE_UNITS / 1e6);
        bill.add("log, bytes", idle.log_bytes * months, prices::LOG_GB / 1e9);
        bill.add("calls of Secrets Manager", idle.secret_calls * months, prices::SECRET_CALLS / 1e6);
        bill
    }

    /// The sum.
    pub fn total(&self) -> f64 {
        self.0.iter().map(|line| line.units * line.price).sum()
    }

    fn add(&mut self, what: &'static str, units: f64, price: f64) {
        self.0.push(Line { what, units, price });
    }
}

/// The write units of a pin, without what only time costs.
pub fn written(run: &Run) -> f64 {
    (run.taking.write_units + run.publishing.write_units - run.looks.write) / super::usage::number(run.pins)
}

impl fmt::Display for Bill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Line { what, units, price } in &self.0 {
            writeln!(f, "  {what:<28} {units:>14.3} {:>9.4}", units * price)?;
        }
        write!(f, "  {:<28} {:>14} {:>9.4}", "together", "", self.total())
    }
}
