//! Every route with every kind of caller, through the stand-in for API Gateway with real tokens.
//!
//! The routes are those that the functions export, and what is expected follows from a route's [`Access`] alone, so a new
//! route is covered without a word here.

use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use local::issuer::MACHINE_ID;
use serde_json::json;
use shared::api::{Access, Route};
use tests::{ABSENT_PIN, Answer, Front, Ids, World, body_for, files, pin_request};

/// A caller and what the token of theirs is worth.
struct Identity {
    kind: &'static str,
    token: Option<String>,
    worth: Worth,
    /// Whether the request names an owner.
    names_owner: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    /// API Gateway does not take it.
    Nothing,
    /// It is valid, and lacks the scope that every route asks for.
    NoScope,
    /// It is valid, and names nobody.
    Nobody,
    /// It is a user's.
    User,
    /// It is an administrator's.
    Admin,
    /// It has a scope that API Gateway accepts, and not the one that its bearer needs.
    OtherScope,
    /// It is a person's, and an owner is named besides.
    OwnerOfAnother,
    /// It is a machine client's that may act for owners, and names none.
    Ownerless,
    /// It is a machine client's that is an administrator and may not act for owners.
    AdminOnly,
}

/// Who answers, and with what.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// API Gateway itself, with this status.
    Gateway(u16),
    /// The function refuses the caller: status and code.
    Refused(u16, &'static str),
    /// The function does what it is asked, or says what is wrong with the request.
    Served,
}

fn expected(access: Access, worth: Worth) -> Outcome {
    match (access, worth) {
        (Access::Open, _)
        | (Access::User, Worth::User | Worth::Admin)
        | (Access::Admin, Worth::Admin | Worth::AdminOnly) => Outcome::Served,
        (_, Worth::Nothing) => Outcome::Gateway(401),
        (_, Worth::NoScope) => Outcome::Gateway(403),
        (Access::User, Worth::Nobody) => Outcome::Refused(403, "owner_claim_missing"),
        (_, Worth::OtherScope) | (Access::User, Worth::AdminOnly) => Outcome::Refused(403, "scope_required"),
        (Access::User, Worth::OwnerOfAnother) => Outcome::Refused(403, "owner_not_allowed"),
        (Access::User, Worth::Ownerless) => Outcome::Refused(400, "owner_required"),
        (Access::Admin, Worth::Nobody | Worth::User | Worth::OwnerOfAnother | Worth::Ownerless) => {
            Outcome::Refused(403, "admin_required")
        }
    }
}

fn outcome(answer: &Answer) -> Outcome {
    let body = answer.json();
    if body.as_object().is_some_and(|body| body.len() == 1 && body.contains_key("message")) {
        return Outcome::Gateway(answer.status);
    }
    let refusals = [
        "unauthenticated",
        "owner_claim_missing",
        "admin_required",
        "scope_required",
        "owner_not_allowed",
        "owner_required",
    ];
    match refusals.into_iter().find(|code| body["code"] == *code) {
        Some(code) => Outcome::Refused(answer.status, code),
        None => Outcome::Served,
    }
}

/// A token put together by hand.
fn by_hand(header: &serde_json::Value, claims: &serde_json::Value, signature: &str) -> String {
    let part = |value: &serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    format!("{}.{}.{signature}", part(header), part(claims))
}

fn identities(front: &Front<'_>) -> Vec<Identity> {
    let now = front.claims(&[])["iat"].as_i64().unwrap();
    let with = |name, value| front.signed(&front.claims(&[(name, value)]));
    let good = front.signed(&front.claims(&[]));
    let parts: Vec<_> = good.split('.').collect();
    let header: serde_json::Value =
        serde_json::from_slice(&BASE64URL_NOPAD.decode(parts[0].as_bytes()).unwrap()).unwrap();
    let alg = |alg: &str| json!({"alg": alg, "typ": "JWT", "kid": header["kid"]});
    let none = by_hand(&alg("none"), &front.claims(&[]), "");
    let hmac = by_hand(&alg("HS256"), &front.claims(&[]), parts[2]);
    let other = by_hand(&header, &front.claims(&[("sub", json!("bob"))]), parts[2]);
    let nothing = [
        ("none", None),
        ("an empty one", Some(String::new())),
        ("not a JWT", Some("not-a-jwt".to_owned())),
        ("cut off", Some(good[..good.len() - 8].to_owned())),
        ("signature of another token", Some(other)),
        ("signature of a stranger", Some(front.forged(&front.claims(&[])))),
        ("algorithm none", Some(none)),
        ("algorithm HS256", Some(hmac)),
        ("expired", Some(with("exp", json!(now)))),
        ("without an end", Some(with("exp", json!(null)))),
        ("not yet valid", Some(with("nbf", json!(now + 60)))),
        ("issued in the future", Some(with("iat", json!(now + 60)))),
        ("wrong issuer", Some(with("iss", json!("https://issuer.example/other")))),
        ("wrong audience", Some(with("aud", json!("another-client")))),
        ("wrong client", Some(with("client_id", json!("another-client")))),
    ];
    let mut null = front.claims(&[]);
    null["sub"] = json!(null);
    let null = front.signed(&null);
    let scope = json!("pinwheel/use pinwheel/admin pinwheel-admin");
    let by_scope = front.signed(&front.claims(&[("cognito:groups", json!(null)), ("scope", scope)]));
    let worth_something = [
        ("ID token", front.id_token("alice"), Worth::NoScope),
        ("without a scope", with("scope", json!(null)), Worth::NoScope),
        ("with another scope", with("scope", json!("openid pinwheel/used xpinwheel/use")), Worth::NoScope),
        ("without a subject", with("sub", json!(null)), Worth::Nobody),
        ("with an empty subject", with("sub", json!("")), Worth::Nobody),
        ("with a blank subject", with("sub", json!(" \u{3000}\t")), Worth::Nobody),
        ("with the subject null", null, Worth::Nobody),
        ("user", front.token("alice", false), Worth::User),
        ("other user", front.token("bob", false), Worth::User),
        ("user of a group with a similar name", with("cognito:groups", json!(["pinwheel-admins", "x"])), Worth::User),
        (
            "user of one group with a space in its name",
            with("cognito:groups", json!(["x pinwheel-admin"])),
            Worth::User,
        ),
        (
            "user of one group with a comma in its name",
            with("cognito:groups", json!(["x,pinwheel-admin"])),
            Worth::User,
        ),
        ("user with groups in one text", with("cognito:groups", json!("[x pinwheel-admin]")), Worth::User),
        ("user whose scope names administrators", by_scope, Worth::User),
        ("user without a group", with("cognito:groups", json!(null)), Worth::User),
        ("administrator", front.token("ann", true), Worth::Admin),
        ("administrator among others", with("groups", json!(["x", "pinwheel-admin"])), Worth::Admin),
        ("administrator whose only group is text", with("cognito:groups", json!("pinwheel-admin")), Worth::Admin),
    ];
    let nothing =
        nothing.into_iter().map(|(kind, token)| Identity { kind, token, worth: Worth::Nothing, names_owner: false });
    let something = worth_something.into_iter().map(|(kind, token, worth)| Identity {
        kind,
        token: Some(token),
        worth,
        names_owner: false,
    });
    nothing.chain(something).chain(machines(front)).collect()
}

/// Machine clients, and people who would like to be one.
fn machines(front: &Front<'_>) -> Vec<Identity> {
    let machine = |scope: &str| front.machine_token(scope);
    let changed = |changes: &[(&str, serde_json::Value)]| {
        let of_machine =
            [("sub", json!(MACHINE_ID)), ("client_id", json!(MACHINE_ID)), ("cognito:groups", json!(null))];
        front.signed(&front.claims(&[of_machine.as_slice(), changes].concat()))
    };
    let all = json!("pinwheel/use pinwheel/act pinwheel/admin");
    let machine_scopes = json!("pinwheel/act pinwheel/admin");
    [
        ("machine for an owner", machine("pinwheel/act"), Worth::User, true),
        ("machine for nobody", machine("pinwheel/act"), Worth::Ownerless, false),
        ("machine with both scopes", machine("pinwheel/act pinwheel/admin"), Worth::Admin, true),
        ("machine that only administers", machine("pinwheel/admin"), Worth::AdminOnly, true),
        ("machine without a scope of ours", machine("pinwheel/acting"), Worth::NoScope, true),
        ("person who names an owner", front.token("alice", false), Worth::OwnerOfAnother, true),
        (
            "person with the scopes of machines only",
            front.signed(&front.claims(&[("scope", machine_scopes.clone())])),
            Worth::OtherScope,
            false,
        ),
        (
            "person with all scopes who names an owner",
            front.signed(&front.claims(&[("scope", all.clone()), ("cognito:groups", json!(null))])),
            Worth::OwnerOfAnother,
            true,
        ),
        (
            "person under the name of the machine",
            changed(&[("scope", all.clone()), ("username", json!(MACHINE_ID))]),
            Worth::OwnerOfAnother,
            true,
        ),
        (
            "another subject of the machine's client",
            changed(&[("scope", machine_scopes.clone()), ("sub", json!("x"))]),
            Worth::OtherScope,
            true,
        ),
        (
            "machine in a group",
            changed(&[("scope", machine_scopes), ("cognito:groups", json!(["pinwheel-admin"]))]),
            Worth::OtherScope,
            true,
        ),
    ]
    .into_iter()
    .map(|(kind, token, worth, names_owner)| Identity { kind, token: Some(token), worth, names_owner })
    .collect()
}

#[tokio::test(start_paused = true)]
async fn every_route_takes_exactly_the_callers_that_its_access_names() {
    let world = World::enabled().await;
    let (front, acting) = (world.front(), world.front().acting_for("alice"));
    let identities = identities(&front);
    let front_of = |names_owner: &bool| if *names_owner { &acting } else { &front };
    for route in world.routes() {
        let path = world.path_of(&route, Ids::ABSENT.of(&route));
        let (stored, calls) = (world.everything_stored().await, world.simulator.calls().len());
        let (served, refused): (Vec<_>, Vec<_>) =
            identities.iter().partition(|identity| expected(route.access, identity.worth) == Outcome::Served);
        for Identity { kind, token, worth, names_owner } in refused {
            let answer = front_of(names_owner).call(route.method, &path, token.as_deref(), body_for(&route)).await;
            assert_eq!(outcome(&answer), expected(route.access, *worth), "{route:?}, {kind}: {}", answer.text());
        }
        assert_eq!(world.everything_stored().await, stored, "{route:?}: nothing was written for anybody refused");
        assert_eq!(world.simulator.calls().len(), calls, "{route:?}: Pinterest was not called for anybody refused");
        for Identity { kind, token, names_owner, .. } in served {
            let answer = front_of(names_owner).call(route.method, &path, token.as_deref(), body_for(&route)).await;
            assert_eq!(outcome(&answer), Outcome::Served, "{route:?}, {kind}: {}", answer.text());
            assert!(answer.status < 500, "{route:?}, {kind}: {}", answer.text());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_owns_data_is_named_by_text_and_nothing_else_becomes_an_owner() {
    let world = World::enabled().await;
    let stored = world.everything_stored().await;
    let owners =
        [json!(""), json!(" \t"), json!(null), json!([]), json!(["alice"]), json!({"a": "b"}), json!(42), json!(true)];
    for route in world.routes().iter().filter(|route| route.access != Access::Open) {
        let path = world.path_of(route, Ids::ABSENT.of(route));
        for owner in &owners {
            let caller = world.user("alice").with_claim("sub", owner.clone());
            let answer = caller.send(route.method, &path, body_for(route)).await;
            let code = if route.access == Access::Admin { "admin_required" } else { "owner_claim_missing" };
            assert_eq!(outcome(&answer), Outcome::Refused(403, code), "{route:?}, {owner}: {}", answer.text());
        }
    }
    assert_eq!(world.everything_stored().await, stored, "nothing was written");
}

#[tokio::test(start_paused = true)]
async fn another_owners_ids_are_absent_to_users_and_administrators_alike() {
    let world = World::enabled().await;
    let account = world.link("alice", "creator").await;
    let board = world.board("creator", "Summer recipes");
    let pins = world.user("alice").post("/v1/pins", &pin_request(&account, &board, "2027-02-01T00:00:00Z")).await;
    let pin = pins.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    let front = world.front();
    let stored = world.everything_stored().await;
    let calls = world.simulator.calls().len();
    let strangers = [front.token("bob", false), front.token("ann", true), front.token("ALICE", false)];
    // Pages say nothing of anyone, whatever the address.
    let of_programs = |route: &&Route| route.path.contains("{id}") && route.access != Access::Open;
    for route in world.routes().iter().filter(of_programs) {
        for token in &strangers {
            let own =
                world.path_of(route, Ids { account: &account, pin: &pin, media: &media, ..Ids::ABSENT }.of(route));
            let answer = front.call(route.method, &own, Some(token), body_for(route)).await;
            assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")), "{route:?}");
        }
    }
    assert_eq!(world.everything_stored().await, stored);
    assert_eq!(world.simulator.calls().len(), calls);
}

#[tokio::test(start_paused = true)]
async fn methods_and_paths_that_are_no_route_do_not_reach_a_function() {
    let world = World::enabled().await;
    let front = world.front();
    let admin = front.token("ann", true);
    let routes = world.routes();
    let is_route = |method: &str, path: &str| routes.iter().any(|route| route.method == method && route.path == path);
    let mut asked = 0;
    for route in &routes {
        let path = world.path_of(route, Ids::ABSENT.of(route));
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"] {
            // What is spelled out in one route may be an id in another.
            let is_id = ["accounts", "pins"].iter().any(|kind| {
                path.starts_with(&format!("/v1/{kind}/")) && is_route(method, &format!("/v1/{kind}/{{id}}"))
            });
            if is_route(method, route.path) || (is_id && path.matches('/').count() == 3) {
                continue;
            }
            asked += 1;
            for token in [None, Some(admin.as_str())] {
                let answer = front.call(method, &path, token, None).await;
                assert_eq!(outcome(&answer), Outcome::Gateway(404), "{method} {path}: {}", answer.text());
            }
        }
    }
    assert!(asked > 100, "{asked}");
    for path in ["/v1", "/v1/", "/v2/pins", "/V1/pins", "//v1/pins", "/v1/pins/", "/v1/settings/", "/v1/pins/a/b/c/d"] {
        let answer = front.call("GET", path, Some(&admin), None).await;
        assert_eq!(outcome(&answer), Outcome::Gateway(404), "{path}: {}", answer.text());
    }
}

#[tokio::test(start_paused = true)]
async fn a_disguised_path_is_guarded_like_the_plain_one() {
    let world = World::enabled().await;
    let front = world.front();
    let user = front.token("alice", false);
    let encoded = |path: &str| path.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    for route in world.routes().iter().filter(|route| route.access != Access::Open) {
        let path = world.path_of(route, Ids::ABSENT.of(route));
        let last = path.rsplit('/').next().unwrap();
        let shorter = path.strip_suffix(last).unwrap();
        for disguised in [
            format!("{shorter}{}", encoded(last)),
            format!("/{}", encoded(path.trim_start_matches('/'))),
            format!("/app/accounts/..{path}"),
            format!("/healthz/%2e%2e{path}"),
            format!("{path};x=/healthz"),
            format!("{path}?x=/healthz"),
        ] {
            let anonymous = front.call(route.method, &disguised, None, body_for(route)).await;
            assert!(matches!(outcome(&anonymous), Outcome::Gateway(401 | 404)), "{disguised}: {}", anonymous.text());
            if route.access == Access::Admin {
                let answer = front.call(route.method, &disguised, Some(&user), body_for(route)).await;
                assert_ne!((outcome(&answer), answer.status), (Outcome::Served, 200), "{disguised}: {}", answer.text());
            }
        }
    }
}

/// The route tables in the sources, by function, with how many routes each has.
fn tables() -> Vec<(String, usize)> {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("functions");
    let folders = std::fs::read_dir(functions).unwrap().map(|entry| entry.unwrap());
    let tables = folders.filter_map(|folder| {
        let text = std::fs::read_to_string(folder.path().join("src/lib.rs")).ok()?;
        let table = text.split("pub const ROUTES").nth(1)?.split("];").next()?;
        Some((folder.file_name().into_string().unwrap(), table.matches("Route::new(").count()))
    });
    tables.collect()
}

#[tokio::test(start_paused = true)]
async fn every_route_table_of_the_sources_stands_behind_both_gateways() {
    let world = World::new().await;
    let front = include_str!("../../infra/local/src/stack/front.rs");
    let tables = tables();
    assert!(tables.len() >= 5, "{tables:?}");
    for (function, _) in &tables {
        assert!(front.contains(&format!("{function}::ROUTES")), "`cargo run` serves {function}");
    }
    assert_eq!(tables.iter().map(|(_, routes)| routes).sum::<usize>(), world.routes().len(), "{tables:?}");
}

#[tokio::test(start_paused = true)]
async fn a_router_serves_nothing_that_its_table_does_not_list() {
    let world = World::enabled().await;
    let routes = world.routes();
    for Route { path, .. } in &routes {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            if routes.iter().any(|route| route.method == method && route.path == *path) {
                continue;
            }
            let answer = world.admin().send(method, &path.replace("{id}", ABSENT_PIN), None).await;
            // `{id}` of one route takes the last word of another for an id.
            assert!(matches!(answer.status, 404 | 405), "{method} {path}: {}", answer.text());
        }
    }
}
