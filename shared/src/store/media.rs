//! What is known of uploaded files: one item each, `owner#<owner>` / `media#<id>`, which sorts by time.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::{millisecond, second};
use serde::{Deserialize, Serialize};

use super::key::{Key, MEDIA, owner_partition};
use super::table::{decode, encode, text};
use super::{StoreError, Table};
use crate::domain::{
    MediaFile, MediaId, MediaKind, MediaProblem, MediaStatus, OwnerId, Shape, Thumbnail, ThumbnailKind, ThumbnailState,
};

/// Uploaded files in the table.
#[derive(Debug, Clone)]
pub struct MediaStore {
    table: Table,
}

/// A part of a list.
#[derive(Debug)]
pub struct MediaPage {
    /// The files, newest first.
    pub files: Vec<MediaFile>,
    /// Where the next part begins, where there may be one.
    pub next: Option<MediaId>,
}

#[derive(Debug, Serialize, Deserialize)]
struct MediaItem {
    id: MediaId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    name: Option<String>,
    content_type: String,
    size: u64,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    thumbnail: Option<ThumbnailItem>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    color: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    problems: Vec<String>,
    #[serde(with = "millisecond::required")]
    created_at: Timestamp,
    /// DynamoDB deletes it some time after that.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "second::optional")]
    expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ThumbnailItem {
    content_type: String,
    size: u64,
    state: String,
}

impl MediaStore {
    /// The files in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Stores a new file.
    pub async fn create(&self, file: &MediaFile) -> Result<(), StoreError> {
        let item = encode(&Key::media(&file.owner, &file.id), &MediaItem::from(file))?;
        let put = self.table.put(item).condition_expression("attribute_not_exists(pk)");
        self.table.put_once("store a file's row", put).await
    }

    /// Reads the file of `owner`, whether it has expired or not.
    pub async fn load(&self, owner: &OwnerId, id: &MediaId) -> Result<Option<MediaFile>, StoreError> {
        let item: Option<MediaItem> = self.table.get(&Key::media(owner, id)).await?;
        item.map(|item| item.of(owner)).transpose()
    }

    /// Puts `after` in the place of `before`; [`StoreError::Conflict`] where its status or its end is another by now.
    pub async fn replace(&self, before: &MediaFile, after: &MediaFile) -> Result<(), StoreError> {
        let item = encode(&Key::media(&after.owner, &after.id), &MediaItem::from(after))?;
        let same_end = match before.expires_at {
            Some(_) => "expires_at = :expires",
            None => "attribute_exists(pk) AND attribute_not_exists(expires_at)",
        };
        let mut put = self
            .table
            .put(item)
            .condition_expression(format!("#status = :status AND {same_end}"))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", text(before.status.code()));
        if let Some(expires) = before.expires_at {
            let seconds = AttributeValue::N(expires.as_second().to_string());
            put = put.expression_attribute_values(":expires", seconds);
        }
        put.send().await.map_err(|error| StoreError::from_sdk("change a file's row", error))?;
        Ok(())
    }

    /// Deletes the row.
    pub async fn delete(&self, owner: &OwnerId, id: &MediaId) -> Result<(), StoreError> {
        let delete = self.table.delete(&Key::media(owner, id)).send().await;
        delete.map_err(|error| StoreError::from_sdk("delete a file's row", error))?;
        Ok(())
    }

    /// Lists the files of `owner` from the newest on, up to `limit`, those that have expired included.
    pub async fn list(&self, owner: &OwnerId, after: Option<&MediaId>, limit: u8) -> Result<MediaPage, StoreError> {
        let mut query = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND begins_with(sk, :media)")
            .expression_attribute_values(":pk", text(owner_partition(owner)))
            .expression_attribute_values(":media", text(MEDIA))
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(i32::from(limit));
        if let Some(after) = after {
            let key = Key::media(owner, after);
            query = query.exclusive_start_key("pk", text(key.pk)).exclusive_start_key("sk", text(key.sk));
        }
        let answer = query.send().await.map_err(|error| StoreError::from_sdk("list files", error))?;
        let more = answer.last_evaluated_key.is_some();
        let items = answer.items.unwrap_or_default().into_iter().map(decode::<MediaItem>);
        let files: Vec<_> = items.map(|item| item?.of(owner)).collect::<Result<_, _>>()?;
        let next = files.last().filter(|_| more).map(|file| file.id.clone());
        Ok(MediaPage { files, next })
    }
}

impl MediaStore {
    /// How many bytes the files of `owner` have, those that are only announced included; nothing where more than `most` pages
    /// of a megabyte would have to be read for that.
    pub async fn count_bytes(&self, owner: &OwnerId, now: Timestamp, most: usize) -> Result<Option<u64>, StoreError> {
        let query = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND begins_with(sk, :media)")
            .expression_attribute_values(":pk", text(owner_partition(owner)))
            .expression_attribute_values(":media", text(MEDIA))
            .projection_expression("#size, thumbnail, expires_at")
            .expression_attribute_names("#size", "size")
            .consistent_read(true);
        let (mut sum, mut place, mut pages) = (0_u64, None, 0);
        while pages < most {
            pages += 1;
            let answer = query.clone().set_exclusive_start_key(place).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("count files", error))?;
            let sizes = answer.items.unwrap_or_default().into_iter().map(decode::<SizeItem>);
            for item in sizes {
                let item = item?;
                let is_there = item.expires_at.is_none_or(|end| now < end);
                let thumbnail = item.thumbnail.map_or(0, |thumbnail| thumbnail.size);
                sum = sum.saturating_add(if is_there { item.size.saturating_add(thumbnail) } else { 0 });
            }
            place = answer.last_evaluated_key;
            if place.is_none() {
                return Ok(Some(sum));
            }
        }
        Ok(None)
    }
}

/// As much of a file as its size needs.
#[derive(Deserialize)]
struct SizeItem {
    size: u64,
    #[serde(default)]
    thumbnail: Option<ThumbnailItem>,
    #[serde(default, with = "second::optional")]
    expires_at: Option<Timestamp>,
}

impl From<&MediaFile> for MediaItem {
    fn from(file: &MediaFile) -> Self {
        Self {
            id: file.id.clone(),
            name: file.name.clone(),
            content_type: file.kind.content_type().to_owned(),
            size: file.size,
            status: file.status.code().to_owned(),
            width: file.shape.width,
            height: file.shape.height,
            duration_ms: file.shape.duration_ms,
            thumbnail: file.thumbnail.map(ThumbnailItem::from),
            color: file.color.clone(),
            problems: file.problems.iter().map(|problem| problem.stored().to_owned()).collect(),
            created_at: file.created_at,
            expires_at: file.expires_at,
        }
    }
}

impl MediaItem {
    fn of(self, owner: &OwnerId) -> Result<MediaFile, StoreError> {
        let unreadable = |what| StoreError::unreadable(self.id.to_string(), Unknown(what));
        let kind = MediaKind::from_content_type(&self.content_type).ok_or_else(|| unreadable("type"))?;
        let status = MediaStatus::from_code(&self.status).ok_or_else(|| unreadable("status"))?;
        Ok(MediaFile {
            problems: self.problems.iter().map(|code| MediaProblem::from_stored(code)).collect(),
            owner: owner.clone(),
            kind,
            status,
            shape: Shape { width: self.width, height: self.height, duration_ms: self.duration_ms },
            thumbnail: self.thumbnail.and_then(ThumbnailItem::thumbnail),
            color: self.color,
            id: self.id,
            name: self.name,
            size: self.size,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

impl From<Thumbnail> for ThumbnailItem {
    fn from(Thumbnail { kind, size, state }: Thumbnail) -> Self {
        Self { content_type: kind.content_type().to_owned(), size, state: state.code().to_owned() }
    }
}

impl ThumbnailItem {
    /// The thumbnail; one of a kind that another version knows is as good as none.
    fn thumbnail(self) -> Option<Thumbnail> {
        let kind = ThumbnailKind::from_content_type(&self.content_type)?;
        Some(Thumbnail { kind, size: self.size, state: ThumbnailState::from_stored(&self.state) })
    }
}

/// What a row has that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("the file's {0} is unknown")]
struct Unknown(&'static str);
