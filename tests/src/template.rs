//! What `template.yaml` says of the functions, for tests that hold it against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use shared::metrics::{DIMENSION, NAMESPACE};
use yaml_rust2::{Yaml, YamlLoader};

use crate::permissions::Permission;

const FUNCTION: &str = "AWS::Serverless::Function";
const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";
const TABLE: &str = "TableInUse.Value";
/// The uploaded files, which have no other name than all that is in their bucket.
const OBJECTS: &str = "${MediaBucket.Arn}/*";

/// The importer, as the publisher's role names it: it refers to the publisher, so nothing refers back to it.
const IMPORTER: &str =
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-importer";
/// The function that sends events, as its own role names it.
const EVENTS: &str = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-events";
/// The bus on which events are put.
const BUS: &str = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/${EventBusName}";
const ROUTE: &str = "AWS::ApiGatewayV2::Route";

/// The template. Short forms of functions, like `!Ref Table`, are read as their text, `Table`.
#[derive(Debug)]
pub struct Template(Yaml);

/// A route of the API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateRoute {
    /// The name of the function that it leads to.
    pub function: String,
    /// The method and the path, like `GET /v1/pins`.
    pub key: String,
    /// Whether a token is asked for, with the scope of the installation.
    pub asks_for_token: bool,
}

impl Template {
    /// Reads the template of this repository.
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        let text = std::fs::read_to_string(&path).expect("the template is at the top of the repository");
        Self::parse(&text)
    }

    /// Reads a template.
    pub fn parse(text: &str) -> Self {
        let mut documents = YamlLoader::load_from_str(text).expect("the template is YAML");
        assert_eq!(documents.len(), 1, "it is one document");
        Self(documents.remove(0))
    }

    /// The names of the functions with the names of their resources.
    pub fn functions(&self) -> BTreeMap<String, String> {
        let name = |resource: &Yaml| text(&resource["Metadata"]["BuildProperties"]["Binary"]);
        self.of_type(FUNCTION).map(|(id, resource)| (name(resource), id.to_owned())).collect()
    }

    /// The routes of the API.
    pub fn routes(&self) -> BTreeSet<TemplateRoute> {
        let functions: BTreeMap<_, _> = self.functions().into_iter().map(|(name, id)| (id, name)).collect();
        let integrations: BTreeMap<_, _> = self
            .of_type(INTEGRATION)
            .map(|(id, resource)| {
                let uri = text(&resource["Properties"]["IntegrationUri"]);
                (format!("integrations/${{{id}}}"), functions[uri.trim_end_matches(".Arn")].clone())
            })
            .collect();
        let routes = self.of_type(ROUTE).map(|(id, resource)| {
            let route = &resource["Properties"];
            let asks_for_token = match text(&route["AuthorizationType"]).as_str() {
                "JWT" => {
                    let scopes = list(&route["AuthorizationScopes"]);
                    let expected = ["RequiredScope", "pinwheel/act", "pinwheel/admin"];
                    assert_eq!(
                        scopes, expected,
                        "{id} takes people and machine clients; the function tells them apart"
                    );
                    assert_eq!(text(&route["AuthorizerId"]), "Authorizer", "{id}");
                    true
                }
                "NONE" => false,
                other => panic!("{id} has the authorization {other:?}"),
            };
            let function = integrations[&text(&route["Target"])].clone();
            TemplateRoute { function, key: text(&route["RouteKey"]), asks_for_token }
        });
        routes.collect()
    }

    /// The routes that need no token and have limits of their own, which leave the rest of the rate to people.
    pub fn limited_routes(&self) -> BTreeSet<String> {
        let settings = self.properties("Stage")["RouteSettings"].as_hash().cloned().unwrap_or_default();
        settings.keys().map(text).collect()
    }

    /// The routes in the order in which `CloudFormation` makes them, each list at the same time as the others.
    pub fn route_chains(&self) -> Vec<Vec<String>> {
        let mut after: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, resource) in self.of_type(ROUTE) {
            after.entry(text(&resource["DependsOn"])).or_default().push(id.to_owned());
        }
        let mut chains: Vec<_> = after.remove("").unwrap_or_default().into_iter().map(|first| vec![first]).collect();
        for chain in &mut chains {
            while let Some(next) = chain.last().and_then(|last| after.remove(last)) {
                assert_eq!(next.len(), 1, "{next:?} are made at once");
                chain.extend(next);
            }
        }
        assert!(after.is_empty(), "these wait for what is no route: {after:?}");
        chains
    }

    /// The parameters with their defaults; each says what it is for.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let parameters = self.0["Parameters"].as_hash().into_iter().flatten();
        let default = |(name, parameter): (&Yaml, &Yaml)| {
            let (name, default) = (text(name), &parameter["Default"]);
            assert!(!text(&parameter["Description"]).is_empty(), "{name} says what it is for");
            (name, default.as_i64().map_or_else(|| text(default), |number| number.to_string()))
        };
        parameters.map(default).collect()
    }

    /// What the values of a parameter have to be like.
    pub fn pattern(&self, parameter: &str) -> String {
        text(&self.0["Parameters"][parameter]["AllowedPattern"])
    }

    /// What each function may do, but for writing its own log and what AWS does in its name.
    pub fn permissions(&self) -> BTreeSet<Permission> {
        let mut permissions = BTreeSet::new();
        for other in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"] {
            assert_eq!(self.of_type(other).count(), 0, "{other}");
        }
        for (function, id) in self.functions() {
            assert!(self.properties(&id)["Policies"].is_badvalue(), "{function}: its role says all that it may do");
            let role = text(&self.properties(&id)["Role"]);
            // A list of conditions and their two values; the second one is no policy at all.
            let managed = list(&self.properties(role.trim_end_matches(".Arn"))["ManagedPolicyArns"]);
            assert_eq!((managed[0].as_str(), managed[2].as_str()), ("IsTraced", "AWS::NoValue"), "{function}");
            for policy in self.properties(role.trim_end_matches(".Arn"))["Policies"].as_vec().into_iter().flatten() {
                for statement in policy["PolicyDocument"]["Statement"].as_vec().into_iter().flatten() {
                    // One that depends on a parameter: the condition, and its two values, of which the second is none.
                    let chosen = statement.as_vec().map(|parts| (text(&parts[0]), text(&parts[2]), &parts[1]));
                    let statement = chosen.map_or(statement, |(condition, other, chosen)| {
                        assert_eq!((condition.as_str(), other.as_str()), ("HasEventBus", "AWS::NoValue"), "{function}");
                        chosen
                    });
                    assert_eq!(text(&statement["Effect"]), "Allow", "{function}");
                    assert!(statement["Condition"].is_badvalue(), "{function}: it holds always");
                    let resource = text(&statement["Resource"]);
                    for action in list(&statement["Action"]) {
                        let all = action.contains('*') || (resource.contains('*') && resource != OBJECTS);
                        assert!(!all, "{function}: {action} on {resource}");
                        let resource = named(&id, &action, &resource);
                        permissions.extend(resource.map(|resource| Permission {
                            function: function.clone(),
                            action,
                            resource,
                        }));
                    }
                }
            }
        }
        permissions
    }

    /// How many executions are reserved for the publisher in a large installation, and in a small one.
    pub fn reserved_for_the_publisher(&self) -> [usize; 2] {
        let functions = self.functions();
        let sizes = &self.properties(&functions["publisher"])["ReservedConcurrentExecutions"][1];
        [&sizes[1], &sizes[2]].map(|size| {
            let size = size.as_i64().expect("it depends on the size of the installation alone");
            usize::try_from(size).expect("it is a number of executions")
        })
    }

    /// The variables of each function, those of all functions included.
    pub fn variables(&self) -> BTreeMap<String, BTreeSet<String>> {
        let names = |yaml: &Yaml| {
            let variables = yaml["Environment"]["Variables"].as_hash().cloned().unwrap_or_default();
            variables.keys().map(text).collect::<BTreeSet<_>>()
        };
        let of_all = names(&self.0["Globals"]["Function"]);
        let functions = self.functions().into_iter();
        functions.map(|(name, id)| (name, &names(self.properties(&id)) | &of_all)).collect()
    }

    /// The names of our own figures that alarms watch and the dashboard shows, each of this installation only.
    pub fn figures(&self) -> BTreeSet<String> {
        let mut figures = BTreeSet::new();
        for (id, resource) in self.of_type("AWS::CloudWatch::Alarm") {
            let alarm = &resource["Properties"];
            let parts = alarm["Metrics"].as_vec().into_iter().flatten().map(|part| &part["MetricStat"]["Metric"]);
            for metric in parts.chain([alarm]).filter(|metric| text(&metric["Namespace"]) == NAMESPACE) {
                let dimension = &metric["Dimensions"][0];
                assert_eq!(
                    (text(&dimension["Name"]).as_str(), text(&dimension["Value"]).as_str()),
                    (DIMENSION, TABLE),
                    "{id}"
                );
                figures.insert(text(&metric["MetricName"]));
            }
        }
        let body = text(&self.properties("Dashboard")["DashboardBody"]);
        let dashboard: Value = serde_json::from_str(&body).expect("the dashboard is JSON");
        for widget in dashboard["widgets"].as_array().into_iter().flatten() {
            for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
                if metric[0] == NAMESPACE {
                    assert_eq!(
                        (&metric[2], &metric[3]),
                        (&json!(DIMENSION), &json!(format!("${{{TABLE}}}"))),
                        "{metric}"
                    );
                    figures.extend(metric[1].as_str().map(str::to_owned));
                }
            }
        }
        figures
    }

    fn properties(&self, id: &str) -> &Yaml {
        &self.0["Resources"][id]["Properties"]
    }

    fn of_type<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = (&'a str, &'a Yaml)> {
        let resources = self.0["Resources"].as_hash().into_iter().flatten();
        let named = resources.filter_map(|(id, resource)| Some((id.as_str()?, resource)));
        named.filter(move |(_, resource)| resource["Type"].as_str() == Some(wanted))
    }
}

/// What a resource of a policy of the function `id` is called in [`Permission`]; nothing for its log, and for the queue
/// to which AWS sends what failed.
fn named(id: &str, action: &str, resource: &str) -> Option<String> {
    let table = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableInUse.Value}";
    let is_log = action.starts_with("logs:") && resource == format!("{id}Logs.Arn");
    let is_for_lambda = (action, resource) == ("sqs:SendMessage", "FailedInvocations.Arn");
    if is_log || is_for_lambda {
        return None;
    }
    Some(match resource {
        "AppSecret" => "app secret".to_owned(),
        "TokenKeys" => "token keys".to_owned(),
        "Publisher.Arn" => "publisher".to_owned(),
        "Importer.Arn" | IMPORTER => "importer".to_owned(),
        "Events.Arn" | EVENTS => "events".to_owned(),
        OBJECTS => "media".to_owned(),
        "MediaBucket.Arn" => "media bucket".to_owned(),
        BUS => "event bus".to_owned(),
        other => other.strip_prefix(table).map_or_else(|| other.to_owned(), |rest| format!("table{rest}")),
    })
}

fn text(yaml: &Yaml) -> String {
    yaml.as_str().unwrap_or_default().to_owned()
}

/// The texts of a list; one text is a list of one.
fn list(yaml: &Yaml) -> Vec<String> {
    yaml.as_vec().map_or_else(|| vec![text(yaml)], |items| items.iter().map(text).collect())
}
