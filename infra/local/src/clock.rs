//! What time it is, for parts that only stamp and compare.

use std::sync::Arc;

use jiff::Timestamp;

/// Answers the present time.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;
