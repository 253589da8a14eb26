//! What a stretch of work used.

use std::time::Duration;

use local::in_process::Service;

use super::prices::{EVENT_OVERHEAD, LAMBDA_LINES};
use crate::{Log, World};

/// Units that AWS bills.
#[derive(Debug, Clone, Copy, Default)]
pub struct Use {
    /// Write units of the table, failed conditions included.
    pub write_units: f64,
    /// Read units of the table.
    pub read_units: f64,
    /// Calls of Secrets Manager.
    pub secret_calls: f64,
    /// Requests or invocations.
    pub invocations: f64,
    /// How long they lasted together, each rounded up to a millisecond as Lambda does.
    pub seconds: f64,
    /// Bytes of logs, with what CloudWatch adds to every line and Lambda's own lines.
    pub log_bytes: f64,
}

impl Use {
    /// What was used so far, with the sign turned: [`Use::end`] makes the difference.
    pub fn begin(world: &World, log: &Log) -> Self {
        let so_far = Self::so_far(world, log);
        Self {
            write_units: -so_far.write_units,
            read_units: -so_far.read_units,
            secret_calls: -so_far.secret_calls,
            log_bytes: -so_far.log_bytes,
            ..Self::default()
        }
    }

    /// A request or invocation lasted so long.
    pub fn lasted(&mut self, time: Duration) {
        self.invocations += 1.0;
        self.seconds += (time.as_secs_f64() * 1000.0).ceil() / 1000.0;
    }

    /// What was used since the beginning.
    #[must_use]
    pub fn end(self, world: &World, log: &Log) -> Self {
        let so_far = Self::so_far(world, log);
        Self {
            write_units: self.write_units + so_far.write_units,
            read_units: self.read_units + so_far.read_units,
            secret_calls: self.secret_calls + so_far.secret_calls,
            log_bytes: self.log_bytes + so_far.log_bytes + self.invocations * LAMBDA_LINES,
            ..self
        }
    }

    /// The same without the units of the table that somebody else used.
    #[must_use]
    pub fn without(self, other: &Self) -> Self {
        let (write_units, read_units) = (self.write_units - other.write_units, self.read_units - other.read_units);
        Self { write_units, read_units, ..self }
    }

    fn so_far(world: &World, log: &Log) -> Self {
        let total = world.meter.total();
        let counts = world.meter.counts();
        let secrets = counts.iter().filter(|((service, _), _)| *service == Service::SecretsManager);
        let lines = log.lines() + world.figures.lines();
        Self {
            write_units: total.write_units,
            read_units: total.read_units,
            secret_calls: secrets.map(|(_, count)| number(count.calls)).sum(),
            log_bytes: number(log.bytes() + world.figures.bytes()) + number(lines) * EVENT_OVERHEAD,
            ..Self::default()
        }
    }
}

/// A count as a number that prices can be multiplied with.
pub fn number(count: impl TryInto<u64>) -> f64 {
    let count = count.try_into().ok().and_then(|count| u32::try_from(count).ok());
    f64::from(count.expect("it is not that large"))
}
