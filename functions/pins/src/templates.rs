//! `/v1/templates`: texts, hashtags and link parameters that pins are made with.

mod form;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::api::description::{IfMatchHeader, PageQuery};
use shared::api::{IfMatch, Json, List, NoteBody, Problem, Query, User, cursor, entity_tag, note_bodies, wrong_type};
use shared::domain::characters::parse_pasted;
use shared::domain::pin::to_millisecond;
use shared::domain::{FieldError, Limit, OwnerId, Template, TemplateId};
use shared::limits::Room;
use shared::store::{StoreError, TemplateStore};
use utoipa::ToSchema;

use crate::Function;
use crate::description::{ChangeTemplate, ListTemplates, NewTemplate, OneTemplate, RemoveTemplate, StoreTemplate};
use crate::desk::Desk;
use form::Wanted;

/// The Template of the HTTP contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateBody {
    id: TemplateId,
    name: String,
    /// With the places `{title}`, `{description}`, `{alt_text}` and `{link}` for what the pin says; `null` leaves the pin's
    /// own.
    #[schema(required)]
    title: Option<String>,
    /// Likewise.
    #[schema(required)]
    description: Option<String>,
    /// Likewise.
    #[schema(required)]
    alt_text: Option<String>,
    /// Put at the end of the description, those that are not in it already.
    hashtags: Vec<String>,
    /// Added to the link, those that it does not have already.
    link_params: std::collections::BTreeMap<String, String>,
    /// What was made with AI, of pins that say nothing of it themselves.
    #[schema(schema_with = shared::api::pin::description::ai_disclosures)]
    ai_disclosures: Vec<&'static str>,
    /// What its texts have that may not be meant; empty where there is nothing.
    notes: Vec<NoteBody>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// A template as an answer: it carries the entity tag of its version, for `If-Match`.
struct Answer(StatusCode, Template);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let tag = entity_tag(self.1.version);
        (self.0, [(header::ETAG, tag)], Json(TemplateBody::from(self.1))).into_response()
    }
}

impl From<Template> for TemplateBody {
    fn from(template: Template) -> Self {
        Self {
            notes: note_bodies(template.notes()),
            id: template.id,
            name: template.name,
            title: template.title,
            description: template.description,
            alt_text: template.alt_text,
            hashtags: template.hashtags,
            link_params: template.link_params,
            ai_disclosures: template.ai_disclosures.codes(),
            created_at: template.created_at,
            updated_at: template.updated_at,
        }
    }
}

/// The template that a request for pins names, if it names one; what is wrong with the name is noted.
pub async fn named(desk: &Desk, body: &Value, errors: &mut Vec<FieldError>) -> Result<Option<Template>, Problem> {
    let id = match body.get("template_id") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(id)) => parse_pasted(id).ok(),
        Some(other) => {
            errors.push(wrong_type("template_id", "a string", other));
            return Ok(None);
        }
    };
    let found = match id {
        Some(id) => store(&desk.function).load(&desk.owner, &id).await?,
        None => None,
    };
    if found.is_none() {
        let message = "You don't have this template.";
        errors.push(FieldError::new("template_id", "not_found", message));
    }
    Ok(found)
}

/// Lists your templates.
#[utoipa::path(
    get,
    path = "/v1/templates",
    operation_id = "list_templates",
    tag = "templates",
    params(PageQuery),
    responses((status = 200, description = "A part of the list.", body = List<TemplateBody>), ListTemplates)
)]
pub async fn list(
    State(function): State<Function>,
    user: User,
    query: Query,
) -> Result<Json<List<TemplateBody>>, Problem> {
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let after = page.place("templates", &mut errors).map(|place| place.parse::<TemplateId>());
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let after = after.transpose().map_err(|_| Problem::invalid(vec![shared::api::foreign_cursor()]))?;
    let (templates, more) = store(&function).list(&user.owner, after.as_ref(), page.limit.into()).await?;
    let last = templates.last().filter(|_| more);
    let next_cursor = last.map(|last| cursor("templates", last.id.as_str()));
    Ok(Json(List { items: templates.into_iter().map(Into::into).collect(), next_cursor }))
}

/// Creates a template.
#[utoipa::path(
    post,
    path = "/v1/templates",
    operation_id = "create_template",
    tag = "templates",
    request_body = NewTemplate,
    responses((status = 201, description = "The template.", body = TemplateBody, headers(("ETag" = String, description = "The version of the template."))), StoreTemplate)
)]
pub async fn create(
    State(function): State<Function>,
    user: User,
    Json(body): Json<Value>,
) -> Result<Response, Problem> {
    let wanted = form::read(body).map_err(Problem::invalid)?;
    let limits = function.platform.current_settings.get().await?.limits;
    if limits.most(Limit::Templates).is_some() {
        let count = store(&function).count(&user.owner).await?;
        Room::counted(&limits, Limit::Templates, count).admit(1)?;
    }
    let now = to_millisecond(function.platform.clock.now());
    let id = TemplateId::random(&*function.platform.random);
    let template = wanted.template(id, now);
    store(&function).save(&user.owner, &template, None).await?;
    Ok(Answer(StatusCode::CREATED, template).into_response())
}

/// Shows a template.
#[utoipa::path(
    get,
    path = "/v1/templates/{id}",
    operation_id = "show_template",
    tag = "templates",
    params(("id" = TemplateId, Path, description = "The template.")),
    responses((status = 200, description = "The template.", body = TemplateBody, headers(("ETag" = String, description = "The version of the template."))), OneTemplate)
)]
pub async fn show(State(function): State<Function>, user: User, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(Answer(StatusCode::OK, own(&function, &user.owner, &id).await?).into_response())
}

/// Replaces a template. Pins that were created with it stay as they are.
#[utoipa::path(
    put,
    path = "/v1/templates/{id}",
    operation_id = "replace_template",
    tag = "templates",
    params(("id" = TemplateId, Path, description = "The template."), IfMatchHeader),
    request_body = NewTemplate,
    responses((status = 200, description = "The template.", body = TemplateBody, headers(("ETag" = String, description = "The version of the template."))), ChangeTemplate)
)]
pub async fn replace(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<Value>,
) -> Result<Response, Problem> {
    let before = own(&function, &user.owner, &id).await?;
    let wanted = form::read(body).map_err(Problem::invalid)?;
    if wanted == Wanted::from(&before) {
        return Ok(Answer(StatusCode::OK, before).into_response());
    }
    if !if_match.admits(before.version) {
        return Err(IfMatch::changed("template"));
    }
    let now = to_millisecond(function.platform.clock.now());
    let version = before.version;
    let next = Template { created_at: before.created_at, version: version + 1, ..wanted.template(before.id, now) };
    match store(&function).save(&user.owner, &next, Some(version)).await {
        Ok(()) => Ok(Answer(StatusCode::OK, next).into_response()),
        Err(StoreError::Conflict) if if_match.is_given() => Err(IfMatch::changed("template")),
        Err(error) => Err(error.into()),
    }
}

/// Deletes a template. Pins that were created with it stay as they are.
#[utoipa::path(
    delete,
    path = "/v1/templates/{id}",
    operation_id = "remove_template",
    tag = "templates",
    params(("id" = TemplateId, Path, description = "The template.")),
    responses((status = 200, description = "The template as it was.", body = TemplateBody), RemoveTemplate)
)]
pub async fn remove(State(function): State<Function>, user: User, Path(id): Path<String>) -> Result<Response, Problem> {
    let template = own(&function, &user.owner, &id).await?;
    store(&function).remove(&user.owner, &template.id).await?;
    Ok(Answer(StatusCode::OK, template).into_response())
}

async fn own(function: &Function, owner: &OwnerId, id: &str) -> Result<Template, Problem> {
    let missing = || Problem::not_found("template");
    let id = parse_pasted(id).map_err(|_| missing())?;
    store(function).load(owner, &id).await?.ok_or_else(missing)
}

fn store(function: &Function) -> &TemplateStore {
    &function.platform.templates
}
