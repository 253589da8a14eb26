//! What an authorize URL asks for, and what can be wrong with it.

use std::collections::BTreeMap;

use url::Url;
use url::form_urlencoded;

use crate::options::App;
use crate::scope::ScopeSet;

/// Why a consent page cannot be shown or answered.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// `client_id` is missing or of no app.
    #[error("no app has the ID {given:?}")]
    UnknownApp {
        /// The `client_id` that came.
        given: String,
    },
    /// `redirect_uri` is none of the registered ones.
    #[error("the redirect URI {given:?} is not registered for this app: {difference}")]
    RedirectUri {
        /// The `redirect_uri` that came.
        given: String,
        /// In what it differs from the registered one that is most like it.
        difference: String,
    },
    /// `response_type` is not `code`.
    #[error("response_type is {0:?} and must be \"code\"")]
    ResponseType(String),
    /// `scope` is missing or empty.
    #[error("no scope was asked for")]
    NoScope,
    /// `scope` names a scope that does not exist.
    #[error("there is no scope {0:?}")]
    UnknownScope(String),
    /// The person who is to answer does not exist.
    #[error("nobody is called {0:?}")]
    NoSuchPerson(String),
    /// The database could not be used.
    #[error("cannot use the simulator's database")]
    Database(#[from] rusqlite::Error),
}

/// An authorize URL that a person can be asked about.
pub(super) struct ConsentRequest {
    pub(super) redirect_uri: String,
    pub(super) scopes: ScopeSet,
    state: Option<String>,
}

impl ConsentRequest {
    /// Reads the query of an authorize URL.
    pub(super) fn read(app: &App, query: &str) -> Result<Self, ConsentError> {
        let mut fields: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        // Pinterest's own quickstart still sends the older name of the parameter.
        let client_id = fields.remove("client_id").or_else(|| fields.remove("consumer_id")).unwrap_or_default();
        if client_id != app.id {
            return Err(ConsentError::UnknownApp { given: client_id });
        }
        let redirect_uri = fields.remove("redirect_uri").unwrap_or_default();
        if !app.redirect_uris.contains(&redirect_uri) {
            let difference = difference(&redirect_uri, &app.redirect_uris);
            return Err(ConsentError::RedirectUri { given: redirect_uri, difference });
        }
        let response_type = fields.remove("response_type").unwrap_or_default();
        if response_type != "code" {
            return Err(ConsentError::ResponseType(response_type));
        }
        let list = fields.remove("scope").unwrap_or_default();
        let scopes = ScopeSet::parse(&list).map_err(ConsentError::UnknownScope)?;
        if scopes.is_empty() {
            return Err(ConsentError::NoScope);
        }
        Ok(Self { redirect_uri, scopes, state: fields.remove("state") })
    }

    /// The redirect URI with what is sent back, and the state unchanged.
    pub(super) fn redirect(&self, fields: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(fields);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{separator}{}", self.redirect_uri, query.finish())
    }
}

/// Says in what a redirect URI differs from the registered one that is most like it.
fn difference(given: &str, registered: &[String]) -> String {
    let Ok(url) = Url::parse(given) else {
        return "it is not an absolute URL".to_owned();
    };
    let nearest = registered.iter().map(|uri| (differing_parts(&url, uri), uri)).min_by_key(|(parts, _)| parts.len());
    match nearest {
        None => "no redirect URI is registered".to_owned(),
        Some((parts, uri)) if parts.is_empty() => {
            format!("it means the same as {uri:?} but is not the same byte for byte")
        }
        Some((parts, uri)) => format!("compared with {uri:?}, {}", parts.join(" and ")),
    }
}

fn differing_parts(given: &Url, registered: &str) -> Vec<String> {
    let Ok(wanted) = Url::parse(registered) else {
        return vec!["everything differs".to_owned()];
    };
    let path = if given.path().trim_end_matches('/') == wanted.path().trim_end_matches('/') {
        "the slash at the end of the path"
    } else {
        "the path"
    };
    let port = |url: &Url| url.port_or_known_default().map_or_else(|| "none".to_owned(), |port| port.to_string());
    [
        ("the scheme", given.scheme().to_owned(), wanted.scheme().to_owned()),
        ("the host", given.host_str().unwrap_or_default().to_owned(), wanted.host_str().unwrap_or_default().to_owned()),
        ("the port", port(given), port(&wanted)),
        (path, given.path().to_owned(), wanted.path().to_owned()),
        ("the query", given.query().unwrap_or_default().to_owned(), wanted.query().unwrap_or_default().to_owned()),
    ]
    .into_iter()
    .filter(|(_, given, wanted)| given != wanted)
    .map(|(part, given, wanted)| format!("{part} differs ({given:?} instead of {wanted:?})"))
    .collect()
}
