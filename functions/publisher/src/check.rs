//! A pin in doubt is looked for on its board, and what is found there is followed.

use jiff::{SignedDuration, Timestamp};
use shared::domain::attempt::shorten;
use shared::domain::{Account, Attempt, AttemptOutcome, Check, Connection, Doubt, Hold, Pin, Scope, Setback};
use shared::pinterest::{CallError, RateLimit, Refusal, RefusalKind};
use shared::store::StoreError;
use shared::vault::AccessToken;

use crate::attempt::entry;
use crate::doubts::{self, NOTED};
use crate::ending::moved;
use crate::lanes::PinWork;
use crate::publish::{Finished, told};
use crate::rules::Rule;
use crate::search::{self, List, Sight, Why};
use crate::{Publisher, Span, look, renew};

/// How soon a look is tried again that something else was in the way of.
const SOON: SignedDuration = SignedDuration::from_secs(2);

/// How long a pin in doubt waits while Pinterest is known not to answer.
const OUTAGE: SignedDuration = SignedDuration::from_secs(30);

/// The longest pause between looks that could not tell, where Pinterest answers; and where it does not, so that a pin is
/// not late when it does again.
const LONGEST_PAUSES: [SignedDuration; 2] = [SignedDuration::from_mins(30), SignedDuration::from_mins(4)];

/// How many attempts of one pin may end in doubt before a person has to look.
const MOST_DOUBTS: usize = 3;

/// Takes the next step of the check of a pin: one look at its board, and what follows from it.
pub async fn advance(publisher: &Publisher, work: &PinWork, span: Span) -> Finished {
    let looked = Box::pin(look(publisher, work, span)).await;
    looked.unwrap_or_else(|error| match error {
        // Somebody else moved the pin or its account; the next look at the index shows what is left to do.
        StoreError::Conflict => Finished { again: true, ..Finished::default() },
        error => {
            tracing::error!(%error, pin = %work.id, "a pin with an unknown outcome could not be checked; the next check tries again");
            Finished { unfinished: true, again: true, ..Finished::default() }
        }
    })
}

async fn look(publisher: &Publisher, work: &PinWork, span: Span) -> Result<Finished, StoreError> {
    let platform = &publisher.platform;
    let (pin, account) = futures_util::future::try_join(
        platform.pins.load(&work.owner, &work.id),
        platform.accounts.load(&work.owner, &work.account),
    )
    .await?;
    let now = platform.clock.now();
    let Some(pin) = pin.filter(|pin| pin.due.as_ref().is_some_and(|due| due.at <= now)) else {
        return Ok(Finished::default());
    };
    let (Some(check), Some(account)) = (pin.in_check().cloned(), account) else { return Ok(Finished::default()) };
    let looking = Looking { publisher, pin, check, account, end: span.last_claim };
    Box::pin(looking.step(now)).await
}

/// One look.
struct Looking<'a> {
    publisher: &'a Publisher,
    pin: Pin,
    check: Check,
    account: Account,
    end: Timestamp,
}

/// What a look saw, with its entry of the timeline.
struct Seen {
    sight: Sight,
    entry: Attempt,
    /// When the next look makes sense at the earliest, where Pinterest said so.
    not_before: Option<Timestamp>,
    /// Whether Pinterest answered, whatever it said.
    answered: bool,
}

impl Looking<'_> {
    async fn step(self, now: Timestamp) -> Result<Finished, StoreError> {
        if !self.account.doubts.iter().any(|doubt| doubt.pin == self.pin.id) {
            // Without it another publisher could post what cannot be told from this pin.
            doubts::note(self.publisher, &self.pin).await?;
            return self.wait(now + NOTED).await;
        }
        if let Some(at) = self.obstacle(now) {
            return self.wait(at).await;
        }
        let seen = match self.usable_token(now).await {
            Ok(token) => Box::pin(self.see(&token, now)).await?,
            Err(why) => self.unclear(now, Why::NoToken(why)),
        };
        Box::pin(self.follow(seen, now)).await
    }

    /// Until when Pinterest is not to be called.
    fn obstacle(&self, now: Timestamp) -> Option<Timestamp> {
        let limited = self.account.held_at(now).filter(|hold| hold.reason == Hold::RateLimited);
        let limited = limited.filter(|_| self.publisher.rules.keep(Rule::HeedHolds));
        if let Some(hold) = limited {
            return Some(hold.until + SOON);
        }
        self.publisher.circuits.is_down(self.pin.mode).then(|| now + OUTAGE)
    }

    async fn usable_token(&self, now: Timestamp) -> Result<AccessToken, &'static str> {
        let Some(tokens) = self.account.usable_tokens(now) else {
            return Err(match self.account.connection {
                Connection::Disconnected => "The account was disconnected, so its board can't be read.",
                _ => "The account has to be reconnected before its board can be read.",
            });
        };
        let opened = self.publisher.platform.tokens.open_access(&self.account, &tokens.access).await;
        opened.map_err(|error| {
            tracing::error!(%error, account = %self.account.id, "a board could not be read");
            "The account's token couldn't be decrypted."
        })
    }

    /// Whether a list without the pin proves anything: a secret board's list is empty to a token that may not read it.
    async fn shows_everything(&self, token: &AccessToken) -> Result<bool, CallError> {
        let scopes = &self.account.scopes;
        if [Scope::PINS_READ_SECRET, Scope::BOARDS_READ_SECRET].iter().all(|scope| scopes.contains(*scope)) {
            return Ok(true);
        }
        let pinterest = &self.publisher.platform.pinterest;
        let board = pinterest.board(self.pin.mode, token, &self.pin.board_id).await?;
        Ok(board.privacy.as_deref() == Some("PUBLIC"))
    }

    async fn see(&self, token: &AccessToken, now: Timestamp) -> Result<Seen, StoreError> {
        let mut list = search::list(self.publisher, &self.pin, &self.check, token, self.end).await;
        if list.gap.is_none() {
            match self.shows_everything(token).await {
                Ok(everything) => list.gap = (!everything).then_some(Why::Secret),
                Err(error) => (list.gap, list.error) = (Some(Why::Unread), Some(error)),
            }
        }
        if let Some(CallError::Refused(Refusal { kind: RefusalKind::DataAccessDenied, .. })) = &list.error {
            list.gap = Some(Why::Denied);
        }
        let others = self.account.doubts.iter().filter(|doubt| doubt.pin != self.pin.id);
        let others: Vec<_> = others.map(|doubt| doubt.fingerprint.clone()).collect();
        let sight = search::judge(self.publisher, &self.pin, &list, &others).await?;
        // A renewal that is cut off by the end of the invocation would cost the account its tokens.
        if let Some(CallError::Refused(refusal)) = &list.error
            && self.publisher.platform.clock.now() < self.end
        {
            self.heed(&refusal.kind).await;
        }
        let entry = self.entry(now, &sight, &list);
        let answered = match &list.error {
            Some(CallError::Refused(refusal)) => refusal.kind.is_an_answer(),
            Some(_) => false,
            None => true,
        };
        Ok(Seen { sight, entry, not_before: opens_again(&list, self.publisher.platform.clock.now()), answered })
    }

    /// Does what a refusal means for the account.
    async fn heed(&self, kind: &RefusalKind) {
        if kind.is_of_the_token() {
            renew::after_refusal(self.publisher, &self.account, &self.pin).await;
        } else if let Some(missing) = kind.missing_for_publishing() {
            renew::scopes_refused(self.publisher, &self.account, missing).await;
        }
    }

    fn entry(&self, began: Timestamp, sight: &Sight, list: &List) -> Attempt {
        let ended = self.publisher.platform.clock.now();
        let base = Attempt {
            outcome: outcome(sight),
            took_ms: u64::try_from(ended.duration_since(began).as_millis()).ok(),
            request_id: list.request_id.clone(),
            ..entry(&self.check.attempt, began)
        };
        match list.error.as_ref().filter(|_| matches!(sight, Sight::Unclear(_))) {
            Some(CallError::Refused(refusal)) => Attempt {
                http_status: Some(refusal.status),
                code: refusal.code,
                message: Some(refusal.message.clone()),
                request_id: refusal.request_id.clone(),
                ..base
            },
            Some(error) => Attempt { message: Some(shorten(&format!("The board couldn't be read: {error}."))), ..base },
            None => Attempt { http_status: Some(200), message: Some(told_of(sight)), ..base },
        }
    }

    fn unclear(&self, now: Timestamp, why: Why) -> Seen {
        let sight = Sight::Unclear(why);
        let (outcome, message) = (outcome(&sight), Some(told_of(&sight)));
        let entry = Attempt { outcome, message, ..entry(&self.check.attempt, now) };
        Seen { sight, entry, not_before: None, answered: true }
    }

    /// Moves the pin by what was seen.
    async fn follow(self, seen: Seen, began: Timestamp) -> Result<Finished, StoreError> {
        let now = self.publisher.platform.clock.now();
        let mut pin = self.pin.clone();
        let mut check = self.check.clone();
        pin.record(seen.entry);
        let result = match seen.sight {
            Sight::Found(id) => pin.published(id, check.since, now),
            Sight::Several(candidates) => pin.doubt(Doubt::SeveralOnBoard, candidates, now),
            Sight::Absent => {
                check.absent += 1;
                (check.unclear, check.unclear_since) = (0, None);
                if check.absent < self.publisher.rules.looks {
                    let between = self.publisher.rules.second_look - self.publisher.rules.first_look;
                    let again = (check.until + self.publisher.rules.second_look).max(now + between);
                    pin.check(check, again, now)
                } else {
                    self.not_there(&mut pin, now)
                }
            }
            // No look will ever see more.
            Sight::Unclear(Why::Denied) => pin.doubt(Doubt::BoardUnverifiable, Vec::new(), now),
            Sight::Unclear(why) => {
                let is_first = check.unclear == 0;
                check.unclear = check.unclear.saturating_add(1);
                let since = *check.unclear_since.get_or_insert(began);
                if !is_first && now.duration_since(since) >= why.patience() {
                    pin.doubt(Doubt::BoardUnreadable, Vec::new(), now)
                } else {
                    let pause = pause(check.unclear, seen.answered);
                    pin.check(check, seen.not_before.unwrap_or(now + pause).max(now + SOON), now)
                }
            }
        };
        moved(result);
        self.write(pin).await
    }

    /// The pin was looked for and is not there: it is posted once more, unless only a person may decide that.
    fn not_there(&self, pin: &mut Pin, now: Timestamp) -> Result<(), shared::domain::IllegalMove> {
        let in_doubt = |attempt: &&Attempt| attempt.outcome == AttemptOutcome::Unknown;
        let decided = |attempt: &Attempt| attempt.outcome.kind() == "resolve";
        let doubts = pin.attempts.iter().rev().take_while(|attempt| !decided(attempt)).filter(in_doubt).count();
        if doubts >= MOST_DOUBTS || !self.publisher.posts_again() {
            // The entry of an attempt whose publisher died has no duration.
            let died = pin.attempts.iter().rev().find(in_doubt).is_some_and(|attempt| attempt.took_ms.is_none());
            let reason = if died { Doubt::PublisherStopped } else { Doubt::OutcomeUnknown };
            return pin.doubt(reason, Vec::new(), now);
        }
        // Whatever made the answers get lost has more time to pass each time.
        let pause = SignedDuration::from_mins(10) * i32::try_from(doubts.saturating_sub(1)).unwrap_or_default();
        pin.retry(Setback::NotOnBoard, now + pause, now)
    }

    /// Puts the next look off without having looked.
    async fn wait(self, until: Timestamp) -> Result<Finished, StoreError> {
        let (mut pin, mut check) = (self.pin.clone(), self.check.clone());
        let now = self.publisher.platform.clock.now();
        // The time in which nobody looks does not count against the board.
        check.unclear_since = check.unclear_since.map(|since| since + until.duration_since(now));
        moved(pin.check(check, until, now));
        self.publisher.platform.pins.replace(&self.pin, &pin).await?;
        Ok(Finished { status: Some(pin.state.status()), ..Finished::default() })
    }

    async fn write(self, pin: Pin) -> Result<Finished, StoreError> {
        let pins = &self.publisher.platform.pins;
        if pin.in_check().is_some() {
            pins.replace(&self.pin, &pin).await?;
        } else {
            let (mut account, version) = (self.account.clone(), self.account.version);
            account.doubts.retain(|doubt| doubt.pin != pin.id);
            pins.replace_with_account(&self.pin, &pin, &mut account, version).await?;
            let _ = self.publisher.sessions.reload(&pin.owner, &pin.account_id).await;
        }
        told(self.publisher, &pin);
        let jobs = look::soon(&pin, self.publisher.platform.clock.now());
        Ok(Finished { status: Some(pin.state.status()), looks: 1, jobs, ..Finished::default() })
    }
}

/// How long to wait after `unclear` looks running that could not tell.
fn pause(unclear: u8, answered: bool) -> SignedDuration {
    let doublings = u32::from(unclear.clamp(1, 6)) - 1;
    (SignedDuration::from_mins(1) * 2_i32.pow(doublings)).min(LONGEST_PAUSES[usize::from(!answered)])
}

fn outcome(sight: &Sight) -> AttemptOutcome {
    match sight {
        Sight::Found(_) => AttemptOutcome::FoundOnBoard,
        Sight::Several(_) => AttemptOutcome::SeveralOnBoard,
        Sight::Absent => AttemptOutcome::NotOnBoard,
        Sight::Unclear(_) => AttemptOutcome::BoardUnclear,
    }
}

fn told_of(sight: &Sight) -> String {
    match sight {
        Sight::Found(id) => format!("The board has the pin as {id}."),
        Sight::Several(candidates) => format!("The board has {} that may be this pin.", candidates.len()),
        Sight::Absent => "The board doesn't have the pin.".to_owned(),
        Sight::Unclear(why) => shorten(why.message()),
    }
}

/// When Pinterest takes requests again, where it refused one by its limit and said so.
fn opens_again(list: &List, now: Timestamp) -> Option<Timestamp> {
    let Some(CallError::Refused(refusal)) = &list.error else { return None };
    let RateLimit { reset_s: Some(seconds), .. } = refusal.rate else { return None };
    let seconds = i64::try_from(seconds).ok()?.min(60 * 60);
    (refusal.kind == RefusalKind::RateLimited).then(|| now + SignedDuration::from_secs(seconds))
}
