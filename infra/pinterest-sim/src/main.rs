//! Starts the simulator as a program of its own.

mod program;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match program::run(program::Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pinterest-sim: {error:#}");
            ExitCode::FAILURE
        }
    }
}
