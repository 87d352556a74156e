//! The statements of members and of the audit log, as SQLite runs them.

use futures_util::FutureExt;
use rusqlite::{
    Connection, Row as SqliteRow, params_from_iter,
    types::{ToSqlOutput, ValueRef},
};
use uuid::Uuid;

use super::{SqliteBackend, SqliteReader};
use crate::ledger::{
    LedgerError,
    people::{
        self, Note, PeopleOutcome, PeopleRefusal, PeopleRequest, Row, RowError, Rows, Sql, Turn, Value,
    },
};

/// The writer's connection inside of a batch's transaction. Nothing here ever waits.
struct Here<'a>(&'a Connection);

impl SqliteBackend {
    pub(super) fn people(
        &mut self,
        request: &PeopleRequest,
    ) -> rusqlite::Result<Result<PeopleOutcome, PeopleRefusal>> {
        let outcome = at_once(people::decide(&Here(&self.connection), request))?;
        if let Ok(PeopleOutcome::Imported(imported)) = &outcome {
            imported.keys.iter().for_each(|&key| self.lots.forget(key));
        }
        Ok(outcome)
    }

    pub(super) fn append(&self, note: &Note) -> rusqlite::Result<()> {
        at_once(people::append(&Here(&self.connection), note))
    }
}

/// Each await in it is on a call that has returned already.
fn at_once<T>(work: impl Future<Output = rusqlite::Result<T>>) -> rusqlite::Result<T> {
    work.now_or_never().unwrap_or(Err(rusqlite::Error::InvalidQuery))
}

impl Rows for Here<'_> {
    type Error = rusqlite::Error;

    async fn rows(&self, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
        rows(self.0, sql, values)
    }
}

impl Sql for Here<'_> {
    async fn execute(&self, sql: &str, values: &[Value]) -> rusqlite::Result<u64> {
        let changed = self
            .0
            .prepare_cached(sql)?
            .execute(params_from_iter(values.iter().map(Bound)))?;
        Ok(changed as u64)
    }

    /// There is one writer.
    async fn wait_turn(&self, _turn: Turn) -> rusqlite::Result<()> {
        Ok(())
    }

    /// There is one gateway.
    async fn tell_key(&self, _key: Uuid) -> rusqlite::Result<()> {
        Ok(())
    }
}

impl Rows for SqliteReader {
    type Error = LedgerError;

    async fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, LedgerError> {
        self.rows_here(sql, values)
    }
}

impl SqliteReader {
    /// On this thread, which waits for it.
    pub(in crate::ledger) fn rows_here(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, LedgerError> {
        self.with(|connection| rows(connection, sql, values))
    }
}

impl From<RowError> for LedgerError {
    fn from(error: RowError) -> Self {
        Self::Read(error.to_string())
    }
}

/// Reads on a connection that somebody else has.
pub fn rows_of(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<Row>, LedgerError> {
    rows(connection, sql, values).map_err(|error| LedgerError::Read(error.to_string()))
}

fn rows(connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
    connection
        .prepare_cached(sql)?
        .query_map(params_from_iter(values.iter().map(Bound)), read)?
        .collect()
}

fn read(row: &SqliteRow<'_>) -> rusqlite::Result<Row> {
    let columns = row.as_ref().column_count();
    (0..columns)
        .map(|column| {
            Ok(match row.get_ref(column)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
                ValueRef::Real(_) => return Err(RowError::at(column).into()),
            })
        })
        .collect::<rusqlite::Result<Vec<_>>>()
        .map(Row)
}

struct Bound<'a>(&'a Value);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Bool(flag) => ValueRef::Integer(i64::from(*flag)),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Id(id) => ValueRef::Blob(id.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use protocol::MemberId;

    use super::*;
    use crate::{
        clock::new_id,
        ledger::{Part, Reader, ReportedBy},
    };

    /// What scans rows, all of it.
    async fn scan(reader: &Reader) -> Result<(), LedgerError> {
        let (people, member) = (reader.people(), MemberId::from_uuid(new_id()));
        people.profiles().await?;
        people.public_days().await?;
        people.days_of(member).await?;
        people.parts_of(member, Part::Model).await?;
        people.machines(member).await?;
        people.sent_days(member, None, None).await?;
        people.reported(ReportedBy::Anybody).await.map(drop)
    }

    /// Requests to models look things up on the shared connection, and pass answers on meanwhile.
    #[test]
    fn who_scans_does_not_wait_for_the_shared_connection_and_nobody_waits_for_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway.db");
        let _writer = SqliteBackend::open(&path).unwrap();
        let shared = SqliteReader::open(&path).unwrap();
        let reader = Reader::Sqlite(shared.clone());
        let (done, is_done) = mpsc::channel();
        let asker = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            done.send(runtime.block_on(scan(&reader))).unwrap();
        };
        let taken = |_: &Connection| {
            thread::spawn(asker);
            Ok(is_done.recv_timeout(Duration::from_secs(20)))
        };
        let scanned = shared.with(taken).unwrap();
        scanned.expect("it needs the shared connection").unwrap();
    }
}
