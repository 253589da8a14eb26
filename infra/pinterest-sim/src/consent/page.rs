//! The consent page itself.

use std::error::Error;

use maud::{Markup, html};

use super::request::{ConsentError, ConsentRequest};
use crate::pages::shell;
use crate::simulator::Simulator;
use crate::store::Person;

/// Asks who the person is and whether the app may do what it asks for.
pub(super) fn picker(
    simulator: &Simulator,
    request: &ConsentRequest,
    people: &[Person],
    chosen: Option<&str>,
) -> Markup {
    let chosen = chosen.or_else(|| people.first().map(|person| person.username.as_str()));
    let body = html! {
        h1 { "Give app " (simulator.app().id) " access?" }
        p { "The app asks for:" }
        ul { @for scope in request.scopes.names() { li { code { (scope) } } } }
        form method="post" {
            fieldset {
                legend { "You are" }
                @for person in people {
                    label {
                        input type="radio" name="username" value=(person.username) checked[chosen == Some(&person.username)];
                        " " strong { (person.username) } " " span.quiet { (person.about) }
                    }
                }
            }
            p.actions {
                button type="submit" name="decision" value="allow" { "Allow" }
                button.second type="submit" name="decision" value="deny" { "Deny" }
            }
        }
        p.quiet { "Then you go back to " code { (request.redirect_uri) } }
    };
    shell(simulator.base_path(), "Give access", &body)
}

/// Says what is wrong with an authorize URL and what to do.
pub(super) fn refusal(simulator: &Simulator, error: &ConsentError) -> Markup {
    let remedy = match error {
        ConsentError::UnknownApp { .. } => "Send the app ID as client_id. This Pinterest knows one app:",
        ConsentError::RedirectUri { .. } => "Register the URI for the app, or send one of these byte for byte:",
        ConsentError::ResponseType(_) => "Send response_type=code.",
        ConsentError::NoScope => "Send scope with one or more scopes, separated by commas or spaces.",
        ConsentError::UnknownScope(_) => "Pinterest's scopes are:",
        ConsentError::NoSuchPerson(_) => "Answer as one of these people:",
        ConsentError::Database(_) => "See what the simulator logged.",
    };
    let choices = match error {
        ConsentError::UnknownApp { .. } => vec![simulator.app().id.clone()],
        ConsentError::RedirectUri { .. } => simulator.app().redirect_uris.clone(),
        ConsentError::UnknownScope(_) => crate::SCOPES.map(str::to_owned).to_vec(),
        ConsentError::NoSuchPerson(_) => simulator.people().into_iter().map(|person| person.username).collect(),
        _ => Vec::new(),
    };
    let body = html! {
        h1 { "Pinterest cannot ask for this consent" }
        p { (error) @if let Some(source) = error.source() { ": " (source) } "." }
        p { (remedy) }
        ul { @for choice in &choices { li { code { (choice) } } } }
    };
    shell(simulator.base_path(), "Something is wrong", &body)
}
