//! One file for each client: where its logs are, and what a line or document of them says.

mod claude;
mod codex;
mod document;
mod gemini;
mod json;
pub(crate) use json::{repaired, trim};
mod opencode;
mod sqlite;
mod text;

use std::{io, path::Path};

use crate::{
    client::Client,
    discovery::{Source, Walk},
    home::Home,
    record::FileRecords,
};

/// Why a file, or what follows in it, was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file could not be read: {0}")]
    File(#[from] io::Error),
    #[error("the document has an end that cannot be read: {0}")]
    Document(String),
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
        _ => {}
    }
}

/// The reader of a client's lines; `state` is what it saved, empty at the start of a file.
pub fn lines(source: &Source, state: &[u8]) -> Box<dyn Lines> {
    let modified = source.stamp.modified_ms();
    match source.client {
        Client::Codex => Box::new(codex::Rollout::resume(state, source)),
        Client::Gemini => Box::new(gemini::Chat::resume(state, source)),
        _ => Box::new(claude::Transcript::resume(modified)),
    }
}

/// Reads a document or database as a whole. What was read before an error is kept.
pub fn whole(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    match source.client {
        Client::Gemini => gemini::document(source, out),
        Client::OpenCode if is_database(&source.path) => opencode::database(source, out),
        Client::OpenCode => opencode::legacy(source, out),
        _ => Ok(()),
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
