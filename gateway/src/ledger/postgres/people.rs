//! The statements of members and of the audit log, as PostgreSQL runs them.

use bytes::BytesMut;
use tokio_postgres::{
    Client, Row as PostgresRow,
    types::{IsNull, ToSql, Type, to_sql_checked},
};
use uuid::Uuid;

use super::{
    PostgresReader,
    change::Change,
    cold::tell,
    failure::Failure,
    reads::{LONG, read as unread},
};
use crate::ledger::{
    LedgerError,
    people::{Row, RowError, Rows, Sql, Turn, Value},
};

/// Any two numbers that nobody else uses.
const MEMBERS_TURN: i64 = 0x746f_6b65_6e74_0001;
const AUDIT_TURN: i64 = 0x746f_6b65_6e74_0002;

/// A transaction of the writer.
pub(super) struct Transaction<'a>(pub &'a Client);

impl From<RowError> for Failure {
    fn from(error: RowError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl Rows for Transaction<'_> {
    type Error = Failure;

    async fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Failure> {
        let found = self.0.query(&numbered(sql), &as_parameters(values)).await?;
        let rows: Result<Vec<Row>, RowError> = found.iter().map(read).collect();
        Ok(rows?)
    }
}

impl Sql for Transaction<'_> {
    async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, Failure> {
        Ok(self.0.execute(&numbered(sql), &as_parameters(values)).await?)
    }

    async fn wait_turn(&self, turn: Turn) -> Result<(), Failure> {
        let number = match turn {
            Turn::Members => MEMBERS_TURN,
            Turn::Audit => AUDIT_TURN,
        };
        self.0
            .execute("SELECT pg_advisory_xact_lock($1)", &[&number])
            .await?;
        Ok(())
    }

    async fn tell_key(&self, key: Uuid) -> Result<(), Failure> {
        tell(self.0, Change::Key(protocol::KeyId::from_uuid(key))).await
    }
}

impl Rows for PostgresReader {
    type Error = LedgerError;

    async fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, LedgerError> {
        let found = self.rows_of(&numbered(sql), &as_parameters(values)).await?;
        let rows: Result<Vec<Row>, RowError> = found.iter().map(read).collect();
        Ok(rows?)
    }
}

impl PostgresReader {
    /// What takes its time, on a connection of its own.
    pub(in crate::ledger) async fn long_rows(
        &self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, LedgerError> {
        let found = self.long(&numbered(sql), &as_parameters(values)).await?;
        let rows: Result<Vec<Row>, RowError> = found.iter().map(read).collect();
        Ok(rows?)
    }
}

/// Reads on a connection that somebody else has.
pub async fn rows_of(client: &Client, sql: &str, values: &[Value]) -> Result<Vec<Row>, LedgerError> {
    let (sql, values) = (numbered(sql), as_parameters(values));
    let found = tokio::time::timeout(LONG, client.query(&sql, &values)).await;
    let found = found.map_err(|_| LedgerError::Unreachable("it did not answer in time".into()))?;
    let rows: Result<Vec<Row>, RowError> = found.map_err(unread)?.iter().map(read).collect();
    Ok(rows?)
}

/// No statement of ours has a question mark in a text.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$")
}

fn as_parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

fn read(row: &PostgresRow) -> Result<Row, RowError> {
    let value = |(column, kind): (usize, &Type)| {
        let wrong = |_| RowError::at(column);
        Ok(match *kind {
            Type::UUID => row
                .try_get::<_, Option<Uuid>>(column)
                .map_err(wrong)?
                .map_or(Value::Null, Value::Id),
            Type::BYTEA => row
                .try_get::<_, Option<Vec<u8>>>(column)
                .map_err(wrong)?
                .map_or(Value::Null, Value::Bytes),
            Type::INT8 => row
                .try_get::<_, Option<i64>>(column)
                .map_err(wrong)?
                .map_or(Value::Null, Value::Int),
            _ => row
                .try_get::<_, Option<String>>(column)
                .map_err(wrong)?
                .map_or(Value::Null, Value::Text),
        })
    };
    let kinds = row.columns().iter().map(|column| column.type_());
    kinds
        .enumerate()
        .map(value)
        .collect::<Result<Vec<_>, _>>()
        .map(Row)
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => number.to_sql_checked(kind, out),
            Self::Bool(flag) => flag.to_sql_checked(kind, out),
            Self::Text(text) => text.to_sql_checked(kind, out),
            Self::Id(id) => id.to_sql_checked(kind, out),
            Self::Bytes(bytes) => bytes.to_sql_checked(kind, out),
        }
    }

    /// Nothing fits every kind of column; what does not is refused above.
    fn accepts(_kind: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
