//! What a save asks for; everything that is wrong with it is named at once.

use serde_json::{Map, Value};
use shared::api::MOST_ERRORS;
use shared::domain::characters::{pasted_code, trim_unseen};
use shared::domain::fields::shortened;
use shared::domain::scope::UnknownScope;
use shared::domain::settings::MOST_PINS_PER_DAY;
use shared::domain::{AppId, FieldError, Limit, Limits, Mode, Scopes, Settings};
use shared::vault::AppSecret;

/// Longer than any app secret of Pinterest's.
const SECRET_LIMIT: usize = 256;

/// More scopes than Pinterest has, each of them the longest.
const SCOPES_LIMIT: usize = 2_000;

/// The fields that a save sets.
const FIELDS: [&str; 9] =
    ["status", "mode", "app_id", "app_secret", "scopes", "carousels", "pins_per_day", "limits", "events"];

/// The fields that an answer has besides.
const READ_ONLY: [&str; 5] = ["callback_url", "create_app_url", "warnings", "updated_at", "updated_by"];

/// Valid settings that are to replace the present ones.
#[derive(Debug)]
pub struct Wanted {
    /// Whether anything is done for Pinterest at all.
    pub enabled: bool,
    /// Live or sandbox.
    pub mode: Mode,
    /// The app.
    pub app_id: Option<AppId>,
    /// A new secret; absent to keep the present one.
    pub app_secret: Option<AppSecret>,
    /// What is asked of people who connect.
    pub scopes: Scopes,
    /// Whether carousels may be planned; as it is where nothing is said of it.
    pub carousels: bool,
    /// How many late pins of an account go out in a day; as it is where nothing is said of it.
    pub pins_per_day: u32,
    /// What one owner may have; as it is where nothing is said of it.
    pub limits: Limits,
    /// Whether what happens is written to the event log; as it is where nothing is said of it.
    pub events: bool,
}

impl Wanted {
    /// Reads the body of a save that is to replace `current`; answers every wrong field.
    pub fn read(body: &Map<String, Value>, current: &Settings) -> Result<Self, Vec<FieldError>> {
        let mut errors = Errors(Vec::new());
        let enabled = errors.switch(body, "status");
        let mode = errors.word(body, "mode", "`live` or `sandbox`", |word| word.parse().ok());
        let app_id = errors.app_id(body);
        let app_secret = errors.app_secret(body);
        let scopes = errors.scopes(body);
        let carousels = errors.optional_switch(body, "carousels", current.carousels);
        let events = errors.optional_switch(body, "events", current.events);
        let pins_per_day =
            errors.number(body.get("pins_per_day"), "pins_per_day", MOST_PINS_PER_DAY, current.pins_per_day);
        if let (Ok(app_id), Ok(app_secret)) = (&app_id, &app_secret) {
            errors.pair(app_id.as_ref(), app_secret.is_some(), enabled == Ok(true), current);
        }
        errors.unexpected(body);
        let pair = app_id.and_then(|app_id| Ok((app_id, app_secret?)));
        let limits = errors.limits(body, &current.limits);
        let others = carousels.and_then(|carousels| Ok((carousels, pins_per_day?, limits?, events?)));
        match (enabled, mode, pair, scopes, others) {
            (
                Ok(enabled),
                Ok(mode),
                Ok((app_id, app_secret)),
                Ok(scopes),
                Ok((carousels, pins_per_day, limits, events)),
            ) if errors.0.is_empty() => {
                Ok(Self { enabled, mode, app_id, app_secret, scopes, carousels, pins_per_day, limits, events })
            }
            _ => Err(errors.0),
        }
    }

    /// The names of the fields in which it differs from `current`; a secret that is given counts as another.
    pub fn differences(&self, current: &Settings) -> Vec<String> {
        let limits = Limit::ALL
            .into_iter()
            .map(|limit| (limit_field(limit.setting()), self.limits.setting(limit) != current.limits.setting(limit)));
        [
            ("status", self.enabled != current.enabled),
            ("mode", self.mode != current.mode),
            ("app_id", self.app_id != current.app_id),
            ("app_secret", self.app_secret.is_some()),
            ("scopes", self.scopes != current.scopes),
            ("carousels", self.carousels != current.carousels),
            ("pins_per_day", self.pins_per_day != current.pins_per_day),
            ("events", self.events != current.events),
        ]
        .into_iter()
        .map(|(name, differs)| (name.to_owned(), differs))
        .chain(limits)
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }
}

/// Reads fields and collects what is wrong with them.
struct Errors(Vec<FieldError>);

/// A field that cannot be read; why is among the errors.
#[derive(Debug, PartialEq)]
struct Reported;

impl Errors {
    fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Reported {
        self.0.push(FieldError::new(field, code, message));
        Reported
    }

    fn word<T>(
        &mut self,
        body: &Map<String, Value>,
        field: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Reported> {
        let message = format!("Expected {expected}.");
        let Some(value) = body.get(field) else { return Err(self.add(field, "required", message)) };
        value.as_str().map(trim_unseen).and_then(read).ok_or_else(|| self.add(field, "invalid", message))
    }

    fn switch(&mut self, body: &Map<String, Value>, field: &str) -> Result<bool, Reported> {
        self.word(body, field, "`enabled` or `disabled`", |word| match word {
            "enabled" => Some(true),
            "disabled" => Some(false),
            _ => None,
        })
    }

    /// The same, `present` where it is left out.
    fn optional_switch(&mut self, body: &Map<String, Value>, field: &str, present: bool) -> Result<bool, Reported> {
        if body.contains_key(field) { self.switch(body, field) } else { Ok(present) }
    }

    /// A whole number up to `most`; `present` where it is left out.
    fn number(&mut self, value: Option<&Value>, field: &str, most: u32, present: u32) -> Result<u32, Reported> {
        let message = format!("Expected a whole number from 0 (no limit) to {most}.");
        let Some(value) = value else { return Ok(present) };
        if !value.is_number() {
            return Err(self.add(field, "wrong_type", message));
        }
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most);
        number.ok_or_else(|| self.add(field, "invalid", message))
    }

    /// What one owner may have; each limit that is left out is as at present.
    fn limits(&mut self, body: &Map<String, Value>, present: &Limits) -> Result<Limits, Reported> {
        let mut limits = present.clone();
        let given = match body.get("limits") {
            None => return Ok(limits),
            Some(Value::Object(given)) => given,
            Some(_) => return Err(self.add("limits", "wrong_type", "Expected an object with the limits to set.")),
        };
        let mut wrong = self.unexpected_limits(given);
        for limit in Limit::ALL {
            let name = limit.setting();
            match self.number(given.get(name), &limit_field(name), limit.highest(), present.setting(limit)) {
                Ok(most) => limits.set(limit, most),
                Err(reported) => wrong = Some(reported),
            }
        }
        wrong.map_or(Ok(limits), Err)
    }

    fn unexpected_limits(&mut self, given: &Map<String, Value>) -> Option<Reported> {
        let known = Limit::ALL.map(Limit::setting);
        let unexpected = given.keys().filter(|name| !known.contains(&name.as_str()));
        let told = unexpected.take(MOST_ERRORS).map(|name| {
            let field = limit_field(&shortened(name, 40));
            self.add(field, "unknown_field", format!("The limits are {}.", known.join(", ")))
        });
        told.last()
    }

    fn app_id(&mut self, body: &Map<String, Value>) -> Result<Option<AppId>, Reported> {
        let expected = "Expected the app ID as Pinterest shows it: a string of digits, or null for none.";
        match body.get("app_id") {
            Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => match &*pasted_code(text) {
                "" => Ok(None),
                text => text.parse().map(Some).map_err(|_| self.add("app_id", "invalid", expected)),
            },
            Some(_) => Err(self.add("app_id", "wrong_type", expected)),
            None => Err(self.add("app_id", "required", expected)),
        }
    }

    fn app_secret(&mut self, body: &Map<String, Value>) -> Result<Option<AppSecret>, Reported> {
        let (code, message) = match body.get("app_secret") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => {
                let text = pasted_code(text);
                match wrong_secret(&text) {
                    None => return Ok(Some(AppSecret::new(&*text))),
                    Some(wrong) => wrong,
                }
            }
            Some(_) => ("wrong_type", "Expected a string. Omit the field to keep the current secret."),
        };
        Err(self.add("app_secret", code, message))
    }

    fn scopes(&mut self, body: &Map<String, Value>) -> Result<Scopes, Reported> {
        let scopes: Scopes = match body.get("scopes") {
            Some(Value::String(text)) if text.len() > SCOPES_LIMIT => return Err(self.too_many_scopes()),
            Some(Value::String(text)) => self.known("scopes", Scopes::parse(text))?,
            Some(Value::Array(items)) if items.len() > MOST_ERRORS => return Err(self.too_many_scopes()),
            Some(Value::Array(items)) => {
                let read: Vec<_> = items.iter().enumerate().map(|(at, item)| self.scope(at, item)).collect();
                let read: Vec<Scopes> = read.into_iter().collect::<Result<_, _>>()?;
                read.iter().flat_map(Scopes::iter).collect()
            }
            Some(_) => {
                let message = "Expected a list of scopes, or a string that separates them with commas.";
                return Err(self.add("scopes", "wrong_type", message));
            }
            None => return Err(self.add("scopes", "required", "Enter the scopes to request.")),
        };
        if scopes.is_empty() { Err(self.add("scopes", "empty", "Enter at least one scope.")) } else { Ok(scopes) }
    }

    fn too_many_scopes(&mut self) -> Reported {
        self.add("scopes", "too_many", "Pinterest doesn't have this many scopes. List each scope once.")
    }

    fn scope(&mut self, at: usize, item: &Value) -> Result<Scopes, Reported> {
        let field = format!("scopes[{at}]");
        match item.as_str().map(|text| Scopes::parse(&shortened(text, SCOPES_LIMIT))) {
            Some(scopes) => self.known(&field, scopes),
            None => Err(self.add(field, "wrong_type", "Expected a scope, such as `pins:read`.")),
        }
    }

    fn known(&mut self, field: &str, scopes: Result<Scopes, Vec<UnknownScope>>) -> Result<Scopes, Reported> {
        scopes.map_err(|unknown| {
            for unknown in unknown.into_iter().take(MOST_ERRORS) {
                let word = shortened(&unknown.word, 40);
                let message = format!("Unknown scope `{word}`. Did you mean `{}`?", unknown.nearest);
                self.add(field, "unknown_scope", message);
            }
            Reported
        })
    }

    /// What app ID and secret have to do with each other and with being enabled.
    fn pair(&mut self, app_id: Option<&AppId>, new_secret: bool, enabled: bool, current: &Settings) {
        if app_id.is_none() && enabled {
            self.add("app_id", "required", "Enter the app ID before you switch Pinterest on.");
        } else if app_id.is_none() && new_secret {
            self.add("app_id", "required", "An app secret needs an app ID.");
        }
        let stored = current.secret.is_some();
        let another = app_id.is_some() && app_id != current.app_id.as_ref();
        if stored && another && !new_secret {
            let message = "The saved secret belongs to the previous app. Enter the secret of this app.";
            self.add("app_secret", "secret_required", message);
        } else if enabled && !stored && !new_secret {
            self.add("app_secret", "required", "Enter the app secret before you switch Pinterest on.");
        }
    }

    fn unexpected(&mut self, body: &Map<String, Value>) {
        let unexpected = body.keys().filter(|name| !FIELDS.contains(&name.as_str()));
        let more = unexpected.clone().count().saturating_sub(MOST_ERRORS);
        for name in unexpected.take(MOST_ERRORS) {
            if READ_ONLY.contains(&name.as_str()) {
                self.add(name, "read_only", "Read-only. Remove it.");
            } else {
                self.add(
                    name,
                    "unknown_field",
                    format!("Unknown field. The settings have the fields {}.", FIELDS.join(", ")),
                );
            }
        }
        if let Some(last) = self.0.last_mut() {
            last.more += more;
        }
    }
}

/// The name of a limit among the settings.
fn limit_field(name: &str) -> String {
    format!("limits.{name}")
}

fn wrong_secret(text: &str) -> Option<(&'static str, &'static str)> {
    if text.is_empty() {
        Some(("empty", "Omit the field to keep the current secret."))
    } else if text.len() > SECRET_LIMIT {
        Some(("too_long", "Too long for a Pinterest app secret."))
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Some(("invalid", "An app secret has no spaces or line breaks. Copy it again."))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
