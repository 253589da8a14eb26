//! The commands of `docs/machine-clients.md`, pasted into a shell against what `cargo run` starts.

use std::path::Path;

use local::issuer::MACHINE_ID;
use local::stack::{Data, Options, Pinterest, Stack};
use serde_json::{Value, json};
use tokio::process::Command;

/// The blocks of commands, one after the other.
fn commands() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/machine-clients.md");
    let text = std::fs::read_to_string(page).unwrap();
    let blocks: Vec<_> = text.split("```bash\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 5);
    blocks.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_for_machine_clients_do_what_their_page_says() {
    if ["curl", "jq"].iter().any(|tool| std::process::Command::new(tool).arg("--version").output().is_err()) {
        eprintln!("skipped: the commands of docs/machine-clients.md need curl and jq");
        return;
    }
    let stack = Stack::start(Options {
        data: Data::Ephemeral,
        port: 0,
        pinterest: Pinterest::Simulated,
        public_url: None,
        publishes: false,
        functions: None,
        executions: None,
    });
    let stack = stack.await.unwrap();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &commands()])
        .env("PINWHEEL", stack.url().as_str().trim_end_matches('/'))
        .env("MACHINE", MACHINE_ID)
        .env("SECRET", stack.machine_secret())
        .output()
        .await
        .unwrap();
    stack.stop().await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Value> =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect::<Result<_, _>>().unwrap();
    let [template, templates, limits, settings, owner, exported, erasure] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(template["name"], "Recipes");
    assert_eq!(templates["items"], json!([template]));
    assert_eq!(limits["templates"]["used"], 1, "{limits}");
    assert_eq!(settings["status"], "disabled", "{settings}");
    assert_eq!(owner, &json!({"owner": "alice", "limits": limits, "erasure": null}));
    assert_eq!(erasure["state"], "erasing", "{erasure}");
    assert_eq!((&exported["kind"], &exported["data"]["name"]), (&json!("template"), &json!("Recipes")));
}
