//! The program itself: what it prints, what it keeps, how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pinterest-sim");

/// A running program, killed with SIGKILL when it is dropped.
struct Running {
    child: Child,
    address: String,
    printed: String,
}

impl Running {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["--port", "0", "--app-id", "42", "--app-secret", "hush", "--data-dir"]).arg(folder);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let printed: Vec<_> = lines.by_ref().take(6).map(Result::unwrap).collect();
        let (_, address) = printed[0].split_once("http://").unwrap();
        Self { child, address: address.trim_end_matches('/').to_owned(), printed: printed.join("\n") }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn fail(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

#[test]
fn it_says_what_it_accepts_and_keeps_everything_when_killed() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::start(folder.path());
    assert!(
        first.printed.contains("app ID        42") && first.printed.contains("app secret    hush"),
        "{}",
        first.printed
    );
    let board = json!({ "mode": "live", "owner": "shop", "name": "Kept" });
    let added = first.call("POST", "/control/boards", &board);
    drop(first);
    let second = Running::start(folder.path());
    let pins = second.call("GET", &format!("/control/pins?board={}", added["id"].as_str().unwrap()), &Value::Null);
    assert_eq!(pins, json!({ "items": [] }), "the board is still there");
}

#[test]
fn what_keeps_it_from_starting_is_said_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("folder");
    let below = below.to_str().unwrap();
    for (arguments, words) in [
        (&["--port", &port][..], "is in use by another program; choose another one with --port"),
        (&["--port", "0", "--data-dir", below], "cannot use the folder"),
        (
            &["--tier", "gold"],
            "invalid value 'gold' for '--tier <TIER>' [possible values: unapproved, trial, standard]",
        ),
        (&["--prot", "1"], "unexpected argument '--prot' found"),
    ] {
        let output = fail(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.starts_with("pinterest-sim: ") && said.contains(words), "{said}");
    }
}
