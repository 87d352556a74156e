//! Everything as a file.

use std::{io, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, header};
use jiff::Timestamp;
use protocol::{
    Code, Problem,
    api::{ErrorBody, ExportFormat, ExportQuery},
};
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    Answer,
    access::{About, Caller},
    members,
};
use crate::{
    export::{self, Asked},
    ledger::{Note, TABLES, Table},
    report::Days,
    state::{Gateway, internal},
};

/// What stands for all tables.
const EVERYTHING: &str = "everything";

/// All that the gateway keeps, or one table of it: `members`, `invitations`, `sessions`, `tokens`, `passkeys`, `identities`, `teams`, `keys`,
/// `allowances`, `devices`, `deviceNetworks`, `alerts`, `entries`, `usage`, `reported`, `profiles`, `machines`, `sentDays`,
/// `bills`, `providers`, `audit`, or `everything`. One moment of the database, as a stream. No secret is in it.
#[utoipa::path(
    get, path = "/api/v1/exports/{table}", params(("table" = String, Path, example = "usage"), ExportQuery), tag = "data",
    responses(
        (status = 200, description = "The file", content((String = "text/csv"), (Object = "application/json"), (String = "application/x-ndjson"), (Vec<u8> = "application/zip"))),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)
    )
)]
pub async fn table(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Answer<Response> {
    let format = format(query)?;
    let table = match name.as_str() {
        EVERYTHING => None,
        name => Some(Table::named(name).ok_or_else(no_table)?),
    };
    let asked = Asked {
        table,
        of: None,
        format,
    };
    let note = caller
        .note("data.export")
        .after(json!({ "tables": name, "format": format }));
    file(&gateway, asked, &name, note).await
}

fn no_table() -> Problem {
    let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    Problem::new(Code::NotFound, "There is no such table.")
        .with_hint(format!("Tables are {EVERYTHING}, {}.", names.join(", ")))
}

/// What the gateway keeps of one person: their own, or anybody's for owners and admins.
#[utoipa::path(
    get, path = "/api/v1/members/{id}/export", params(("id" = String, Path), ExportQuery), tag = "data",
    responses(
        (status = 200, description = "The file", content((Object = "application/json"), (String = "application/x-ndjson"), (Vec<u8> = "application/zip"))),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)
    )
)]
pub async fn member(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Answer<Response> {
    let format = format(query)?;
    let member = members::reachable(&gateway, &caller, &id).await?;
    let asked = Asked {
        table: None,
        of: Some(member.id),
        format,
    };
    let note = caller
        .note("member.export")
        .target("member", member.id)
        .after(json!({ "format": format }));
    file(&gateway, asked, "member", note).await
}

fn format(query: Result<Query<ExportQuery>, QueryRejection>) -> Result<ExportFormat, Problem> {
    let Query(query) =
        query.map_err(|_| Problem::new(Code::InvalidRequest, "format is csv, json or ndjson."))?;
    Ok(query.format)
}

async fn file(gateway: &Arc<Gateway>, asked: Asked, name: &str, note: Note) -> Answer<Response> {
    let place = Arc::clone(&gateway.exports).try_acquire_owned();
    let busy = |_| Problem::new(Code::RateLimited, "Other exports are running.");
    let place = place.map_err(busy)?;
    // Who took everything is in the log before anything leaves.
    gateway.note_people(note).await?;
    let snapshot = gateway.reader.snapshot().await.map_err(internal)?;
    let parts = export::stream(gateway, snapshot, asked, place);
    let today = Days::today(&gateway.settings.zone(), Timestamp::now());
    let disposition = format!(
        "attachment; filename=\"token-tracker-{name}-{today}.{}\"",
        asked.extension()
    );
    let mut response = Body::from_stream(stream::unfold(parts, next)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asked.content_type()),
    );
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

type Parts = mpsc::Receiver<io::Result<Bytes>>;

async fn next(mut parts: Parts) -> Option<(io::Result<Bytes>, Parts)> {
    let part = parts.recv().await?;
    Some((part, parts))
}
