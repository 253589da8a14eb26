//! One secret: its versions, and the staging labels that move between them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// The label of the version that is read when none is named.
pub const CURRENT: &str = "AWSCURRENT";
/// The label of the version that was current before.
pub const PREVIOUS: &str = "AWSPREVIOUS";

/// A secret with its versions.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secret {
    pub arn: String,
    pub name: String,
    pub description: Option<String>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    versions: BTreeMap<String, Version>,
}

/// One version of a secret; only its labels ever change.
#[derive(Clone, Serialize, Deserialize)]
pub struct Version {
    pub value: Payload,
    pub created_at: Timestamp,
    pub stages: BTreeSet<String>,
}

/// What a version holds. Not `Debug`, so that it reaches no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payload {
    /// `SecretString`.
    String(String),
    /// `SecretBinary`, in base64 as it came.
    Binary(String),
}

impl Secret {
    /// A secret without a version.
    pub fn new(arn: String, name: String, description: Option<String>, now: Timestamp) -> Self {
        Self { arn, name, description, created_at: now, changed_at: now, versions: BTreeMap::new() }
    }

    /// Puts a version under the id that the client chose, and moves these labels to it.
    ///
    /// The same id with the same value changes nothing, with another value it is refused.
    /// The first version gets `AWSCURRENT` whatever it asks for.
    pub fn put(
        &mut self,
        id: &str,
        value: Payload,
        mut stages: BTreeSet<String>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if let Some(there) = self.versions.get(id) {
            return if there.value == value {
                Ok(())
            } else {
                Err(Refusal::Exists(format!(
                    "You can't use ClientRequestToken {id} because that value is already in use for a version of secret {}.",
                    self.arn
                )))
            };
        }
        if self.versions.is_empty() {
            stages.insert(CURRENT.to_owned());
        }
        let version = Version { value, created_at: now, stages: BTreeSet::new() };
        self.versions.insert(id.to_owned(), version);
        for stage in &stages {
            self.attach(stage, id);
        }
        self.changed_at = now;
        Ok(())
    }

    /// Moves a label, attaches a free one, or takes one away.
    ///
    /// A label that is attached moves only for a caller who names the version that has it,
    /// and `AWSCURRENT` is never taken away without a new place.
    pub fn move_stage(
        &mut self,
        stage: &str,
        to: Option<&str>,
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        for id in [to, from].into_iter().flatten() {
            self.version(id)?;
        }
        let holder = self.holder(stage).map(str::to_owned);
        match (to, from, holder.as_deref()) {
            (None, None, _) => {
                return Err(Refusal::InvalidParameter(
                    "You must specify MoveToVersionId or RemoveFromVersionId.".to_owned(),
                ));
            }
            (_, Some(from), holder) if holder != Some(from) => {
                return Err(Refusal::InvalidParameter(format!(
                    "The staging label {stage} is not attached to version {from}."
                )));
            }
            (Some(to), None, Some(holder)) if holder != to => {
                return Err(Refusal::InvalidParameter(format!(
                    "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
                )));
            }
            (None, Some(_), _) if stage == CURRENT => {
                return Err(Refusal::InvalidParameter(format!(
                    "You can only move staging label {CURRENT} to a different secret version. It can't be completely removed."
                )));
            }
            (Some(to), _, _) => self.attach(stage, to),
            (None, Some(_), _) => self.detach(stage),
        }
        self.changed_at = now;
        Ok(())
    }

    /// The version of this id, which also has this label if one is named;
    /// without an id the one that has the label, `AWSCURRENT` if none is named.
    pub fn find(&self, id: Option<&str>, stage: Option<&str>) -> Result<(&str, &Version), Refusal> {
        let Some(id) = id else {
            let stage = stage.unwrap_or(CURRENT);
            let holder = self.holder(stage).ok_or_else(|| Refusal::NoValue(format!("staging label: {stage}")))?;
            return self.version(holder);
        };
        let found = self.version(id)?;
        match stage {
            Some(stage) if !found.1.stages.contains(stage) => Err(Refusal::InvalidRequest(
                "You provided a VersionStage that is not associated to the provided VersionId.".to_owned(),
            )),
            _ => Ok(found),
        }
    }

    /// The versions that carry a label, each with its labels.
    pub fn staged(&self) -> BTreeMap<&str, &BTreeSet<String>> {
        self.versions
            .iter()
            .filter(|(_, version)| !version.stages.is_empty())
            .map(|(id, version)| (id.as_str(), &version.stages))
            .collect()
    }

    /// Forgets the versions without a label, as AWS may at any time.
    pub fn drop_deprecated(&mut self) {
        self.versions.retain(|_, version| !version.stages.is_empty());
    }

    fn version(&self, id: &str) -> Result<(&str, &Version), Refusal> {
        self.versions
            .get_key_value(id)
            .map(|(id, version)| (id.as_str(), version))
            .ok_or_else(|| Refusal::NoValue(format!("VersionId: {id}")))
    }

    fn holder(&self, stage: &str) -> Option<&str> {
        self.versions.iter().find(|(_, version)| version.stages.contains(stage)).map(|(id, _)| id.as_str())
    }

    fn attach(&mut self, stage: &str, id: &str) {
        let before = self.holder(stage).map(str::to_owned);
        if before.as_deref() == Some(id) {
            return;
        }
        self.detach(stage);
        if let Some(version) = self.versions.get_mut(id) {
            version.stages.insert(stage.to_owned());
        }
        if let (CURRENT, Some(before)) = (stage, before) {
            self.attach(PREVIOUS, &before);
        }
    }

    fn detach(&mut self, stage: &str) {
        for version in self.versions.values_mut() {
            version.stages.remove(stage);
        }
    }
}
