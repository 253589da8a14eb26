//! Figures for `CloudWatch`, in its embedded metric format: a line of the log instead of a call.
//!
//! Source: "Specification: Embedded metric format" in the guide of `CloudWatch` Logs. Each figure is a metric of its own
//! on the bill as long as it is written, so there are few, and nothing is written while there is nothing to tell.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of all figures.
pub const NAMESPACE: &str = "Pinwheel";

/// The one dimension, by which two installations in one account are told apart: the name of the table.
pub const DIMENSION: &str = "Table";

/// How many values of one figure fit into a line.
pub const MOST_VALUES: usize = 100;

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// How long the oldest due work had been overdue at a tick, in milliseconds; not written where nothing was.
    OldestOverdueMs,
    /// How many pins were published.
    Published,
    /// How late each of them was, in milliseconds.
    LatenessMs,
    /// How many pins failed for good.
    Failed,
    /// How many pins came to need a person.
    NeedsReview,
    /// How many accounts were met that have to be connected again.
    AccountsNeedReconnect,
}

impl Metric {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::OldestOverdueMs,
        Self::Published,
        Self::LatenessMs,
        Self::Failed,
        Self::NeedsReview,
        Self::AccountsNeedReconnect,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::OldestOverdueMs => "OldestOverdueMs",
            Self::Published => "Published",
            Self::LatenessMs => "LatenessMs",
            Self::Failed => "Failed",
            Self::NeedsReview => "NeedsReview",
            Self::AccountsNeedReconnect => "AccountsNeedReconnect",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::OldestOverdueMs | Self::LatenessMs => "Milliseconds",
            _ => "Count",
        }
    }
}

/// Takes lines in the embedded metric format.
pub trait MetricSink: Send + Sync + fmt::Debug {
    /// Takes a line, without its end.
    fn take(&self, line: &str);
}

/// Figures are not wanted.
#[derive(Debug)]
pub struct Nowhere;

impl MetricSink for Nowhere {
    fn take(&self, _: &str) {}
}

/// The standard output, which Lambda hands to `CloudWatch`.
#[derive(Debug)]
pub struct StandardOutput;

impl MetricSink for StandardOutput {
    fn take(&self, line: &str) {
        // A figure that cannot be written is no reason to stop.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// Writes figures of one installation.
#[derive(Debug, Clone)]
pub struct Metrics {
    table: String,
    sink: Arc<dyn MetricSink>,
}

impl Metrics {
    /// Writes figures of the installation that has the table `table`.
    pub fn new(table: &str, sink: Arc<dyn MetricSink>) -> Self {
        Self { table: table.to_owned(), sink }
    }

    /// Writes `figures` of the moment `now`: what each was, at most [`MOST_VALUES`] times; those without a value are left
    /// out.
    pub fn write(&self, now: Timestamp, figures: &[(Metric, Vec<i64>)]) {
        let figures: Vec<_> = figures.iter().filter(|(_, values)| !values.is_empty()).collect();
        if figures.is_empty() {
            return;
        }
        let names: Vec<_> = figures.iter().map(|(of, _)| json!({"Name": of.name(), "Unit": of.unit()})).collect();
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": names});
        let mut line = Map::new();
        line.insert("_aws".into(), json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive]}));
        line.insert(DIMENSION.into(), self.table.clone().into());
        for (of, values) in figures {
            let value = match values.as_slice() {
                [value] => Value::from(*value),
                values => values.iter().copied().take(MOST_VALUES).collect(),
            };
            line.insert(of.name().into(), value);
        }
        self.sink.take(&Value::Object(line).to_string());
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::sync::Mutex;

    use super::*;

    #[derive(Debug, Default)]
    struct Lines(Mutex<Vec<String>>);

    impl MetricSink for Lines {
        fn take(&self, line: &str) {
            self.0.lock().unwrap().push(line.to_owned());
        }
    }

    #[test]
    fn a_line_is_in_the_embedded_metric_format() {
        let lines = Arc::new(Lines::default());
        let metrics = Metrics::new("pinwheel", lines.clone());
        let now = Timestamp::from_millisecond(1_800_000_000_123).unwrap();
        metrics
            .write(now, &[(Metric::Published, vec![2]), (Metric::LatenessMs, vec![3, 14]), (Metric::Failed, vec![])]);
        metrics.write(now, &[(Metric::Failed, vec![])]);
        let lines = lines.0.lock().unwrap();
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        let expected = json!({
            "_aws": {"Timestamp": 1_800_000_000_123_i64, "CloudWatchMetrics": [{
                "Namespace": "Pinwheel", "Dimensions": [["Table"]],
                "Metrics": [{"Name": "Published", "Unit": "Count"}, {"Name": "LatenessMs", "Unit": "Milliseconds"}],
            }]},
            "Table": "pinwheel", "Published": 2, "LatenessMs": [3, 14],
        });
        assert_eq!(serde_json::from_str::<Value>(line).unwrap(), expected);
    }
}
