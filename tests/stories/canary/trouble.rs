//! What goes wrong: Pinterest quotes what it was sent, AWS refuses, clients send garbage.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use local::in_process::{Effect, Fault as AwsFault, Hook, Plan};
use pinterest_sim::{Decision, Fault, FaultAnswer, Operation};
use serde_json::json;
use tests::{APP_ID, APP_SECRET, Ids, Log, World, body_for, pin_request, settings_request};

use super::{Watch, person};

/// A refusal that quotes what a request brought in its message, its detail and its headers.
fn quoting(status: u16, secrets: &[String]) -> FaultAnswer {
    let quoted = secrets.join(" and ");
    let body = json!({"code": 2, "status": "failure", "message": format!("We do not take {quoted}."),
        "message_detail": format!("{} {quoted}", "x".repeat(60))});
    let headers = BTreeMap::from([("x-pinterest-rid".to_owned(), quoted.replace(' ', "-"))]);
    FaultAnswer::Status { status, body: Some(body), headers }
}

/// Every operation refuses with every status and quotes the secrets that went out with it.
pub async fn pinterest_quotes_what_it_was_sent(watch: &mut Watch<'_>) {
    let world = watch.world;
    let browser = world.browser();
    let basic = data_encoding::BASE64.encode(format!("{APP_ID}:{APP_SECRET}").as_bytes());
    let app = [APP_SECRET.to_owned(), basic];
    for status in [400, 401, 500] {
        for operation in [Operation::ExchangeCode, Operation::ClientCredentials] {
            world.simulator.set_fault(Fault { answer: Some(quoting(status, &app)), ..Fault::on(operation) });
        }
        assert_ne!(person::visit(watch, &browser, Decision::Allow, false).await, 200);
        watch.call("POST", "/v1/settings/verify", None).await;
        world.simulator.clear_faults();
        // Until then the publisher goes on with the token from before the account was connected again.
        world.wait(SignedDuration::from_secs(10)).await;
        let account = watch.learn_tokens().await.remove(0);
        let platform = world.platform("auditor");
        let tokens = account.tokens().unwrap().clone();
        let access = platform.tokens.open_access(&account, &tokens.access).await.unwrap().expose().to_owned();
        for operation in [
            Operation::ListBoards,
            Operation::CreateBoard,
            Operation::ListSections,
            Operation::CreateSection,
            Operation::CreatePin,
        ] {
            let answer = Some(quoting(status, std::slice::from_ref(&access)));
            // After a refusal the publisher comes with another token, which is not the one that is quoted.
            let times = (operation == Operation::CreatePin).then_some(1);
            world.simulator.set_fault(Fault { answer, times, ..Fault::on(operation) });
        }
        let account = format!("/v1/accounts/{}", account.id);
        let name = json!({"name": format!("Quoted {status}")}).to_string();
        for (method, path, body) in [
            ("GET", "boards", None),
            ("POST", "boards", Some(name.clone())),
            ("GET", "boards/1/sections", None),
            ("POST", "boards/1/sections", Some(name)),
        ] {
            watch.call(method, &format!("{account}/{path}"), body).await;
        }
        let id = account.rsplit('/').next().unwrap();
        let pin = watch.call("POST", "/v1/pins", Some(pin_request(id, "1", "now").to_string())).await;
        world.tick().await;
        if let Some(pin) = pin.json()["items"][0]["id"].as_str() {
            let shown = watch.call("GET", &format!("/v1/pins/{pin}"), None).await;
            assert!(shown.text().contains("(left out)") || status == 401, "{status}: {}", shown.text());
        }
        world.simulator.clear_faults();
        // What the refusals did to the account is mended by connecting it again.
        assert_eq!(person::visit(watch, &browser, Decision::Allow, false).await, 200, "{status}");
    }
}

/// Every route gets bodies, queries and ids that are garbage, some with a secret where none belongs.
pub async fn garbage_everywhere(watch: &mut Watch<'_>) {
    for route in watch.world.routes() {
        for id in ["%00", "..%2f%F0%9F%92%A9"] {
            let path = watch.world.path_of(&route, Ids::all(id).of(&route));
            for body in [
                None,
                Some(body_for(&route).unwrap_or_default()),
                Some("{".to_owned()),
                Some(json!({"app_secret": {"inner": APP_SECRET}, "access_token": [APP_SECRET]}).to_string()),
                Some(json!({"app_secret": APP_SECRET, "status": APP_SECRET, "mode": APP_SECRET}).to_string()),
                Some(json!([APP_SECRET]).to_string()),
                Some(format!("{{\"app_secret\": \"{APP_SECRET}")),
                Some(format!("grant={APP_SECRET}&board={APP_SECRET}")),
            ] {
                let answer = watch.call(route.method, &format!("{path}?limit=x&cursor={id}&state=%FF"), body).await;
                assert!(answer.status < 500, "{route:?} {id}: {}", answer.text());
            }
        }
    }
}

/// Disturbs every call of one operation.
#[derive(Debug)]
struct Refuse(&'static str, AwsFault);

impl Hook for Refuse {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        if effect.operation == self.0 { Plan::fault(self.1) } else { Plan::default() }
    }
}

/// Every operation of AWS refuses, one at a time, while all routes are called and a pin is due.
pub async fn aws_refuses(log: &Log) {
    for operation in
        ["GetItem", "PutItem", "UpdateItem", "Query", "TransactWriteItems", "GetSecretValue", "PutSecretValue"]
    {
        let mut world = World::ready().await;
        let seeded = world.seed_account("alice", "shop").await;
        let hook = || [Arc::new(Refuse(operation, AwsFault::ServerError)) as Arc<dyn Hook>];
        for (routes, router) in [
            (settings::ROUTES, settings::router as fn(_) -> _),
            (oauth::ROUTES, oauth::router),
            (accounts::ROUTES, accounts::router),
            (media::ROUTES, media::router),
            (pins::ROUTES, pins::router),
        ] {
            world.replace(routes, router(world.platform_with("function", &hook())));
        }
        let mut watch = Watch::new(&world);
        watch.learn_tokens().await;
        for route in world.routes().iter().filter(|route| !(route.method == "POST" && route.path.ends_with("connect")))
        {
            let path = world.path_of(route, Ids { account: seeded.account.id.as_str(), ..Ids::ABSENT }.of(route));
            watch.call(route.method, &path, body_for(route)).await;
        }
        watch.call("PUT", "/v1/settings", Some(settings_request().to_string())).await;
        watch.assert_clean(log).await;
    }
    assert!(log.text().contains("a request could not be answered"), "it does log");
}
