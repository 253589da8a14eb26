//! What webhooks keep sealed, when the keys are replaced; and pictures that are shown to whoever gets an event.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use shared::domain::{SealedToken, Webhook, WebhookId};
use tests::{TOKEN_KEY, files, pin_request};

use super::*;

const HOST: &str = "one.example.com";

/// The number of the key that sealed a secret.
fn key_of(sealed: &SealedToken) -> u32 {
    let bytes = BASE64URL_NOPAD.decode(sealed.0.as_bytes()).unwrap();
    u32::from_be_bytes(bytes[..4].try_into().unwrap())
}

async fn stored(world: &World, webhook: &Value) -> Webhook {
    let (owner, id): (_, WebhookId) = ("alice".parse().unwrap(), webhook["id"].as_str().unwrap().parse().unwrap());
    world.platform("reader").webhooks.load(Some(&owner), &id).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_next_event_seals_a_webhooks_secrets_by_the_new_key_and_the_old_key_can_go() {
    let world = world().await;
    let made = webhook(world.user("alice"), &json!({"url": format!("https://{HOST}/hook")})).await;
    let alice = world.planner().await;
    let rotated = world.user("alice").post(&format!("{}/secret", path(&made)), &json!({})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.text());
    let second = json!({"2": BASE64.encode(&[9; 32])});
    world.put_token_keys(&json!({"generated": TOKEN_KEY, "keys": second, "current": 2}));
    world.wait(SignedDuration::from_mins(6)).await;
    published(&alice).await;
    let secrets = stored(&world, &made).await.secrets;
    assert_eq!((key_of(&secrets.current), key_of(&secrets.former.unwrap().0)), (2, 2));
    world.user("alice").post(&format!("{}/test", path(&made)), &json!({})).await;
    world.wait(SignedDuration::from_secs(1)).await;
    let before = world.receivers.at(HOST).len();

    world.put_token_keys(&json!({"keys": second, "current": 2}));
    world.wait(SignedDuration::from_mins(6)).await;
    world.user("alice").post(&format!("{}/test", path(&made)), &json!({})).await;
    world.wait(SignedDuration::from_secs(1)).await;
    let received = world.receivers.at(HOST);
    assert_eq!(received.len(), before + 1);
    let signatures = received.last().unwrap().signature.split(' ').count();
    assert_eq!(signatures, 2, "the former secret opens as well");
    assert_eq!(stored(&world, &made).await.version, 2, "nobody's change is in the way of it");
}

#[tokio::test(start_paused = true)]
async fn whoever_gets_an_event_sees_the_picture_of_the_pins_own_file() {
    let world = world().await;
    alices(&world, HOST).await;
    let alice = world.planner().await;
    let file = files::png(1000, 1500);
    let media = world.ready_media("alice", &file).await;
    let mut request = pin_request(&alice.account, &alice.board, "now");
    request["content"]["media"] = json!({"source_type": "media", "media_id": media});
    let answer = alice.calls().post("/v1/pins", &request).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    world.tick().await;
    world.wait(SignedDuration::from_secs(1)).await;
    let received = world.receivers.at(HOST).pop().unwrap().json();
    assert_eq!(received["type"], "pin.published");
    let preview = &received["data"]["pin"]["preview"];
    let given = world.show(preview["url"].as_str().unwrap());
    assert_eq!(given.status, 200, "{} {preview}", given.code());
    assert_eq!(given.body.to_vec(), file);
}
