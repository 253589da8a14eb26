//! Which calls to AWS each function makes, as the permissions that IAM asks for.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use http::StatusCode;
use local::in_process::{Effect, Hook, Service};
use serde_json::Value;
use shared::api::Route;

/// The variable that names the folder into which what was called is written, one file a process.
pub const FOLDER: &str = "AWS_CALLS_FOLDER";

tokio::task_local! {
    /// The function whose router is at work.
    static FUNCTION: &'static str;
}

/// What a call needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The name of the function that calls.
    pub function: String,
    /// The action as IAM names it, like `dynamodb:GetItem`.
    pub action: String,
    /// What it is done to: `table`, `table/index/due`, `app secret`, `token keys`, `media` (files), `media bucket`, `publisher`, `importer`, `events` or `event bus`.
    pub resource: String,
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\t{}\t{}", self.function, self.action, self.resource)
    }
}

impl Permission {
    /// Reads a line as it was written.
    pub fn read(line: &str) -> Option<Self> {
        let mut parts = line.split('\t').map(str::to_owned);
        Some(Self { function: parts.next()?, action: parts.next()?, resource: parts.next()? })
    }
}

/// The function that serves `routes`.
pub(crate) fn function_of(routes: &[Route]) -> Option<&'static str> {
    let functions = [
        ("settings", settings::ROUTES),
        ("oauth", oauth::ROUTES),
        ("accounts", accounts::ROUTES),
        ("media", media::ROUTES),
        ("pins", pins::ROUTES),
        ("web", web::ROUTES),
        ("events", events::ROUTES),
        ("mcp", mcp::ROUTES),
    ];
    functions.into_iter().find(|(_, known)| *known == routes).map(|(name, _)| name)
}

/// Lets `work` be done in the name of `function`.
pub(crate) async fn in_the_name_of<F: Future>(function: Option<&'static str>, work: F) -> F::Output {
    match function {
        Some(function) => FUNCTION.scope(function, work).await,
        None => work.await,
    }
}

/// A hook that writes down what functions call.
#[derive(Debug)]
pub struct Recorder;

impl Hook for Recorder {
    fn after(&self, effect: &Effect<'_>, outcome: &local::in_process::Outcome<'_>) {
        let Some(called) = CALLED.as_ref() else { return };
        // What stories do by themselves is nobody's call.
        let is_publisher = effect.actor.contains("publisher") || is_simulated(effect.actor);
        let by_name = [
            ("publisher", is_publisher),
            ("importer", effect.actor == "importer"),
            ("events", effect.actor == "sender"),
        ];
        let by_name = by_name.into_iter().find_map(|(name, is_it)| is_it.then_some(name));
        let function = FUNCTION.try_with(|function| *function).ok().or(by_name);
        if let Some(function) = function {
            let is_missing = outcome.answer.is_some_and(|answer| answer.status == StatusCode::NOT_FOUND);
            called.lock().expect("nothing panics with it").note(function, effect, is_missing);
        }
    }
}

/// Notes what an address allows that `function` signed: whoever uses it does so in its name.
pub(crate) fn signed(function: &str, actions: &[&str]) {
    let Some(called) = CALLED.as_ref() else { return };
    let mut called = called.lock().expect("nothing panics with it");
    for action in actions {
        let resource = "media".to_owned();
        called.add(Permission { function: function.to_owned(), action: (*action).to_owned(), resource });
    }
}

/// Simulated publishers are called p0, p1 and so on.
fn is_simulated(actor: &str) -> bool {
    actor
        .strip_prefix('p')
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

static CALLED: LazyLock<Option<Mutex<Called>>> = LazyLock::new(|| Called::open().map(Mutex::new));

struct Called {
    known: BTreeSet<Permission>,
    file: File,
}

impl Called {
    #[expect(clippy::disallowed_methods, reason = "it is for a check, not for a function")]
    fn open() -> Option<Self> {
        let folder = std::env::var(FOLDER).ok()?;
        let path = Path::new(&folder).join(format!("{}.tsv", std::process::id()));
        let file = OpenOptions::new().create(true).append(true).open(&path);
        Some(Self { known: BTreeSet::new(), file: file.expect("the folder exists and can be written to") })
    }

    fn note(&mut self, function: &str, effect: &Effect<'_>, is_missing: bool) {
        for (action, resource) in needed(effect, is_missing) {
            self.add(Permission { function: function.to_owned(), action, resource });
        }
    }

    fn add(&mut self, permission: Permission) {
        if !self.known.contains(&permission) {
            writeln!(self.file, "{permission}").expect("the folder can be written to");
            self.known.insert(permission);
        }
    }
}

/// The permissions that IAM asks for; a transaction needs those of its parts, and a read that finds nothing the one to list
/// the bucket, without which S3 does not say so.
fn needed(effect: &Effect<'_>, is_missing: bool) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match (effect.service, effect.operation) {
        (Service::DynamoDb, operation @ ("TransactWriteItems" | "TransactGetItems")) => {
            let parts = effect.request["TransactItems"].as_array().into_iter().flatten();
            let names = parts.filter_map(Value::as_object).flat_map(serde_json::Map::keys);
            let action = |name: &String| match name.as_str() {
                "ConditionCheck" => "dynamodb:ConditionCheckItem".to_owned(),
                other => format!("dynamodb:{other}Item"),
            };
            let actions: Vec<_> = names.map(|name| (action(name), "table".to_owned())).collect();
            assert!(!actions.is_empty(), "{operation} has parts");
            actions
        }
        (Service::DynamoDb, operation) => {
            let index = effect.request["IndexName"].as_str();
            let resource = index.map_or_else(|| "table".to_owned(), |index| format!("table/index/{index}"));
            vec![(format!("dynamodb:{operation}"), resource)]
        }
        (Service::SecretsManager, operation) => {
            let secret = text(&effect.request["SecretId"]);
            let is_keys = secret == crate::world::TOKEN_KEYS;
            vec![(format!("secretsmanager:{operation}"), if is_keys { "token keys" } else { "app secret" }.to_owned())]
        }
        (Service::S3, operation) => {
            let own = (format!("s3:{operation}"), "media".to_owned());
            let listing = is_missing.then(|| ("s3:ListBucket".to_owned(), "media bucket".to_owned()));
            [own].into_iter().chain(listing).collect()
        }
        (Service::EventBridge, operation) => vec![(format!("events:{operation}"), "event bus".to_owned())],
        (Service::Lambda, _) => {
            let called = match text(&effect.request["FunctionName"]).as_str() {
                crate::world::IMPORTER => "importer",
                crate::world::EVENTS => "events",
                _ => "publisher",
            };
            vec![("lambda:InvokeFunction".to_owned(), called.to_owned())]
        }
    }
}
