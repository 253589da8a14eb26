//! What functions say of themselves as OpenAPI 3.1: the parts that their operations have in common.
//!
//! A handler carries its own description, and [`problems!`](crate::problems) the problems that it can answer. The
//! merged text is a file that `web` serves; nothing of this runs in a deployed function.

mod codes;

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, AllOfBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Schema};
use utoipa::{IntoParams, ToSchema};

use super::{Access, Route};
pub use codes::meaning;

/// Statuses with the codes of the problems that are answered by them.
pub type Problems = [(u16, &'static [&'static str])];

/// What every operation can answer.
pub const ALWAYS: &Problems = &[(500, &["internal"]), (503, &["storage_unavailable"])];

/// What operations for users can answer.
pub const USER: &Problems = &[
    (400, &["owner_required", "owner_invalid"]),
    (401, &["unauthenticated"]),
    (403, &["owner_claim_missing", "owner_not_allowed", "scope_required"]),
];

/// What operations for users can answer that change something.
pub const CHANGE: &Problems = &[(409, &["owner_is_being_erased"])];

/// What operations for administrators can answer.
pub const ADMIN: &Problems = &[(401, &["unauthenticated"]), (403, &["admin_required", "scope_required"])];

/// What operations on one thing, named in the path, can answer.
pub const PATH: &Problems = &[(400, &["malformed_request"]), (404, &["not_found"]), (405, &["method_not_allowed"])];

/// What operations with parameters can answer.
pub const QUERY: &Problems = &[(422, &["invalid"])];

/// What operations with a body can answer.
pub const BODY: &Problems = &[(400, &["malformed_json"]), (413, &["too_large"]), (422, &["invalid"])];

/// What operations can answer that open an account's token and ask Pinterest with it.
pub const PINTEREST: &Problems = &[
    (403, &["pinterest_disabled", "not_permitted", "data_access_denied"]),
    (409, &["needs_reconnect", "other_mode", "scope_missing"]),
    (429, &["pinterest_rate_limited", "pinterest_spam_block"]),
    (502, &["pinterest_unavailable", "pinterest_refused", "app_not_approved", "trial_tier"]),
    (503, &["secrets_unavailable", "token_key_missing"]),
];

/// The name under which the token is described.
pub const TOKEN: &str = "token";

/// What the description of an operation for administrators begins with.
const FOR_ADMINISTRATORS: &str =
    "For administrators: members of the group `pinwheel-admin`, and machine clients with the scope `pinwheel/admin`.";

const PROBLEM: &str = "Problem";
const GATEWAY_MESSAGE: &str = "GatewayMessage";

/// What API Gateway answers by itself, before or instead of a function.
#[derive(Debug, ToSchema)]
pub struct GatewayMessage {
    /// A sentence for people.
    #[expect(dead_code, reason = "API Gateway writes it")]
    message: String,
}

/// Which part of a list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    #[expect(dead_code, reason = "`Query::page` reads it")]
    limit: Option<u8>,
    /// The `next_cursor` of the page before; leave the other parameters as they were.
    #[expect(dead_code, reason = "`Query::page` reads it")]
    cursor: Option<String>,
}

/// The version that a change is made to.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchHeader {
    /// The `ETag` of what was read; 412 where it has changed since.
    #[param(rename = "If-Match")]
    #[expect(dead_code, reason = "`IfMatch` reads it")]
    if_match: Option<String>,
}

/// Declares the problems that an operation can answer: those of the listed groups, and its own.
#[macro_export]
macro_rules! problems {
    ($(#[$doc:meta])* $name:ident: $($group:ident)+ $(, $status:literal: $($code:literal)+)* $(,)?) => {
        $(#[$doc])*
        pub struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                use $crate::api::description;
                let own: &description::Problems = &[$(($status, &[$($code),+])),*];
                description::responses(&[description::ALWAYS, $(description::$group,)+ own])
            }
        }
    };
}

/// The responses of an operation that can answer `problems`.
pub fn responses(problems: &[&Problems]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, BTreeSet<&'static str>> =
        [429, 500, 503].map(|status| (status, BTreeSet::new())).into();
    for (status, codes) in problems.iter().copied().flatten() {
        by_status.entry(*status).or_default().extend(*codes);
    }
    let described = by_status.into_iter().map(|(status, codes)| (status.to_string(), response(status, &codes).into()));
    described.collect()
}

fn response(status: u16, codes: &BTreeSet<&'static str>) -> Response {
    let by_gateway = by_gateway(status);
    let told = by_gateway.map(|why| format!("By API Gateway: {why}")).into_iter();
    let told = told.chain(codes.iter().map(|code| format!("`{code}`: {}", meaning(code).unwrap_or_default())));
    let mut response = ResponseBuilder::new().description(told.collect::<Vec<_>>().join("\n\n"));
    if !codes.is_empty() {
        let content = ContentBuilder::new().schema(Some(problem(codes))).build();
        response = response.content("application/problem+json", content);
    }
    if by_gateway.is_some() {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(GATEWAY_MESSAGE))).build();
        response = response.content("application/json", content);
    }
    response.build()
}

/// Why API Gateway itself answers `status`, where it does.
fn by_gateway(status: u16) -> Option<&'static str> {
    match status {
        401 => Some("there is no token, or none that is valid."),
        403 => Some("the token lacks the scope that the installation requires."),
        404 => Some("no route matches the path, for example because an ID is empty or contains a slash."),
        413 => Some("the body is longer than 10 MB."),
        429 => Some("too many requests at this moment."),
        500 => Some("the function failed."),
        503 => Some("the function did not answer in time."),
        _ => None,
    }
}

fn problem(codes: &BTreeSet<&'static str>) -> Schema {
    let code = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(codes.iter().copied()));
    let narrowed = ObjectBuilder::new().property("code", code);
    AllOfBuilder::new().item(Ref::from_schema_name(PROBLEM)).item(narrowed).build().into()
}

/// A text that is one of `words`, which are given with what they mean.
pub fn words(words: impl IntoIterator<Item = (&'static str, &'static str)>) -> ObjectBuilder {
    let words: Vec<_> = words.into_iter().collect();
    // A word that two lists have comes once.
    let mut listed = BTreeSet::new();
    let told: Vec<_> = words.iter().map(|(word, meaning)| format!("`{word}`: {meaning}")).collect();
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .description(Some(told.join("\n\n")))
        .enum_values(Some(words.iter().map(|(word, _)| *word).filter(|word| listed.insert(*word))))
}

/// Completes `api`: bodies have no fields but those that are described, and every operation says who may call it, as
/// `routes` have it.
pub fn complete(mut api: OpenApi, routes: &[Route]) -> OpenApi {
    for schema in api.components.iter_mut().flat_map(|components| components.schemas.values_mut()) {
        if let RefOr::T(Schema::Object(object)) = schema
            && !object.properties.is_empty()
        {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
    for route in routes {
        let Some(operation) = operation(&mut api, route) else { continue };
        let asked = match route.access {
            Access::Open => Vec::new(),
            Access::User | Access::Admin => vec![SecurityRequirement::new::<_, _, String>(TOKEN, [])],
        };
        operation.security = Some(asked);
        if route.access == Access::User {
            operation.parameters.get_or_insert_default().push(RefOr::T(owner_header()));
        }
        if route.access == Access::Admin {
            let told = operation.description.take().unwrap_or_default();
            let told = format!("{FOR_ADMINISTRATORS}\n\n{told}");
            operation.description = Some(told.trim_end().to_owned());
        }
    }
    api
}

/// The header by which a machine client says for whom it acts.
fn owner_header() -> Parameter {
    ParameterBuilder::new()
        .name("Pinwheel-Owner")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "The owner that a machine client acts for; machine clients must send it, and people must not.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(SchemaType::new(Type::String))))
        .build()
}

fn operation<'a>(api: &'a mut OpenApi, route: &Route) -> Option<&'a mut Operation> {
    let path = api.paths.paths.get_mut(route.path)?;
    match route.method {
        "GET" => path.get.as_mut(),
        "PUT" => path.put.as_mut(),
        "POST" => path.post.as_mut(),
        "PATCH" => path.patch.as_mut(),
        "DELETE" => path.delete.as_mut(),
        _ => None,
    }
}
