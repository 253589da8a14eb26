//! Seals tokens before they are stored and opens them before they are used.
//!
//! AES-256-GCM-SIV with a random nonce; owner, account, purpose and key number are authenticated with it, so that a
//! sealed token is worth nothing in another place.

use std::sync::Arc;

use aes_gcm_siv::Nonce;
use aes_gcm_siv::aead::{Aead, Payload};
use aws_sdk_secretsmanager::Client;
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{AccessToken, KeyRing, RefreshToken, VaultError, create};
use crate::cache::Cached;
use crate::clock::SharedClock;
use crate::domain::{Account, AccountId, OwnerId, SealedToken, Secrets, Webhook};
use crate::random::{self, SharedRandom};

/// How long the key ring is kept in memory before it is read again.
const KEEP: SignedDuration = SignedDuration::from_mins(5);

/// What a sealed token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Sent with every call.
    Access,
    /// Exchanged for a new pair.
    Refresh,
}

/// A token that could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The keys could not be read.
    #[error("could not read the token keys")]
    Keys(#[source] VaultError),
    /// The ring has no key of that number any more.
    #[error("the token is sealed by key {0}, which the token keys do not have")]
    NoSuchKey(u32),
    /// The token was sealed for another place, or was changed since.
    #[error("the sealed token does not open here")]
    DoesNotOpen,
}

/// Whose token it is, and what for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The owner of the account.
    pub owner: &'a OwnerId,
    /// The account.
    pub account: &'a AccountId,
    /// What the token is for.
    pub purpose: Purpose,
}

/// What a secret is bound to: its owner, the thing that it belongs to, and what it is for.
#[derive(Debug, Clone, Copy)]
struct Binding<'a> {
    owner: &'a str,
    thing: &'a str,
    purpose: &'static str,
}

impl<'a> From<Place<'a>> for Binding<'a> {
    fn from(place: Place<'a>) -> Self {
        let purpose = match place.purpose {
            Purpose::Access => "access",
            Purpose::Refresh => "refresh",
        };
        Self { owner: place.owner.as_str(), thing: place.account.as_str(), purpose }
    }
}

impl<'a> From<&'a Webhook> for Binding<'a> {
    fn from(webhook: &'a Webhook) -> Self {
        let owner = webhook.owner.as_ref().map_or("", OwnerId::as_str);
        Self { owner, thing: webhook.id.as_str(), purpose: "webhook" }
    }
}

/// Seals and opens tokens; the keys are read once and kept for five minutes.
#[derive(Debug, Clone)]
pub struct TokenVault {
    client: Client,
    secret_id: String,
    random: SharedRandom,
    ring: Arc<Cached<Arc<KeyRing>>>,
}

impl TokenVault {
    /// The vault whose keys are in the secret `secret_id`.
    pub fn new(client: Client, secret_id: impl Into<String>, clock: SharedClock, random: SharedRandom) -> Self {
        Self { client, secret_id: secret_id.into(), random, ring: Arc::new(Cached::new(clock, KEEP)) }
    }

    /// Creates the secret with a first key, unless it exists; answers whether it did.
    pub async fn create(&self) -> Result<bool, VaultError> {
        create::create(&self.client, &self.secret_id, Some(KeyRing::generate(&*self.random))).await
    }

    /// Reads the keys anew, to see whether they can be read.
    pub async fn check(&self) -> Result<(), VaultError> {
        self.read_ring().await.map(drop)
    }

    /// Reads the keys, so that they are there when they are needed.
    pub async fn keep_ready(&self) -> Result<(), SealError> {
        self.ring().await.map(drop)
    }

    /// Seals `token` for `place`.
    pub async fn seal(&self, token: &str, place: Place<'_>) -> Result<SealedToken, SealError> {
        let ring = self.ring().await?;
        Ok(seal(&ring, token, place, random::bytes(&*self.random)))
    }

    /// Opens the access token of `account`, sealed in it.
    pub async fn open_access(&self, account: &Account, sealed: &SealedToken) -> Result<AccessToken, SealError> {
        let place = Place { owner: &account.owner, account: &account.id, purpose: Purpose::Access };
        self.open(sealed, place).await.map(AccessToken::new)
    }

    /// Opens the refresh token of `account`, sealed in it.
    pub async fn open_refresh(&self, account: &Account, sealed: &SealedToken) -> Result<RefreshToken, SealError> {
        let place = Place { owner: &account.owner, account: &account.id, purpose: Purpose::Refresh };
        self.open(sealed, place).await.map(RefreshToken::new)
    }

    /// The same token under the present key; it stays as it is where that sealed it.
    pub async fn reseal(&self, sealed: &SealedToken, place: Place<'_>) -> Result<SealedToken, SealError> {
        if version(sealed) == Some(self.ring().await?.current().0) {
            return Ok(sealed.clone());
        }
        let token = Zeroizing::new(self.open(sealed, place).await?);
        self.seal(&token, place).await
    }

    /// Seals a secret of `webhook`.
    pub async fn seal_webhook_secret(&self, secret: &str, webhook: &Webhook) -> Result<SealedToken, SealError> {
        let ring = self.ring().await?;
        Ok(seal(&ring, secret, webhook, random::bytes(&*self.random)))
    }

    /// The secrets of `webhook` that sign at `now` under the present key; absent where that sealed them.
    pub async fn reseal_webhook_secrets(
        &self,
        webhook: &Webhook,
        now: Timestamp,
    ) -> Result<Option<Secrets>, SealError> {
        let present = self.ring().await?.current().0;
        let mut secrets = webhook.secrets.clone();
        let former = secrets.former.as_mut().filter(|(_, until)| now < *until).map(|(sealed, _)| sealed);
        for sealed in [Some(&mut secrets.current), former].into_iter().flatten() {
            if version(sealed) != Some(present) {
                let secret = Zeroizing::new(self.open(sealed, webhook).await?);
                *sealed = self.seal_webhook_secret(&secret, webhook).await?;
            }
        }
        Ok(Some(secrets).filter(|secrets| *secrets != webhook.secrets))
    }

    /// Opens a secret of `webhook`.
    pub async fn open_webhook_secret(
        &self,
        webhook: &Webhook,
        sealed: &SealedToken,
    ) -> Result<SecretString, SealError> {
        self.open(sealed, webhook).await.map(SecretString::from)
    }

    async fn open<'a>(&self, sealed: &SealedToken, place: impl Into<Binding<'a>>) -> Result<String, SealError> {
        let place = place.into();
        if let Ok(token) = open(&*self.ring().await?, sealed, place) {
            return Ok(token);
        }
        // A key that was added a moment ago is in no kept ring yet.
        let ring = self.ring.read_again(|| self.read_ring()).await.map_err(SealError::Keys)?;
        open(&ring, sealed, place)
    }

    async fn ring(&self) -> Result<Arc<KeyRing>, SealError> {
        self.ring.get_or(|| self.read_ring()).await.map_err(SealError::Keys)
    }

    async fn read_ring(&self) -> Result<Arc<KeyRing>, VaultError> {
        let answer = self.client.get_secret_value().secret_id(&self.secret_id).send().await;
        let answer = answer.map_err(|error| VaultError::from_sdk("read the token keys", error))?;
        let text = answer.secret_string().ok_or(VaultError::Unreadable("token keys"))?;
        KeyRing::parse(text).map(Arc::new).map_err(|error| {
            tracing::error!(%error, "the token keys could not be read");
            VaultError::Unreadable("token keys")
        })
    }
}

fn seal<'a>(ring: &KeyRing, token: &str, place: impl Into<Binding<'a>>, nonce: [u8; 12]) -> SealedToken {
    let (version, cipher) = ring.current();
    let aad = associated(place.into(), version);
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: token.as_bytes(), aad: &aad })
        .expect("a token is far shorter than the cipher's limit");
    let mut bytes = version.to_be_bytes().to_vec();
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    SealedToken(BASE64URL_NOPAD.encode(&bytes))
}

fn open<'a>(ring: &KeyRing, sealed: &SealedToken, place: impl Into<Binding<'a>>) -> Result<String, SealError> {
    let (version, nonce, body) = parts(sealed).ok_or(SealError::DoesNotOpen)?;
    let cipher = ring.get(version).ok_or(SealError::NoSuchKey(version))?;
    let aad = associated(place.into(), version);
    let token = cipher.decrypt(&Nonce::from(nonce), Payload { msg: &body, aad: &aad });
    token.ok().and_then(|token| String::from_utf8(token).ok()).ok_or(SealError::DoesNotOpen)
}

/// The number of the key, the nonce, and what is sealed.
fn parts(sealed: &SealedToken) -> Option<(u32, [u8; 12], Vec<u8>)> {
    let bytes = BASE64URL_NOPAD.decode(sealed.0.as_bytes()).ok()?;
    let (version, rest) = bytes.split_first_chunk::<4>()?;
    let (nonce, body) = rest.split_first_chunk::<12>()?;
    Some((u32::from_be_bytes(*version), *nonce, body.to_vec()))
}

/// The number of the key that sealed it.
fn version(sealed: &SealedToken) -> Option<u32> {
    parts(sealed).map(|(version, _, _)| version)
}

/// Length-prefixed, so that no two places read alike.
fn associated(place: Binding<'_>, version: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in [place.owner.as_bytes(), place.thing.as_bytes(), place.purpose.as_bytes(), &version.to_be_bytes()] {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests;
