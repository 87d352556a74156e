//! One file for each client: where its logs are, and what a line or document of them says.

mod amp;
mod claude;
mod cline;
mod codex;
mod copilot;
mod cursor;
mod document;
mod droid;
mod gemini;
mod goose;
mod json;
pub mod kept;
mod kimi;
pub(crate) use json::{repaired, trim};
mod opencode;
mod own;
mod pi;
mod qwen;
mod scan;
mod small;
mod sqlite;
mod text;
mod tolerant;
mod zed;

use std::{io, path::Path};

use crate::{
    client::Client,
    discovery::{Shape, Source, Walk},
    home::Home,
    record::FileRecords,
};

/// No assistant's own line is longer; longer ones are what a tool printed.
pub const LINE_BYTES_MAX: usize = 16 << 20;

/// Why a file, or what follows in it, was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file could not be read: {0}")]
    File(#[from] io::Error),
    #[error("the document has an end that cannot be read: {0}")]
    Document(String),
    #[error("the document is larger than any that was ever seen")]
    TooLarge,
    #[error("the database could not be read: {0}")]
    Database(#[from] rusqlite::Error),
}

/// Reads the lines of one file in their order.
///
/// What it has to remember between lines is saved with the file's records, so that a file that grew
/// is read on from where it ended.
pub trait Lines {
    /// Looks at one line, without its end. False: it should have been readable, and was not.
    fn line(&mut self, number: u64, line: &[u8], out: &mut FileRecords) -> bool;
    fn save(&self) -> Vec<u8>;
}

/// Adds a client's files.
pub fn discover(client: Client, home: &Home, walk: &mut Walk) {
    match client {
        Client::Claude => claude::discover(home, walk),
        Client::Codex => codex::discover(home, walk),
        Client::Gemini => gemini::discover(home, walk),
        Client::OpenCode => opencode::discover(home, walk),
        Client::Cursor => cursor::discover(home, walk),
        Client::Copilot => copilot::discover(home, walk),
        Client::Amp => amp::discover(home, walk),
        Client::Qwen => qwen::discover(home, walk),
        Client::Kimi => kimi::discover(home, walk),
        Client::Droid => droid::discover(home, walk),
        Client::Pi => pi::discover(home, walk),
        Client::Goose => goose::discover(home, walk),
        Client::Roo | Client::Kilo | Client::Cline => {
            cline::discover(client, home, walk);
            if client == Client::Kilo {
                opencode::discover_kilo(home, walk);
            }
        }
        Client::Zed => zed::discover(home, walk),
        Client::TokenTracker => own::discover(home, walk),
        Client::Manual | Client::Ci => {}
    }
    kept::discover(home, walk);
}

/// The reader of a client's lines; `state` is what it saved, empty at the start of a file.
pub fn lines(source: &Source, state: &[u8]) -> Box<dyn Lines> {
    let modified = source.stamp.modified_ms();
    match source.client {
        Client::Codex => Box::new(codex::Rollout::resume(state, source)),
        Client::Gemini => Box::new(gemini::Chat::resume(state, source)),
        Client::Qwen => Box::new(qwen::Chat::new(source)),
        Client::Kimi => Box::new(kimi::Wire::resume(state, source)),
        Client::Pi => Box::new(pi::Session::resume(state, source)),
        _ => Box::new(claude::Transcript::resume(modified)),
    }
}

/// Reads a document or database as a whole. What was read before an error is kept.
pub fn whole(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    match source.client {
        _ if source.shape == Shape::Kept => kept::read(source, out),
        Client::Gemini => gemini::document(source, out),
        Client::OpenCode | Client::Kilo if is_database(&source.path) => opencode::database(source, out),
        Client::OpenCode => opencode::legacy(source, out),
        Client::Cursor => cursor::read(source, out),
        Client::Copilot => copilot::read(source, out),
        Client::Amp => amp::read(source, out),
        Client::Droid => droid::read(source, out),
        Client::Goose => goose::read(source, out),
        Client::Roo | Client::Kilo | Client::Cline => cline::read(source, out),
        Client::Zed => zed::read(source, out),
        Client::TokenTracker => own::read(source, out),
        // Their logs are lines, or they have none.
        Client::Claude | Client::Codex | Client::Qwen | Client::Kimi | Client::Pi => Ok(()),
        Client::Manual | Client::Ci => Ok(()),
    }
}

fn is_database(path: &Path) -> bool {
    matches!(has_extension(path), "db" | "sqlite")
}

fn has_extension(path: &Path) -> &str {
    path.extension().and_then(|name| name.to_str()).unwrap_or("")
}

/// A saved state; a fresh one where there is none or an older form of it.
fn restore<T: Default + serde::de::DeserializeOwned>(state: &[u8]) -> T {
    postcard::from_bytes(state).unwrap_or_default()
}

fn saved(state: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_stdvec(state).unwrap_or_default()
}
