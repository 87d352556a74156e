//! The age format, version 1, with a passphrase: a file that the `age` tool opens too, so that a
//! backup does not depend on this program.
//!
//! Written against the format's specification, on `ring` and `scrypt`: the whole `age` library
//! brings fifty crates for other kinds of keys and for translated messages.

mod open;
mod seal;

use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
};
use zeroize::Zeroizing;

pub use open::{OpenError, Opened};
pub use seal::Sealed;

const VERSION: &str = "age-encryption.org/v1";
const STANZA: &str = "-> scrypt ";
const END: &str = "---";
const SALT: &[u8] = b"age-encryption.org/v1/scrypt";
const SALT_BYTES: usize = 16;
const FILE_KEY_BYTES: usize = 16;
const STREAM_NONCE_BYTES: usize = 16;
/// Text is encrypted in pieces of this size, each with a tag of its own.
const CHUNK_BYTES: usize = 64 * 1024;
const TAG_BYTES: usize = 16;

/// Failures that mean a programming error or a machine without random bytes.
fn broken<E>(_: E) -> std::io::Error {
    std::io::Error::other("the cipher does not work here")
}

/// The key that wraps the file's key. Takes 128 KiB times `1 << (log_n - 7)` of memory, and time in
/// the same proportion: that is what a guess costs.
fn wrapping_key(passphrase: &[u8], salt: &[u8], log_n: u8) -> std::io::Result<LessSafeKey> {
    let parameters = scrypt::Params::new(log_n, 8, 1).map_err(broken)?;
    let mut key = Zeroizing::new([0; 32]);
    let salt = [SALT, salt].concat();
    scrypt::scrypt(passphrase, &salt, &parameters, key.as_mut()).map_err(broken)?;
    cipher(&key)
}

fn cipher(key: &[u8; 32]) -> std::io::Result<LessSafeKey> {
    Ok(LessSafeKey::new(
        UnboundKey::new(&CHACHA20_POLY1305, key).map_err(broken)?,
    ))
}

fn derive(file_key: &[u8], salt: &[u8], purpose: &[u8]) -> std::io::Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(file_key)
        .expand(&[purpose], hkdf::HKDF_SHA256)
        .and_then(|expanded| expanded.fill(key.as_mut()))
        .map_err(broken)?;
    Ok(key)
}

/// What proves that the header belongs to the file's key.
fn header_key(file_key: &[u8]) -> std::io::Result<hmac::Key> {
    let key = derive(file_key, &[], b"header")?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()))
}

/// The cipher of the text, and the number of the next piece.
struct Stream {
    key: LessSafeKey,
    number: u64,
}

impl Stream {
    fn new(file_key: &[u8], nonce: &[u8]) -> std::io::Result<Self> {
        let key = derive(file_key, nonce, b"payload")?;
        Ok(Self {
            key: cipher(&key)?,
            number: 0,
        })
    }

    /// The last piece has a nonce of its own kind: a file that was cut at a piece's end is noticed.
    fn nonce(&mut self, is_last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        nonce[3..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(is_last);
        self.number += 1;
        Nonce::assume_unique_for_key(nonce)
    }

    fn seal(&mut self, piece: &mut Vec<u8>, is_last: bool) -> std::io::Result<()> {
        let nonce = self.nonce(is_last);
        self.key
            .seal_in_place_append_tag(nonce, Aad::empty(), piece)
            .map_err(broken)
    }

    /// Decrypts in place, without the tag; false when the piece is not genuine.
    fn open(&mut self, piece: &mut Vec<u8>, is_last: bool) -> bool {
        let nonce = self.nonce(is_last);
        let length = match self.key.open_in_place(nonce, Aad::empty(), piece) {
            Ok(text) => text.len(),
            Err(_) => return false,
        };
        piece.truncate(length);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    /// Quick to open; real files take [`seal::LOG_N`].
    const LOG_N: u8 = 4;

    fn sealed(text: &[u8], passphrase: &[u8]) -> Vec<u8> {
        let mut sealed = Sealed::with_work(Vec::new(), passphrase, LOG_N).unwrap();
        sealed.write_all(text).unwrap();
        sealed.finish().unwrap()
    }

    fn open(file: &[u8], passphrase: &[u8]) -> Result<Vec<u8>, String> {
        let mut text = Vec::new();
        let mut opened = Opened::new(file, passphrase).map_err(|error| error.to_string())?;
        opened.read_to_end(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    fn text(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect()
    }

    #[test]
    fn every_length_comes_back() {
        for length in [
            0,
            1,
            CHUNK_BYTES - 1,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            3 * CHUNK_BYTES,
        ] {
            let file = sealed(&text(length), b"a passphrase");
            assert!(open(&file, b"a passphrase").unwrap() == text(length), "{length}");
        }
    }

    #[test]
    fn another_passphrase_opens_nothing() {
        let file = sealed(b"secret", b"a passphrase");
        assert!(open(&file, b"another").unwrap_err().contains("passphrase"));
        assert!(memchr::memmem::find(&file, b"secret").is_none());
    }

    #[test]
    fn a_file_that_was_changed_anywhere_or_cut_is_noticed() {
        let file = sealed(&text(CHUNK_BYTES + 100), b"p");
        for at in (0..file.len()).step_by(97) {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(open(&changed, b"p").is_err(), "byte {at}");
        }
        let header = file.len() - (CHUNK_BYTES + 100 + 2 * TAG_BYTES);
        for length in [0, 10, header, header + CHUNK_BYTES + TAG_BYTES, file.len() - 1] {
            assert!(open(&file[..length], b"p").is_err(), "cut to {length}");
        }
        let longer = [&file[..], b"x"].concat();
        assert!(open(&longer, b"p").is_err());
    }

    #[test]
    fn a_file_that_asks_for_too_much_memory_is_refused_before_it_gets_it() {
        let file = sealed(b"x", b"p");
        let greedy = String::from_utf8_lossy(&file).replacen(" 4\n", " 40\n", 1);
        assert!(
            open(greedy.as_bytes(), b"p")
                .unwrap_err()
                .contains("not a backup")
        );
    }

    /// Made by the tool `age` 1.1.1 with the passphrase `correct horse battery staple`.
    #[test]
    fn a_file_of_the_age_tool_is_read() {
        let file = include_bytes!("age/from-age-tool.age");
        let text = open(file, b"correct horse battery staple").unwrap();
        assert_eq!(text, b"Written by the age tool.\n");
    }
}
