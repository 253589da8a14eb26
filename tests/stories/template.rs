//! The template of the installation on AWS and the code say the same.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::json;
use shared::api::Access;
use shared::config::Config;
use shared::domain::Shard;
use tests::World;
use tests::permissions::Permission;
use tests::template::{Template, TemplateRoute};

/// What Lambda itself sets in every function.
const BY_LAMBDA: [&str; 4] = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// What leads somewhere else than to AWS and Pinterest, for trials and tests.
const ELSEWHERE: [&str; 9] = [
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_EVENTBRIDGE",
    "AWS_ENDPOINT_URL_LAMBDA",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "PINTEREST_API_LIVE",
    "PINTEREST_API_SANDBOX",
    "PINTEREST_AUTHORIZE_URL",
    "WEBHOOKS_TO_LOOPBACK",
];

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// A value that a variable may have.
fn value(name: &str) -> String {
    match name {
        "PUBLIC_URL" | "RETURN_TO_ORIGINS" | "OIDC_ISSUER" | "OIDC_ORIGINS" => "https://pins.example.com".to_owned(),
        "ON_UNKNOWN" => "post".to_owned(),
        other => other.to_lowercase(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_api_has_exactly_the_routes_of_the_functions() {
    let world = World::new().await;
    let routes = world.routes_by_function().into_iter().map(|(function, route)| TemplateRoute {
        function: function.to_owned(),
        key: format!("{} {}", route.method, route.path),
        asks_for_token: route.access != Access::Open,
    });
    let routes: BTreeSet<_> = routes.collect();
    assert!(routes.len() > 25, "{}", routes.len());
    assert_eq!(Template::read().routes(), routes);
}

#[test]
fn what_is_reserved_for_the_publisher_has_room_for_every_shard_that_a_kick_keeps_and_for_ticks_that_overlap() {
    let of_kicks = Shard::all().count();
    let [large, small] = Template::read().reserved_for_the_publisher();
    for (reserved, schedules) in [(large, 16), (small, 1)] {
        assert!(reserved > of_kicks + 2 * schedules, "{reserved} for {schedules} schedules");
    }
}

#[test]
fn the_functions_get_exactly_the_variables_that_are_read() {
    let asked = RefCell::new(BTreeSet::new());
    let _ = Config::read(&|name| {
        asked.borrow_mut().insert(name.to_owned());
        None
    });
    let asked = asked.into_inner();
    let elsewhere = &set(BY_LAMBDA) | &set(ELSEWHERE);
    assert_eq!(&asked & &elsewhere, elsewhere, "what needs not be set is read at least");
    let by_function = Template::read().variables();
    let given: BTreeSet<_> = by_function.values().flatten().cloned().collect();
    assert_eq!(given, &asked - &elsewhere);
    for (function, variables) in by_function {
        let by_lambda = set(BY_LAMBDA);
        let config = Config::read(&|name| (variables.contains(name) || by_lambda.contains(name)).then(|| value(name)));
        assert!(config.is_ok(), "{function} starts with them: {config:?}");
        let calls_publisher = Permission {
            function: function.clone(),
            action: "lambda:InvokeFunction".into(),
            resource: "publisher".into(),
        };
        let may_call = Template::read().permissions().contains(&calls_publisher);
        assert_eq!(variables.contains("PUBLISHER_FUNCTION"), may_call, "{function}");
        let calls_importer = ["pins", "publisher"].contains(&function.as_str());
        assert_eq!(variables.contains("IMPORTER_FUNCTION"), calls_importer, "{function}");
        let calls_events = Permission { resource: "events".into(), ..calls_publisher };
        let may_call = Template::read().permissions().contains(&calls_events);
        assert_eq!(variables.contains("EVENTS_FUNCTION"), may_call, "{function}");
        assert_eq!(variables.contains("ON_UNKNOWN"), function == "publisher", "{function}");
        assert_eq!(variables.contains("OIDC_CLIENT_ID"), ["web", "mcp"].contains(&function.as_str()), "{function}");
        let has_owners = !["publisher", "importer", "web"].contains(&function.as_str());
        assert_eq!(variables.contains("OWNER_CLAIM"), has_owners, "{function}");
    }
}

#[test]
fn nobody_may_do_more_than_a_single_action_on_a_single_resource() {
    let permissions = Template::read().permissions();
    let resources: BTreeSet<_> = permissions.iter().map(|permission| permission.resource.as_str()).collect();
    let known = [
        "app secret",
        "event bus",
        "events",
        "importer",
        "media",
        "media bucket",
        "publisher",
        "table",
        "table/index/calendar",
        "table/index/due",
        "token keys",
    ];
    assert_eq!(resources, BTreeSet::from(known));
    assert!(
        !permissions.iter().any(|permission| ["web", "mcp"].contains(&permission.function.as_str())),
        "pages and tools need nothing"
    );
}

/// To anybody else S3 answers 403 for a file that is missing, which looks like a fault of the installation.
#[test]
fn whoever_reads_files_is_told_which_are_missing() {
    let permissions = Template::read().permissions();
    let functions_that = |action: &str, resource: &str| -> BTreeSet<_> {
        let may = permissions.iter().filter(|each| each.action == action && each.resource == resource);
        may.map(|each| each.function.clone()).collect()
    };
    let mut readers = functions_that("s3:GetObject", "media");
    for function in ["pins", "events"] {
        assert!(readers.remove(function), "{function} signs addresses for browsers and reads nothing itself");
    }
    assert!(readers.contains("media") && readers.contains("publisher"), "{readers:?}");
    assert_eq!(functions_that("s3:ListBucket", "media bucket"), readers);
}

/// API Gateway takes ten calls of this kind a second, and forty at once.
#[test]
fn only_a_few_routes_are_made_at_the_same_time() {
    let chains = Template::read().route_chains();
    assert!(chains.len() <= 8, "{chains:?}");
    assert_eq!(chains.iter().flatten().count(), Template::read().routes().len());
}

#[test]
fn what_anybody_may_ask_has_limits_of_its_own() {
    let template = Template::read();
    let open: BTreeSet<_> =
        template.routes().into_iter().filter(|route| !route.asks_for_token).map(|route| route.key).collect();
    assert_eq!(template.limited_routes(), open);
}

#[test]
fn the_example_names_every_parameter_with_its_default() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/parameters.example.yaml");
    let example = std::fs::read_to_string(path).unwrap();
    let value = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.trim_matches('"').to_owned())
    };
    let named: BTreeMap<_, _> =
        example.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(value).collect();
    assert_eq!(named, Template::read().parameters());
}

/// A value that passes and stops the functions at their start would be found out after the deployment only.
#[test]
fn origins_that_a_function_refuses_are_refused_before_the_deployment() {
    let template = Template::read();
    for (parameter, variable) in [("ReturnToOrigins", "RETURN_TO_ORIGINS"), ("OidcOrigins", "OIDC_ORIGINS")] {
        let pattern = json!({"pattern": format!("^({})$", template.pattern(parameter))});
        let pattern = jsonschema::validator_for(&pattern).unwrap();
        for (given, is_good) in [
            ("", true),
            ("https://app.example.com", true),
            ("http://localhost:3000", true),
            ("https://a.example.com https://b.example.com", true),
            ("app.example.com", false),
            ("https://a.example.com,https://b.example.com", false),
            ("https://app.example.com/", false),
            ("https://app.example.com/path", false),
            ("https://*.example.com", false),
            ("https://me@app.example.com", false),
        ] {
            let given_to = |name: &str| if name == variable { given.to_owned() } else { value(name) };
            let starts = Config::read(&|name| (!ELSEWHERE.contains(&name)).then(|| given_to(name))).is_ok();
            assert_eq!(pattern.is_valid(&json!(given)), is_good, "{parameter}: {given:?}");
            assert!(starts || !is_good, "{variable}: {given:?} passes the template and stops the function");
        }
    }
}
