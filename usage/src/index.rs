//! What was read of each file, kept in SQLite, so that the next report reads only what changed.
//!
//! Safe for several homes and several processes at once: a scan reads from one snapshot, and writes
//! what it learned in one transaction. Losing the index loses time and nothing else.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::{
    discovery::{Note, Source, Stamp},
    engine::Saved,
    fold::Fold,
    home::Home,
    pricing,
    record::digest,
};

/// Raised with every change of what is kept or of how logs are read.
const VERSION: u32 = 1;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS file (
        id INTEGER PRIMARY KEY,
        home TEXT NOT NULL,
        source TEXT NOT NULL,
        mark INTEGER NOT NULL,
        saved BLOB NOT NULL,
        UNIQUE (home, source)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS fold (
        home TEXT NOT NULL,
        clients INTEGER NOT NULL,
        fingerprint INTEGER NOT NULL,
        cells BLOB NOT NULL,
        notes BLOB NOT NULL,
        PRIMARY KEY (home, clients)
    ) STRICT;
";

/// Changes so shortly before a scan may go on within the same tick of the file system's clock.
const TICK_NS: i64 = 50_000_000;

#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("the database refused: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the folder cannot be used: {0}")]
    Folder(#[from] io::Error),
    #[error("the records could not be encoded: {0}")]
    Encoding(#[from] postcard::Error),
}

pub struct Index {
    connection: Connection,
    path: PathBuf,
    home: String,
}

/// The files that the index knows, each with its row and the mark of what was read.
#[derive(Default)]
pub struct Known {
    rows: HashMap<String, (i64, i64)>,
}

impl Known {
    pub fn is_current(&self, source: &Source) -> bool {
        self.rows
            .get(&key(source))
            .is_some_and(|(_, known)| *known == mark(source))
    }

    pub fn row(&self, source: &Source) -> Option<i64> {
        self.rows.get(&key(source)).map(|(row, _)| *row)
    }
}

impl Index {
    pub fn open(folder: &Path, home: &Home) -> Result<Self, IndexError> {
        private_folder(folder)?;
        let path = folder.join(format!("usage-index-{VERSION}.db"));
        let home = home.root().to_string_lossy().into_owned();
        let connection = match open_at(&path) {
            Err(IndexError::Database(error)) if is_damaged(&error) => {
                // Everything in it can be read again.
                fs::remove_file(&path)?;
                open_at(&path)?
            }
            outcome => outcome?,
        };
        Ok(Self {
            connection,
            path,
            home,
        })
    }

    /// The fold of exactly these files, if it was kept.
    pub fn fold(&mut self, fingerprint: u64) -> Option<(Fold, Vec<Note>)> {
        let sql = "SELECT cells, notes FROM fold WHERE home = ?1 AND fingerprint = ?2";
        let found: (Vec<u8>, Vec<u8>) = self
            .connection
            .query_row(sql, params![self.home, signed(fingerprint)], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .ok()??;
        let notes: Vec<(String, String)> = postcard::from_bytes(&found.1).ok()?;
        let notes = notes.into_iter().map(|(path, text)| Note {
            path: path.into(),
            text,
        });
        Some((postcard::from_bytes(&found.0).ok()?, notes.collect()))
    }

    pub fn known(&self) -> Known {
        let mut known = Known::default();
        // One snapshot for the whole scan: what is known now can be loaded later.
        let began = self.connection.execute_batch("BEGIN");
        let Ok(mut statement) = began.and_then(|()| {
            self.connection
                .prepare("SELECT source, id, mark FROM file WHERE home = ?1")
        }) else {
            return known;
        };
        let rows = statement.query_map([&self.home], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))));
        if let Ok(rows) = rows {
            known.rows.extend(rows.filter_map(Result::ok));
        }
        known
    }

    pub fn load(&self, row: i64) -> Option<Saved> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT saved FROM file WHERE id = ?1")
            .ok()?;
        let bytes: Vec<u8> = statement.query_row([row], |row| row.get(0)).ok()?;
        postcard::from_bytes(&bytes).ok()
    }

    /// Keeps what was read, drops what is no longer there, and keeps the fold.
    #[expect(
        clippy::too_many_arguments,
        reason = "one transaction for all that a scan learned"
    )]
    pub fn save(
        &mut self,
        home: &Home,
        sources: &[Source],
        read: &[Option<Saved>],
        known: &Known,
        fingerprint: u64,
        fold: &Fold,
        notes: &[Note],
    ) -> Result<(), IndexError> {
        debug_assert_eq!(home.root().to_string_lossy(), self.home);
        self.connection.execute_batch("COMMIT")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut is_settled = true;
        let mut clients = 0_i64;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO file (home, source, mark, saved) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (home, source) DO UPDATE SET mark = excluded.mark, saved = excluded.saved",
            )?;
            let mut present = HashSet::new();
            for (source, read) in sources.iter().zip(read) {
                let key = key(source);
                clients |= 1 << source.client as u32;
                if let Some(saved) = read {
                    let is_fresh = source.stamp.changed_ns > now - TICK_NS;
                    is_settled &= !is_fresh;
                    let mark = if is_fresh { 0 } else { mark(source) };
                    insert.execute(params![self.home, key, mark, postcard::to_stdvec(saved)?])?;
                }
                present.insert(key);
            }
            let mut delete = transaction.prepare("DELETE FROM file WHERE id = ?1")?;
            let clients_of = |key: &str| key.split('\0').next().unwrap_or_default().to_owned();
            let read_clients: HashSet<String> = present.iter().map(|key| clients_of(key)).collect();
            for (key, (row, _)) in &known.rows {
                if !present.contains(key) && read_clients.contains(&clients_of(key)) {
                    delete.execute([row])?;
                }
            }
        }
        if is_settled {
            let notes: Vec<(String, &str)> = notes
                .iter()
                .map(|note| (note.path.to_string_lossy().into_owned(), note.text.as_str()))
                .collect();
            transaction.execute(
                "INSERT OR REPLACE INTO fold (home, clients, fingerprint, cells, notes) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    self.home,
                    clients,
                    signed(fingerprint),
                    postcard::to_stdvec(fold)?,
                    postcard::to_stdvec(&notes)?
                ],
            )?;
        }
        transaction.commit()?;
        Ok(())
    }

    pub fn note(&self, text: &str) -> Note {
        Note {
            path: self.path.clone(),
            text: text.into(),
        }
    }
}

fn open_at(path: &Path) -> Result<Connection, IndexError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A crash may lose the last report's work, never the database.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
    )
}

/// The index names projects and branches, which are nobody else's business.
fn private_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// What names a source: its client, and where it is.
fn key(source: &Source) -> String {
    format!("{}\0{}", source.client.name(), source.path.to_string_lossy())
}

/// What says whether a source is as it was.
fn mark(source: &Source) -> i64 {
    signed(
        digest(&[
            &stamp(&source.stamp),
            source.hint.as_bytes(),
            &[source.shape as u8],
        ])
        .max(2),
    )
}

fn stamp(stamp: &Stamp) -> [u8; 40] {
    let mut bytes = [0; 40];
    let numbers = [
        stamp.size,
        stamp.modified_ns.cast_unsigned(),
        stamp.changed_ns.cast_unsigned(),
        stamp.inode,
        stamp.side,
    ];
    bytes.copy_from_slice(numbers.map(u64::to_le_bytes).as_flattened());
    bytes
}

/// A digest of all files as they are, and of what makes sums of them.
pub fn fingerprint(sources: &[Source]) -> u64 {
    let mut bytes = Vec::with_capacity(sources.len() * 128);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(pricing::source().unwrap_or_default().as_bytes());
    for source in sources {
        bytes.extend(key(source).as_bytes());
        bytes.push(source.shape as u8);
        bytes.extend(stamp(&source.stamp));
        bytes.extend(source.hint.as_bytes());
        bytes.push(0);
    }
    digest(&[&bytes])
}

/// SQLite's integers are signed.
fn signed(number: u64) -> i64 {
    number.cast_signed()
}
