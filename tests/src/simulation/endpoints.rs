//! The endpoints of webhooks in a run: one that always answers, one that never does, and others in between.

use std::sync::Arc;

use bytes::Bytes;
use events::{Network, SendError};
use http::{Request, Response, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use super::dice::Dice;
use super::mortal::{Life, Since};
use super::surroundings::Surroundings;

/// How an endpoint behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It answers 204 at once.
    Answers,
    /// While things go wrong, it often fails in some way.
    Fails,
    /// It takes its time, now and then more than it has.
    IsSlow,
    /// It refuses every connection, or never answers.
    IsDead,
}

/// An endpoint, and what is sent there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its host, which no other one has.
    pub host: String,
    /// How it behaves.
    pub manner: Manner,
    /// Whose events it gets; absent for everybody's.
    pub owner: Option<String>,
    /// Which events; empty for all.
    pub types: &'static [&'static str],
}

/// How likely a request fails where the endpoint does so.
const FAILS: f64 = 0.45;

/// All endpoints of a run.
pub struct Endpoints {
    /// What they are in.
    pub around: Arc<Surroundings>,
    /// What is left to chance at them.
    pub dice: Arc<Dice>,
    /// The endpoints.
    pub all: Vec<Endpoint>,
}

impl Endpoint {
    /// The endpoints of a run, in which `owners` use Pinwheel.
    pub fn draw(dice: &Dice, owners: &[&str]) -> Vec<Self> {
        let of = |host: &str, manner, owner: Option<&str>, types| Self {
            host: format!("{host}.example.com"),
            manner,
            owner: owner.map(str::to_owned),
            types,
        };
        let first = owners.first().copied();
        let mut all = vec![of("answers", Manner::Answers, first, &[]), of("dead", Manner::IsDead, first, &[])];
        if dice.happens(0.6) {
            all.push(of("fails", Manner::Fails, first, &[]));
        }
        if dice.happens(0.4) {
            all.push(of("slow", Manner::IsSlow, first, &[]));
        }
        if dice.happens(0.3) {
            all.push(of("some", Manner::Fails, first, &["pin.published", "pin.failed", "pin.needs_review"]));
        }
        if dice.happens(0.6) {
            all.push(of("all", dice.one(&[Manner::Answers, Manner::Fails, Manner::IsSlow]), None, &[]));
        }
        let others = owners.iter().skip(1).take(2).enumerate();
        all.extend(others.map(|(number, owner)| of(&format!("other{number}"), Manner::Fails, Some(owner), &[])));
        all
    }
}

impl Endpoints {
    /// How somebody who lives `life` reaches them.
    pub fn network(self: &Arc<Self>, actor: &str, life: &Arc<Life>) -> Network {
        let (endpoints, actor, life) = (self.clone(), actor.to_owned(), life.clone());
        Network(BoxCloneSyncService::new(service_fn(move |request| {
            let (endpoints, actor, life) = (endpoints.clone(), actor.clone(), life.clone());
            async move { endpoints.receive(&actor, &life, request).await }
        })))
    }

    async fn receive(&self, actor: &str, life: &Life, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        life.reaches(Since::Post);
        let host = request.uri().host().unwrap_or_default().to_owned();
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let id = request.headers().get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        let told = format!("POST {host} {id} {} {}", body["type"], body["sequence"]);
        let endpoint = self.all.iter().find(|endpoint| endpoint.host == host).expect("no other host is in a webhook");
        self.wait(300).await;
        let answer = self.answer(endpoint, (&id, &body)).await;
        let answered = answer.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        self.around.trace.line(actor, format_args!("{told} -> {answered}"));
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = answer?;
        Ok(response)
    }

    async fn answer(&self, endpoint: &Endpoint, (id, body): (&str, &Value)) -> Result<StatusCode, SendError> {
        let is_calm = self.around.weather.is_calm();
        let arrives = |is_accepted| self.around.judge.event_arrives(&self.around, endpoint, (id, body), is_accepted);
        match endpoint.manner {
            Manner::IsDead if self.dice.happens(0.5) => return Err(SendError::NotReached("refused".into())),
            Manner::IsDead => std::future::pending().await,
            Manner::IsSlow => {
                arrives(true);
                self.wait(if is_calm { 8_000 } else { 20_000 }).await;
            }
            Manner::Fails if !is_calm && self.dice.happens(FAILS) => return self.fail(arrives).await,
            Manner::Answers | Manner::Fails => arrives(true),
        }
        Ok(StatusCode::NO_CONTENT)
    }

    async fn fail(&self, arrives: impl Fn(bool)) -> Result<StatusCode, SendError> {
        match self.dice.number(0..5) {
            0 => return Err(SendError::NotReached("refused".into())),
            1 => {
                arrives(true);
                return Err(SendError::NoAnswer("the answer is lost".into()));
            }
            2 => {
                arrives(false);
                std::future::pending::<()>().await;
            }
            _ => arrives(false),
        }
        Ok(self.dice.one(&[StatusCode::INTERNAL_SERVER_ERROR, StatusCode::TOO_MANY_REQUESTS, StatusCode::NOT_FOUND]))
    }

    async fn wait(&self, most_ms: u64) {
        let time = self.dice.time(std::time::Duration::from_millis(most_ms));
        self.around.wait(SignedDuration::try_from(time).unwrap_or_default()).await;
    }
}
