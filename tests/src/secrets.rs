//! Looks for secrets in everything that comes out, in every form in which they could hide.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};
use tracing_subscriber::fmt::MakeWriter;

/// What must not be found: names for people, and each secret in all of its forms.
#[derive(Debug, Default)]
pub struct Secrets(BTreeMap<String, (String, &'static str)>);

impl Secrets {
    /// Looks for `secret` from now on.
    pub fn add(&mut self, name: &str, secret: &str) {
        assert!(secret.len() >= 8, "{name} is too short to be told from ordinary text");
        for (form, text) in forms(secret) {
            self.0.entry(text).or_insert_with(|| (name.to_owned(), form));
        }
    }

    /// The secrets in `text`, by name and form.
    pub fn found_in(&self, text: &str) -> Vec<(String, &'static str)> {
        self.0.iter().filter(|(needle, _)| text.contains(needle.as_str())).map(|(_, found)| found.clone()).collect()
    }

    /// Panics where `text` contains a secret.
    pub fn assert_absent(&self, place: &str, text: &str) {
        let found = self.found_in(text);
        assert!(found.is_empty(), "{found:?} in {place}: {:?}", self.lines_with_any(text));
    }

    /// The first lines of `text` that contain a secret.
    fn lines_with_any<'a>(&self, text: &'a str) -> Vec<&'a str> {
        text.lines().filter(|line| !self.found_in(line).is_empty()).take(3).collect()
    }
}

/// Every way in which a secret could be written.
fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let bytes = secret.as_bytes();
    let percent = |digits: fn(u8) -> String| bytes.iter().map(|byte| digits(*byte)).collect::<String>();
    let escaped = |text: &str| serde_json::Value::from(text).to_string().trim_matches('"').to_owned();
    let mut forms = vec![
        ("raw", secret.to_owned()),
        ("hex", HEXLOWER.encode(bytes)),
        ("hex", HEXUPPER.encode(bytes)),
        ("percent-encoded", percent(|byte| format!("%{byte:02X}"))),
        ("percent-encoded", percent(|byte| format!("%{byte:02x}"))),
        ("form-encoded", url::form_urlencoded::byte_serialize(bytes).collect()),
        ("JSON-escaped", escaped(secret)),
        ("JSON-escaped twice", escaped(&escaped(secret))),
        ("bytes", format!("{bytes:?}").trim_matches(['[', ']']).to_owned()),
    ];
    for lead in 0..3 {
        // Within a longer text the secret may begin at any of three places in a group; the characters at both ends that
        // depend on the neighbours are left out.
        let padded = [&vec![0; lead][..], bytes].concat();
        let (first, last) = ((lead * 8).div_ceil(6), padded.len() * 8 / 6);
        forms.push(("base64", BASE64.encode(&padded)[first..last].to_owned()));
        forms.push(("base64url", BASE64URL.encode(&padded)[first..last].to_owned()));
    }
    forms
}

/// Keeps what is logged.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Everything so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panics here")).into_owned()
    }

    /// How many bytes that are.
    pub fn bytes(&self) -> usize {
        self.0.lock().expect("nobody panics here").len()
    }

    /// How many lines.
    pub fn lines(&self) -> usize {
        self.text().lines().count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics here").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
