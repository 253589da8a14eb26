//! Renewals of tokens: one at a time, and no token twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::Judge;
use crate::simulation::invariant::Invariant;
use crate::simulation::surroundings::Surroundings;

/// A renewal under way; it is over when this is dropped, also by the death of who waits for it.
#[derive(Debug)]
pub struct Sending {
    token: String,
    under_way: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(count) = self.under_way.lock().expect("nothing panics with it").get_mut(&self.token) {
            *count -= 1;
        }
    }
}

pub fn begin(around: &Surroundings, token: &str) -> Sending {
    let under_way = around.judge.known().renewing.clone();
    let count = {
        let mut counts = under_way.lock().expect("nothing panics with it");
        let count = counts.entry(token.to_owned()).or_default();
        *count += 1;
        *count
    };
    if count > 1 {
        around.breach(Invariant::OneRenewalAtATime, format!("{count} renewals with one refresh token"));
    }
    let was_spent = around.judge.known().spent.contains(token);
    if was_spent && around.weather.aws_is_well() && around.weather.deaths == 0.0 {
        around.breach(Invariant::NoTokenSpentTwice, "a refresh token was used again after it was answered".into());
    }
    Sending { token: token.to_owned(), under_way }
}

pub fn spend(judge: &Judge, token: &str) {
    judge.known().spent.insert(token.to_owned());
}
