//! One row of a file: what it says, or what is wrong with it.

use std::collections::HashMap;

use csv::ByteRecord;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use protocol::{DeviceId, KeyId, MemberId, Money, RequestId, RequestKind, TokenUsage};
use ring::digest;
use uuid::Uuid;

use super::columns::{Columns, shown};
use crate::{ledger::ImportRow, report::first_id_at};

const DAY_MS: i64 = 86_400_000;
/// 1 January 2000: nobody paid for tokens before.
const EARLIEST_MS: i64 = 946_684_800_000;
/// A million dollars for one request is a mistake.
const COST_MAX: i64 = 1_000_000 * 1_000_000_000;
const TEXT_BYTES_MAX: usize = 512;
/// Rows without an id of their own that are told apart by how many the same came before.
const SAME_MAX: usize = 1_000_000;

/// What is wrong with a row.
pub struct Fault {
    pub column: Option<&'static str>,
    pub message: String,
}

fn fault<T>(column: &'static str, message: String) -> Result<T, Fault> {
    Err(Fault {
        column: Some(column),
        message,
    })
}

pub struct Reading {
    columns: Columns,
    now: i64,
    /// How often a row without an id came.
    same: HashMap<[u8; 16], u32>,
}

impl Reading {
    pub fn new(columns: Columns, now: i64) -> Self {
        Self {
            columns,
            now,
            same: HashMap::new(),
        }
    }

    pub fn row(&mut self, row: &ByteRecord) -> Result<ImportRow, Fault> {
        let at = self.at(row)?;
        let cost = self.cost(row)?;
        let held = self.money(row, "heldNanoUsd")?.unwrap_or(cost);
        if held < cost {
            return fault("heldNanoUsd", "less was held than it cost".into());
        }
        let model = self.needed(row, "model")?;
        let key_label = self.text(row, "keyLabel")?;
        let key = self.id(row, "keyId", key_label.as_deref().unwrap_or("Imported usage"))?;
        let device_name = self.text(row, "deviceName")?;
        let device_seed = format!("{key} {}", device_name.as_deref().unwrap_or("Imported"));
        let member = self.text(row, "memberId")?;
        Ok(ImportRow {
            request: self.request(row, at)?,
            at,
            key: KeyId::from_uuid(key),
            key_label,
            // Somebody of another gateway is nobody here.
            member: member.and_then(|id| id.parse::<MemberId>().ok()),
            device: DeviceId::from_uuid(self.id(row, "deviceId", &device_seed)?),
            device_name,
            kind: self.kind(row)?,
            upstream: self.text(row, "upstream")?.unwrap_or_else(|| "imported".into()),
            upstream_model: self.text(row, "upstreamModel")?.unwrap_or_else(|| model.clone()),
            model,
            provider_response_id: self.text(row, "providerResponseId")?,
            usage: self.usage(row)?,
            held,
            cost,
            variance: self.money(row, "varianceNanoUsd")?.unwrap_or(Money::ZERO),
            estimated: self.flag(row, "estimated")?,
            orphan: self.flag(row, "orphan")?,
            repository: self.text(row, "repository")?,
            branch: self.text(row, "branch")?,
            language: self.text(row, "language")?,
            client_request_id: self.text(row, "clientRequestId")?,
            latency_ms: self.count(row, "latencyMs")?,
            price_version: self.text(row, "priceVersion")?,
            multiplier: self.multiplier(row)?,
        })
    }

    /// A cell without the apostrophe that keeps spreadsheets from taking it for a formula.
    fn text(&self, row: &ByteRecord, column: &'static str) -> Result<Option<String>, Fault> {
        let Some(cell) = self.columns.cell(row, column) else {
            return Ok(None);
        };
        let Ok(text) = std::str::from_utf8(cell) else {
            return fault(column, "it is not UTF-8".into());
        };
        if text.len() > TEXT_BYTES_MAX {
            return fault(column, format!("it has more than {TEXT_BYTES_MAX} bytes"));
        }
        if text.contains(char::is_control) {
            return fault(column, "it has a control character".into());
        }
        let text = text.strip_prefix('\'').unwrap_or(text);
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    fn needed(&self, row: &ByteRecord, column: &'static str) -> Result<String, Fault> {
        match self.text(row, column)? {
            Some(text) => Ok(text),
            None => fault(column, "it is empty".into()),
        }
    }

    /// A moment, or the first one of a day (UTC).
    fn at(&self, row: &ByteRecord) -> Result<i64, Fault> {
        let text = self.needed(row, "at")?;
        let at = text.parse::<Timestamp>().ok().or_else(|| {
            let day: Date = text.parse().ok()?;
            TimeZone::UTC.to_timestamp(day.into()).ok()
        });
        let Some(at) = at.map(Timestamp::as_millisecond) else {
            return fault(
                "at",
                format!(
                    "\"{}\" is no moment such as 2026-11-08T09:30:00Z, and no day",
                    shown(&text)
                ),
            );
        };
        if !(EARLIEST_MS..=self.now + DAY_MS).contains(&at) {
            return fault("at", format!("{} is not between 2000 and tomorrow", shown(&text)));
        }
        Ok(at)
    }

    fn cost(&self, row: &ByteRecord) -> Result<Money, Fault> {
        if let Some(cost) = self.money(row, "costNanoUsd")? {
            return Ok(cost);
        }
        let Some(text) = self.text(row, "costUsd")? else {
            return fault("costNanoUsd", "it is empty".into());
        };
        let usd = Money::parse_usd(text.trim_start_matches('$'));
        match usd.ok().filter(|cost| (0..=COST_MAX).contains(&cost.nano_usd())) {
            Some(cost) => Ok(cost),
            None => fault(
                "costUsd",
                format!(
                    "\"{}\" is no amount such as 0.0125, up to a million",
                    shown(&text)
                ),
            ),
        }
    }

    fn money(&self, row: &ByteRecord, column: &'static str) -> Result<Option<Money>, Fault> {
        let Some(text) = self.text(row, column)? else {
            return Ok(None);
        };
        match text
            .parse::<i64>()
            .ok()
            .filter(|nano| (0..=COST_MAX).contains(nano))
        {
            Some(nano) => Ok(Some(Money::from_nano_usd(nano))),
            None => fault(
                column,
                format!(
                    "\"{}\" is no whole number of nano-USD, up to a million dollars",
                    shown(&text)
                ),
            ),
        }
    }

    fn count(&self, row: &ByteRecord, column: &'static str) -> Result<u64, Fault> {
        let Some(text) = self.text(row, column)? else {
            return Ok(0);
        };
        match text.parse::<u32>() {
            Ok(count) => Ok(count.into()),
            Err(_) => fault(column, format!("\"{}\" is no count", shown(&text))),
        }
    }

    fn multiplier(&self, row: &ByteRecord) -> Result<Option<i64>, Fault> {
        let count = self.count(row, "multiplierMillionths")?;
        Ok((count > 0).then(|| i64::try_from(count).unwrap_or(i64::MAX)))
    }

    fn usage(&self, row: &ByteRecord) -> Result<TokenUsage, Fault> {
        Ok(TokenUsage {
            input_tokens: self.count(row, "inputTokens")?,
            output_tokens: self.count(row, "outputTokens")?,
            cache_read_tokens: self.count(row, "cacheReadTokens")?,
            cache_write_tokens: self.count(row, "cacheWriteTokens")?,
            reasoning_tokens: self.count(row, "reasoningTokens")?,
        })
    }

    fn flag(&self, row: &ByteRecord, column: &'static str) -> Result<bool, Fault> {
        match self.text(row, column)?.as_deref() {
            None | Some("false" | "no" | "0" | "FALSE") => Ok(false),
            Some("true" | "yes" | "1" | "TRUE") => Ok(true),
            Some(other) => fault(column, format!("\"{}\" is neither true nor false", shown(other))),
        }
    }

    fn kind(&self, row: &ByteRecord) -> Result<RequestKind, Fault> {
        let Some(text) = self.text(row, "kind")? else {
            return Ok(RequestKind::Chat);
        };
        match text.parse() {
            Ok(kind) => Ok(kind),
            Err(_) => fault(
                "kind",
                format!("\"{}\" is neither completion, chat nor embedding", shown(&text)),
            ),
        }
    }

    /// The id in the column; a text that is none stands for one, and so does what is said instead.
    fn id(&self, row: &ByteRecord, column: &'static str, instead: &str) -> Result<Uuid, Fault> {
        Ok(match self.text(row, column)? {
            Some(text) => text.parse().unwrap_or_else(|_| id_of(column, text.as_bytes())),
            None => id_of(column, instead.as_bytes()),
        })
    }

    /// Ids sort by time, so one that does not is made into one that does: always into the same.
    fn request(&mut self, row: &ByteRecord, at: i64) -> Result<RequestId, Fault> {
        let Some(text) = self.text(row, "requestId")? else {
            return self.without_id(row, at);
        };
        if let Ok(id) = text.parse::<RequestId>()
            && (first_id_at(at - 366 * DAY_MS)..first_id_at(at + AHEAD_MS)).contains(&id)
            && id.as_uuid().get_version_num() == 7
        {
            return Ok(id);
        }
        Ok(timed(at, &id_of("requestId", text.as_bytes())))
    }

    /// The same row in the same file has the same id each time it is imported; of rows that are
    /// the same, each has another one.
    fn without_id(&mut self, row: &ByteRecord, at: i64) -> Result<RequestId, Fault> {
        let mut whole = Vec::new();
        for cell in row {
            whole.extend_from_slice(cell);
            whole.push(0x1f);
        }
        let digest = id_of("row", &whole);
        if self.same.len() >= SAME_MAX && !self.same.contains_key(digest.as_bytes()) {
            return fault(
                "requestId",
                format!("a file with more than {SAME_MAX} rows needs this column"),
            );
        }
        let before = self.same.entry(*digest.as_bytes()).or_default();
        *before += 1;
        Ok(timed(at, &id_of("row", format!("{digest} {before}").as_bytes())))
    }
}

/// An id that nobody else makes: of the form for what is worked out from a name (version 8).
fn id_of(what: &str, name: &[u8]) -> Uuid {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(format!("import {what} ").as_bytes());
    context.update(name);
    let mut bytes = [0; 16];
    let digest = context.finish();
    bytes
        .iter_mut()
        .zip(digest.as_ref())
        .for_each(|(to, from)| *to = *from);
    Uuid::new_v8(bytes)
}

/// An id of ours may be a little later than its row: it is made a moment after, and never goes back
/// where a clock does.
const AHEAD_MS: i64 = 60_000;

fn timed(at: i64, id: &Uuid) -> RequestId {
    let mut bytes = *id.as_bytes();
    let time = first_id_at(at);
    bytes[..6].copy_from_slice(&time.as_bytes()[..6]);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    RequestId::from_uuid(Uuid::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn read(head: &str, rows: &[&str]) -> Vec<Result<ImportRow, String>> {
        let record = |text: &str| ByteRecord::from(text.split(',').collect::<Vec<_>>());
        let columns = Columns::of(&record(head))
            .map_err(|problem| problem.to_string())
            .unwrap();
        let mut reading = Reading::new(columns, NOW);
        let read = rows.iter().map(|row| reading.row(&record(row)));
        read.map(|row| row.map_err(|fault| format!("{}: {}", fault.column.unwrap_or("-"), fault.message)))
            .collect()
    }

    #[test]
    fn a_row_says_what_is_wrong_with_it() {
        let rows = read(
            "Time,model,Cost USD,kind,input_tokens,held_nano_usd",
            &[
                "2026-01-02,a,0.5,chat,7,",
                "yesterday,a,0.5,,,",
                "2026-01-02,,0.5,,,",
                "2026-01-02,a,-1,,,",
                "2026-01-02,a,1,song,,",
                "2026-01-02,a,1,,many,",
                "2026-01-02,a,1,,,5",
                "1999-01-02,a,1,,,",
            ],
        );
        let first = rows[0].as_ref().unwrap();
        assert_eq!(
            (first.cost.nano_usd(), first.usage.input_tokens),
            (500_000_000, 7)
        );
        let faults: Vec<&str> = rows[1..]
            .iter()
            .map(|row| row.as_ref().unwrap_err().as_str())
            .collect();
        assert_eq!(
            faults,
            [
                "at: \"yesterday\" is no moment such as 2026-11-08T09:30:00Z, and no day",
                "model: it is empty",
                "costUsd: \"-1\" is no amount such as 0.0125, up to a million",
                "kind: \"song\" is neither completion, chat nor embedding",
                "inputTokens: \"many\" is no count",
                "heldNanoUsd: less was held than it cost",
                "at: 1999-01-02 is not between 2000 and tomorrow",
            ]
        );
    }

    #[test]
    fn rows_have_the_same_ids_each_time_and_each_its_own() {
        let (head, row) = ("at,model,costNanoUsd", "2026-01-02T03:04:05Z,a,5");
        let ids = || -> Vec<RequestId> {
            let rows = read(head, &[row, row, "2026-01-02T03:04:05Z,b,5"]);
            rows.into_iter().map(|row| row.unwrap().request).collect()
        };
        let [first, second, third] = ids()[..] else {
            panic!("three rows")
        };
        assert!(first != second && second != third && first != third);
        assert_eq!(ids(), [first, second, third]);
        let at = "2026-01-02T03:04:05Z"
            .parse::<Timestamp>()
            .unwrap()
            .as_millisecond();
        assert!(
            (first_id_at(at)..first_id_at(at + 1)).contains(&first),
            "ids sort by time"
        );
    }

    #[test]
    fn an_id_of_ours_stays_and_another_one_is_made_to_sort_by_time() {
        let id = |at| timed(at, first_id_at(at).as_uuid());
        let (ours, later) = (id(1_760_000_000_000), id(1_760_000_001_001));
        let rows = read(
            "requestId,at,model,costNanoUsd",
            &[
                &format!("{ours},2025-10-09T08:53:21Z,a,5"),
                &format!("{later},2025-10-09T08:53:21Z,a,5"),
                "chatcmpl-12345,2025-10-09T08:53:21Z,a,5",
                "7a4ff2f4-8d5b-4c3c-9a51-0e2f4c9b7a10,2025-10-09T08:53:21Z,a,5",
            ],
        );
        let ids: Vec<RequestId> = rows.into_iter().map(|row| row.unwrap().request).collect();
        assert_eq!(ids[..2], [ours, later]);
        assert!(ids[2..].iter().all(|id| id.as_uuid().get_version_num() == 7));
    }
}
