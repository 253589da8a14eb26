//! The SDK's HTTP client for one process: requests go to the embedded parts without a socket.
//!
//! Everything happens on the calling task's thread, which it leaves only to let others run before
//! and after each call; so a whole world of programs runs deterministically on paused time.

pub(crate) mod dynamodb;
mod hook;
mod lagging;
mod meter;
mod request;

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use dynoxide::Database;
use http::StatusCode;

pub use hook::{Charge, Effect, Fault, Hook, ItemKey, Outcome, Plan, Service};
pub use lagging::LaggingReads;
pub use meter::{Count, Meter};

use crate::answer::{AWS_JSON, Answer};
use crate::event_bridge::EventBridge;
use crate::lambda::Lambda;
use crate::s3::S3;
use crate::secrets_manager::SecretsManager;
use request::Call;

/// An `HttpClient` for the AWS SDK that answers from the embedded parts of this process.
///
/// Clones share the parts. It repeats, times out and signs nothing: that is the SDK's work.
#[derive(Clone)]
pub struct InProcess {
    parts: Parts,
    actor: Arc<str>,
    hooks: Vec<Arc<dyn Hook>>,
}

/// The embedded parts that the SDK's requests reach.
#[derive(Clone)]
pub struct Parts {
    /// Answers for `DynamoDB`.
    pub database: Database,
    /// Answers for Secrets Manager.
    pub secrets: Arc<SecretsManager>,
    /// Answers for Lambda.
    pub lambda: Arc<Lambda>,
    /// Answers for S3.
    pub objects: Arc<S3>,
    /// Answers for EventBridge.
    pub event_bridge: Arc<EventBridge>,
}

impl InProcess {
    /// A client of these parts, undisturbed and unwatched.
    pub fn new(parts: Parts) -> Self {
        Self { parts, actor: Arc::from(""), hooks: Vec::new() }
    }

    /// The same client under the name of the program that uses it, which hooks see.
    #[must_use]
    pub fn named(mut self, actor: &str) -> Self {
        self.actor = Arc::from(actor);
        self
    }

    /// The same client with one more hook; hooks are asked in the order they were added.
    #[must_use]
    pub fn with_hook(mut self, hook: Arc<dyn Hook>) -> Self {
        self.hooks.push(hook);
        self
    }

    async fn answer(&self, mut call: Call) -> Result<HttpResponse, ConnectorError> {
        if let Some(request) = self.hooks.iter().find_map(|hook| hook.rewrite(&call.effect(&self.actor))) {
            call.request = request;
        }
        let effect = call.effect(&self.actor);
        let plan = self.hooks.iter().fold(Plan::default(), |plan, hook| plan.and(hook.before(&effect)));
        tokio::task::yield_now().await;
        if !plan.wait.is_zero() {
            tokio::time::sleep(plan.wait).await;
        }
        let reaches_it = plan.fault.is_none_or(Fault::lets_it_happen);
        // What S3 answers is no JSON, so that it goes past the hooks; they see its status.
        let object = call.object.as_ref().filter(|_| reaches_it).map(|request| self.parts.objects.handle(request));
        let (answer, charge) = if reaches_it {
            let instead = self.hooks.iter().find_map(|hook| hook.answer(&effect));
            let instead = instead.or_else(|| object.as_ref().map(|object| Answer::status(object.status())));
            let (answer, charge) = instead.map_or_else(|| self.serve(&call), |answer| (answer, Charge::default()));
            (Some(answer), charge)
        } else {
            (None, Charge::default())
        };
        let outcome = Outcome { answer: answer.as_ref(), fault: plan.fault, charge };
        for hook in &self.hooks {
            hook.after(&effect, &outcome);
        }
        tokio::task::yield_now().await;
        match plan.fault {
            None if object.is_some() => object.map_or_else(|| Err(broken()), respond_object),
            None => answer.map_or_else(|| Err(broken()), |answer| respond(&answer)),
            Some(Fault::Throttled) => respond(&throttled(call.service)),
            Some(Fault::ServerError) => respond(&server_error(call.service)),
            Some(Fault::Conflicted) => respond(&dynamodb::conflicted(&call.operation)),
            Some(Fault::ConnectionLost | Fault::AnswerLost) => Err(broken()),
            Some(Fault::StallsBefore | Fault::StallsAfter) => std::future::pending().await,
        }
    }

    fn serve(&self, call: &Call) -> (Answer, Charge) {
        match call.service {
            Service::DynamoDb => dynamodb::run(&self.parts.database, &call.operation, &call.request),
            Service::SecretsManager => (self.parts.secrets.handle(&call.operation, &call.request), Charge::default()),
            Service::EventBridge => (self.parts.event_bridge.handle(&call.operation, &call.request), Charge::default()),
            Service::Lambda => (self.parts.lambda.invoke(&request::invocation(&call.request)), Charge::default()),
            Service::S3 => (Answer::status(StatusCode::NOT_IMPLEMENTED), Charge::default()),
        }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("actor", &self.actor).field("hooks", &self.hooks).finish_non_exhaustive()
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.clone();
        HttpConnectorFuture::new(async move {
            let call = Call::read(&request).map_err(|error| ConnectorError::user(Box::new(error)))?;
            client.answer(call).await
        })
    }
}

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

fn respond(answer: &Answer) -> Result<HttpResponse, ConnectorError> {
    let response = http::Response::builder()
        .status(answer.status)
        .header(http::header::CONTENT_TYPE, AWS_JSON)
        .body(SdkBody::from(answer.bytes()))
        .map_err(|error| ConnectorError::other(Box::new(error), None))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(Box::new(error), None))
}

fn respond_object(response: http::Response<Bytes>) -> Result<HttpResponse, ConnectorError> {
    HttpResponse::try_from(response.map(SdkBody::from)).map_err(|error| ConnectorError::other(Box::new(error), None))
}

fn broken() -> ConnectorError {
    ConnectorError::io("the connection was lost".into())
}

fn throttled(service: Service) -> Answer {
    let message = "Rate exceeded";
    match service {
        Service::DynamoDb | Service::SecretsManager | Service::EventBridge => {
            Answer::refused(StatusCode::BAD_REQUEST, "ThrottlingException", message)
        }
        Service::S3 => Answer::status(StatusCode::SERVICE_UNAVAILABLE),
        Service::Lambda => Answer::refused(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", message),
    }
}

fn server_error(service: Service) -> Answer {
    let kind = match service {
        Service::DynamoDb => "InternalServerError",
        Service::SecretsManager => "InternalServiceError",
        Service::Lambda => "ServiceException",
        Service::S3 => "InternalError",
        Service::EventBridge => "InternalException",
    };
    Answer::refused(StatusCode::INTERNAL_SERVER_ERROR, kind, "The service is not available")
}

#[cfg(test)]
mod tests;
