//! The figures that functions write for CloudWatch.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use shared::metrics::{Metric, MetricSink};

/// Keeps every line.
#[derive(Debug, Default)]
pub struct Figures(Mutex<Vec<Value>>);

impl MetricSink for Figures {
    fn take(&self, line: &str) {
        let line = serde_json::from_str(line).expect("figures are JSON");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

impl Figures {
    /// The values of `metric` so far, as CloudWatch reads them: only what a line declares counts.
    pub fn of(&self, metric: Metric) -> Vec<i64> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let declares = |line: &&Value| {
            let declared = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array();
            declared.into_iter().flatten().any(|of| of["Name"] == metric.name())
        };
        let values = lines.iter().filter(declares).flat_map(|line| match &line[metric.name()] {
            Value::Array(values) => values.clone(),
            value => vec![value.clone()],
        });
        values.map(|value| value.as_i64().expect("figures are whole numbers")).collect()
    }

    /// How many bytes the lines have.
    pub fn bytes(&self) -> usize {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| line.to_string().len() + 1).sum()
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
