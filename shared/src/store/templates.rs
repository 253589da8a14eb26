//! Templates: what is said again and again, kept for reuse.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::key::{Key, TEMPLATE, owner_partition};
use super::table::{decode, encode, number, text};
use super::{StoreError, Table};
use crate::domain::{AiDisclosures, OwnerId, Template, TemplateId};

/// The templates in the table.
#[derive(Debug, Clone)]
pub struct TemplateStore {
    table: Table,
}

#[derive(Serialize, Deserialize)]
struct TemplateItem {
    id: TemplateId,
    // Not named `name` in an expression anywhere, which DynamoDB keeps for itself.
    name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    alt_text: Option<String>,
    hashtags: Vec<String>,
    link_params: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ai: Option<String>,
    #[serde(with = "millisecond::required")]
    created_at: Timestamp,
    #[serde(with = "millisecond::required")]
    updated_at: Timestamp,
    version: u64,
}

impl TemplateStore {
    /// The templates in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads one template as it is now.
    pub async fn load(&self, owner: &OwnerId, id: &TemplateId) -> Result<Option<Template>, StoreError> {
        let item: Option<TemplateItem> = self.table.get(&Key::template(owner, id)).await?;
        Ok(item.map(Into::into))
    }

    /// Lists up to `limit` templates of `owner` by their ids, after the one that is named; and whether there are more.
    pub async fn list(
        &self,
        owner: &OwnerId,
        after: Option<&TemplateId>,
        limit: i32,
    ) -> Result<(Vec<Template>, bool), StoreError> {
        let start = after.map(|id| {
            let key = Key::template(owner, id);
            [("pk".to_owned(), text(key.pk)), ("sk".to_owned(), text(key.sk))].into()
        });
        let answer = self
            .query_of(owner)
            .limit(limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list templates", error))?;
        let items = answer.items.unwrap_or_default().into_iter().map(decode::<TemplateItem>);
        let templates: Result<Vec<_>, _> = items.map(|item| item.map(Into::into)).collect();
        Ok((templates?, answer.last_evaluated_key.is_some()))
    }

    /// How many templates `owner` has.
    pub async fn count(&self, owner: &OwnerId) -> Result<u64, StoreError> {
        let query = self.query_of(owner).select(Select::Count);
        let (mut count, mut place) = (0, None);
        loop {
            let answer = query.clone().set_exclusive_start_key(place).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("count templates", error))?;
            count += u64::try_from(answer.count).unwrap_or_default();
            place = answer.last_evaluated_key;
            if place.is_none() {
                return Ok(count);
            }
        }
    }

    /// Stores a new template, or replaces the one that was read at `version`; [`StoreError::Conflict`] where it changed.
    pub async fn save(&self, owner: &OwnerId, template: &Template, version: Option<u64>) -> Result<(), StoreError> {
        let key = Key::template(owner, &template.id);
        let put = self.table.put(encode(&key, &TemplateItem::from(template))?);
        let put = match version {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(version) => {
                put.condition_expression("version = :version").expression_attribute_values(":version", number(version))
            }
        };
        self.table.put_once("save a template", put).await
    }

    /// Removes a template; nothing where there is none.
    pub async fn remove(&self, owner: &OwnerId, id: &TemplateId) -> Result<(), StoreError> {
        let delete = self.table.delete(&Key::template(owner, id)).send().await;
        delete.map_err(|error| StoreError::from_sdk("remove a template", error))?;
        Ok(())
    }

    /// A query for the templates of `owner`.
    fn query_of(&self, owner: &OwnerId) -> QueryFluentBuilder {
        self.table
            .query()
            .key_condition_expression("pk = :owner AND begins_with(sk, :template)")
            .expression_attribute_values(":owner", text(owner_partition(owner)))
            .expression_attribute_values(":template", text(TEMPLATE))
            .consistent_read(true)
    }
}

impl From<&Template> for TemplateItem {
    fn from(template: &Template) -> Self {
        Self {
            id: template.id.clone(),
            name: template.name.clone(),
            title: template.title.clone(),
            description: template.description.clone(),
            alt_text: template.alt_text.clone(),
            hashtags: template.hashtags.clone(),
            link_params: template.link_params.clone(),
            ai: template.ai_disclosures.stored(),
            created_at: template.created_at,
            updated_at: template.updated_at,
            version: template.version,
        }
    }
}

impl From<TemplateItem> for Template {
    fn from(item: TemplateItem) -> Self {
        Self {
            id: item.id,
            name: item.name,
            title: item.title,
            description: item.description,
            alt_text: item.alt_text,
            hashtags: item.hashtags,
            link_params: item.link_params,
            ai_disclosures: AiDisclosures::restore(item.ai.as_deref()),
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
        }
    }
}
