//! A whole Pinwheel in one thread on moved time: the functions' routers, the publisher, the table, the secrets and a
//! simulated Pinterest, without a socket.

mod addresses;
mod browser;
mod caller;
pub mod chromium;
pub mod cost;
mod crowd;
mod cut;
pub mod description;
mod disturb;
mod figures;
pub mod footprint;
mod front;
mod latency;
pub mod ledger;
pub mod outage;
pub mod permissions;
mod planner;
pub mod precision;
mod publishing;
pub mod scale;
mod schedule;
mod secrets;
mod seed;
mod shapes;
mod shortcuts;
pub mod simulation;
pub mod template;
mod world;

pub use addresses::{ABSENT_ACCOUNT, ABSENT_PIN, Ids, body_for};
pub use browser::Browser;
pub use caller::{Answer, Caller};
pub use crowd::{Lateness, PINTEREST_TAKES, Sown, Spread};
pub use cut::Cut;
pub use disturb::Disturb;
pub use figures::Figures;
pub use front::Front;
pub use latency::Latency;
pub use planner::{CAUTIOUS, Planner};
pub use publishing::{TIMEOUT, invocation, invocation_for};
pub use schedule::{Firing, Ticks};
pub use secrets::{Log, Secrets};
pub use seed::Seeded;
pub use shapes::{pin_request, settings_request};
pub use shortcuts::host;
pub use world::{APP_ID, APP_SECRET, AWS_SECRET, HOST, START, TOKEN_KEY, World};
