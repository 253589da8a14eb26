//! The publisher: everything that is due, at its second, once.
//!
//! An invocation looks ahead, waits in memory, claims each piece of work by one conditional write and does it. It locks
//! nothing before the claim, so that an edit or a cancel wins until the last moment, and it never posts a pin whose
//! earlier attempt may have worked: that one it looks for on its board first.

mod account_work;
mod attempt;
mod backlog;
mod backoff;
mod change;
mod check;
mod circuit_work;
mod circuits;
mod classify;
mod doubts;
mod ending;
mod figures;
mod foresight;
mod hold;
mod known;
mod lanes;
mod late;
mod look;
mod pace;
mod picture;
mod publish;
mod queue;
mod release;
mod renew;
mod report;
mod rules;
mod search;
mod session;
mod sweep;
mod video;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::config::OnUnknown;
use shared::kick::PublisherEvent;
use shared::platform::Platform;

use circuits::Circuits;
pub use classify::{Verdict, classify};
use figures::Figures;
use foresight::Foresight;
pub use report::Report;
pub use rules::{Rule, Rules};
use session::Sessions;
use sweep::Sweeps;
use tracing::Instrument;
use watch::Watch;

/// The publisher with what it keeps between invocations.
#[derive(Debug)]
pub struct Publisher {
    platform: Arc<Platform>,
    rules: Rules,
    sessions: Sessions,
    circuits: Circuits,
    sweeps: Sweeps,
    foresight: Foresight,
    figures: Figures,
    is_stopping: AtomicBool,
}

/// How long an invocation may run.
#[derive(Debug, Clone, Copy)]
struct Span {
    /// When it began.
    began: Timestamp,
    /// From here on nothing is claimed.
    last_claim: Timestamp,
    /// Until then its claims hold.
    lease_until: Timestamp,
}

impl Publisher {
    /// A publisher on `platform`.
    pub fn new(platform: Arc<Platform>) -> Self {
        Self::with_rules(platform, Rules::default())
    }

    /// A publisher on `platform` that keeps other rules, for simulations.
    pub fn with_rules(platform: Arc<Platform>, rules: Rules) -> Self {
        Self {
            rules,
            sessions: Sessions::new(platform.clone()),
            circuits: Circuits::new(platform.clone()),
            sweeps: Sweeps::new(platform.clone()),
            foresight: Foresight::default(),
            figures: Figures::default(),
            platform,
            is_stopping: AtomicBool::new(false),
        }
    }

    /// Does what is due until `deadline` at the latest, when the invocation would be stopped.
    pub async fn handle(&self, event: PublisherEvent, deadline: Timestamp) -> Report {
        let span = Span {
            began: self.platform.clock.now(),
            last_claim: deadline - self.rules.last_claim,
            lease_until: deadline + self.rules.lease_beyond,
        };
        let report = Box::pin(Watch::new(self, span).run(event)).await;
        self.figures.write(&self.platform.metrics, self.platform.clock.now());
        tracing::info!(?report, "the invocation is done");
        report
    }

    /// Lets every invocation of this publisher claim nothing more, finish what is in flight and return.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Whether a pin whose outcome is unknown is posted once more when it was looked for in vain.
    fn posts_again(&self) -> bool {
        self.platform.config.publisher.on_unknown == OnUnknown::Post
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }
}

/// Serves invocations until Lambda stops the process.
pub async fn run() -> Result<(), Error> {
    let publisher = Arc::new(Publisher::new(shared::start::publisher().await?));
    lambda_runtime::run(service_fn(move |invocation: LambdaEvent<PublisherEvent>| {
        let publisher = publisher.clone();
        async move {
            let LambdaEvent { payload, context } = invocation;
            let deadline = Timestamp::from_millisecond(i64::try_from(context.deadline)?)?;
            let span = tracing::info_span!("run", request = context.request_id);
            if let Some(trace) = context.xray_trace_id.filter(|trace| trace.contains("Sampled=1")) {
                span.in_scope(|| tracing::info!(trace, "an invocation began"));
            }
            Box::pin(publisher.handle(payload, deadline)).instrument(span).await;
            Ok::<(), Error>(())
        }
    }))
    .await
}
