//! What a started stack says of itself.

use std::fmt::{self, Display};
use std::io::{self, Write};

use shared::api::CALLBACK_PATH;

use crate::issuer::MACHINE_ID;
use crate::stack::Stack;

/// Where a stack is, what its Pinterest accepts, and how to begin.
pub struct Announcement<'a>(pub &'a Stack);

/// Prints for a person; nobody may be reading, which is no reason to stop.
pub fn say(text: impl Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

impl Display for Announcement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stack = self.0;
        let url = stack.url();
        let config = stack.config();
        writeln!(f, "Pinwheel is ready at {url}\n")?;
        let pinterest = &config.pinterest;
        match stack.simulator() {
            // Another address may have been set for the functions; then this app is not theirs.
            Some(simulator) if pinterest.authorize.as_str().starts_with(url.as_str()) => {
                line(f, "Pinterest", format_args!("simulated, at {url}_pinterest/"))?;
                line(f, "app ID", &simulator.app().id)?;
                line(f, "app secret", &simulator.app().secret)?;
            }
            _ => line(f, "Pinterest", format_args!("live at {}, sandbox at {}", pinterest.live, pinterest.sandbox))?,
        }
        if let Some(public) = &config.web.public_url {
            line(f, "callback", format_args!("{}{CALLBACK_PATH}", public.as_str().trim_end_matches('/')))?;
        }
        match stack.sign_in_code() {
            Some(code) => line(f, "sign-in", format_args!("with the code {code}, at this machine only"))?,
            None => line(f, "a token", format_args!("curl -s -d owner=alice -d admin=true {url}local/token"))?,
        }
        line(f, "machine client", MACHINE_ID)?;
        line(f, "machine secret", stack.machine_secret())?;
        let kept = if stack.is_ephemeral() { ", removed at the end" } else { "" };
        line(f, "data", format_args!("{}{kept}", stack.folder().display()))?;
        if let Some(dynamodb) = &config.aws.dynamodb {
            line(f, "DynamoDB", dynamodb)?;
        }
        if !stack.publishes() {
            let port = url.port().unwrap_or_default();
            let folder = stack.folder().display();
            let start = format_args!("none here; start `pinwheel publisher --port {port} --data-dir {folder}`");
            line(f, "publisher", start)?;
        }
        write!(f, "  {:<14} Ctrl-C", "to stop")
    }
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, value: impl Display) -> fmt::Result {
    writeln!(f, "  {name:<14} {value}")
}
