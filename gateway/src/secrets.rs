//! The two files that make a stolen database useless: the pepper, under which keys and credentials
//! are kept as MACs, and the key-encryption key of upstream secrets. Both are 0600, in `secrets/`.

mod envelope;
mod file;

use std::path::Path;

use ring::hmac;

pub use envelope::{Envelope, EnvelopeError};
pub use file::write_private;

/// HMAC-SHA-256 under the pepper. A reader of the database cannot use what it finds, and a writer
/// cannot forge a row.
#[derive(Clone)]
pub struct Pepper(hmac::Key);

impl Pepper {
    /// Reads the pepper, or makes one at the first start.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        let bytes = file::read_or_create(&folder.join("pepper"))?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, bytes.as_slice())))
    }

    /// A number that only this pepper gives; kept in the database to notice another one.
    pub fn check(&self) -> i64 {
        let mac = self.mac(b"known answer");
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&mac[..8]);
        i64::from_le_bytes(bytes)
    }

    pub fn mac(&self, secret: &[u8]) -> [u8; 32] {
        let mut mac = [0; 32];
        mac.copy_from_slice(hmac::sign(&self.0, secret).as_ref());
        mac
    }
}
