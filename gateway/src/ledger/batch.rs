//! What each operation does inside a batch's transaction. An error here fails the whole batch; a
//! refusal is an answer and leaves no trace.

use protocol::{DeviceId, KeyId, Money, RequestId};
use rusqlite::{OptionalExtension, Row, named_params, params};
use tokio::sync::oneshot::Sender;

use super::{
    HoldRefusal, HoldRequest, LotState, Settle, Settled, SqliteBackend,
    operation::{Operation, Reply},
};

/// The guard of every balance: reserves only what is neither spent nor held, on an active lot, for
/// a live device. One statement, so nothing can come between the look and the step.
const HOLD_LOT: &str = "
UPDATE account SET held = held + :amount
 WHERE id = :key AND status = 0 AND (expires_at IS NULL OR expires_at > :at)
   AND granted - spent - held >= :amount
   AND EXISTS (SELECT 1 FROM device WHERE id = :device AND revoked_at IS NULL)
RETURNING granted, spent, held";
const HOLD_ROW: &str = "
INSERT INTO hold VALUES (:request, :key, :device, :at, :amount, :counted_input, :mark, :epoch,
  :lease_until, :price, :kind, :model, :upstream, :upstream_model, :repository, :branch, :language, :client_request)";
/// The row goes away once: whoever deletes it resolves the hold.
const TAKE_HOLD: &str = "
DELETE FROM hold WHERE request_id = ?1
RETURNING key_id, device_id, amount, kind, model, upstream, upstream_model, repository, branch, language, client_request_id";
const SETTLE_LOT: &str = "
UPDATE account SET held = held - :amount, spent = spent + :charge WHERE id = :key
RETURNING granted, spent, held";
const USAGE_ROW: &str = "
INSERT INTO usage VALUES (:request, :at, :key, :device, :kind, :model, :upstream, :upstream_model,
  :response, :input, :output, :cache_read, :cache_write, :reasoning, :held, :cost, :variance, :estimated,
  :orphan, :repository, :branch, :language, :client_request, :latency)";

impl SqliteBackend {
    pub(super) fn apply(&mut self, operation: Operation) -> rusqlite::Result<Reply> {
        Ok(match operation {
            Operation::Hold(hold, answer) => reply(answer, self.hold(&hold)?),
            Operation::Extend {
                request,
                mark,
                answer,
            } => reply(answer, self.extend(request, mark)?),
            Operation::Settle(settle, answer) => reply(answer, self.settle(&settle, false)?),
            Operation::Release { request, answer } => reply(answer, self.release(request)?),
            Operation::Mint(keys, answer) => reply(answer, self.mint(&keys)?),
            Operation::Redeem(redeem, answer) => reply(answer, self.redeem(&redeem)?),
            Operation::RevokeKey { key, at, answer } => reply(answer, self.revoke_key(key, at)?),
            Operation::RevokeDevice { device, at, answer } => reply(answer, self.revoke_device(device, at)?),
            Operation::RenameDevice { device, name, answer } => {
                reply(answer, self.rename_device(device, &name)?)
            }
            Operation::Touch { device, at, answer } => reply(answer, self.touch(device, at)?),
            Operation::Refund { request, at, answer } => reply(answer, self.refund(request, at)?),
            Operation::StoreSecret(secret, answer) => reply(answer, self.store_secret(&secret)?),
            Operation::Sweep { now, answer } => reply(answer, self.sweep(now)?),
            Operation::Probe { now, answer } => reply(answer, self.probe(now)?),
        })
    }

    fn hold(&self, hold: &HoldRequest) -> rusqlite::Result<Result<LotState, HoldRefusal>> {
        if !self.claim_client_request(hold)? {
            return Ok(Err(HoldRefusal::Reused));
        }
        let lot = self
            .connection
            .prepare_cached(HOLD_LOT)?
            .query_row(
                named_params! {
                    ":amount": hold.amount.nano_usd(), ":key": hold.key.as_bytes(), ":at": hold.at,
                    ":device": hold.device.as_bytes(),
                },
                lot_state,
            )
            .optional()?;
        let Some(lot) = lot else {
            self.forget_client_request(hold)?;
            return self.why_refused(hold).map(Err);
        };
        self.insert_hold(hold)?;
        Ok(Ok(lot))
    }

    fn insert_hold(&self, hold: &HoldRequest) -> rusqlite::Result<()> {
        let origin = &hold.origin;
        self.connection.prepare_cached(HOLD_ROW)?.execute(named_params! {
            ":request": hold.request.as_bytes(), ":key": hold.key.as_bytes(), ":device": hold.device.as_bytes(),
            ":at": hold.at, ":amount": hold.amount.nano_usd(), ":counted_input": count(hold.counted_input),
            ":mark": count(hold.mark), ":epoch": self.epoch, ":lease_until": hold.lease_until, ":price": &*hold.price,
            ":kind": origin.kind.as_str(), ":model": &*origin.model, ":upstream": &*origin.upstream,
            ":upstream_model": &*origin.upstream_model, ":repository": origin.repository,
            ":branch": origin.branch, ":language": origin.language, ":client_request": origin.client_request_id,
        })?;
        Ok(())
    }

    fn claim_client_request(&self, hold: &HoldRequest) -> rusqlite::Result<bool> {
        let Some(id) = &hold.origin.client_request_id else {
            return Ok(true);
        };
        let sql = "INSERT OR IGNORE INTO client_request VALUES (?1, ?2)";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .execute(params![hold.device.as_bytes(), id])?
            == 1)
    }

    /// A refused request did not happen: the client may send it again under the same id.
    fn forget_client_request(&self, hold: &HoldRequest) -> rusqlite::Result<()> {
        let Some(id) = &hold.origin.client_request_id else {
            return Ok(());
        };
        let sql = "DELETE FROM client_request WHERE device_id = ?1 AND id = ?2";
        self.connection
            .prepare_cached(sql)?
            .execute(params![hold.device.as_bytes(), id])
            .map(drop)
    }

    fn why_refused(&self, hold: &HoldRequest) -> rusqlite::Result<HoldRefusal> {
        let sql = "
            SELECT granted, spent, held, status, expires_at,
                   EXISTS (SELECT 1 FROM device WHERE id = ?2 AND revoked_at IS NULL)
              FROM account WHERE id = ?1";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![hold.key.as_bytes(), hold.device.as_bytes()], |row| {
                let expires_at: Option<i64> = row.get(4)?;
                Ok((
                    lot_state(row)?,
                    row.get::<_, i64>(3)? == 0 && row.get(5)?,
                    expires_at,
                ))
            })
            .optional()?;
        Ok(match found {
            None | Some((_, false, _)) => HoldRefusal::Revoked,
            Some((_, true, Some(expires_at))) if expires_at <= hold.at => HoldRefusal::Expired,
            Some((lot, true, _)) => HoldRefusal::Short(lot),
        })
    }

    fn extend(&self, request: RequestId, mark: u64) -> rusqlite::Result<bool> {
        let sql = "UPDATE hold SET mark = max(mark, ?2) WHERE request_id = ?1";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .execute(params![request.as_bytes(), count(mark)])?
            == 1)
    }

    pub(super) fn settle(&self, settle: &Settle, orphan: bool) -> rusqlite::Result<Option<Settled>> {
        let taken = self
            .connection
            .prepare_cached(TAKE_HOLD)?
            .query_row([settle.request.as_bytes()], TakenHold::read)
            .optional()?;
        let Some(hold) = taken else { return Ok(None) };
        let charged = settle.cost.min(hold.amount);
        let variance = Money::from_nano_usd(settle.cost.nano_usd() - charged.nano_usd());
        let lot = self.connection.prepare_cached(SETTLE_LOT)?.query_row(
            named_params! { ":amount": hold.amount.nano_usd(), ":charge": charged.nano_usd(), ":key": hold.key },
            lot_state,
        )?;
        self.insert_usage(settle, &hold, charged, variance, orphan)?;
        Ok(Some(Settled {
            charged,
            variance,
            lot,
        }))
    }

    fn insert_usage(
        &self,
        settle: &Settle,
        hold: &TakenHold,
        charged: Money,
        variance: Money,
        orphan: bool,
    ) -> rusqlite::Result<()> {
        let usage = &settle.usage;
        self.connection.prepare_cached(USAGE_ROW)?.execute(named_params! {
            ":request": settle.request.as_bytes(), ":at": settle.at, ":key": hold.key, ":device": hold.device,
            ":kind": hold.kind, ":model": hold.model, ":upstream": hold.upstream,
            ":upstream_model": hold.upstream_model, ":response": settle.provider_response_id,
            ":input": count(usage.input_tokens), ":output": count(usage.output_tokens),
            ":cache_read": count(usage.cache_read_tokens), ":cache_write": count(usage.cache_write_tokens),
            ":reasoning": count(usage.reasoning_tokens), ":held": hold.amount.nano_usd(),
            ":cost": charged.nano_usd(), ":variance": variance.nano_usd(), ":estimated": settle.estimated,
            ":orphan": orphan, ":repository": hold.repository, ":branch": hold.branch,
            ":language": hold.language, ":client_request": hold.client_request_id,
            ":latency": count(settle.latency_ms),
        })?;
        Ok(())
    }

    fn release(&self, request: RequestId) -> rusqlite::Result<bool> {
        let taken = self
            .connection
            .prepare_cached(TAKE_HOLD)?
            .query_row([request.as_bytes()], TakenHold::read)
            .optional()?;
        let Some(hold) = taken else { return Ok(false) };
        self.connection.prepare_cached(SETTLE_LOT)?.query_row(
            named_params! { ":amount": hold.amount.nano_usd(), ":charge": 0, ":key": hold.key },
            |_| Ok(()),
        )?;
        Ok(true)
    }

    fn refund(&self, request: RequestId, at: i64) -> rusqlite::Result<Option<Money>> {
        let sql = "
            SELECT key_id, cost FROM usage WHERE request_id = ?1 AND orphan = 1 AND cost > 0
               AND NOT EXISTS (SELECT 1 FROM entry WHERE kind = 'refund' AND request_id = ?1)";
        let found: Option<([u8; 16], i64)> = self
            .connection
            .query_row(sql, [request.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((key, amount)) = found else {
            return Ok(None);
        };
        self.connection.execute(
            "UPDATE account SET spent = spent - ?2 WHERE id = ?1",
            params![key, amount],
        )?;
        self.insert_entry("refund", &KeyId::from_bytes(key), Some(&request), amount, at)?;
        Ok(Some(Money::from_nano_usd(amount)))
    }

    pub(super) fn insert_entry(
        &self,
        kind: &str,
        key: &KeyId,
        request: Option<&RequestId>,
        amount: i64,
        at: i64,
    ) -> rusqlite::Result<()> {
        let sql = "INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let id = crate::clock::new_id();
        let request = request.map(RequestId::as_bytes);
        self.connection
            .prepare_cached(sql)?
            .execute(params![id.as_bytes(), at, kind, key.as_bytes(), request, amount])
            .map(drop)
    }

    fn rename_device(&self, device: DeviceId, name: &str) -> rusqlite::Result<bool> {
        let sql = "UPDATE device SET name = ?2 WHERE id = ?1 AND revoked_at IS NULL";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .execute(params![device.as_bytes(), name])?
            == 1)
    }

    fn touch(&self, device: DeviceId, at: i64) -> rusqlite::Result<()> {
        let sql = "UPDATE device SET last_seen_at = max(coalesce(last_seen_at, 0), ?2) WHERE id = ?1";
        self.connection
            .prepare_cached(sql)?
            .execute(params![device.as_bytes(), at])
            .map(drop)
    }

    fn probe(&self, now: i64) -> rusqlite::Result<()> {
        self.connection
            .execute("UPDATE meta SET value = ?1 WHERE name = 'probe'", [now])
            .map(drop)
    }
}

/// What a usage row takes over from the hold that it resolves.
struct TakenHold {
    key: [u8; 16],
    device: [u8; 16],
    amount: Money,
    kind: String,
    model: String,
    upstream: String,
    upstream_model: String,
    repository: Option<String>,
    branch: Option<String>,
    language: Option<String>,
    client_request_id: Option<String>,
}

impl TakenHold {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(0)?,
            device: row.get(1)?,
            amount: Money::from_nano_usd(row.get(2)?),
            kind: row.get(3)?,
            model: row.get(4)?,
            upstream: row.get(5)?,
            upstream_model: row.get(6)?,
            repository: row.get(7)?,
            branch: row.get(8)?,
            language: row.get(9)?,
            client_request_id: row.get(10)?,
        })
    }
}

/// Reads `granted, spent, held` from the first three columns.
pub(super) fn lot_state(row: &Row<'_>) -> rusqlite::Result<LotState> {
    Ok(LotState {
        granted: Money::from_nano_usd(row.get(0)?),
        spent: Money::from_nano_usd(row.get(1)?),
        held: Money::from_nano_usd(row.get(2)?),
    })
}

/// Counts beyond `i64` cannot be real; they are kept as the largest number instead of failing the
/// batch that other people's requests are in.
fn count(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

fn reply<T: Send + 'static>(answer: Sender<T>, value: T) -> Reply {
    // Whoever asked may be gone; the operation stands all the same.
    Box::new(move || drop(answer.send(value)))
}
