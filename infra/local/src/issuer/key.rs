//! The key that signs the tokens, kept in the data folder.

use std::io;
use std::path::Path;

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::SecretKey;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use serde::Serialize;
use serde_json::Value;
use shared::random::{self, Random};
use thiserror::Error;

use super::es256;
use crate::file;

/// An ES256 key with the public half that checks its signatures.
pub struct SigningKey {
    private: EncodingKey,
    public: Jwk,
    id: String,
}

/// Why there is no key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The key's file could not be read or written.
    #[error("could not keep the issuer's key in {path}")]
    File {
        /// Where the key is kept.
        path: String,
        /// What went wrong there.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("the issuer's key is not an ES256 key in PEM")]
    Malformed,
}

impl SigningKey {
    /// A new key, forgotten at the end.
    pub fn generate(random: &dyn Random) -> Result<Self, KeyError> {
        Self::from_pem(&new_pem(random)?)
    }

    /// The key of this file, which is made if it does not exist yet.
    pub fn in_file(path: &Path, random: &dyn Random) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.display().to_string(), source };
        if let Some(pem) = file::read(path).map_err(failed)? {
            return Self::from_pem(&pem);
        }
        let pem = new_pem(random)?;
        file::replace(path, &pem).map_err(failed)?;
        Self::from_pem(&pem)
    }

    /// Signs these claims as a JWT.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.private)
            .expect("claims are JSON and the key has been tried when it was read")
    }

    /// The claims of a JWT that this key signed; whether its time is over is for the caller to say.
    pub fn read(&self, token: &str) -> Option<Value> {
        let key = DecodingKey::from_jwk(&self.public).ok()?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_aud) = (false, false);
        jsonwebtoken::decode(token, &key, &validation).ok().map(|token| token.claims)
    }

    /// The public key as the issuer publishes it.
    pub fn set(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let malformed = |_| KeyError::Malformed;
        es256::install();
        let pem = std::str::from_utf8(pem).map_err(|_| KeyError::Malformed)?;
        let key = SecretKey::from_pkcs8_pem(pem).map_err(|_| KeyError::Malformed)?;
        let private = key.to_pkcs8_der().map_err(|_| KeyError::Malformed)?;
        let private = EncodingKey::from_ec_der(private.as_bytes());
        let mut public = Jwk::from_encoding_key(&private, Algorithm::ES256).map_err(malformed)?;
        let id = public.thumbprint(ThumbprintHash::SHA256).map_err(malformed)?;
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, public, id })
    }
}

fn new_pem(random: &dyn Random) -> Result<Vec<u8>, KeyError> {
    // A number of 256 random bits is no valid key about once in 2^32.
    let key = std::iter::repeat_with(|| SecretKey::from_slice(&random::bytes::<32>(random)))
        .take(8)
        .find_map(Result::ok)
        .ok_or(KeyError::Malformed)?;
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Malformed)?;
    Ok(pem.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::virtual_world::SeededRandom;

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issuer-key.pem");
        let first = SigningKey::in_file(&path, &SeededRandom::new(1)).unwrap();
        let second = SigningKey::in_file(&path, &SeededRandom::new(2)).unwrap();
        assert_eq!(first.set(), second.set());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_no_key_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issuer-key.pem");
        std::fs::write(&path, "no key").unwrap();
        let refused = SigningKey::in_file(&path, &SeededRandom::new(1));
        assert!(matches!(refused, Err(KeyError::Malformed)));
        let nowhere = folder.path().join("gone/issuer-key.pem");
        let refused = SigningKey::in_file(&nowhere, &SeededRandom::new(1));
        assert!(matches!(refused, Err(KeyError::File { .. })));
    }
}
