//! Calls to Pinterest that are under way: of an account one post at a time, of a refresh token one renewal, and no token
//! twice.

use std::sync::Arc;

use super::{Cause, Known};
use crate::simulation::invariant::Invariant;
use crate::simulation::pinterest::PinterestCall;
use crate::simulation::surroundings::Surroundings;

/// Whether two posts of one account at once are a breach. An owner learns by an eventually consistent read that it has lost a
/// shard; here such reads are late by as much as an index, 90 seconds in some runs, and until then it posts beside the new owner.
const ONE_POST_AT_A_TIME: bool = false;

/// A call under way; it is over when this is dropped, also by the death of who waits for it.
pub struct UnderWay {
    around: Arc<Surroundings>,
    stretch: usize,
    renews: Option<String>,
    posts_for: Option<String>,
}

impl UnderWay {
    /// Sees a call before it leaves.
    pub fn begin(around: &Arc<Surroundings>, call: &PinterestCall) -> Self {
        let now = around.now();
        let mut known = around.judge.known();
        let (account, other) = account(&mut known, around, call);
        let cause = account.clone().map_or(Cause::CallOfSomebody, Cause::Call);
        let stretch = known.delays.begins(cause, now);
        let renews = call.renews().map(str::to_owned);
        known.was_renewed_in_storm |= renews.is_some() && !around.weather.is_calm();
        let posts_for = account.filter(|_| call.creates);
        let renewing = renews.clone().map_or(0, |token| add(known.renewing.entry(token).or_default()));
        let posting = posts_for.clone().map_or(0, |account| add(known.posting.entry(account).or_default()));
        let was_spent = renews.as_ref().is_some_and(|token| known.spent.contains(token));
        drop(known);
        if let Some(other) = other {
            let detail = format!("{:?} was posted with a token of {other}", call.text("title"));
            around.breach(Invariant::PostedByItsAccount, detail);
        }
        if renewing > 1 {
            around.breach(Invariant::OneRenewalAtATime, format!("{renewing} renewals with one refresh token"));
        }
        if posting > 1 && ONE_POST_AT_A_TIME {
            around.breach(Invariant::OnePostAtATime, format!("{posting} posts of one account at once"));
        }
        if was_spent && around.weather.aws_is_well() && around.weather.deaths == 0.0 {
            around.breach(Invariant::NoTokenSpentTwice, "a refresh token was used again after it was answered".into());
        }
        Self { around: around.clone(), stretch, renews, posts_for }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now = self.around.now();
        let mut known = self.around.judge.known();
        known.delays.ends(self.stretch, now);
        if let Some(count) = self.renews.as_ref().and_then(|token| known.renewing.get_mut(token)) {
            *count -= 1;
        }
        if let Some(count) = self.posts_for.as_ref().and_then(|account| known.posting.get_mut(account)) {
            *count -= 1;
        }
    }
}

fn add(count: &mut u32) -> u32 {
    *count += 1;
    *count
}

/// Whose account a call is for, as a post shows by what it posts; and the other account that has used its token, if one has.
fn account(known: &mut Known, around: &Surroundings, call: &PinterestCall) -> (Option<String>, Option<String>) {
    let rows = if call.creates { around.rows() } else { Vec::new() };
    let posted = rows.iter().find(|row| row.is_pin() && row.text("title") == call.text("title"));
    let Some(row) = posted else { return (known.tokens.get(&call.token).cloned(), None) };
    let account = row.text("account_id").to_owned();
    let before = known.tokens.entry(call.token.clone()).or_insert_with(|| account.clone()).clone();
    let other = (before != account).then_some(before);
    (Some(account), other)
}
