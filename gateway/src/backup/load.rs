//! From records to a database.

use std::{fs, io::Read, path::Path};

use jiff::Timestamp;
use rusqlite::{Connection, params_from_iter};

use super::{
    BackupError,
    age::OpenError,
    dump::quoted,
    record::{Reader, Record},
};
use crate::clock::timestamp;

/// Fills a new, empty file. Returns when the snapshot was taken; by then all is on the disk.
pub fn load(from: impl Read, path: &Path) -> Result<Timestamp, BackupError> {
    let mut reader = Reader::new(from).map_err(told)?.ok_or(BackupError::Newer)?;
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "page_size", 4096)?;
    // Until it is whole nobody uses the file: a crash costs only the work.
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    // Tables come one after the other, whoever refers to whom.
    connection.pragma_update(None, "foreign_keys", "OFF")?;
    let transaction = connection.transaction()?;
    let at = fill(&transaction, &mut reader)?;
    transaction.commit()?;
    drop(connection);
    fs::File::open(path)?.sync_all()?;
    Ok(at)
}

fn fill(connection: &Connection, reader: &mut Reader<impl Read>) -> Result<Timestamp, BackupError> {
    let mut at = Timestamp::UNIX_EPOCH;
    let mut insert = None;
    let mut rows = 0;
    loop {
        match reader.next().map_err(told)? {
            Record::Begin { at: ms, version } => {
                at = timestamp(ms);
                connection.pragma_update(None, "user_version", version)?;
            }
            // One statement, and nothing but a new thing.
            Record::Make(sql) if sql.starts_with("CREATE ") => drop(connection.execute(&sql, [])?),
            Record::Make(_) => return Err(OpenError::Damaged.into()),
            Record::Table { name, columns } => {
                let places = vec!["?"; columns as usize].join(", ");
                let sql = format!("INSERT INTO {} VALUES ({places})", quoted(&name));
                insert = Some(connection.prepare(&sql)?);
            }
            Record::Row(values) => {
                let insert = insert.as_mut().ok_or(OpenError::Damaged)?;
                insert.execute(params_from_iter(values))?;
                rows += 1;
            }
            Record::End { rows: counted } if counted == rows && reader.is_at_end().map_err(told)? => {
                return Ok(at);
            }
            Record::End { .. } => return Err(OpenError::Damaged.into()),
        }
    }
}

/// What the cipher, or a record that is not there, says about the file.
fn told(error: std::io::Error) -> BackupError {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    match error.kind() {
        InvalidData | UnexpectedEof => OpenError::Damaged.into(),
        _ => OpenError::Io(error).into(),
    }
}
