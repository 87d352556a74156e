//! Credit that moves, in PostgreSQL: all lots of an order are locked, in the order of ids, before
//! anything is decided on them.

use protocol::{
    KeyId, Money,
    api::{Transfer, Transfers},
};
use tokio_postgres::{Client, Row, types::ToSql};
use uuid::Uuid;

use super::{change::Change, cold::tell, failure::Failure, session::Session};
use crate::ledger::{
    LotState, OrderRefusal, OrderRequest, Terms,
    allowance::Standing,
    rows,
    transfer::{ANSWERED_MS, DUE_AT_ONCE, LotView, LotViews, Plan, answer_again, entry_lots, transfers_of},
};

/// Takes only what is neither spent nor held.
const TAKE: &str = "
UPDATE account SET granted = granted - $1 WHERE id = $2 AND granted - spent - held >= $1";
const GIVE: &str = "
UPDATE account SET granted = granted + $1 WHERE id = $2 AND granted <= 9223372036854775807 - $1";
const ALLOWANCES: &str = "
SELECT key_id, amount, every, carry_over, next_at, last_at, last_amount, used_before
  FROM allowance WHERE key_id = ANY($1)";
const DUE: &str = "
SELECT id FROM account WHERE expires_at <= $1 AND granted > spent AND held = 0
UNION SELECT key_id FROM allowance WHERE next_at <= $1
LIMIT $2";

pub(super) async fn order(
    session: &Session,
    request: &OrderRequest,
) -> Result<Result<Transfers, OrderRefusal>, Failure> {
    let client = &session.client;
    let text = request.order.to_text();
    if let Some(id) = &request.idempotency_key
        && let Some((before, answer)) = claim(client, id, request.at, &text).await?
    {
        return Ok(answer_again(&before, &answer, &text));
    }
    let keys = request.order.lots();
    let outcome = match request.order.plan(request.at, &locked(session, &keys).await?) {
        Ok(plan) => {
            carry_out(client, &plan, request.at).await?;
            Ok(transfers_of(&plan, &keys, &locked(session, &keys).await?))
        }
        Err(refusal) => Err(refusal),
    };
    if let Some(id) = &request.idempotency_key {
        keep_answer(client, id, outcome.as_ref().ok()).await?;
    }
    Ok(outcome)
}

/// Of several gateways that find the same lots due, the first one changes them: the others wait for
/// its locks, look again, and find nothing to do.
pub(super) async fn due(session: &Session, now: i64) -> Result<Vec<KeyId>, Failure> {
    let found = session.client.query(DUE, &[&now, &DUE_AT_ONCE]).await?;
    let keys = found.iter().map(|row| row.try_get(0).map(KeyId::from_uuid));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let mut changed = Vec::new();
    for (key, view) in locked(session, &keys).await? {
        if let Some(plan) = view.due(key, now) {
            carry_out(&session.client, &plan, now).await?;
            changed.push(key);
        }
    }
    Ok(changed)
}

/// Locks the lots, then looks at their allowances: these change only under that lock, and a
/// statement that had to wait for it would still see them as they were before.
async fn locked(session: &Session, keys: &[KeyId]) -> Result<LotViews, Failure> {
    let ids: Vec<Uuid> = keys.iter().map(|key| *key.as_uuid()).collect();
    let client = &session.client;
    let lots = client.query(&session.lock_lots, &[&ids]).await?;
    let mut views = lots.iter().map(lot_view).collect::<Result<LotViews, _>>()?;
    for row in client.query(ALLOWANCES, &[&ids]).await? {
        if let Some(view) = views.get_mut(&KeyId::from_uuid(row.try_get(0)?)) {
            view.allowance = rows::allowance(&row, 1)?;
        }
    }
    Ok(views)
}

/// Reads `id, status, expires_at, granted, spent, held`.
fn lot_view(row: &Row) -> Result<(KeyId, LotView), tokio_postgres::Error> {
    let view = LotView {
        is_revoked: row.try_get::<_, i16>(1)? != 0,
        expires_at: row.try_get(2)?,
        state: LotState {
            granted: Money::from_nano_usd(row.try_get(3)?),
            spent: Money::from_nano_usd(row.try_get(4)?),
            held: Money::from_nano_usd(row.try_get(5)?),
        },
        allowance: None,
    };
    Ok((KeyId::from_uuid(row.try_get(0)?), view))
}

async fn carry_out(client: &Client, plan: &Plan, at: i64) -> Result<(), Failure> {
    for transfer in &plan.transfers {
        let amount = transfer.amount_nano_usd.nano_usd();
        if let Some(from) = transfer.from_key_id {
            change_one(client, TAKE, amount, from).await?;
        }
        if let Some(to) = transfer.to_key_id {
            change_one(client, GIVE, amount, to).await?;
        }
        insert_transfer(client, transfer, at).await?;
    }
    if let Some((key, allowance)) = &plan.allowance {
        write_allowance(client, *key, allowance).await?;
        tell(client, Change::Key(*key)).await?;
    }
    for transfer in &plan.transfers {
        for lot in [transfer.from_key_id, transfer.to_key_id].into_iter().flatten() {
            tell(client, Change::Key(lot)).await?;
        }
    }
    Ok(())
}

/// The plan was made on locked lots: one that does not take it is broken.
async fn change_one(client: &Client, sql: &str, amount: i64, lot: KeyId) -> Result<(), Failure> {
    match client.execute(sql, &[&amount, lot.as_uuid()]).await? {
        1 => Ok(()),
        _ => Err(Failure::Broken(format!("lot {lot} changed under its lock"))),
    }
}

async fn insert_transfer(client: &Client, transfer: &Transfer, at: i64) -> Result<(), Failure> {
    let sql = "INSERT INTO entry (id, at, kind, key_id, to_key_id, amount) VALUES ($1, $2, $3, $4, $5, $6)";
    let (key, to) = entry_lots(transfer);
    let values: [&(dyn ToSql + Sync); 6] = [
        &crate::clock::new_id(),
        &at,
        &transfer.kind.as_str(),
        &key.as_ref().map(KeyId::as_uuid),
        &to.as_ref().map(KeyId::as_uuid),
        &transfer.amount_nano_usd.nano_usd(),
    ];
    client.execute(sql, &values).await?;
    Ok(())
}

async fn write_allowance(client: &Client, key: KeyId, allowance: &Standing) -> Result<(), Failure> {
    let Terms {
        amount,
        every,
        carry_over,
    } = allowance.terms;
    let sql = "INSERT INTO allowance VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (key_id) DO UPDATE
               SET amount = excluded.amount, every = excluded.every, carry_over = excluded.carry_over,
                   next_at = excluded.next_at, last_at = excluded.last_at,
                   last_amount = excluded.last_amount, used_before = excluded.used_before";
    let values: [&(dyn ToSql + Sync); 8] = [
        key.as_uuid(),
        &amount.nano_usd(),
        &every.as_str(),
        &carry_over,
        &allowance.next_at,
        &allowance.last_at,
        &allowance.last_amount,
        &allowance.used_before,
    ];
    client.execute(sql, &values).await?;
    Ok(())
}

/// Claims an idempotency key for this transaction; or the order that came under it before, with its
/// answer. Another gateway that has just claimed it is waited for.
async fn claim(client: &Client, id: &str, at: i64, order: &str) -> Result<Option<(String, String)>, Failure> {
    let forget = "DELETE FROM answered WHERE at < $1";
    client.execute(forget, &[&(at - ANSWERED_MS)]).await?;
    let claim = "INSERT INTO answered VALUES ($1, $2, $3, '') ON CONFLICT DO NOTHING";
    if client.execute(claim, &[&id, &at, &order]).await? == 1 {
        return Ok(None);
    }
    let before = "SELECT request, answer FROM answered WHERE id = $1";
    match client.query_opt(before, &[&id]).await? {
        Some(row) => Ok(Some((row.try_get(0)?, row.try_get(1)?))),
        None => Err(Failure::Again(
            "an idempotency key was given back just now".into(),
        )),
    }
}

/// A refused order did nothing: it may be sent again under the same key.
async fn keep_answer(client: &Client, id: &str, answer: Option<&Transfers>) -> Result<(), Failure> {
    let Some(answer) = answer else {
        client
            .execute("DELETE FROM answered WHERE id = $1", &[&id])
            .await?;
        return Ok(());
    };
    // Numbers and ids always have a form in JSON.
    let answer = serde_json::to_string(answer).unwrap_or_default();
    let sql = "UPDATE answered SET answer = $2 WHERE id = $1";
    client.execute(sql, &[&id, &answer]).await?;
    Ok(())
}
