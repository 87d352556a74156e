use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use protocol::{Code, Problem, editor::UsageParams};
use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::{answer, read, refusal};
use crate::{session::Session, usage_log::Question};

/// Folds this device's own log; it has everything that a receipt was sent for.
pub async fn usage(session: &Arc<Session>, params: Value) -> Result<Value> {
    let params: UsageParams = read(params)?;
    let question = Question {
        since: moment(params.since.as_deref())?,
        until: moment(params.until.as_deref())?,
        zone: zone(params.time_zone.as_deref())?,
        group: params.group_by,
    };
    answer(session.usage_log.ask(question).await)
}

fn zone(name: Option<&str>) -> Result<Option<TimeZone>> {
    name.map(TimeZone::get).transpose().map_err(|_| {
        refusal(
            Problem::new(Code::InvalidRequest, "That time zone is not known.")
                .with_hint("Write one such as Europe/Berlin, or none for this machine's."),
        )
    })
}

fn moment(text: Option<&str>) -> Result<Option<Timestamp>> {
    text.map(str::parse).transpose().map_err(|_| {
        refusal(
            Problem::new(Code::InvalidRequest, "A moment could not be read.")
                .with_hint("Write it as 2026-01-31T12:00:00Z."),
        )
    })
}
