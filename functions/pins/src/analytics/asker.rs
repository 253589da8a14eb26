//! Asks Pinterest for the figures of one account, within its quotas.

use futures_util::future::BoxFuture;
use http::StatusCode;
use jiff::SignedDuration;
use shared::account_access;
use shared::analytics_quota::{Category, UsedUp};
use shared::api::{self, Problem};
use shared::domain::{Account, Mode, Scope};
use shared::pinterest::{Answer, CallError, RefusalKind};
use shared::store::StoreError;
use shared::vault::AccessToken;

use crate::Function;

/// How long to wait before days are asked for once more that Pinterest says are too long ago. They are not: it says so at
/// times when it has much to do.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// A call of Pinterest under way.
type Call<'c, T> = BoxFuture<'c, Result<Answer<T>, CallError>>;

/// One account, ready to be asked about.
pub struct Asker<'a> {
    function: &'a Function,
    pub account: &'a Account,
    pub token: AccessToken,
}

/// Why figures could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("Pinterest's quota is used up")]
    UsedUp(UsedUp),
    #[error("could not read figures")]
    Call(#[from] CallError),
    #[error("could not count the call")]
    Store(#[from] StoreError),
}

impl<'a> Asker<'a> {
    /// Opens the token of `account`: 409 in sandbox mode, where Pinterest has no figures, and where the account cannot be
    /// used as it is.
    pub async fn open(function: &'a Function, account: &'a Account, needed: &[Scope]) -> Result<Self, Problem> {
        let (mode, token) = account_access::authorize(&function.platform, account, needed).await?;
        if mode == Mode::Sandbox {
            let detail = "Pinterest has no figures in its sandbox. They are available in live mode.";
            return Err(Problem::conflict("sandbox_without_figures", detail));
        }
        Ok(Self { function, account, token })
    }

    /// Asks, once more where Pinterest wrongly says that the days are too long ago.
    pub async fn ask<'c, T>(&self, category: Category, call: impl Fn() -> Call<'c, T> + Sync) -> Result<T, Unread> {
        match self.ask_once(category, &call).await {
            Err(Unread::Call(CallError::Refused(refusal))) if refusal.kind == RefusalKind::TooLongAgo => {
                tracing::warn!(account = %self.account.id, "Pinterest rejected recent days as too old; asking again");
                let clock = &self.function.platform.clock;
                clock.sleep_until(clock.now() + PAUSE).await;
                self.ask_once(category, &call).await
            }
            answer => answer,
        }
    }

    async fn ask_once<'c, T>(&self, category: Category, call: &(impl Fn() -> Call<'c, T> + Sync)) -> Result<T, Unread> {
        let (platform, quota) = (&self.function.platform, &self.function.figures.quota);
        quota.take(platform, self.account, category).await?.map_err(Unread::UsedUp)?;
        let answer = account_access::mark_reconnect_if_revoked(platform, self.account, call().await).await;
        let learned = match &answer {
            Ok(answer) => quota.learn(platform, self.account, &answer.rate).await,
            Err(CallError::Refused(refusal)) => quota.learn_refused(platform, self.account, refusal, category).await,
            Err(_) => Ok(()),
        };
        // What was answered is worth having, whether it could be counted or not.
        if let Err(error) = learned {
            api::log(&error);
        }
        Ok(answer?.body)
    }
}

impl Unread {
    /// Whether Pinterest says that there is no such pin.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Call(CallError::Refused(refusal)) if refusal.kind == RefusalKind::NotFound)
    }
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::UsedUp(used_up) => of_quota(used_up),
            Unread::Store(error) => error.into(),
            Unread::Call(CallError::Refused(refusal)) if refusal.kind == RefusalKind::TooLongAgo => {
                api::log(&CallError::Refused(refusal));
                let detail = "Pinterest isn't giving out figures at the moment. Try again in a minute.";
                Self::new(StatusCode::BAD_GATEWAY, "pinterest_unavailable", detail)
            }
            Unread::Call(error) => error.into(),
        }
    }
}

fn of_quota(UsedUp { retry_after_s, is_trial }: UsedUp) -> Problem {
    let detail = if is_trial {
        "The Pinterest app has trial access, and its requests for figures are used up for today. Try again after \
         00:00 UTC. With standard access, which an administrator can request on developers.pinterest.com, the limit \
         is per minute."
            .to_owned()
    } else {
        format!(
            "Pinterest allows 60 requests for figures per minute and account. Try again in {retry_after_s} seconds."
        )
    };
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "pinterest_rate_limited", detail);
    Problem { retry_after_s: Some(retry_after_s), ..problem }
}
