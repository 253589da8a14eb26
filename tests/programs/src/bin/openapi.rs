//! Writes the OpenAPI description of the installation to the file that `web` serves.
//!
//!     cargo run -p programs --bin openapi

use std::error::Error;

use tests::description;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let api = runtime.block_on(description::complete());
    std::fs::write(description::FILE, description::text(&api))?;
    Ok(())
}
