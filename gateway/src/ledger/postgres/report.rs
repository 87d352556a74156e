//! Reading for reports.

use futures_util::TryStreamExt;
use protocol::{RequestId, api::UsageDetail};
use tokio_postgres::{Error, types::ToSql};

use super::reads::{LONG, PostgresReader, read};
use crate::{
    ledger::{
        LedgerError,
        reader::Moved,
        report_rows::{self, ALLOCATED_COLUMNS, LAST_REQUESTS, LINE_COLUMNS, MOVED_COLUMNS},
    },
    report::Line,
};

impl PostgresReader {
    /// Shows rows after one request and before another one, in their order.
    pub async fn lines(
        &self,
        (after, before): (RequestId, RequestId),
        limit: usize,
        mut show: impl FnMut(Line),
    ) -> Result<(), LedgerError> {
        let _turn = self.turn().await;
        let client = self.connect().await?;
        let sql =
            format!("{LINE_COLUMNS} WHERE request_id > $1 AND request_id < $2 ORDER BY request_id LIMIT $3");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values: [&(dyn ToSql + Sync); 3] = [after.as_uuid(), before.as_uuid(), &limit];
        let all = async {
            let mut found = std::pin::pin!(client.query_raw(&sql, values).await?);
            while let Some(row) = found.try_next().await? {
                show(report_rows::line(&row)?);
            }
            Ok::<_, Error>(())
        };
        tokio::time::timeout(LONG, all)
            .await
            .map_err(|_| LedgerError::Unreachable("it did not answer in time".into()))?
            .map_err(read)
    }

    /// The oldest request that is not settled.
    pub async fn first_pending(&self) -> Result<Option<RequestId>, LedgerError> {
        let sql = "SELECT request_id FROM hold ORDER BY request_id LIMIT 1";
        let found = self.all(sql, &[], |row| row.try_get(0).map(RequestId::from_uuid));
        Ok(found.await?.pop())
    }

    /// The highest id of a request, settled or not.
    pub async fn last_request(&self) -> Result<Option<RequestId>, LedgerError> {
        let found = self.all(LAST_REQUESTS, &[], |row| row.try_get(0).map(RequestId::from_uuid));
        Ok(found.await?.into_iter().max())
    }

    /// One request.
    pub async fn usage_row(
        &self,
        request: RequestId,
    ) -> Result<Option<(UsageDetail, Option<i64>)>, LedgerError> {
        let sql = format!("{} WHERE request_id = $1", report_rows::detail_columns());
        Ok(self
            .all(&sql, &[request.as_uuid()], report_rows::detail)
            .await?
            .pop())
    }

    /// Credit that moved since a moment.
    pub async fn moves(&self, since: i64) -> Result<Vec<Moved>, LedgerError> {
        let own = format!("{MOVED_COLUMNS} WHERE at >= $1");
        let to = format!("{ALLOCATED_COLUMNS} WHERE at >= $1 AND to_key_id IS NOT NULL");
        let mut moves = self.all(&own, &[&since], report_rows::moved).await?;
        moves.extend(self.all(&to, &[&since], report_rows::allocated).await?);
        Ok(moves)
    }
}
