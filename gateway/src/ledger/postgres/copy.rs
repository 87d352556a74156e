//! Moving a ledger from a file into PostgreSQL: every row, in one transaction, recounted before it
//! is committed. Nothing is worked out anew, so nothing can come out differently.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, types::ValueRef};
use tokio_postgres::{
    Client,
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};
use uuid::Uuid;

use super::{DatabaseUrl, connect::unreachable, open, reads::read, verify};
use crate::ledger::{LedgerError, Report, Secret};

/// In an order in which each row's owner is there before it.
const TABLES: &[&str] = &[
    "account",
    "token_key",
    "device",
    "device_address",
    "price",
    "hold",
    "client_request",
    "usage",
    "usage_past",
    "entry",
    "allowance",
    "answered",
    "idempotent",
    "member",
    "team",
    "profile",
    "submission_window",
    "submitted_machine",
    "submitted_day",
    "session",
    "link",
    "personal_token",
    "passkey",
    "identity",
    "audit",
    "alert",
    "alert_delivery",
    "alert_rule",
    "alert_setting",
    "alert_channel",
    "failing_upstream",
    "reported",
    "reported_count",
    "upstream_secret",
    "gateway_setting",
    "billed_day",
    "billed",
];

/// What was moved.
#[derive(Clone, Debug)]
pub struct Moved {
    pub rows: u64,
    pub report: Report,
}

/// Copies the file's ledger into an empty database. Pending holds come along, and are settled on
/// their marks by the first gateway that starts there.
pub async fn copy_in(file: &Path, url: &DatabaseUrl) -> Result<Moved, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(file, flags).map_err(from_file)?;
    // One snapshot for all tables.
    source.execute_batch("BEGIN").map_err(from_file)?;
    let client = url.connect().await?;
    open::migrate(&client).await?;
    client
        .batch_execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
        .await
        .map_err(unreachable)?;
    if !is_empty(&client).await.map_err(read)? {
        return Err(LedgerError::Open(
            "the database has a ledger already; name an empty one".into(),
        ));
    }
    let mut rows = 0;
    for table in TABLES {
        rows += copy_table(&source, &client, table).await?;
    }
    copy_meta(&source, &client).await?;
    let report = verify::recount(&client).await.map_err(read)?;
    if let Some(difference) = report.differences.first() {
        return Err(LedgerError::Open(format!(
            "the ledger does not add up, and stays where it is: {difference}"
        )));
    }
    client.batch_execute("COMMIT").await.map_err(unreachable)?;
    Ok(Moved { rows, report })
}

async fn is_empty(client: &Client) -> Result<bool, tokio_postgres::Error> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM account) AND NOT EXISTS (SELECT 1 FROM upstream_secret)
                      AND NOT EXISTS (SELECT 1 FROM meta WHERE name = 'pepper')";
    client.query_one(sql, &[]).await?.try_get(0)
}

struct Column {
    name: String,
    kind: Type,
}

async fn columns(client: &Client, table: &str) -> Result<Vec<Column>, tokio_postgres::Error> {
    let statement = client.prepare(&format!("SELECT * FROM {table}")).await?;
    let columns = statement.columns().iter().map(|column| Column {
        name: column.name().to_owned(),
        kind: column.type_().clone(),
    });
    Ok(columns.collect())
}

async fn copy_table(source: &Connection, client: &Client, table: &str) -> Result<u64, LedgerError> {
    let columns = columns(client, table).await.map_err(read)?;
    let names: Vec<_> = columns
        .iter()
        .map(|column| source_of(table, &column.name))
        .collect();
    let kinds: Vec<_> = columns.iter().map(|column| column.kind.clone()).collect();
    let copy = format!("COPY {table} FROM STDIN BINARY");
    let sink = client.copy_in(&copy).await.map_err(read)?;
    let mut writer = Box::pin(BinaryCopyInWriter::new(sink, &kinds));
    let mut statement = source
        .prepare(&format!("SELECT {} FROM {table}", names.join(", ")))
        .map_err(from_file)?;
    let mut found = statement.query([]).map_err(from_file)?;
    let mut count = 0;
    while let Some(row) = found.next().map_err(from_file)? {
        let mut values: Vec<Box<dyn ToSql + Sync + Send>> = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            let value = row.get_ref(at).map_err(from_file)?;
            values.push(convert(value, &column.kind).ok_or_else(|| {
                LedgerError::Read(format!("{table}.{} has a value of another kind", column.name))
            })?);
        }
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as _).collect();
        writer.as_mut().write(&values).await.map_err(read)?;
        count += 1;
    }
    let copied = writer.as_mut().finish().await.map_err(read)?;
    if copied != count {
        return Err(LedgerError::Open(format!(
            "{count} rows of {table} became {copied}"
        )));
    }
    Ok(copied)
}

/// A gateway with its ledger in a file has no name; its pending holds belong to nobody who is
/// still there.
fn source_of<'a>(table: &str, column: &'a str) -> &'a str {
    match (table, column) {
        ("hold", "node") => "zeroblob(16)",
        _ => column,
    }
}

fn convert(value: ValueRef<'_>, kind: &Type) -> Option<Box<dyn ToSql + Sync + Send>> {
    Some(match (value, kind) {
        (ValueRef::Null, &Type::TEXT) => Box::new(None::<String>),
        (ValueRef::Null, &Type::INT8) => Box::new(None::<i64>),
        (ValueRef::Null, &Type::UUID) => Box::new(None::<Uuid>),
        (ValueRef::Null, &Type::BYTEA) => Box::new(None::<Vec<u8>>),
        (ValueRef::Integer(number), &Type::INT8) => Box::new(number),
        (ValueRef::Integer(number), &Type::INT2) => Box::new(i16::try_from(number).ok()?),
        (ValueRef::Integer(number), &Type::BOOL) => Box::new(number != 0),
        // A file keeps a NUL, which PostgreSQL does not.
        (ValueRef::Text(text), &Type::TEXT) => Box::new(std::str::from_utf8(text).ok()?.replace('\0', "")),
        (ValueRef::Blob(bytes), &Type::UUID) => Box::new(Uuid::from_slice(bytes).ok()?),
        (ValueRef::Blob(bytes), &Type::BYTEA) => Box::new(bytes.to_vec()),
        _ => return None,
    })
}

/// What `meta` says of the ledger and not of its file. One of an older version says less.
async fn copy_meta(source: &Connection, client: &Client) -> Result<(), LedgerError> {
    // Which secret files belong to it, how far usage rows went, and how often rows came in.
    let names = [
        Secret::Pepper.as_str(),
        Secret::KeyEncryptionKey.as_str(),
        "usage_kept_from",
        "usage_past",
        "imports",
    ];
    for name in names {
        let sql = "SELECT value FROM meta WHERE name = ?1";
        let value = source
            .query_row(sql, [name], |row| row.get::<_, i64>(0))
            .optional();
        if let Some(value) = value.map_err(from_file)? {
            let sql = "INSERT INTO meta VALUES ($1, $2)";
            client.execute(sql, &[&name, &value]).await.map_err(read)?;
        }
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that map_err wants")]
fn from_file(error: rusqlite::Error) -> LedgerError {
    LedgerError::Read(error.to_string())
}
