//! The server that assistants talk to: what it says of itself, and its tools.

use http::request::Parts;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::model::{Implementation, ServerCapabilities, ServerConfig};
use rmcp::{ServerHandler, tool_handler};
use shared::api::Origin;
use shared::clock::SharedClock;
use shared::pinterest::Transport;

use crate::caller::{Caller, Refusal};

/// What every assistant reads before it calls a tool.
const INSTRUCTIONS: &str = "\
Pinwheel schedules pins for Pinterest and publishes each one at its second, once.

- Begin with `status` and `accounts`: they say what time it is, which accounts are connected, and in which time zone each \
account posts. Read times like \"evening\" or \"Friday\" in the account's time zone and send them with its offset.
- Boards can be named as people name them (\"Recipes\", \"Recipes/Cakes\"). You don't need their IDs.
- `preview_pins` shows the exact times and what is worth knowing, and stores nothing. Show its result to the person before you \
call `schedule_pins`, unless they asked you to go ahead.
- `publish_at: \"next_slot\"` takes the account's next free posting time. Use it when the person gives no time.
- Calling `schedule_pins` again with the same pins schedules nothing twice, so call it again when you got no answer.
- Errors say what to change. Change only that, and tell the person what you changed.
- A pin that `needs_review` may be on Pinterest already. Ask the person to look at the board before you settle it.";

/// The server; each call has its own.
#[derive(Clone)]
pub struct Server {
    transport: Transport,
    clock: SharedClock,
    pub(crate) tools: ToolRouter<Self>,
}

impl Server {
    /// A server that reaches `/v1` by `transport`.
    pub fn new(transport: Transport, clock: SharedClock) -> Self {
        let tools = Self::overview_tools() + Self::schedule_tools() + Self::pin_tools() + Self::report_tools();
        Self { transport, clock, tools }
    }

    /// What time it is.
    pub(crate) fn now(&self) -> String {
        self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Whoever sent the request of `parts`.
    pub(crate) fn caller(&self, parts: &Parts) -> Result<Caller, Refusal> {
        let origin = parts.extensions.get::<Origin>().ok_or_else(|| Refusal::new("The request has no origin."))?;
        Ok(Caller::new(self.transport.clone(), self.clock.clone(), origin, &parts.headers))
    }
}

#[tool_handler(router = self.tools)]
impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let name = Implementation::new("pinwheel", env!("CARGO_PKG_VERSION")).with_title("Pinwheel");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(name)
            .with_instructions(INSTRUCTIONS)
    }
}
