//! What keeps the program from starting is said in one line, with exit code 1.

use std::net::TcpListener;

use tempfile::tempdir;

use crate::running::{Running, run};

async fn refuses(arguments: &[&str], words: &str) {
    let output = run(arguments).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
    assert!(said.starts_with("pinwheel: ") && said.contains(words), "{arguments:?}: {said}");
    assert_eq!(output.stdout, b"", "{arguments:?}");
}

#[tokio::test]
async fn a_used_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let words = format!("port {port} is in use by another program; choose another one with --port");
    let folder = tempdir().unwrap();
    refuses(&["--port", &port, "--data-dir", folder.path().to_str().unwrap()], &words).await;
    refuses(&["--port", &port, "--ephemeral"], &words).await;
    refuses(&["demo", "--port", &port], &words).await;
    refuses(&["pinterest", "--port", &port], &words).await;
}

#[tokio::test]
async fn an_unusable_folder_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("folder");
    let below = below.to_str().unwrap();
    refuses(&["--port", "0", "--data-dir", below], &format!("cannot use the folder {below}")).await;
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("table.sqlite"), "something else that is no table at all").unwrap();
    let path = folder.path().to_str().unwrap();
    refuses(&["--port", "0", "--data-dir", path], "cannot read the table in the data folder").await;
    std::fs::remove_file(folder.path().join("table.sqlite")).unwrap();
    std::fs::write(folder.path().join("secrets.json"), "{").unwrap();
    refuses(&["--port", "0", "--data-dir", path], "cannot read the secrets in the data folder").await;
}

#[tokio::test]
async fn a_second_instance_on_the_same_folder_is_refused() {
    let folder = tempdir().unwrap();
    let first = Running::serve(folder.path(), &[]).await;
    let path = folder.path().to_str().unwrap();
    refuses(&["--port", "0", "--data-dir", path], "is in use by another Pinwheel (process ").await;
    assert_eq!(first.person("alice", false).await.get("_pinterest/").await.unwrap().status, 200, "the first goes on");
}

#[tokio::test]
async fn a_wrong_option_is_named() {
    refuses(&["--prot", "1"], "unexpected argument '--prot' found").await;
    refuses(&["--port", "many"], "invalid value 'many' for '--port <PORT>'").await;
    refuses(&["--pinterest", "fake"], "invalid value 'fake'").await;
    refuses(&["--ephemeral", "--data-dir", "x"], "cannot be used with").await;
    refuses(&["--public-url", "https://pins.example/path"], "give an address without a path").await;
    refuses(&["--log", "loud=="], "invalid value 'loud=='").await;
    refuses(&["publish"], "unrecognized subcommand 'publish'").await;
    refuses(&["pinterest", "--tier", "gold"], "invalid value 'gold'").await;
}

#[tokio::test]
async fn a_publisher_without_a_pinwheel_says_where_it_looked() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let words =
        format!("cannot reach the table pinwheel at http://127.0.0.1:{free}/_aws/dynamodb; start Pinwheel first");
    refuses(&["publisher", "--port", &free], &words).await;
}

#[tokio::test]
async fn every_wrong_variable_is_named() {
    let mut command = crate::running::program(&["--port", "0", "--ephemeral"]);
    command.env("PUBLIC_URL", "pins.example").env("AWS_ENDPOINT_URL_LAMBDA", "nowhere");
    let output = command.output().await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("AWS_ENDPOINT_URL_LAMBDA must be") && said.contains("PUBLIC_URL must be"), "{said}");
}
