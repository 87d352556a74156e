//! Upstream secrets at rest: AES-256-GCM, a fresh data key for each secret and each write, wrapped
//! by a key that is kept outside the database.

use std::path::Path;

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::file;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    #[error("the system gave no random bytes")]
    NoRandomness,
    #[error("a stored secret does not open: the key file was changed, or the row was moved or altered")]
    DoesNotOpen,
}

/// Seals and opens secrets. A sealed secret is bound to the row that it belongs to: moved to
/// another one it does not open.
pub struct Envelope {
    key: LessSafeKey,
    check: i64,
}

/// As it is stored: both parts are nonce, ciphertext and tag.
#[derive(Serialize, Deserialize)]
struct Sealed {
    v: u8,
    wrapped: String,
    secret: String,
}

impl Envelope {
    /// Reads the key-encryption key, or makes one at the first start.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        let bytes = file::read_or_create(&folder.join("key-encryption-key"))?;
        let key =
            aes(bytes.as_slice()).map_err(|_| std::io::Error::other("the key file has a wrong length"))?;
        Ok(Self {
            key,
            check: known_answer(bytes.as_slice()),
        })
    }

    /// A number that only this key gives; kept in the database to notice another one.
    pub fn check(&self) -> i64 {
        self.check
    }

    pub fn seal(&self, row: &str, secret: &[u8]) -> Result<String, EnvelopeError> {
        let mut data_key = Zeroizing::new([0; file::LENGTH]);
        SystemRandom::new()
            .fill(data_key.as_mut())
            .map_err(|_| EnvelopeError::NoRandomness)?;
        let sealed = Sealed {
            v: 1,
            wrapped: seal(&self.key, &associated("wrap", row), data_key.as_slice())?,
            secret: seal(&aes(data_key.as_slice())?, &associated("secret", row), secret)?,
        };
        serde_json::to_string(&sealed).map_err(|_| EnvelopeError::DoesNotOpen)
    }

    pub fn unseal(&self, row: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        let sealed: Sealed = serde_json::from_str(sealed).map_err(|_| EnvelopeError::DoesNotOpen)?;
        let data_key = unseal(&self.key, &associated("wrap", row), &sealed.wrapped)?;
        unseal(&aes(&data_key)?, &associated("secret", row), &sealed.secret)
    }
}

fn known_answer(key: &[u8]) -> i64 {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mac = hmac::sign(&key, b"token-tracker|key-encryption-key|known answer");
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&mac.as_ref()[..8]);
    i64::from_le_bytes(bytes)
}

fn associated(part: &str, row: &str) -> String {
    format!("token-tracker|upstream_secret|v1|{part}|{row}")
}

fn aes(bytes: &[u8]) -> Result<LessSafeKey, EnvelopeError> {
    let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| EnvelopeError::DoesNotOpen)?;
    Ok(LessSafeKey::new(key))
}

fn seal(key: &LessSafeKey, associated: &str, plain: &[u8]) -> Result<String, EnvelopeError> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new()
        .fill(&mut nonce)
        .map_err(|_| EnvelopeError::NoRandomness)?;
    let mut bytes = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(associated.as_bytes()),
        &mut bytes,
    )
    .map_err(|_| EnvelopeError::DoesNotOpen)?;
    Ok(BASE64_STANDARD.encode([nonce.as_slice(), &bytes].concat()))
}

fn unseal(key: &LessSafeKey, associated: &str, text: &str) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let mut bytes = Zeroizing::new(
        BASE64_STANDARD
            .decode(text)
            .map_err(|_| EnvelopeError::DoesNotOpen)?,
    );
    let nonce: [u8; NONCE_LEN] = bytes
        .get(..NONCE_LEN)
        .and_then(|nonce| nonce.try_into().ok())
        .ok_or(EnvelopeError::DoesNotOpen)?;
    let plain = key
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated.as_bytes()),
            &mut bytes[NONCE_LEN..],
        )
        .map_err(|_| EnvelopeError::DoesNotOpen)?;
    Ok(Zeroizing::new(plain.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_in_its_own_row_and_under_its_own_key() {
        let (here, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let envelope = Envelope::open(here.path()).unwrap();
        let sealed = envelope.seal("openai", b"sk-canary").unwrap();
        assert!(!sealed.contains("canary"));
        assert_ne!(sealed, envelope.seal("openai", b"sk-canary").unwrap());
        let reopened = Envelope::open(here.path()).unwrap();
        assert_eq!(
            reopened.unseal("openai", &sealed).unwrap().as_slice(),
            b"sk-canary"
        );
        assert_eq!(reopened.unseal("groq", &sealed), Err(EnvelopeError::DoesNotOpen));
        let other = Envelope::open(elsewhere.path()).unwrap();
        assert_eq!(other.unseal("openai", &sealed), Err(EnvelopeError::DoesNotOpen));
        assert!(envelope.unseal("openai", "{}").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Envelope::open(folder.path()).unwrap();
        let path = folder.path().join("key-encryption-key");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Envelope::open(folder.path()).is_err());
    }
}
