//! A variable that is set wins over the embedded part, so the same functions run against other endpoints.

use local::access_key::AccessKey;
use serde_json::json;

use crate::people::{APP, connect, plan, set_up, sign_in_by_code, titles, until_status};
use crate::running::{Running, run};

#[tokio::test]
async fn functions_pointed_at_other_tables_and_secrets_use_those() {
    let other = Running::serve_ephemeral(&[]).await;
    let (dynamodb, secrets) = (other.at("_aws/dynamodb"), other.at("_aws/secretsmanager"));
    let key = AccessKey::load(&other.data_folder()).unwrap();
    let variables = [
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.as_str()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.as_str()),
        ("AWS_ACCESS_KEY_ID", &key.id),
        ("AWS_SECRET_ACCESS_KEY", &key.secret),
    ];
    let pointed = Running::serve_ephemeral(&variables).await;
    assert!(pointed.said.contains(&dynamodb), "{}", pointed.said);
    set_up(&mut pointed.person("ann", true).await).await;
    let seen = other.person("ann", true).await.get("v1/settings").await.unwrap().json();
    assert_eq!((&seen["app_id"], &seen["app_secret"]["last4"]), (&json!(APP.0), &json!("cret")));
}

#[tokio::test]
async fn functions_pointed_at_another_pinterest_post_there() {
    let callback = "http://localhost:1/app/pinterest/board";
    let arguments = ["pinterest", "--port", "0", "--redirect-uri", callback];
    let pinterest = Running::start(&arguments, &[], "nothing is kept").await;
    let (live, authorize) = (pinterest.at("live/v5"), format!("{}/", pinterest.at("oauth")));
    let variables = [
        ("PINTEREST_API_LIVE", live.as_str()),
        ("PINTEREST_AUTHORIZE_URL", authorize.as_str()),
        ("PUBLIC_URL", "http://localhost:1"),
    ];
    let pointed = Running::serve_ephemeral(&variables).await;
    assert!(pointed.said.contains(&format!("live at {live}")), "{}", pointed.said);
    set_up(&mut pointed.person("ann", true).await).await;
    let mut alice = pointed.person("alice", false).await;
    let (account, board) = connect(&mut alice).await;
    let pin = plan(&mut alice, (&account, &board), "Elsewhere", json!("now")).await;
    until_status(&mut alice, &pin, "published").await;
    assert_eq!(titles(&pinterest.at(""), &board).await, ["Elsewhere"]);
}

#[tokio::test]
async fn a_publisher_of_its_own_works_on_the_parts_of_a_running_pinwheel() {
    let serving = Running::start(&["--port", "0", "--ephemeral", "--without-publisher"], &[], "to stop").await;
    set_up(&mut serving.person("ann", true).await).await;
    let mut alice = serving.person("alice", false).await;
    let (account, board) = connect(&mut alice).await;
    let pin = plan(&mut alice, (&account, &board), "By another process", json!("now")).await;
    let port = serving.url.port().unwrap().to_string();
    let folder = serving.data_folder();
    let folder = folder.to_str().unwrap();
    let start = format!("start `pinwheel publisher --port {port} --data-dir {folder}`");
    assert!(serving.said.contains(&start), "{}", serving.said);
    let refused = run(&["publisher", "--port", &port, "--data-dir", "/"]).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("with another access key; name its data folder with --data-dir"), "{said}");
    let arguments = ["publisher", "--port", &port, "--data-dir", folder];
    let publisher = Running::start(&arguments, &[], "Publishing every minute").await;
    until_status(&mut alice, &pin, "published").await;
    publisher.signal("TERM").await;
    assert_eq!(publisher.end().await.0, Some(0));
    assert_eq!(titles(&serving.at("_pinterest"), &board).await, ["By another process"]);
}

#[tokio::test]
async fn with_the_real_pinterest_nothing_is_simulated() {
    let arguments = ["--port", "0", "--ephemeral", "--pinterest", "real", "--public-url", "https://pins.example.com"];
    let real = Running::start(&arguments, &[], "to stop").await;
    assert!(
        real.said.contains("live at https://api.pinterest.com/v5, sandbox at https://api-sandbox."),
        "{}",
        real.said
    );
    assert!(real.said.contains("https://pins.example.com/app/pinterest/board"), "{}", real.said);
    let mut ann = sign_in_by_code(&real).await;
    let settings = ann.get("v1/settings").await.unwrap().json();
    assert_eq!(settings["callback_url"], "https://pins.example.com/app/pinterest/board");
    assert_eq!(ann.get("_pinterest/").await.unwrap().status, 404);

    let port = real.url.port().unwrap().to_string();
    let folder = real.data_folder();
    let folder = folder.to_str().unwrap();
    let refused = run(&["publisher", "--port", &port, "--data-dir", folder]).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("has no simulated Pinterest; publish to the real one with --pinterest real"), "{said}");
    let arguments = ["publisher", "--port", &port, "--data-dir", folder, "--pinterest", "real"];
    Running::start(&arguments, &[], "Publishing every minute").await;
}
