use std::io::{self, Write};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use ring::{
    aead::{Aad, NONCE_LEN, Nonce},
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use zeroize::Zeroizing;

use super::{
    CHUNK_BYTES, END, FILE_KEY_BYTES, SALT_BYTES, STANZA, STREAM_NONCE_BYTES, Stream, TAG_BYTES, VERSION,
    broken, header_key, wrapping_key,
};

/// What a guess costs: 256 MiB of memory, and about a second.
pub(super) const LOG_N: u8 = 18;

/// Encrypts what is written to it. A file without [`Sealed::finish`] is a cut one.
pub struct Sealed<W> {
    to: W,
    stream: Stream,
    /// Text of the piece that is not full yet.
    piece: Vec<u8>,
}

impl<W: Write> Sealed<W> {
    /// Writes the header; takes a second, on purpose.
    pub fn new(to: W, passphrase: &[u8]) -> io::Result<Self> {
        Self::with_work(to, passphrase, LOG_N)
    }

    pub(super) fn with_work(mut to: W, passphrase: &[u8], log_n: u8) -> io::Result<Self> {
        let mut file_key = Zeroizing::new([0; FILE_KEY_BYTES]);
        let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; STREAM_NONCE_BYTES]);
        let random = SystemRandom::new();
        for bytes in [file_key.as_mut(), &mut salt[..], &mut nonce[..]] {
            random.fill(bytes).map_err(broken)?;
        }
        let mut wrapped = file_key.to_vec();
        // The key is for this one text, so its nonce may be what the format says: zeros.
        let once = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        wrapping_key(passphrase, &salt, log_n)?
            .seal_in_place_append_tag(once, Aad::empty(), &mut wrapped)
            .map_err(broken)?;
        let mut header = format!(
            "{VERSION}\n{STANZA}{} {log_n}\n{}\n{END}",
            BASE64.encode(salt),
            BASE64.encode(wrapped)
        );
        let mac = hmac::sign(&header_key(file_key.as_ref())?, header.as_bytes());
        header = format!("{header} {}\n", BASE64.encode(mac.as_ref()));
        to.write_all(header.as_bytes())?;
        to.write_all(&nonce)?;
        Ok(Self {
            to,
            stream: Stream::new(file_key.as_ref(), &nonce)?,
            piece: Vec::with_capacity(CHUNK_BYTES + TAG_BYTES),
        })
    }

    /// Writes the last piece, and gives back where all of it went.
    pub fn finish(mut self) -> io::Result<W> {
        self.put(true)?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn put(&mut self, is_last: bool) -> io::Result<()> {
        self.stream.seal(&mut self.piece, is_last)?;
        self.to.write_all(&self.piece)?;
        self.piece.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        // A full piece waits until more comes: the last one may be full, but not empty.
        if self.piece.len() == CHUNK_BYTES && !text.is_empty() {
            self.put(false)?;
        }
        let taken = text.len().min(CHUNK_BYTES - self.piece.len());
        self.piece.extend_from_slice(&text[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
