//! The OpenAPI description of the whole installation, merged from what the functions say of themselves, and whether an
//! answer keeps to it.

mod examples;
mod keeps;

use serde_json::Value;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, Server};

pub(crate) use keeps::check;

/// Where `web` has it.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions/web/src/openapi.json");

const TAGS: [(&str, &str); 9] = [
    ("settings", "The Pinterest app of this installation, and how things stand."),
    ("accounts", "Connected Pinterest accounts."),
    ("boards", "The boards of an account and their sections, as Pinterest has them."),
    ("media", "Files of your own, uploaded to make pins with."),
    ("pins", "Pins from draft to published, each with the timeline of its attempts."),
    ("events", "What happened, in order."),
    ("webhooks", "Where events are sent, as they happen."),
    ("analytics", "How pins and accounts do on Pinterest, asked when you ask and stored nowhere."),
    ("health", "Whether what is due gets done."),
];

const ABOUT: &str = "Publishes pins on Pinterest at their second, once.

Times are RFC 3339, with an offset in requests and in UTC in answers. Errors are problem details (RFC 9457) with a stable \
`code`; what API Gateway refuses before it reaches a function is `{\"message\": …}`. Unknown fields of a body are refused, \
unknown parameters of a query are passed over. White space and characters that are not seen, such as zero-width ones, do not \
count around ids, times, addresses and keys, nor within ids and names. A list ends where `next_cursor` is `null`; a page may be shorter than its \
`limit` before.";

/// The merged description, without examples.
pub fn merged() -> OpenApi {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "An access token of the OIDC issuer that the installation trusts, with the scope it asks for.",
        ))
        .build();
    let components =
        ComponentsBuilder::new().security_scheme(shared::api::description::TOKEN, SecurityScheme::Http(token)).build();
    let info = InfoBuilder::new()
        .title("Pinwheel")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(License::new(env!("CARGO_PKG_LICENSE"))))
        .build();
    let tags = TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    let mut api = OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .tags(Some(tags))
        .components(Some(components))
        .build();
    let parts = [
        settings::description(),
        oauth::description(),
        accounts::description(),
        media::description(),
        pins::description(),
        events::description(),
    ];
    for part in parts {
        api.merge(part);
    }
    api
}

/// The description as a file.
pub fn text(api: &Value) -> String {
    serde_json::to_string_pretty(api).expect("a description is JSON") + "\n"
}

/// The description with real requests and answers as its examples, as it is served.
pub async fn complete() -> Value {
    let mut api = serde_json::to_value(merged()).expect("a description is JSON");
    api["webhooks"] = events::webhooks();
    examples::add(&mut api).await;
    api
}
