//! Credit that moves, in SQLite: one writer, so nothing comes between the look and the step.

use protocol::{
    KeyId,
    api::{Transfer, Transfers},
};
use rusqlite::{OptionalExtension, Row, params};

use super::SqliteBackend;
use crate::ledger::{
    OrderRefusal, OrderRequest, Terms,
    allowance::Standing,
    rows,
    transfer::{ANSWERED_MS, DUE_AT_ONCE, LotView, LotViews, Plan, answer_again, entry_lots, transfers_of},
};

/// Takes only what is neither spent nor held.
const TAKE: &str = "
UPDATE account SET granted = granted - ?1 WHERE id = ?2 AND granted - spent - held >= ?1";
/// A sum that is too large for an integer would become a float.
const GIVE: &str = "
UPDATE account SET granted = granted + ?1 WHERE id = ?2 AND granted <= 9223372036854775807 - ?1";
const VIEW: &str = "
SELECT granted, spent, held, status, account.expires_at, amount, every, carry_over, next_at, last_at,
       last_amount, used_before
  FROM account LEFT JOIN allowance ON allowance.key_id = account.id WHERE account.id = ?1";
const DUE: &str = "
SELECT id FROM account WHERE expires_at <= ?1 AND granted > spent AND held = 0
UNION SELECT key_id FROM allowance WHERE next_at <= ?1
LIMIT ?2";

impl SqliteBackend {
    pub(super) fn order(
        &mut self,
        request: &OrderRequest,
    ) -> rusqlite::Result<Result<Transfers, OrderRefusal>> {
        let text = request.order.to_text();
        if let Some(id) = &request.idempotency_key
            && let Some((before, answer)) = self.answered(id, request.at)?
        {
            return Ok(answer_again(&before, &answer, &text));
        }
        let keys = request.order.lots();
        let plan = match request.order.plan(request.at, &self.views(&keys)?) {
            Ok(plan) => plan,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.carry_out(&plan, request.at)?;
        let transfers = transfers_of(&plan, &keys, &self.views(&keys)?);
        if let Some(id) = &request.idempotency_key {
            self.remember_answer(id, request.at, &text, &transfers)?;
        }
        Ok(Ok(transfers))
    }

    pub(super) fn due(&mut self, now: i64) -> rusqlite::Result<Vec<KeyId>> {
        let keys = self
            .connection
            .prepare_cached(DUE)?
            .query_map([now, DUE_AT_ONCE], |row| row.get(0).map(KeyId::from_bytes))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut changed = Vec::new();
        for (key, view) in self.views(&keys)? {
            if let Some(plan) = view.due(key, now) {
                self.carry_out(&plan, now)?;
                changed.push(key);
            }
        }
        Ok(changed)
    }

    fn views(&self, keys: &[KeyId]) -> rusqlite::Result<LotViews> {
        let mut found = LotViews::new();
        let mut statement = self.connection.prepare_cached(VIEW)?;
        for key in keys {
            let view = statement.query_row([key.as_bytes()], lot_view).optional()?;
            found.extend(view.map(|view| (*key, view)));
        }
        Ok(found)
    }

    fn carry_out(&mut self, plan: &Plan, at: i64) -> rusqlite::Result<()> {
        for transfer in &plan.transfers {
            let amount = transfer.amount_nano_usd.nano_usd();
            if let Some(from) = transfer.from_key_id {
                self.change_one(TAKE, amount, from)?;
            }
            if let Some(to) = transfer.to_key_id {
                self.change_one(GIVE, amount, to)?;
            }
            self.insert_transfer(transfer, at)?;
        }
        if let Some((key, allowance)) = &plan.allowance {
            self.write_allowance(*key, allowance)?;
        }
        Ok(())
    }

    /// The plan was made on this very state: a lot that does not take it is a lot that is broken.
    fn change_one(&mut self, sql: &str, amount: i64, lot: KeyId) -> rusqlite::Result<()> {
        self.lots.forget(lot);
        match self
            .connection
            .prepare_cached(sql)?
            .execute(params![amount, lot.as_bytes()])?
        {
            1 => Ok(()),
            other => Err(rusqlite::Error::StatementChangedRows(other)),
        }
    }

    fn insert_transfer(&self, transfer: &Transfer, at: i64) -> rusqlite::Result<()> {
        let id = crate::clock::new_id();
        let (key, to) = entry_lots(transfer);
        self.connection
            .prepare_cached(
                "INSERT INTO entry (id, at, kind, key_id, to_key_id, amount) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                id.as_bytes(),
                at,
                transfer.kind.as_str(),
                key.as_ref().map(KeyId::as_bytes),
                to.as_ref().map(KeyId::as_bytes),
                transfer.amount_nano_usd.nano_usd()
            ])
            .map(drop)
    }

    fn write_allowance(&self, key: KeyId, allowance: &Standing) -> rusqlite::Result<()> {
        let Terms {
            amount,
            every,
            carry_over,
        } = allowance.terms;
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO allowance VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
            .execute(params![
                key.as_bytes(),
                amount.nano_usd(),
                every.as_str(),
                carry_over,
                allowance.next_at,
                allowance.last_at,
                allowance.last_amount,
                allowance.used_before
            ])
            .map(drop)
    }

    /// The order that came under this idempotency key, and its answer.
    fn answered(&self, id: &str, now: i64) -> rusqlite::Result<Option<(String, String)>> {
        self.connection
            .prepare_cached("DELETE FROM answered WHERE at < ?1")?
            .execute([now - ANSWERED_MS])?;
        self.connection
            .prepare_cached("SELECT request, answer FROM answered WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    }

    fn remember_answer(&self, id: &str, at: i64, order: &str, answer: &Transfers) -> rusqlite::Result<()> {
        // Numbers and ids always have a form in JSON.
        let answer = serde_json::to_string(answer).unwrap_or_default();
        self.connection
            .prepare_cached("INSERT INTO answered VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, at, order, answer])
            .map(drop)
    }
}

fn lot_view(row: &Row<'_>) -> rusqlite::Result<LotView> {
    Ok(LotView {
        state: rows::lot(row)?,
        is_revoked: row.get::<_, i64>(3)? != 0,
        expires_at: row.get(4)?,
        allowance: rows::allowance(row, 5)?,
    })
}
