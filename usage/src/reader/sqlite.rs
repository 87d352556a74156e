//! Databases of other programs, which may be writing to them at this moment.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::ReadError;

/// A database of somebody else, open for reading. Nothing is written beside it.
pub struct Foreign {
    pub connection: Connection,
    /// Where the copy is, as long as it is needed.
    _copy: Option<TempDir>,
}

impl Foreign {
    /// Opens it so that what is still in its write-ahead log is seen, too.
    ///
    /// SQLite makes an index file beside a log that has none. So a log that nobody has open is read
    /// from a copy.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let wal = beside(path, "-wal");
        let has_log = fs::metadata(&wal).is_ok_and(|log| log.len() > 0);
        if !has_log {
            return Ok(Self {
                connection: connect(path, "immutable=1")?,
                _copy: None,
            });
        }
        if fs::metadata(beside(path, "-shm")).is_ok_and(|index| index.len() > 0) {
            return Ok(Self {
                connection: connect(path, "mode=ro")?,
                _copy: None,
            });
        }
        let folder = TempDir::new()?;
        let copy = folder.path().join("copy.db");
        fs::copy(path, &copy)?;
        fs::copy(&wal, beside(&copy, "-wal"))?;
        Ok(Self {
            connection: connect(&copy, "mode=ro")?,
            _copy: Some(folder),
        })
    }

    pub fn has_table(&self, table: &str) -> Result<bool, ReadError> {
        let sql = "SELECT count(*) FROM sqlite_master WHERE name = ?1 AND type IN ('table', 'view')";
        let count: i64 = self.connection.query_row(sql, [table], |row| row.get(0))?;
        Ok(count > 0)
    }

    /// The columns of a table, so that a query asks for none that an older version lacks.
    pub fn columns(&self, table: &str) -> Result<Vec<String>, ReadError> {
        let mut statement = self
            .connection
            .prepare("SELECT name FROM pragma_table_info(?1)")?;
        let names = statement.query_map([table], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }
}

fn connect(path: &Path, how: &str) -> Result<Connection, ReadError> {
    let text = path.to_string_lossy();
    let mut uri = String::from("file:");
    for byte in text.bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format!("{uri}?{how}"), flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
