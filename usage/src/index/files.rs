//! The files that the index knows, and what each of them says.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, params};

use super::{Index, IndexError, signed, stamp};
use crate::{
    client::Client,
    discovery::{Note, Shape, Source, Stamp},
    engine::Saved,
    record::{Mixed, digest},
};

/// A file as the index has it.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub id: u32,
    /// What says whether it is as it was when it was read; 0 is never current.
    pub mark: i64,
    /// The files that have keys in common have one component.
    pub component: u32,
    /// The numbers of its parts: from the first to before the end.
    pub parts: (i64, i64),
    pub note: Option<String>,
}

/// A client's state at the last scan.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// 0 is that of no files whatever.
    pub fingerprint: i64,
    /// A digest of the prices that its costs were worked out with.
    pub priced: i64,
    /// When all folders were last looked through.
    pub looked_ms: i64,
}

impl Kept {
    /// Whether the sums that were kept are those of the files and prices as they are.
    pub fn holds(&self, now: &Self) -> bool {
        (self.fingerprint, self.priced) == (now.fingerprint, now.priced)
    }
}

/// A file that was changed not long ago, as it was when it was read.
pub struct Recent {
    pub source: Source,
    pub mark: i64,
}

const SHAPES: [Shape; 5] = [
    Shape::Lines,
    Shape::CompressedLines,
    Shape::Document,
    Shape::Database,
    Shape::Kept,
];

impl Index {
    pub fn kept(&self, client: Client) -> Result<Option<Kept>, IndexError> {
        let sql = "SELECT fingerprint, priced, looked_ms FROM client WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let kept = statement.query_row([client as u32], |row| {
            Ok(Kept {
                fingerprint: row.get(0)?,
                priced: row.get(1)?,
                looked_ms: row.get(2)?,
            })
        });
        Ok(kept.optional()?)
    }

    pub fn keep(&self, client: Client, kept: Kept) -> Result<(), IndexError> {
        let sql =
            "INSERT OR REPLACE INTO client (id, fingerprint, priced, looked_ms) VALUES (?1, ?2, ?3, ?4)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute(params![
            client as u32,
            kept.fingerprint,
            kept.priced,
            kept.looked_ms
        ])?;
        Ok(())
    }

    /// A client's files by their paths.
    pub fn rows(&self, client: Client) -> Result<Mixed<Vec<u8>, Row>, IndexError> {
        let sql = format!("{SELECT} WHERE client = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([client as u32], |row| Ok((row.get(6)?, file(row)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn row(&self, client: Client, path: &[u8]) -> Result<Option<Row>, IndexError> {
        let sql = format!("{SELECT} WHERE client = ?1 AND path = ?2");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement
            .query_row(params![client as u32, path], file)
            .optional()?)
    }

    /// The component that a file is in; None of one that is not there.
    pub fn component_of(&self, id: u32) -> Result<Option<u32>, IndexError> {
        let sql = "SELECT component FROM file WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([id], |row| row.get(0)).optional()?)
    }

    /// The files of a component.
    pub fn members(&self, client: Client, component: u32) -> Result<Vec<(PathBuf, Row)>, IndexError> {
        let sql = format!("{SELECT} WHERE client = ?1 AND component = ?2");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([client as u32, component], |row| {
            Ok((path_of(row.get_ref(6)?.as_blob()?), file(row)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The files that were changed last, over all clients.
    pub fn recent(&self, count: u32) -> Result<Vec<Recent>, IndexError> {
        let sql = "SELECT client, shape, path, hint, mark FROM file ORDER BY modified_ns DESC LIMIT ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([count], recent)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One file by its path.
    pub fn find(&self, client: Client, path: &Path) -> Result<Option<Recent>, IndexError> {
        let sql = "SELECT client, shape, path, hint, mark FROM file WHERE client = ?1 AND path = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let path = path.as_os_str().as_encoded_bytes();
        Ok(statement
            .query_row(params![client as u32, path], recent)
            .optional()?)
    }

    pub fn next_file(&self) -> Result<u32, IndexError> {
        let sql = "SELECT coalesce(max(id), 0) + 1 FROM file";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    pub fn put(&self, source: &Source, row: &Row) -> Result<(), IndexError> {
        // Not INSERT OR REPLACE: as that may delete other rows, SQLite copies each page first.
        let values = params![
            row.id,
            source.client as u32,
            source.path.as_os_str().as_encoded_bytes(),
            source.shape as u32,
            source.hint,
            source.stamp.modified_ns,
            row.mark,
            row.component,
            row.parts.0,
            row.parts.1,
            row.note
        ];
        let mut update = self.connection.prepare_cached(
            "UPDATE file SET client = ?2, path = ?3, shape = ?4, hint = ?5, modified_ns = ?6, mark = ?7,
             component = ?8, part_first = ?9, part_end = ?10, note = ?11 WHERE id = ?1",
        )?;
        if update.execute(values)? == 0 {
            let mut insert = self.connection.prepare_cached(
                "INSERT INTO file
                 (id, client, path, shape, hint, modified_ns, mark, component, part_first, part_end, note)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?;
            insert.execute(values)?;
        }
        Ok(())
    }

    /// Of a file that was not looked at: whose copies changed, and what counts of it.
    pub fn move_to(&self, row: &Row) -> Result<(), IndexError> {
        let sql = "UPDATE file SET component = ?2, part_first = ?3, part_end = ?4 WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute(params![row.id, row.component, row.parts.0, row.parts.1])?;
        Ok(())
    }

    pub fn remove(&self, id: u32) -> Result<(), IndexError> {
        for sql in [
            "DELETE FROM file WHERE id = ?1",
            "DELETE FROM record WHERE file = ?1",
        ] {
            self.connection.prepare_cached(sql)?.execute([id])?;
        }
        Ok(())
    }

    /// What was read of a file; None when it cannot be decoded, so that the file is read again.
    pub fn load(&self, id: u32) -> Result<Option<Saved>, IndexError> {
        let encoded = self.load_encoded(id)?;
        Ok(encoded.and_then(|bytes| postcard::from_bytes(&bytes).ok()))
    }

    /// The same as it was kept.
    pub fn load_encoded(&self, id: u32) -> Result<Option<Vec<u8>>, IndexError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT saved FROM record WHERE file = ?1")?;
        Ok(statement.query_row([id], |row| row.get(0)).optional()?)
    }

    pub fn save(&self, id: u32, encoded: &[u8]) -> Result<(), IndexError> {
        let sql = "INSERT OR REPLACE INTO record (file, saved) VALUES (?1, ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute(params![id, encoded])?;
        Ok(())
    }

    /// What is to be said of a client's files.
    pub fn notes(&self, client: Client) -> Result<Vec<Note>, IndexError> {
        let sql = "SELECT path, note FROM file WHERE client = ?1 AND note IS NOT NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let notes = statement.query_map([client as u32], |row| {
            let path = row.get_ref(0)?.as_blob()?;
            Ok(Note {
                path: path_of(path),
                text: row.get(1)?,
            })
        })?;
        Ok(notes.collect::<Result<_, _>>()?)
    }
}

const SELECT: &str = "SELECT id, mark, component, part_first, part_end, note, path FROM file";

fn file(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get(0)?,
        mark: row.get(1)?,
        component: row.get(2)?,
        parts: (row.get(3)?, row.get(4)?),
        note: row.get(5)?,
    })
}

fn recent(row: &rusqlite::Row<'_>) -> rusqlite::Result<Recent> {
    let (client, shape): (u8, u8) = (row.get(0)?, row.get(1)?);
    let path = row.get_ref(2)?.as_blob()?;
    Ok(Recent {
        source: Source {
            client: Client::ALL
                .get(usize::from(client))
                .copied()
                .unwrap_or(Client::Claude),
            shape: SHAPES.get(usize::from(shape)).copied().unwrap_or(Shape::Lines),
            path: path_of(path),
            stamp: Stamp::default(),
            hint: row.get(3)?,
        },
        mark: row.get(4)?,
    })
}

/// A path as it was kept; where paths are no bytes, one that is no text is not found again.
fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        std::ffi::OsStr::from_bytes(bytes).into()
    }
    #[cfg(not(unix))]
    {
        String::from_utf8_lossy(bytes).into_owned().into()
    }
}

/// What says whether a source is as it was.
pub fn mark(source: &Source) -> i64 {
    let bytes = stamp(&source.stamp);
    signed(digest(&[&bytes, source.hint.as_bytes(), &[source.shape as u8]]).max(2))
}
