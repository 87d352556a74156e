//! Reading the audit log, and recounting it.

use std::collections::BTreeSet;

use protocol::api::{AuditActor, AuditEntry, AuditList, AuditQuery, AuditReport};

use super::{
    audit::{COLUMNS, Line},
    erase,
    sql::{Rows, Value},
};
use crate::clock::timestamp;

const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 500;
/// Lines that a recount has in memory at once.
const RECOUNT_PAGE: i64 = 1_000;
/// More differences than this say nothing new.
const DIFFERENCES_MAX: usize = 100;

pub(super) async fn list<S: Rows>(db: &S, query: &AuditQuery) -> Result<AuditList, S::Error> {
    let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX) as usize;
    let (conditions, mut values) = conditions(query);
    values.push(Value::Int(limit as i64 + 1));
    let at = values.len();
    let sql = format!("{COLUMNS} WHERE {conditions} ORDER BY number DESC LIMIT ?{at}");
    let mut lines = Vec::new();
    for row in db.rows(&sql, &values).await? {
        lines.push(Line::read(&row)?);
    }
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines
        .last()
        .filter(|_| more)
        .map(|line| line.number.unsigned_abs());
    Ok(AuditList {
        entries: lines.into_iter().map(entry).collect(),
        next,
    })
}

/// What the query asks for, as SQL with its values by number.
fn conditions(query: &AuditQuery) -> (String, Vec<Value>) {
    let mut texts = vec!["1 = 1".to_owned()];
    let mut values = Vec::new();
    let mut with = |text: &str, value: Value| {
        values.push(value);
        texts.push(text.replace("?N", &format!("?{}", values.len())));
    };
    if let Some(before) = query.before {
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        with("number < ?N", before.into());
    }
    if let Some(actor) = &query.actor {
        with("(actor_id = ?N OR actor_kind = ?N)", actor.into());
    }
    if let Some(action) = &query.action {
        with(
            "(action = ?N OR substr(action, 1, length(?N) + 1) = ?N || '.')",
            action.into(),
        );
    }
    if let Some(target) = &query.target {
        with("target = ?N", target.into());
    }
    if let Some(since) = query.since {
        with("at >= ?N", since.as_millisecond().into());
    }
    if let Some(until) = query.until {
        with("at < ?N", until.as_millisecond().into());
    }
    (texts.join(" AND "), values)
}

fn entry(line: Line) -> AuditEntry {
    let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    let erased = line.is_emptied();
    AuditEntry {
        erased,
        number: line.number.unsigned_abs(),
        id: line.id,
        at: timestamp(line.at),
        actor: AuditActor {
            kind: line.actor_kind,
            id: line.actor_id,
            name: line.actor_name,
        },
        action: line.action,
        target: line.target,
        before: json(line.was),
        after: json(line.became),
        request_id: line.request_id,
        peer: line.peer,
        hash: hex(&line.hash),
    }
}

/// Reads the whole log from its first line on, and works every hash out anew.
pub(super) async fn verify<S: Rows>(db: &S) -> Result<AuditReport, S::Error> {
    let mut report = AuditReport {
        entries: 0,
        head: None,
        differences: Vec::new(),
    };
    let (mut number, mut before) = (0, Vec::new());
    // Lines without their names, until a later one says that it took them out.
    let mut emptied = BTreeSet::new();
    let sql = format!("{COLUMNS} WHERE number > ?1 ORDER BY number LIMIT ?2");
    loop {
        let rows = db.rows(&sql, &[number.into(), RECOUNT_PAGE.into()]).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let Ok(line) = Line::read(&row) else {
                let text = format!("the line after line {number} does not have the form of one");
                report.differences.push(text);
                return Ok(report);
            };
            let mut differs = |text: String| {
                if report.differences.len() < DIFFERENCES_MAX {
                    report.differences.push(text);
                }
            };
            if line.number != number + 1 {
                differs(format!("lines {} to {} are missing", number + 1, line.number - 1));
            }
            if !line.has_its_parts() {
                differs(format!("line {} does not name what was written", line.number));
            }
            if line.hash != line.hash_after(&before) {
                differs(format!(
                    "line {} or one before it is not what was written",
                    line.number
                ));
            }
            if line.is_emptied() {
                emptied.insert(line.number);
            }
            for number in erase::emptied_by(&line) {
                emptied.remove(&number);
            }
            report.entries += 1;
            (number, before) = (line.number, line.hash);
        }
        // A long log is not a reason for the streams of this thread to wait.
        tokio::task::yield_now().await;
    }
    let unexplained = emptied.into_iter().take(DIFFERENCES_MAX);
    let text = |number| format!("line {number} was emptied, and no erasure says so");
    report.differences.extend(unexplained.map(text));
    report.head = (!before.is_empty()).then(|| hex(&before));
    Ok(report)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
