use std::io::{self, BufRead, BufReader, Read};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use ring::{
    aead::{Aad, NONCE_LEN, Nonce},
    hmac,
};
use zeroize::Zeroizing;

use super::{
    CHUNK_BYTES, END, FILE_KEY_BYTES, SALT_BYTES, STANZA, STREAM_NONCE_BYTES, Stream, TAG_BYTES, VERSION,
    header_key, wrapping_key,
};

/// A file may ask for 1 GiB of memory, and not for more.
const LOG_N_MAX: u8 = 20;
/// No line of a header that we read is longer.
const LINE_BYTES_MAX: u64 = 256;

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("this is not a backup with a passphrase")]
    NotOne,
    #[error("the passphrase is not the one of this backup")]
    Passphrase,
    #[error("the backup was changed or cut off")]
    Damaged,
    #[error("the backup cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Decrypts what is read from it. An error of kind `InvalidData` says that the file is not genuine;
/// nothing that was read before it may be used.
pub struct Opened<R> {
    from: R,
    stream: Stream,
    piece: Vec<u8>,
    /// How much of the piece was read.
    at: usize,
    is_over: bool,
}

impl<R: Read> Opened<BufReader<R>> {
    /// Reads the header; takes a second, on purpose.
    pub fn new(from: R, passphrase: &[u8]) -> Result<Self, OpenError> {
        let mut from = BufReader::with_capacity(CHUNK_BYTES, from);
        let header = Header::read(&mut from)?;
        let file_key = header.file_key(passphrase)?;
        let mac_key = header_key(file_key.as_ref())?;
        hmac::verify(&mac_key, header.text.as_bytes(), &header.mac).map_err(|_| OpenError::Damaged)?;
        let mut nonce = [0; STREAM_NONCE_BYTES];
        from.read_exact(&mut nonce).map_err(|_| OpenError::Damaged)?;
        Ok(Self {
            from,
            stream: Stream::new(file_key.as_ref(), &nonce)?,
            piece: Vec::with_capacity(CHUNK_BYTES + TAG_BYTES),
            at: 0,
            is_over: false,
        })
    }
}

impl<R: BufRead> Opened<R> {
    fn next_piece(&mut self) -> io::Result<()> {
        self.piece.clear();
        self.at = 0;
        let full = (CHUNK_BYTES + TAG_BYTES) as u64;
        self.from.by_ref().take(full).read_to_end(&mut self.piece)?;
        let is_first = self.stream.number == 0;
        self.is_over = self.from.fill_buf()?.is_empty();
        let is_genuine = self.stream.open(&mut self.piece, self.is_over);
        // Only a text without anything has an empty piece.
        if !is_genuine || (self.piece.is_empty() && !is_first) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, OpenError::Damaged));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Opened<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() && !self.is_over {
            self.next_piece()?;
        }
        let taken = into.len().min(self.piece.len() - self.at);
        into[..taken].copy_from_slice(&self.piece[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

struct Header {
    /// Up to the dashes, which the MAC covers.
    text: String,
    salt: [u8; SALT_BYTES],
    log_n: u8,
    wrapped: Vec<u8>,
    mac: Vec<u8>,
}

impl Header {
    fn read(from: &mut impl BufRead) -> Result<Self, OpenError> {
        let mut line = || -> Result<String, OpenError> {
            let mut line = String::new();
            let read = from.by_ref().take(LINE_BYTES_MAX).read_line(&mut line);
            match read {
                Ok(_) => line
                    .strip_suffix('\n')
                    .map(str::to_owned)
                    .ok_or(OpenError::NotOne),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(OpenError::NotOne),
                Err(error) => Err(error.into()),
            }
        };
        let (version, stanza, body, end) = (line()?, line()?, line()?, line()?);
        Self::parse(&version, &stanza, &body, &end).ok_or(OpenError::NotOne)
    }

    fn parse(version: &str, stanza: &str, body: &str, end: &str) -> Option<Self> {
        let (salt, log_n) = stanza.strip_prefix(STANZA)?.split_once(' ')?;
        let mac = end.strip_prefix(END)?.strip_prefix(' ')?;
        let log_n = log_n
            .parse()
            .ok()
            .filter(|log_n| (1..=LOG_N_MAX).contains(log_n))?;
        let wrapped = BASE64.decode(body).ok()?;
        (version == VERSION && wrapped.len() == FILE_KEY_BYTES + TAG_BYTES).then_some(())?;
        Some(Self {
            text: format!("{version}\n{stanza}\n{body}\n{END}"),
            salt: BASE64.decode(salt).ok()?.try_into().ok()?,
            log_n,
            wrapped,
            mac: BASE64.decode(mac).ok()?,
        })
    }

    fn file_key(&self, passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut wrapped = Zeroizing::new(self.wrapped.clone());
        let once = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        wrapping_key(passphrase, &self.salt, self.log_n)?
            .open_in_place(once, Aad::empty(), &mut wrapped)
            .map_err(|_| OpenError::Passphrase)?;
        wrapped.truncate(FILE_KEY_BYTES);
        Ok(wrapped)
    }
}
