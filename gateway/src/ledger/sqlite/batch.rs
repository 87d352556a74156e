//! What each operation does inside a batch's transaction. An error here fails the whole batch; a
//! refusal is an answer and leaves no trace. Parameters go by number: SQLite finds a named one by
//! comparing it with all others, which is felt with twenty of them.

use protocol::{DeviceId, KeyId, Money, RequestId};
use rusqlite::{OptionalExtension, params};

use super::SqliteBackend;
use crate::ledger::{
    HoldRefusal, HoldRequest, LotState, Secret, Settle, Settled,
    operation::{Hold, Operation, Reply, claimed, count, reply},
    rows,
};

/// The guard of every balance: reserves only what is neither spent nor held, on an active lot, for
/// a live device. One statement, so nothing can come between the look and the step.
const HOLD_LOT: &str = "
UPDATE account SET held = held + ?1
 WHERE id = ?2 AND status = 0 AND (expires_at IS NULL OR expires_at > ?3)
   AND granted - spent - held >= ?1
   AND EXISTS (SELECT 1 FROM device WHERE id = ?4 AND revoked_at IS NULL)";
const HOLD_ROW: &str = "INSERT INTO hold VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
/// The row goes away once: whoever deletes it resolves the hold.
const TAKE_HOLD: &str = "DELETE FROM hold WHERE request_id = ?1 AND key_id = ?2 AND amount = ?3";
const SETTLE_LOT: &str = "UPDATE account SET held = held - ?1, spent = spent + ?2 WHERE id = ?3";
const USAGE_ROW: &str = "
INSERT INTO usage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
  ?20, ?21, ?22, ?23, ?24, ?25, ?26)";

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
            Operation::Release { hold, answer } => reply(answer, self.release(&hold)?),
            Operation::Mint(keys, answer) => reply(answer, self.mint(&keys)?),
            Operation::Redeem(redeem, answer) => reply(answer, self.redeem(&redeem)?),
            Operation::RevokeKey { key, at, answer } => reply(answer, self.revoke_key(key, at)?),
            Operation::RevokeDevice { device, at, answer } => reply(answer, self.revoke_device(device, at)?),
            Operation::RenameDevice { device, name, answer } => {
                reply(answer, self.rename_device(device, &name)?)
            }
            Operation::Touch { device, at, answer } => reply(answer, self.touch(device, at)?),
            Operation::Refund { request, at, answer } => reply(answer, self.refund(request, at)?),
            Operation::Order(request, answer) => reply(answer, self.order(&request)?),
            Operation::Due { now, answer } => reply(answer, self.due(now)?),
            Operation::SetPreferences {
                key,
                preferences,
                answer,
            } => reply(answer, self.set_preferences(key, preferences.as_deref())?),
            // The only gateway on a file counts in memory.
            Operation::CountFailure { answer, .. } => reply(answer, None),
            Operation::StoreSecret(secret, answer) => reply(answer, self.store_secret(&secret)?),
            Operation::StoreBill(bill, answer) => reply(answer, self.store_bill(&bill)?),
            Operation::Remember {
                secret,
                check,
                answer,
            } => reply(answer, self.remember(secret, check)?),
            Operation::Sweep { now, answer } => reply(answer, self.sweep(now)?),
            Operation::Probe { now, answer } => reply(answer, self.probe(now)?),
            Operation::People(request, answer) => reply(answer, self.people(&request)?),
            Operation::Noted(operation, note) => {
                let reply = self.apply(*operation)?;
                if reply.happened {
                    self.append(&note)?;
                }
                reply
            }
        })
    }

    fn hold(&mut self, hold: &Hold) -> rusqlite::Result<Result<LotState, HoldRefusal>> {
        let request = &*hold.request;
        if !self.claim_client_request(request)? {
            return Ok(Err(HoldRefusal::Reused));
        }
        let held = self.connection.prepare_cached(HOLD_LOT)?.execute(params![
            request.amount.nano_usd(),
            request.key.as_bytes(),
            request.at,
            request.device.as_bytes()
        ])?;
        if held == 0 {
            self.forget_client_request(request)?;
            return self.why_refused(request).map(Err);
        }
        self.insert_hold(hold)?;
        self.lots
            .after(&self.connection, request.key, request.amount.nano_usd(), 0)
            .map(Ok)
    }

    fn insert_hold(&self, hold: &Hold) -> rusqlite::Result<()> {
        let request = &*hold.request;
        self.connection.prepare_cached(HOLD_ROW)?.execute(params![
            request.request.as_bytes(),
            request.key.as_bytes(),
            request.device.as_bytes(),
            request.at,
            request.amount.nano_usd(),
            count(request.counted_input),
            count(request.mark),
            self.epoch,
            request.lease_until,
            &*request.price,
            hold.origin,
        ])?;
        Ok(())
    }

    fn claim_client_request(&self, hold: &HoldRequest) -> rusqlite::Result<bool> {
        let Some(id) = claimed(hold) else {
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
        let Some(id) = claimed(hold) else {
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
                    rows::lot(row)?,
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

    pub(super) fn settle(&mut self, settle: &Settle, orphan: bool) -> rusqlite::Result<Option<Settled>> {
        let hold = &*settle.hold;
        let charged = settle.cost.min(hold.amount);
        let Some(lot) = self.resolve(hold, charged)? else {
            return Ok(None);
        };
        let variance = Money::from_nano_usd(settle.cost.nano_usd() - charged.nano_usd());
        self.insert_usage(settle, charged, variance, orphan)?;
        Ok(Some(Settled {
            charged,
            variance,
            lot,
        }))
    }

    fn release(&mut self, hold: &HoldRequest) -> rusqlite::Result<bool> {
        Ok(self.resolve(hold, Money::ZERO)?.is_some())
    }

    /// Takes a pending hold away and charges a part of it; `None` when it was resolved before.
    fn resolve(&mut self, hold: &HoldRequest, charged: Money) -> rusqlite::Result<Option<LotState>> {
        let (held, charged) = (hold.amount.nano_usd(), charged.nano_usd());
        let taken = self.connection.prepare_cached(TAKE_HOLD)?.execute(params![
            hold.request.as_bytes(),
            hold.key.as_bytes(),
            held
        ])?;
        if taken == 0 {
            return Ok(None);
        }
        self.connection
            .prepare_cached(SETTLE_LOT)?
            .execute(params![held, charged, hold.key.as_bytes()])?;
        self.lots
            .after(&self.connection, hold.key, -held, charged)
            .map(Some)
    }

    fn insert_usage(
        &self,
        settle: &Settle,
        charged: Money,
        variance: Money,
        orphan: bool,
    ) -> rusqlite::Result<()> {
        let (hold, usage) = (&*settle.hold, &settle.usage);
        let origin = &hold.origin;
        self.connection.prepare_cached(USAGE_ROW)?.execute(params![
            hold.request.as_bytes(),
            settle.at,
            hold.key.as_bytes(),
            hold.device.as_bytes(),
            origin.kind.as_str(),
            &*origin.model,
            &*origin.upstream,
            &*origin.upstream_model,
            settle.provider_response_id,
            count(usage.input_tokens),
            count(usage.output_tokens),
            count(usage.cache_read_tokens),
            count(usage.cache_write_tokens),
            count(usage.reasoning_tokens),
            hold.amount.nano_usd(),
            charged.nano_usd(),
            variance.nano_usd(),
            settle.estimated,
            orphan,
            origin.repository,
            origin.branch,
            origin.language,
            origin.client_request_id,
            count(settle.latency_ms),
            hold.known_price_version(),
            hold.factor(),
        ])?;
        Ok(())
    }

    fn refund(&mut self, request: RequestId, at: i64) -> rusqlite::Result<Option<Money>> {
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
        self.lots.forget(KeyId::from_bytes(key));
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
        let sql =
            "INSERT INTO entry (id, at, kind, key_id, request_id, amount) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
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

    fn remember(&self, secret: Secret, check: i64) -> rusqlite::Result<()> {
        self.connection
            .execute(
                "INSERT OR REPLACE INTO meta VALUES (?1, ?2)",
                params![secret.as_str(), check],
            )
            .map(drop)
    }

    fn probe(&self, now: i64) -> rusqlite::Result<()> {
        self.connection
            .execute("UPDATE meta SET value = ?1 WHERE name = 'probe'", [now])
            .map(drop)
    }
}
