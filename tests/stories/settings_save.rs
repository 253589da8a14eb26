//! Wherever a save dies, app ID and secret are the old pair or the new pair, and the next save puts things in order.

use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use local::in_process::{Effect, Fault, Hook, Outcome, Plan};
use serde_json::{Value, json};
use tests::{APP_ID, APP_SECRET, World, settings_request};
use tokio::sync::Notify;

const NEW_ID: &str = "77";
const NEW_SECRET: &str = "canary-new-secret-0123456789";

/// Does one thing to every try of the n-th effect.
#[derive(Debug)]
struct Cut {
    at: usize,
    fault: Fault,
    seen: Mutex<Vec<(String, Value)>>,
    crashed: Notify,
}

impl Cut {
    fn new(at: usize, fault: Fault) -> Arc<Self> {
        Arc::new(Self { at, fault, seen: Mutex::default(), crashed: Notify::new() })
    }

    /// Counts the effect, unless the SDK repeats it; answers whether it is the one.
    fn is_the_one(&self, effect: &Effect<'_>) -> bool {
        let mut seen = self.seen.lock().unwrap();
        let this = (effect.operation.to_owned(), effect.request.clone());
        if seen.last() != Some(&this) {
            seen.push(this);
        }
        seen.len() == self.at + 1
    }

    /// The operations so far.
    fn operations(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|(operation, _)| operation.clone()).collect()
    }
}

impl Hook for Cut {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        let hit = self.is_the_one(effect);
        if hit && self.fault == Fault::StallsBefore {
            self.crashed.notify_one();
        }
        if hit { Plan::fault(self.fault) } else { Plan::default() }
    }

    fn after(&self, _: &Effect<'_>, outcome: &Outcome<'_>) {
        if outcome.fault == Some(Fault::StallsAfter) {
            self.crashed.notify_one();
        }
    }
}

fn request(app_id: &str, secret: &str) -> Value {
    let mut request = settings_request();
    request["app_id"] = json!(app_id);
    request["app_secret"] = json!(secret);
    request
}

/// What a function that reads now works with; the version must exist and belong to the settings.
async fn pair_in_force(world: &World, reader: &str) -> (String, String) {
    let platform = world.platform(reader);
    let settings = platform.settings.load().await.unwrap();
    let secret = settings.secret.unwrap();
    let pair = platform.credentials.load(&secret.version_id).await.unwrap().expect("the version exists");
    assert_eq!(settings.app_id, Some(pair.app_id.clone()), "never a mixture");
    assert_eq!(secret.last4, pair.secret.last4());
    (pair.app_id.to_string(), pair.secret.expose().to_owned())
}

async fn assert_labelled(world: &World) {
    let platform = world.platform("labels");
    let named = platform.settings.load().await.unwrap().secret.unwrap().version_id;
    assert_eq!(platform.credentials.current_version().await.unwrap(), Some(named));
}

/// Saves `body` in place of `etag` while `cut` disturbs it; answers the status, or nothing where the function died.
async fn save_cut(world: &mut World, cut: &Arc<Cut>, etag: &str, body: &Value) -> Option<u16> {
    let actor = format!("settings that replaces {etag}");
    let platform = world.platform_with(&actor, &[cut.clone() as Arc<dyn Hook>]);
    world.replace(settings::ROUTES, settings::router(platform));
    let admin = world.admin().with("if-match", etag);
    tokio::select! {
        biased;
        answer = admin.send("PUT", "/v1/settings", Some(body.to_string())) => Some(answer.status),
        () = cut.crashed.notified() => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_save_that_is_cut_anywhere_leaves_the_old_pair_or_the_new_one_and_the_next_save_heals_it() {
    let old = (APP_ID.to_owned(), APP_SECRET.to_owned());
    let new = (NEW_ID.to_owned(), NEW_SECRET.to_owned());
    for fault in [Fault::ConnectionLost, Fault::AnswerLost, Fault::StallsBefore, Fault::StallsAfter] {
        for at in 0.. {
            let mut world = World::ready().await;
            let cut = Cut::new(at, fault);
            let status = save_cut(&mut world, &cut, "\"1\"", &request(NEW_ID, NEW_SECRET)).await;
            let operations = cut.operations();
            let what = format!("{fault:?} at {at} of {operations:?}: {status:?}");
            // AWS may delete what carries no label, at any time.
            world.parts.secrets.drop_deprecated();
            let pair = pair_in_force(&world, "reader").await;
            assert!(pair == old || pair == new, "{what}: {pair:?}");
            if status == Some(200) {
                assert_eq!(pair, new, "{what}");
            }
            let wrote = operations.iter().position(|operation| operation == "TransactWriteItems");
            if status.is_some() && wrote.is_some_and(|wrote| wrote < at) {
                assert_eq!(status, Some(200), "{what}: it is in force");
            }
            heal(&mut world, &pair).await;
            if operations.len() <= at {
                assert_eq!(status, Some(200), "{what}: nothing was cut");
                assert_eq!(at, 8, "all effects were cut in turn: {operations:?}");
                break;
            }
        }
    }
}

/// Saves once without a secret and once with another, as the next administrator does.
async fn heal(world: &mut World, pair: &(String, String)) {
    world.replace(settings::ROUTES, settings::router(world.platform("settings that heals")));
    let mut disable = request(&pair.0, "");
    disable["status"] = json!("disabled");
    disable.as_object_mut().unwrap().remove("app_secret");
    let answer = world.admin().put("/v1/settings", &disable).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(&pair_in_force(world, "reader after a save").await, pair);
    assert_labelled(world).await;
    let answer = world.admin().put("/v1/settings", &request("88", "a-third-secret")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    world.parts.secrets.drop_deprecated();
    let third = ("88".to_owned(), "a-third-secret".to_owned());
    assert_eq!(pair_in_force(world, "reader after another").await, third);
    assert_labelled(world).await;
}

#[tokio::test(start_paused = true)]
async fn a_new_secret_heals_a_cut_save_before_it_takes_the_pending_label_away() {
    let mut world = World::ready().await;
    let before_the_label = Cut::new(6, Fault::StallsBefore);
    let body = request(NEW_ID, NEW_SECRET);
    assert_eq!(save_cut(&mut world, &before_the_label, "\"1\"", &body).await, None);
    assert_eq!(before_the_label.operations().last().map(String::as_str), Some("UpdateSecretVersionStage"));
    let after_its_own_version = Cut::new(3, Fault::StallsAfter);
    assert_eq!(save_cut(&mut world, &after_its_own_version, "\"2\"", &request("88", "x3")).await, None);
    assert_eq!(after_its_own_version.operations().last().map(String::as_str), Some("PutSecretValue"));
    world.parts.secrets.drop_deprecated();
    assert_eq!(pair_in_force(&world, "reader").await, (NEW_ID.to_owned(), NEW_SECRET.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn of_saves_at_the_same_time_one_wins_and_the_others_are_told() {
    let world = World::ready().await;
    let admin = world.admin().with("if-match", "\"1\"");
    let saves = (0..4).map(|n| {
        let body = request(&format!("{n}"), &format!("secret-number-{n}")).to_string();
        let admin = &admin;
        async move { admin.send("PUT", "/v1/settings", Some(body)).await.status }
    });
    let statuses = join_all(saves).await;
    let winners: Vec<_> = (0..4).filter(|n| statuses[*n] == 200).collect();
    assert_eq!(winners.len(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 3, "{statuses:?}");
    let winner = winners[0];
    let expected = (format!("{winner}"), format!("secret-number-{winner}"));
    assert_eq!(pair_in_force(&world, "reader").await, expected);
    assert_labelled(&world).await;
}

#[tokio::test(start_paused = true)]
async fn settings_can_be_switched_off_while_secrets_manager_is_down() {
    #[derive(Debug)]
    struct Down;
    impl Hook for Down {
        fn before(&self, effect: &Effect<'_>) -> Plan {
            let is_secret = effect.service == local::in_process::Service::SecretsManager;
            if is_secret { Plan::fault(Fault::ServerError) } else { Plan::default() }
        }
    }
    let mut world = World::ready().await;
    let platform = world.platform_with("settings without secrets", &[Arc::new(Down)]);
    world.replace(settings::ROUTES, settings::router(platform));
    let mut request = settings_request();
    request["status"] = json!("disabled");
    request.as_object_mut().unwrap().remove("app_secret");
    let answer = world.admin().put("/v1/settings", &request).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("disabled")));
    let answer = world.admin().put("/v1/settings", &self::request("88", "a-third-secret")).await;
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("secrets_unavailable")));
    assert_eq!(pair_in_force(&world, "reader").await.0, APP_ID);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_somebody_deleted_does_not_keep_a_new_secret_out() {
    let mut world = World::ready().await;
    let platform = world.platform("somebody");
    let mut settings = platform.settings.load().await.unwrap();
    settings.secret.as_mut().unwrap().version_id = "00000000-0000-4000-8000-000000000000".into();
    settings.version += 1;
    let at = settings.saved.clone().unwrap().at;
    let change = shared::store::Change { at, by: "somebody".parse().unwrap(), fields: Vec::new() };
    platform.settings.save(&settings, &change).await.unwrap();
    world.replace(settings::ROUTES, settings::router(world.platform("settings again")));
    let answer = world.admin().put("/v1/settings", &request(NEW_ID, NEW_SECRET)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(pair_in_force(&world, "reader").await, (NEW_ID.to_owned(), NEW_SECRET.to_owned()));
    assert_labelled(&world).await;
}
