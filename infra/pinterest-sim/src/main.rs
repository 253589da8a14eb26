//! Starts the simulator as a program of its own.

mod program;

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match program::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pinterest-sim: {error:#}");
            ExitCode::FAILURE
        }
    }
}
