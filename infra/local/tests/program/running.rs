//! The program as a process.

use std::collections::VecDeque;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use url::Url;

use local::person::Person;

/// How long anything may take before it counts as not happening.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A process that has said that it is ready. It is killed with SIGKILL when this is dropped.
pub struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What it said until it was ready.
    pub said: String,
    /// The first address that it named.
    pub url: Url,
}

/// The program with arguments, without the variables of whoever runs the tests.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinwheel"));
    command.args(arguments).kill_on_drop(true).env_clear();
    command
}

/// Runs the program to its end.
pub async fn run(arguments: &[&str]) -> Output {
    tokio::time::timeout(PATIENCE, program(arguments).output()).await.expect("it comes to its end").unwrap()
}

impl Running {
    /// Starts the program with a port of its own; it is ready when it has said `last`.
    pub async fn start(arguments: &[&str], variables: &[(&str, &str)], last: &str) -> Self {
        let mut command = program(arguments);
        command.envs(variables.iter().copied());
        Self::until_ready(command, last).await
    }

    /// The same, with what it logs kept in a file.
    pub async fn start_logging(arguments: &[&str], log: &Path, last: &str) -> Self {
        let mut command = program(arguments);
        command.stderr(File::create(log).unwrap());
        Self::until_ready(command, last).await
    }

    async fn until_ready(mut command: Command, last: &str) -> Self {
        command.stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| line.contains(last)) {
            let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("it becomes ready").unwrap();
            said.push(line.unwrap_or_else(|| panic!("it ended before it was ready: {said:?}")));
        }
        let said = said.join("\n");
        let (_, address) = said.split_once("http://").unwrap();
        let address = address.split_whitespace().next().unwrap();
        let url = Url::parse(&format!("http://{address}")).unwrap();
        Self { child, lines, said, url }
    }

    /// Starts `pinwheel` on a folder.
    pub async fn serve(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let arguments = ["--port", "0", "--data-dir", folder.to_str().unwrap()];
        Self::start(&arguments, variables, "to stop").await
    }

    /// Starts `pinwheel` on a folder that it forgets.
    pub async fn serve_ephemeral(variables: &[(&str, &str)]) -> Self {
        Self::start(&["--port", "0", "--ephemeral"], variables, "to stop").await
    }

    /// Somebody who has signed in here.
    pub async fn person(&self, name: &str, is_admin: bool) -> Person {
        let mut person = Person::at(&self.url);
        person.sign_in(name, is_admin).await.unwrap();
        person
    }

    /// Where it keeps its data, by what it said.
    pub fn data_folder(&self) -> PathBuf {
        let line = self.said.lines().find_map(|line| line.trim().strip_prefix("data ")).expect("it names its folder");
        line.trim().trim_end_matches(", removed at the end").into()
    }

    /// An address of this process, without a slash at its end.
    pub fn at(&self, path: &str) -> String {
        self.url.join(path).unwrap().as_str().trim_end_matches('/').to_owned()
    }

    /// The most memory that it has held so far, in KiB, as Linux counts it.
    pub fn peak_memory_kib(&self) -> u64 {
        let id = self.child.id().expect("it is still running");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
    }

    /// Ends it as a power cut would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Sends a signal, as `kill` does.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it is still running");
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {id}")).status().await.unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; answers the exit code and what it said since it was ready.
    pub async fn end(self) -> (Option<i32>, String) {
        self.end_within(PATIENCE).await
    }

    /// The same, for an end that has to come soon.
    pub async fn end_within(mut self, patience: Duration) -> (Option<i32>, String) {
        let mut rest = VecDeque::new();
        let ended = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                rest.push_back(line);
            }
            self.child.wait().await.unwrap()
        };
        let status = tokio::time::timeout(patience, ended).await.expect("it comes to its end");
        (status.code(), rest.make_contiguous().join("\n"))
    }
}
