//! Compares what the functions called, as the test suite wrote it down, with what `template.yaml` lets them do.
//!
//! `mkdir -p target/calls && AWS_CALLS_FOLDER=$PWD/target/calls cargo test --workspace`, then
//! `cargo run -p programs --bin permissions -- target/calls`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tests::permissions::Permission;
use tests::template::Template;

/// Compares the calls of the test suite with the policies of the template.
#[derive(Debug, Parser)]
struct Options {
    /// The folder into which the suite wrote its calls.
    folder: PathBuf,
}

fn main() -> ExitCode {
    let called = called(&Options::parse().folder);
    let granted = Template::read().permissions();
    for (permissions, what) in
        [(&called - &granted, "called and not granted"), (&granted - &called, "granted and never called")]
    {
        for permission in &permissions {
            println!("{what}: {permission}");
        }
    }
    println!("{} permissions are used and {} granted", called.len(), granted.len());
    if called == granted && !called.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn called(folder: &PathBuf) -> BTreeSet<Permission> {
    let files = std::fs::read_dir(folder).expect("the folder can be read");
    let texts = files.map(|file| std::fs::read_to_string(file.expect("it is there").path()).expect("it is text"));
    let lines = texts.flat_map(|text| text.lines().filter_map(Permission::read).collect::<Vec<_>>());
    lines.collect()
}
