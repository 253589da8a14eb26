//! Runs the function that sends events as AWS does.

use std::sync::Arc;

use events::Sender;
use shared::clock::Clock;
use shared::kick::SenderEvent;
use shared::platform::Platform;

use crate::World;
use crate::world::EVENTS;

impl World {
    /// Lets events be sent by a sender on `platform` from now on.
    pub fn host_sender(&self, platform: Arc<Platform>) {
        self.parts.lambda.host(EVENTS, local::sending::handler(platform, self.receivers.network()));
    }

    /// The schedule of the sender of events fires once; ends with the invocation.
    pub async fn tick_events(&self) {
        let sender = Sender::new(self.platform("sender"), self.receivers.network());
        let now = self.clock.now();
        let deadline = now + local::sending::TIME_LIMIT;
        // What comes of it shows in the table and at the endpoints.
        let _ = sender.handle(SenderEvent::Tick { scheduled_at: now }, deadline).await;
    }
}
