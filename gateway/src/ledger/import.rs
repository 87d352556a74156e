//! Usage from elsewhere: rows of another gateway, or of a time before this one.
//!
//! A usage row is money that a lot spent, so each chunk grants the lot exactly what its rows cost and
//! spends it in the same step: what is available stays as it was, and a recount agrees. A lot that is
//! not here is made, stopped from the start. A row that is here stays as it is, and one that is older
//! than rows are kept does not come in: whether it is among the sums of those that went, nobody can say.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use protocol::{DeviceId, KeyId, MemberId, Money, RequestId, RequestKind, TokenUsage};
use ring::digest;
use uuid::Uuid;

use super::{
    people::{PeopleOutcome, PeopleRefusal, Sql, Value, places, values},
    retention,
};
use crate::clock::new_id;

/// Rows in one statement.
const ROWS_AT_ONCE: usize = 100;

/// A usage row that somebody brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    pub request: RequestId,
    pub at: i64,
    pub key: KeyId,
    pub key_label: Option<String>,
    pub member: Option<MemberId>,
    pub device: DeviceId,
    pub device_name: Option<String>,
    pub kind: RequestKind,
    pub model: String,
    pub upstream: String,
    pub upstream_model: String,
    pub provider_response_id: Option<String>,
    pub usage: TokenUsage,
    pub held: Money,
    pub cost: Money,
    pub variance: Money,
    pub estimated: bool,
    pub orphan: bool,
    pub repository: Option<String>,
    pub branch: Option<String>,
    pub language: Option<String>,
    pub client_request_id: Option<String>,
    pub latency_ms: u64,
    pub price_version: Option<String>,
    /// The operator's factor in millionths, where it is not 1.
    pub multiplier: Option<i64>,
}

/// Rows that become durable together.
#[derive(Clone, Debug)]
pub struct ImportChunk {
    pub rows: Vec<ImportRow>,
}

/// What became of a chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub rows: u64,
    pub already_here: u64,
    /// Older than what is kept row by row.
    pub too_old: u64,
    pub cost: Money,
    /// Lots that changed or are new.
    pub keys: Vec<KeyId>,
    pub requests: HashSet<RequestId>,
    /// Which import it was, of all that there were.
    pub number: i64,
}

/// Which of these requests are here, settled or running.
pub(super) fn known_sql(count: usize) -> String {
    let places: Vec<String> = (1..=count).map(|place| format!("?{place}")).collect();
    let places = places.join(", ");
    format!(
        "SELECT request_id FROM usage WHERE request_id IN ({places})
         UNION SELECT request_id FROM hold WHERE request_id IN ({places})"
    )
}

pub(super) async fn take_in<S: Sql>(
    db: &S,
    chunk: &ImportChunk,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let unknown = unknown_rows(db, &chunk.rows).await?;
    // After the look for the rows themselves: what goes in between is not there, and is too old.
    let kept_from = retention::kept_from(db).await?;
    let (new, old): (Vec<&ImportRow>, Vec<_>) = unknown.into_iter().partition(|row| row.at >= kept_from);
    let mut imported = Imported {
        rows: new.len() as u64,
        already_here: (chunk.rows.len() - new.len() - old.len()) as u64,
        too_old: old.len() as u64,
        ..Imported::default()
    };
    if new.is_empty() {
        return Ok(Ok(PeopleOutcome::Imported(imported)));
    }
    // In the order of ids, as everywhere: so no two wait for each other.
    let mut lots: BTreeMap<KeyId, Vec<&ImportRow>> = BTreeMap::new();
    for &row in &new {
        lots.entry(row.key).or_default().push(row);
    }
    for (&key, rows) in &lots {
        let Some(cost) = add_up(rows) else {
            return Ok(Err(PeopleRefusal::Full));
        };
        if !charge(db, key, rows, cost, at).await? {
            return Ok(Err(PeopleRefusal::Full));
        }
        add_devices(db, rows, at).await?;
        imported.cost = imported.cost.saturating_add(cost);
        imported.keys.push(key);
        db.tell_key(*key.as_uuid()).await?;
    }
    for some in new.chunks(ROWS_AT_ONCE) {
        insert(db, some).await?;
    }
    // What is summed up from usage has to notice: see `report::Rollup`.
    let count = "INSERT INTO meta VALUES ('imports', 1)
                 ON CONFLICT (name) DO UPDATE SET value = meta.value + 1";
    db.execute(count, &[]).await?;
    if let Some(row) = db
        .row("SELECT value FROM meta WHERE name = 'imports'", &[])
        .await?
    {
        imported.number = row.int(0)?;
    }
    imported.requests = new.iter().map(|row| row.request).collect();
    Ok(Ok(PeopleOutcome::Imported(imported)))
}

/// Those that are not here, each once.
async fn unknown_rows<'a, S: Sql>(db: &S, rows: &'a [ImportRow]) -> Result<Vec<&'a ImportRow>, S::Error> {
    let mut known = HashSet::new();
    for some in rows.chunks(ROWS_AT_ONCE) {
        let ids: Vec<Value> = some.iter().map(|row| row.request.into()).collect();
        for row in db.rows(&known_sql(ids.len()), &ids).await? {
            known.insert(row.id(0)?);
        }
    }
    Ok(rows
        .iter()
        .filter(|row| known.insert(*row.request.as_uuid()))
        .collect())
}

fn add_up(rows: &[&ImportRow]) -> Option<Money> {
    let mut sum = 0_i64;
    for row in rows {
        sum = sum.checked_add(row.cost.nano_usd())?;
    }
    Some(Money::from_nano_usd(sum))
}

/// Grants and spends the cost on the lot, which is made where there is none; false when it is full.
async fn charge<S: Sql>(
    db: &S,
    key: KeyId,
    rows: &[&ImportRow],
    cost: Money,
    at: i64,
) -> Result<bool, S::Error> {
    let amount = cost.nano_usd();
    let sql = "SELECT granted FROM account WHERE id = ?1";
    match db.row(sql, values![key]).await? {
        Some(row) => {
            if row.int(0)?.checked_add(amount).is_none() {
                return Ok(false);
            }
            let sql = "UPDATE account SET granted = granted + ?2, spent = spent + ?2 WHERE id = ?1";
            db.execute(sql, values![key, amount]).await?;
        }
        None => make_key(db, key, rows, amount, at).await?,
    }
    if amount > 0 {
        // At the time of the first row: what the lot had on each day comes out as it was.
        let first = rows.iter().map(|row| row.at).min().unwrap_or(at);
        let sql = "INSERT INTO entry (id, at, kind, key_id, amount) VALUES (?1, ?2, 'grant', ?3, ?4)";
        db.execute(sql, values![new_id(), first, key, amount]).await?;
    }
    Ok(true)
}

/// A key that has no code: nobody can redeem it, and it takes no holds.
async fn make_key<S: Sql>(
    db: &S,
    key: KeyId,
    rows: &[&ImportRow],
    amount: i64,
    at: i64,
) -> Result<(), S::Error> {
    let sql = "INSERT INTO account (id, status, granted, spent) VALUES (?1, 1, ?2, ?2)";
    db.execute(sql, values![key, amount]).await?;
    let label = rows.iter().find_map(|row| row.key_label.clone());
    let member = rows.iter().find_map(|row| row.member);
    let devices: BTreeSet<Uuid> = rows.iter().map(|row| *row.device.as_uuid()).collect();
    let sql =
        "INSERT INTO token_key (id, mac, last4, label, devices_max, strict, redeemed, created_at, member_id)
               VALUES (?1, ?2, 'none', ?3, ?4, FALSE, TRUE, ?5,
                       (SELECT id FROM member WHERE id = ?6))";
    let label = label.unwrap_or_else(|| "Imported usage".into());
    let mac = nobodys_mac("key", key.as_uuid());
    let first = rows.iter().map(|row| row.at).min().unwrap_or(at);
    let values = values![key, mac, label, devices.len() as i64, first, member];
    db.execute(sql, values).await.map(drop)
}

/// No code and no credential has it: it is no MAC under the pepper.
fn nobodys_mac(what: &str, id: &Uuid) -> Vec<u8> {
    digest::digest(&digest::SHA256, format!("imported {what} {id}").as_bytes())
        .as_ref()
        .to_vec()
}

/// Devices that are not here are made, revoked from the start, so that reports have their names.
async fn add_devices<S: Sql>(db: &S, rows: &[&ImportRow], at: i64) -> Result<(), S::Error> {
    let mut seen = HashSet::new();
    for row in rows {
        if !seen.insert(row.device) {
            continue;
        }
        let sql = "INSERT INTO device (id, key_id, mac, last4, name, created_at, revoked_at)
                   VALUES (?1, ?2, ?3, 'none', ?4, ?5, ?6) ON CONFLICT DO NOTHING";
        let name = row.device_name.clone().unwrap_or_else(|| "Imported".into());
        let mac = nobodys_mac("device", row.device.as_uuid());
        db.execute(sql, values![row.device, row.key, mac, name, row.at, at])
            .await?;
    }
    Ok(())
}

const COLUMNS: usize = 26;

async fn insert<S: Sql>(db: &S, rows: &[&ImportRow]) -> Result<(), S::Error> {
    let sql = format!(
        "INSERT INTO usage (request_id, at, key_id, device_id, kind, model, upstream, upstream_model,
                            provider_response_id, input, output, cache_read, cache_write, reasoning, held, cost,
                            variance, estimated, orphan, repository, branch, language, client_request_id,
                            latency_ms, price_version, multiplier) VALUES {}",
        places(rows.len(), COLUMNS)
    );
    let all: Vec<Value> = rows.iter().flat_map(|row| row_values(row)).collect();
    db.execute(&sql, &all).await.map(drop)
}

fn row_values(row: &ImportRow) -> [Value; COLUMNS] {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX).into();
    let usage = &row.usage;
    [
        row.request.into(),
        row.at.into(),
        row.key.into(),
        row.device.into(),
        row.kind.as_str().into(),
        (&row.model).into(),
        (&row.upstream).into(),
        (&row.upstream_model).into(),
        row.provider_response_id.clone().into(),
        count(usage.input_tokens),
        count(usage.output_tokens),
        count(usage.cache_read_tokens),
        count(usage.cache_write_tokens),
        count(usage.reasoning_tokens),
        row.held.nano_usd().into(),
        row.cost.nano_usd().into(),
        row.variance.nano_usd().into(),
        row.estimated.into(),
        row.orphan.into(),
        row.repository.clone().into(),
        row.branch.clone().into(),
        row.language.clone().into(),
        row.client_request_id.clone().into(),
        count(row.latency_ms),
        row.price_version.clone().into(),
        row.multiplier.into(),
    ]
}
