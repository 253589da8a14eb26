//! Mix-up (RFC 9700, 4.4): a code goes to the host and in the name of the app that its consent was for, or nowhere.

use pinterest_sim::{Mode, Operation};
use serde_json::json;
use tests::{World, settings_request};

use super::{assert_in_vain, connected, consent};

#[tokio::test(start_paused = true)]
async fn a_code_of_one_mode_never_reaches_the_host_of_the_other() {
    for (begun, switched) in [("live", "sandbox"), ("sandbox", "live")] {
        let world = World::ready().await;
        let save = async |mode: &str| {
            let mut request = settings_request();
            request["mode"] = json!(mode);
            assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
        };
        save(begun).await;
        let browser = world.browser();
        let callback = consent(&browser, "alice", "shop").await;
        save(switched).await;
        assert_in_vain(&world, &browser.open(&callback).await).await;
        // Nor after switching back: the state was used up by the attempt.
        save(begun).await;
        assert_in_vain(&world, &browser.open(&callback).await).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_for_one_app_is_never_sent_in_the_name_of_another() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = consent(&browser, "alice", "shop").await;
    let mut request = settings_request();
    request["app_id"] = json!("99999");
    request["app_secret"] = json!("the-secret-of-another-app");
    assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
    assert_in_vain(&world, &browser.open(&callback).await).await;
}

#[tokio::test(start_paused = true)]
async fn tokens_of_the_sandbox_are_never_sent_to_the_live_host() {
    let world = World::ready().await;
    let mut request = settings_request();
    request["mode"] = json!("sandbox");
    assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
    let account = world.connect("alice", "shop").await;
    assert_eq!(world.admin().put("/v1/settings", &settings_request()).await.status, 200);
    let before = world.simulator.calls().len();
    for path in ["boards", "boards/1/sections"] {
        world.user("alice").get(&format!("/v1/accounts/{account}/{path}")).await;
    }
    world.user("alice").post(&format!("/v1/accounts/{account}/boards"), &json!({"name": "Mixed up"})).await;
    world.tick().await;
    let calls = world.simulator.calls().split_off(before);
    assert!(calls.iter().all(|call| call.mode == Mode::Sandbox), "{calls:?}");
    assert_eq!(connected(&world, "alice").await, ["shop"]);
    assert!(calls.iter().all(|call| call.operation != Operation::CreatePin));
}
