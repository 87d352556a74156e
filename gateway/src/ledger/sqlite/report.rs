//! Reading for reports.

use protocol::{RequestId, api::UsageDetail};
use rusqlite::{OptionalExtension, params};

use super::SqliteReader;
use crate::{
    ledger::{
        LedgerError,
        reader::Moved,
        report_rows::{self, ALLOCATED_COLUMNS, LAST_REQUESTS, LINE_COLUMNS, MOVED_COLUMNS},
    },
    report::Line,
};

impl SqliteReader {
    /// Shows rows after one request and before another one, in their order.
    pub fn lines(
        &self,
        (after, before): (RequestId, RequestId),
        limit: usize,
        mut show: impl FnMut(Line),
    ) -> Result<(), LedgerError> {
        let sql =
            format!("{LINE_COLUMNS} WHERE request_id > ?1 AND request_id < ?2 ORDER BY request_id LIMIT ?3");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.with(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params![after.as_bytes(), before.as_bytes(), limit])?;
            while let Some(row) = rows.next()? {
                show(report_rows::line(row)?);
            }
            Ok(())
        })
    }

    /// The oldest request that is not settled.
    pub fn first_pending(&self) -> Result<Option<RequestId>, LedgerError> {
        let sql = "SELECT request_id FROM hold ORDER BY request_id LIMIT 1";
        self.with(|connection| {
            connection
                .prepare_cached(sql)?
                .query_row([], |row| Ok(RequestId::from_bytes(row.get(0)?)))
                .optional()
        })
    }

    /// The highest id of a request, settled or not.
    pub fn last_request(&self) -> Result<Option<RequestId>, LedgerError> {
        self.with(|connection| {
            let mut statement = connection.prepare(LAST_REQUESTS)?;
            let mut found = None;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                found = found.max(Some(RequestId::from_bytes(row.get(0)?)));
            }
            Ok(found)
        })
    }

    /// One request.
    pub fn usage_row(&self, request: RequestId) -> Result<Option<(UsageDetail, Option<i64>)>, LedgerError> {
        let sql = format!("{} WHERE request_id = ?1", report_rows::detail_columns());
        self.with(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_row([request.as_bytes()], |row| report_rows::detail(row))
                .optional()
        })
    }

    /// Credit that moved since a moment.
    pub fn moves(&self, since: i64) -> Result<Vec<Moved>, LedgerError> {
        self.with(|connection| {
            let own = format!("{MOVED_COLUMNS} WHERE at >= ?1");
            let mut statement = connection.prepare_cached(&own)?;
            let own = statement.query_map([since], |row| report_rows::moved(row))?;
            let to = format!("{ALLOCATED_COLUMNS} WHERE at >= ?1 AND to_key_id IS NOT NULL");
            let mut statement = connection.prepare_cached(&to)?;
            own.chain(statement.query_map([since], |row| report_rows::allocated(row))?)
                .collect()
        })
    }
}
