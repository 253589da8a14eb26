//! Reads variables and collects what is wrong with them.

use url::Url;

use crate::api::is_loopback;

/// A variable that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {problem}")]
pub struct InvalidVariable {
    /// The variable.
    pub name: &'static str,
    /// What is wrong and what to write; never the value.
    pub problem: &'static str,
}

/// The variables that are being read.
pub struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    invalid: Vec<InvalidVariable>,
}

impl<'a> Variables<'a> {
    /// Reads by `lookup`.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, invalid: Vec::new() }
    }

    /// The value, where it is set and not empty.
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.trim().is_empty())
    }

    /// Words that are separated by spaces.
    pub fn words(&self, name: &str) -> Vec<String> {
        self.optional(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    }

    /// The value; empty, and noted as missing, where it is not set.
    pub fn required(&mut self, name: &'static str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.reject(name, "is not set");
            String::new()
        })
    }

    /// An absolute http or https address.
    pub fn address(&mut self, name: &'static str) -> Option<Url> {
        let text = self.optional(name)?;
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            self.reject(name, "must be an address that begins with https:// or http://");
        }
        url
    }

    /// Origins such as `https://app.example.com`, separated by spaces; without TLS only those of this machine, since
    /// anybody on the way could take the place of another.
    pub fn origins(&mut self, name: &'static str) -> Vec<url::Origin> {
        let text = self.optional(name).unwrap_or_default();
        let parsed: Vec<_> = text.split_whitespace().map(Url::parse).collect();
        if !parsed.iter().all(|url| url.as_ref().is_ok_and(|url| is_bare(url) && is_web(url))) {
            self.reject(name, "must be origins such as https://app.example.com, separated by spaces");
        } else if !parsed.iter().flatten().all(is_safe) {
            self.reject(
                name,
                "must begin with https://, unless they are of this machine, such as http://localhost:3000",
            );
        }
        parsed.into_iter().flatten().map(|url| url.origin()).collect()
    }

    /// Notes that `name` is wrong.
    pub fn reject(&mut self, name: &'static str, problem: &'static str) {
        self.invalid.push(InvalidVariable { name, problem });
    }

    /// Answers `value`, unless something was wrong.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<InvalidVariable>> {
        if self.invalid.is_empty() { Ok(value) } else { Err(self.invalid) }
    }
}

/// Whether nobody on the way can read or change what is sent to an address.
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

/// Whether an address is one without a path.
pub(super) fn is_bare(url: &Url) -> bool {
    url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
}
