//! A Pinterest account that somebody connected.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::attempt::words;
use super::{
    AccountId, AppId, BoardId, Due, Hold, Mode, OwnerId, Partition, PinId, PinterestUserId, Plan, Scopes, Shard,
};

/// How long before its end an access token is renewed; one that does not last twice as long, at half its life.
pub const RENEW_AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many boards an account's owner can pick; the account is written with every change and has to stay small.
pub const MOST_CHANNELS: usize = 200;

/// A renewal is never planned sooner than this, however short a token lasts.
const RENEW_NOT_BEFORE: SignedDuration = SignedDuration::from_mins(1);

/// A connected Pinterest account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Our id of it.
    pub id: AccountId,
    /// Who connected it.
    pub owner: OwnerId,
    /// The mode it was connected in; it never changes.
    pub mode: Mode,
    /// The app that its tokens were issued to.
    pub app_id: AppId,
    /// Pinterest's id of the person, which survives a change of the name.
    pub user_id: PinterestUserId,
    /// The name as Pinterest last told it.
    pub username: String,
    /// The address of the picture as Pinterest last told it.
    pub profile_image: Option<String>,
    /// `BUSINESS` or `PINNER`, as Pinterest last told it; absent where it did not.
    pub account_type: Option<String>,
    /// What the person granted.
    pub scopes: Scopes,
    /// What Pinterest says that the tokens lack, whatever was granted; gone with new tokens.
    pub refused_scopes: Scopes,
    /// The tokens and whether Pinterest takes them.
    pub connection: Connection,
    /// Counts the token pairs; a renewal is written on condition that it did not move.
    pub token_version: u64,
    /// Held by the one worker that renews the tokens, until this moment.
    pub refresh_lease_until: Option<Timestamp>,
    /// Who holds it, by a word that no other worker has.
    pub refresh_lease_by: Option<String>,
    /// The next renewal is not tried before this moment; absent where none is planned.
    pub refresh_at: Option<Timestamp>,
    /// After a renewal that did not work, nobody tries another before this moment.
    pub refresh_backoff_until: Option<Timestamp>,
    /// When the tokens were taken into use.
    pub renewed_at: Option<Timestamp>,
    /// Whether the answer to the last renewal was lost, so that a refusal of the next one proves little.
    pub refresh_unknown: bool,
    /// What keeps the whole account from posting for a time, if anything does.
    pub hold: Option<AccountHold>,
    /// How it comes back from a block for spam: slowly.
    pub resuming: Option<Resuming>,
    /// When pins that wait for this account are released; absent where none is planned.
    pub release_at: Option<Timestamp>,
    /// How many releases are still to come.
    pub releases_left: u8,
    /// The boards its owner posts to.
    pub channels: Vec<BoardId>,
    /// How it is to be posted to, where its owner made a plan.
    pub plan: Option<Box<Plan>>,
    /// Its pins that are looked for on their boards; nothing that looks the same is posted meanwhile.
    pub doubts: Vec<DoubtfulPin>,
    /// When it was connected first.
    pub created_at: Timestamp,
    /// The last change.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}

/// A pin of which nobody knows whether it is on its board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtfulPin {
    /// The pin.
    pub pin: PinId,
    /// What it has in common with those that cannot be told from it; see [`super::Words::fingerprint`].
    pub fingerprint: String,
}

/// How many pins an account posts slowly after a block for spam, and how long it waits after each.
const SLOW_STEPS: u8 = 10;

const SLOW_STEP: SignedDuration = SignedDuration::from_mins(1);

/// An account that comes back from a block for spam, which many pins at once would bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resuming {
    /// How many slow steps are still to come.
    pub left: u8,
    /// The pin that may be posted at present.
    pub pin: Option<PinId>,
}

/// What keeps every pin of an account back for a time: its rate limit, or Pinterest's spam block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountHold {
    /// Why.
    pub reason: Hold,
    /// Until then nothing is posted.
    pub until: Timestamp,
}

/// Whether Pinterest takes the account's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connection {
    /// It does, as far as is known.
    Connected(SealedTokens),
    /// It does not, or will not from `from` on.
    NeedsReconnect {
        /// Why.
        reason: ReconnectReason,
        /// Until then the access token is still used.
        from: Timestamp,
        /// The tokens as they are.
        tokens: SealedTokens,
    },
    /// The owner disconnected it; the tokens are erased.
    Disconnected,
}

/// The tokens of an account, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedTokens {
    /// Sent with every call.
    pub access: SealedToken,
    /// When Pinterest stops taking the access token.
    pub access_expires_at: Timestamp,
    /// Exchanged for a new pair; absent for tokens pasted from Pinterest's developer pages.
    pub refresh: Option<SealedToken>,
    /// When the refresh token ends.
    pub refresh_expires_at: Option<Timestamp>,
}

/// A token that only the vault can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedToken(pub String);

words! {
    /// Why an account has to be connected again.
    ReconnectReason {
        /// Pinterest refused to renew the tokens.
        RefreshRefused = "refresh_refused", "Pinterest refused to renew the authorization, as it does after a change of username or password. Reconnect the account.";
        /// Pinterest refused the access token and there is nothing to renew it with.
        AccessRefused = "access_refused", "Pinterest no longer accepts the access token, and it can't be renewed. Reconnect the account.";
        /// Pinterest says that the tokens do not permit publishing.
        ScopesRefused = "scopes_refused", "The account didn't grant permission to publish pins. Reconnect it and allow everything that Pinterest asks for.";
        /// The access token ended before it could be renewed.
        Expired = "expired", "The authorization expired before it could be renewed. Reconnect the account.";
        /// The answer to a renewal was lost and the old refresh token is spent.
        RefreshLost = "refresh_lost", "Pinterest's response to a renewal was lost and can't be requested again. Reconnect the account before the access token expires.";
        /// The tokens belong to another Pinterest app than the one in the settings.
        AppChanged = "app_changed", "The account was connected through another Pinterest app. Reconnect it before its access token expires.";
        _ => Other, "The account has to be reconnected, for a reason that another version of Pinwheel recorded.";
    }
}

/// Who an account is on Pinterest, by which app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The mode in which Pinterest was asked.
    pub mode: Mode,
    /// The app that was permitted.
    pub app_id: AppId,
    /// Pinterest's id of the person.
    pub user_id: PinterestUserId,
    /// The name.
    pub username: String,
}

impl Account {
    /// An account of `owner` that has no tokens yet.
    pub fn new(id: AccountId, owner: OwnerId, person: Person, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            mode: person.mode,
            app_id: person.app_id,
            user_id: person.user_id,
            username: person.username,
            profile_image: None,
            account_type: None,
            scopes: Scopes::default(),
            refused_scopes: Scopes::default(),
            connection: Connection::Disconnected,
            token_version: 0,
            refresh_lease_until: None,
            refresh_lease_by: None,
            refresh_at: None,
            refresh_backoff_until: None,
            renewed_at: None,
            refresh_unknown: false,
            hold: None,
            resuming: None,
            release_at: None,
            releases_left: 0,
            channels: Vec::new(),
            plan: None,
            doubts: Vec::new(),
            created_at: now,
            updated_at: now,
            version: 0,
        }
    }

    /// The tokens with which the account can be used at `now`, if Pinterest is expected to take them.
    pub fn usable_tokens(&self, now: Timestamp) -> Option<&SealedTokens> {
        let tokens = match &self.connection {
            Connection::Connected(tokens) => tokens,
            Connection::NeedsReconnect { from, tokens, .. } if now < *from => tokens,
            Connection::NeedsReconnect { .. } | Connection::Disconnected => return None,
        };
        (now < tokens.access_expires_at).then_some(tokens)
    }

    /// The tokens, whether they work or not.
    pub fn tokens(&self) -> Option<&SealedTokens> {
        match &self.connection {
            Connection::Connected(tokens) | Connection::NeedsReconnect { tokens, .. } => Some(tokens),
            Connection::Disconnected => None,
        }
    }

    /// Why the account has to be connected again, now or when its access token ends.
    pub fn reconnect_reason(&self, now: Timestamp) -> Option<ReconnectReason> {
        match &self.connection {
            Connection::Connected(tokens) => (tokens.access_expires_at <= now).then_some(ReconnectReason::Expired),
            Connection::NeedsReconnect { reason, .. } => Some(*reason),
            Connection::Disconnected => None,
        }
    }

    /// Takes a new pair of tokens into use at `now` and plans its renewal.
    pub fn renewed(&mut self, tokens: SealedTokens, now: Timestamp) {
        let ahead = RENEW_AHEAD.min(tokens.access_expires_at.duration_since(now) / 2);
        let planned = (tokens.access_expires_at - ahead).max(now + RENEW_NOT_BEFORE);
        self.refresh_at = tokens.refresh.is_some().then_some(planned);
        self.connection = Connection::Connected(tokens);
        self.refused_scopes = Scopes::default();
        self.token_version += 1;
        self.renewed_at = Some(now);
        self.refresh_lease_until = None;
        self.refresh_backoff_until = None;
        self.refresh_unknown = false;
    }

    /// What keeps the whole account from posting at `now`.
    pub fn held_at(&self, now: Timestamp) -> Option<AccountHold> {
        self.hold.filter(|hold| now < hold.until)
    }

    /// Keeps the whole account from posting until `until`, and plans the release of what waits for it by then.
    pub fn hold(&mut self, reason: Hold, until: Timestamp) {
        let longest = self.hold.filter(|hold| hold.until > until).unwrap_or(AccountHold { reason, until });
        (self.hold, self.resuming) = (Some(longest), None);
        self.plan_release(longest.until);
    }

    /// What keeps `pin` from being posted at `now`: the hold, unless it lets this pin through.
    pub fn held_for(&self, pin: &PinId, now: Timestamp) -> Option<AccountHold> {
        self.held_at(now).filter(|_| !self.lets_through(pin))
    }

    /// Whether `pin` may be posted in spite of the hold.
    pub fn lets_through(&self, pin: &PinId) -> bool {
        self.resuming.as_ref().is_some_and(|resuming| resuming.pin.as_ref() == Some(pin))
    }

    /// Lets `pin` alone be posted in the next minute, if the account's block for spam ended a short while ago; answers
    /// whether it is so.
    pub fn resume_slowly(&mut self, pin: Option<PinId>, now: Timestamp) -> bool {
        let is_spam = self.hold.is_some_and(|hold| hold.reason == Hold::SpamBlock);
        let left = self.resuming.as_ref().map_or(SLOW_STEPS, |resuming| resuming.left);
        if !is_spam || left == 0 {
            self.resuming = None;
            return false;
        }
        let until = now + SLOW_STEP;
        self.hold = Some(AccountHold { reason: Hold::SpamBlock, until });
        self.resuming = Some(Resuming { left: left - 1, pin });
        (self.release_at, self.releases_left) = (Some(until), 3);
        true
    }

    /// Plans the release of the pins that wait for this account: at `now` or else when its hold ends, and twice later,
    /// for those that were being parked meanwhile.
    pub fn plan_release(&mut self, now: Timestamp) {
        self.release_at = Some(self.held_at(now).map_or(now, |hold| hold.until));
        self.releases_left = 3;
    }

    /// Plans the release of pins that wait for this account by `at`, or when its hold ends.
    pub fn release_by(&mut self, at: Timestamp) {
        let planned = self.release_at.map_or(at, |planned| planned.min(at));
        self.release_at = Some(self.held_at(planned).map_or(planned, |hold| hold.until));
        self.releases_left = 3;
    }

    /// Notes that the account has to be connected again; the access token is used until `from`.
    pub fn needs_reconnect(&mut self, reason: ReconnectReason, from: Timestamp) {
        if let Some(tokens) = self.tokens().cloned() {
            self.connection = Connection::NeedsReconnect { reason, from, tokens };
        }
        self.refresh_at = None;
        self.refresh_lease_until = None;
    }

    /// Notes that Pinterest says that the tokens lack scopes, those of `missing` where it lists them: only connecting the
    /// account again changes that.
    pub fn lacks_scopes(&mut self, missing: &Scopes, now: Timestamp) {
        self.refused_scopes = missing.clone();
        self.needs_reconnect(ReconnectReason::ScopesRefused, now);
    }

    /// Everything that publishing needs and the account lacks, as far as is known.
    pub fn missing_scopes(&self) -> Scopes {
        self.scopes.missing_for_publishing().iter().chain(self.refused_scopes.iter()).collect()
    }

    /// Erases the tokens. What waits for this account is released once, so that it says what it waits for from now on.
    pub fn disconnected(&mut self, now: Timestamp) {
        self.connection = Connection::Disconnected;
        self.refused_scopes = Scopes::default();
        self.token_version += 1;
        self.refresh_at = None;
        self.refresh_lease_until = None;
        self.hold = None;
        self.release_at = Some(now);
        self.releases_left = 1;
    }

    /// Where the account's own work waits, if there is any.
    pub fn due(&self) -> Option<Due> {
        let at = [self.refresh_at, self.release_at].into_iter().flatten().min()?;
        Some(Due { partition: self.open_partition(), at })
    }

    /// Where the day of its plan begins that comes `days` after the one of `now`; days of UTC where it has no plan.
    pub fn start_of_day(&self, now: Timestamp, days: i64) -> Timestamp {
        let plan = self.plan.as_deref().cloned().unwrap_or_default();
        let date = plan.date(now).checked_add(jiff::Span::new().days(days)).unwrap_or(Date::MAX);
        plan.start_of(date)
    }

    /// The day of its plan that `now` is in.
    pub fn date(&self, now: Timestamp) -> Date {
        self.plan.as_ref().map_or_else(|| Plan::default().date(now), |plan| plan.date(now))
    }

    /// The partition in which work of this account waits while nothing is in its way.
    pub fn open_partition(&self) -> Partition {
        Partition::Open(self.mode, Shard::of(&self.id))
    }
}
