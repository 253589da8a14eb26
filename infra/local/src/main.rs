//! Pinwheel on one machine.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match local::cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pinwheel: {error:#}");
            ExitCode::FAILURE
        }
    }
}
