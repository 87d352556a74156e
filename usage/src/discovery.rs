//! Which files there are to read: every client's folders, walked once.

mod walk;

use std::{
    fs::Metadata,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{client::Client, home::Home, reader};
pub use walk::Walk;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// Lines that are only ever added to: a file that grew is read on.
    Lines,
    /// The same lines as a zstd stream.
    CompressedLines,
    /// One document, read as a whole.
    Document,
    /// A SQLite database, perhaps with a write-ahead log beside it.
    Database,
    /// The rows of a client that were entered, recorded or imported, in one database for all.
    Kept,
}

/// What says whether a file is still the one that was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub size: u64,
    pub modified_ns: i64,
    /// Moves with every change, whatever a program does to the time of modification.
    pub changed_ns: i64,
    pub inode: u64,
    /// The same of a file beside it that belongs to it.
    pub side: u64,
}

impl Stamp {
    pub fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let ns = |s: i64, ns: i64| s.wrapping_mul(1_000_000_000).wrapping_add(ns);
            Self {
                size: metadata.len(),
                modified_ns: ns(metadata.mtime(), metadata.mtime_nsec()),
                changed_ns: ns(metadata.ctime(), metadata.ctime_nsec()),
                inode: metadata.ino(),
                side: metadata.dev(),
            }
        }
        #[cfg(not(unix))]
        {
            let since = metadata
                .modified()
                .ok()
                .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            let modified_ns = since.map_or(0, |span| i64::try_from(span.as_nanos()).unwrap_or(i64::MAX));
            Self {
                size: metadata.len(),
                modified_ns,
                changed_ns: modified_ns,
                ..Self::default()
            }
        }
    }

    /// With what belongs to the file and lies beside it.
    pub fn with_side(path: &Path, shape: Shape, metadata: &Metadata) -> Self {
        let mut stamp = Self::of(metadata);
        if shape == Shape::Database {
            stamp.side = walk::side(path);
        }
        stamp
    }

    pub fn modified_ms(&self) -> i64 {
        self.modified_ns / 1_000_000
    }
}

/// One file to read.
#[derive(Clone, Debug)]
pub struct Source {
    pub client: Client,
    pub shape: Shape,
    pub path: PathBuf,
    pub stamp: Stamp,
    /// What discovery knows and the file does not: a project's folder, a tier from a settings file.
    pub hint: String,
}

/// Something that was not read, said to the person without making the report fail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    pub path: PathBuf,
    pub text: String,
}

/// All files of the clients, in the order of their paths, and what could not be looked into.
pub fn discover(home: &Home, clients: &[Client]) -> (Vec<Source>, Vec<Note>) {
    let mut walk = Walk::default();
    for client in clients {
        walk.client = *client;
        reader::discover(*client, home, &mut walk);
    }
    walk.finish()
}
