//! Everything that is not done for each request: keys, devices, secrets. One transaction each.
//! Whatever belongs to a key locks the key's lot first, so that no hold comes between.

use protocol::{DeviceId, KeyId, Money, RequestId, api::Transfers};
use tokio_postgres::{Client, types::ToSql};
use uuid::Uuid;

use super::{
    bill,
    change::{CHANNEL, Change},
    failure::Failure,
    failures,
    people::Transaction,
    session::{Fence, Session},
    transfer,
    work::Work,
    writes::Writes,
};
use crate::ledger::{
    Enrolled, KeyMint, OrderRefusal, Redeem, RedeemRefusal, StoredSecret,
    operation::{Happened, Operation, REPEAT_MS},
    people::{self, Note, PeopleOutcome, PeopleRefusal},
};

/// More keys than this in one mint are told as "everything".
const TOLD_MAX: usize = 64;

pub(super) struct Cold {
    operation: Operation,
    /// The line of the audit log about it.
    note: Option<Box<Note>>,
}

pub(super) enum Outcome {
    Done,
    Flag(bool),
    Redeemed(Result<Enrolled, RedeemRefusal>),
    Refunded(Option<Money>),
    Ordered(Result<Transfers, OrderRefusal>),
    Changed(Vec<KeyId>),
    Waits(Option<i64>),
    People(Result<PeopleOutcome, PeopleRefusal>),
}

impl Happened for Outcome {
    fn happened(&self) -> bool {
        match self {
            Self::Done => true,
            Self::Flag(flag) => *flag,
            Self::Redeemed(outcome) => outcome.happened(),
            Self::Refunded(amount) => amount.happened(),
            Self::Ordered(outcome) => outcome.happened(),
            Self::Changed(lots) => lots.happened(),
            Self::Waits(wait) => wait.is_none(),
            Self::People(outcome) => outcome.happened(),
        }
    }
}

impl Work for Cold {
    type Answer = Outcome;

    async fn decide<'a>(
        &'a self,
        session: &Session,
        fence: &Fence,
    ) -> Result<(Outcome, Writes<'a>), Failure> {
        session.begin(fence).await?;
        let client = &session.client;
        let outcome = match &self.operation {
            Operation::Mint(keys, _) => mint(client, keys).await?,
            Operation::Redeem(request, _) => Outcome::Redeemed(redeem(client, request).await?),
            Operation::RevokeKey { key, at, .. } => Outcome::Flag(revoke_key(client, *key, *at).await?),
            Operation::RevokeDevice { device, at, .. } => {
                Outcome::Flag(revoke_device(client, *device, *at).await?)
            }
            Operation::RenameDevice { device, name, .. } => {
                let sql = "UPDATE device SET name = $2 WHERE id = $1 AND revoked_at IS NULL";
                Outcome::Flag(client.execute(sql, &[device.as_uuid(), name]).await? == 1)
            }
            Operation::Touch { device, at, .. } => touch(client, *device, *at).await?,
            Operation::Refund { request, at, .. } => Outcome::Refunded(refund(client, *request, *at).await?),
            Operation::Order(request, _) => Outcome::Ordered(transfer::order(session, request).await?),
            Operation::Due { now, .. } => Outcome::Changed(transfer::due(session, *now).await?),
            Operation::SetPreferences { key, preferences, .. } => {
                let sql = "UPDATE token_key SET preferences = $2 WHERE id = $1";
                let known = client.execute(sql, &[key.as_uuid(), preferences]).await? == 1;
                tell(client, Change::Key(*key)).await?;
                Outcome::Flag(known)
            }
            Operation::CountFailure { peer, most, .. } => {
                Outcome::Waits(failures::count(client, peer, *most).await?)
            }
            Operation::StoreSecret(secret, _) => store_secret(client, secret).await?,
            Operation::StoreBill(bill, _) => bill::store(client, bill).await?,
            Operation::Remember { secret, check, .. } => {
                // Of two gateways that start at once the first one's stays; the other sees it.
                let sql = "INSERT INTO meta VALUES ($1, $2) ON CONFLICT DO NOTHING";
                client.execute(sql, &[&secret.as_str(), check]).await?;
                Outcome::Done
            }
            // Writing the gateway's own row, which `begin` does, is the proof that is asked for.
            Operation::Probe { .. } => Outcome::Done,
            Operation::People(request, _) => {
                Outcome::People(people::decide(&Transaction(client), request).await?)
            }
            Operation::Noted(..)
            | Operation::Hold(..)
            | Operation::Extend { .. }
            | Operation::Settle(..)
            | Operation::Release { .. }
            | Operation::Sweep { .. } => return Err(Failure::Broken("this is done elsewhere".into())),
        };
        if let Some(note) = self.note.as_ref().filter(|_| outcome.happened()) {
            people::append(&Transaction(client), note).await?;
        }
        Ok((outcome, Writes::new(*fence)))
    }
}

impl Cold {
    pub fn new(operation: Operation) -> Self {
        match operation {
            Operation::Noted(operation, note) => Self {
                operation: *operation,
                note: Some(note),
            },
            operation => Self {
                operation,
                note: None,
            },
        }
    }

    /// Tells whoever asked; they may be gone, and the operation stands all the same.
    pub fn answer(self, outcome: Outcome) {
        match (self.operation, outcome) {
            (
                Operation::Mint(_, answer)
                | Operation::Touch { answer, .. }
                | Operation::StoreSecret(_, answer)
                | Operation::StoreBill(_, answer)
                | Operation::Remember { answer, .. }
                | Operation::Probe { answer, .. },
                Outcome::Done,
            ) => drop(answer.send(())),
            (
                Operation::RevokeKey { answer, .. }
                | Operation::RevokeDevice { answer, .. }
                | Operation::RenameDevice { answer, .. }
                | Operation::SetPreferences { answer, .. },
                Outcome::Flag(flag),
            ) => drop(answer.send(flag)),
            (Operation::CountFailure { answer, .. }, Outcome::Waits(wait)) => drop(answer.send(wait)),
            (Operation::Redeem(_, answer), Outcome::Redeemed(outcome)) => drop(answer.send(outcome)),
            (Operation::Refund { answer, .. }, Outcome::Refunded(amount)) => drop(answer.send(amount)),
            (Operation::Order(_, answer), Outcome::Ordered(outcome)) => drop(answer.send(outcome)),
            (Operation::People(_, answer), Outcome::People(outcome)) => drop(answer.send(outcome)),
            (Operation::Due { answer, .. }, Outcome::Changed(lots)) => drop(answer.send(lots)),
            // `decide` pairs them; an answer that is dropped tells the caller that none comes.
            _ => {}
        }
    }
}

pub(super) async fn tell(client: &Client, change: Change) -> Result<(), Failure> {
    let sql = "SELECT pg_notify($1, $2)";
    client.execute(sql, &[&CHANNEL, &change.to_string()]).await?;
    Ok(())
}

async fn lock_lot(client: &Client, key: &Uuid) -> Result<bool, Failure> {
    let sql = "SELECT 1 FROM account WHERE id = $1 FOR UPDATE";
    Ok(client.query_opt(sql, &[key]).await?.is_some())
}

async fn mint(client: &Client, keys: &[KeyMint]) -> Result<Outcome, Failure> {
    for key in keys {
        let expires_at = key.expires_at.map(|at| at.as_millisecond());
        let credit = key.credit.nano_usd();
        let account = "INSERT INTO account (id, expires_at, granted) VALUES ($1, $2, $3)";
        client
            .execute(account, &[key.id.as_uuid(), &expires_at, &credit])
            .await?;
        insert_key(client, key).await?;
        if credit > 0 {
            insert_entry(client, "mint", key.id.as_uuid(), None, credit, key.at).await?;
        }
    }
    if keys.len() > TOLD_MAX {
        tell(client, Change::Everything).await?;
    } else {
        for key in keys {
            tell(client, Change::Key(key.id)).await?;
        }
    }
    Ok(Outcome::Done)
}

async fn insert_key(client: &Client, key: &KeyMint) -> Result<(), Failure> {
    let models = key.models.as_ref().map(|models| models.join("\n"));
    let sql = "INSERT INTO token_key (id, mac, last4, label, models, devices_max, strict, created_at, limits,
                                      member_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let devices = i64::from(key.devices);
    let member = key.member.map(|member| *member.as_uuid());
    let values: [&(dyn ToSql + Sync); 10] = [
        key.id.as_uuid(),
        &key.mac.as_slice(),
        &key.last4,
        &key.label,
        &models,
        &devices,
        &key.strict,
        &key.at,
        &key.limits,
        &member,
    ];
    client.execute(sql, &values).await?;
    Ok(())
}

async fn insert_entry(
    client: &Client,
    kind: &str,
    key: &Uuid,
    request: Option<&Uuid>,
    amount: i64,
    at: i64,
) -> Result<(), Failure> {
    let sql = "INSERT INTO entry (id, at, kind, key_id, request_id, amount) VALUES ($1, $2, $3, $4, $5, $6)";
    let id = crate::clock::new_id();
    client
        .execute(sql, &[&id, &at, &kind, key, &request, &amount])
        .await?;
    Ok(())
}

async fn redeem(client: &Client, redeem: &Redeem) -> Result<Result<Enrolled, RedeemRefusal>, Failure> {
    let lock = "SELECT token_key.id FROM token_key JOIN account ON account.id = token_key.id
                 WHERE mac = $1 AND status = 0 AND (expires_at IS NULL OR expires_at > $2)
                   AND NOT EXISTS (SELECT 1 FROM member WHERE member.id = token_key.member_id
                                    AND disabled_at IS NOT NULL)
                   FOR UPDATE OF account";
    let mac = redeem.key_mac.as_slice();
    let Some(row) = client.query_opt(lock, &[&mac, &redeem.at]).await? else {
        return Ok(Err(RedeemRefusal));
    };
    let key: Uuid = row.try_get(0)?;
    let again = repeat_redeem(client, redeem, &key).await?;
    let enrolled = match again {
        Some(again) => again,
        None => {
            let claim = "UPDATE token_key SET devices_live = devices_live + 1, redeemed = TRUE
                          WHERE id = $1 AND devices_live < devices_max";
            if client.execute(claim, &[&key]).await? == 0 {
                return Ok(Err(RedeemRefusal));
            }
            if let Some(member) = redeem.member {
                let sql = "UPDATE token_key SET member_id = $2 WHERE id = $1 AND member_id IS NULL";
                client.execute(sql, &[&key, member.as_uuid()]).await?;
            }
            insert_device(client, redeem, &key).await?;
            Enrolled {
                key: KeyId::from_uuid(key),
                device: redeem.device,
                name: redeem.name.clone(),
                replaced: None,
            }
        }
    };
    tell(client, Change::Key(enrolled.key)).await?;
    Ok(Ok(enrolled))
}

/// The answer to a redeem may get lost on its way. As long as nobody used the credential that was
/// in it, the same request gets the same device again, with a new credential.
async fn repeat_redeem(client: &Client, redeem: &Redeem, key: &Uuid) -> Result<Option<Enrolled>, Failure> {
    let Some(idempotency_key) = &redeem.idempotency_key else {
        return Ok(None);
    };
    let since = redeem.at - REPEAT_MS;
    let sql = "SELECT id, mac, name FROM device
                WHERE key_id = $1 AND idempotency_key = $2 AND created_at > $3
                  AND last_seen_at IS NULL AND revoked_at IS NULL FOR UPDATE";
    let found = client.query_opt(sql, &[key, idempotency_key, &since]).await?;
    let Some(row) = found else { return Ok(None) };
    let device: Uuid = row.try_get(0)?;
    let mac: Vec<u8> = row.try_get(1)?;
    let update = "UPDATE device SET mac = $2, last4 = $3 WHERE id = $1";
    let new_mac = redeem.credential_mac.as_slice();
    client
        .execute(update, &[&device, &new_mac, &redeem.credential_last4])
        .await?;
    Ok(Some(Enrolled {
        key: KeyId::from_uuid(*key),
        device: DeviceId::from_uuid(device),
        name: row.try_get(2)?,
        replaced: mac.try_into().ok(),
    }))
}

async fn insert_device(client: &Client, redeem: &Redeem, key: &Uuid) -> Result<(), Failure> {
    let device = &redeem.client;
    let sql =
        "INSERT INTO device (id, key_id, mac, last4, name, os, client, version, created_at, idempotency_key)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values: [&(dyn ToSql + Sync); 10] = [
        redeem.device.as_uuid(),
        key,
        &redeem.credential_mac.as_slice(),
        &redeem.credential_last4,
        &redeem.name,
        &device.os,
        &device.client,
        &device.version,
        &redeem.at,
        &redeem.idempotency_key,
    ];
    client.execute(sql, &values).await?;
    Ok(())
}

/// The lot stops taking holds at this commit; what runs already is bounded by its holds.
async fn revoke_key(client: &Client, key: KeyId, at: i64) -> Result<bool, Failure> {
    let id = key.as_uuid();
    let lot = "UPDATE account SET status = 1 WHERE id = $1";
    if client.execute(lot, &[id]).await? == 0 {
        return Ok(false);
    }
    let devices = "UPDATE device SET revoked_at = $2 WHERE key_id = $1 AND revoked_at IS NULL";
    client.execute(devices, &[id, &at]).await?;
    let places = "UPDATE token_key SET devices_live = 0 WHERE id = $1";
    client.execute(places, &[id]).await?;
    tell(client, Change::Key(key)).await?;
    Ok(true)
}

async fn revoke_device(client: &Client, device: DeviceId, at: i64) -> Result<bool, Failure> {
    let id = device.as_uuid();
    let find = "SELECT key_id FROM device WHERE id = $1";
    let Some(row) = client.query_opt(find, &[id]).await? else {
        return Ok(false);
    };
    let key: Uuid = row.try_get(0)?;
    lock_lot(client, &key).await?;
    let revoke = "UPDATE device SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    if client.execute(revoke, &[id, &at]).await? == 0 {
        return Ok(false);
    }
    let place = "UPDATE token_key SET devices_live = devices_live - 1 WHERE id = $1";
    client.execute(place, &[&key]).await?;
    tell(client, Change::Key(KeyId::from_uuid(key))).await?;
    Ok(true)
}

async fn touch(client: &Client, device: DeviceId, at: i64) -> Result<Outcome, Failure> {
    let sql = "UPDATE device SET last_seen_at = greatest(coalesce(last_seen_at, 0), $2) WHERE id = $1";
    client.execute(sql, &[device.as_uuid(), &at]).await?;
    Ok(Outcome::Done)
}

async fn refund(client: &Client, request: RequestId, at: i64) -> Result<Option<Money>, Failure> {
    let id = request.as_uuid();
    let find = "SELECT key_id, cost FROM usage WHERE request_id = $1 AND orphan AND cost > 0";
    let Some(row) = client.query_opt(find, &[id]).await? else {
        return Ok(None);
    };
    let (key, amount): (Uuid, i64) = (row.try_get(0)?, row.try_get(1)?);
    lock_lot(client, &key).await?;
    let before = "SELECT 1 FROM entry WHERE kind = 'refund' AND request_id = $1";
    if client.query_opt(before, &[id]).await?.is_some() {
        return Ok(None);
    }
    let give_back = "UPDATE account SET spent = spent - $2 WHERE id = $1";
    client.execute(give_back, &[&key, &amount]).await?;
    insert_entry(client, "refund", &key, Some(id), amount, at).await?;
    Ok(Some(Money::from_nano_usd(amount)))
}

async fn store_secret(client: &Client, secret: &StoredSecret) -> Result<Outcome, Failure> {
    let sql = "INSERT INTO upstream_secret VALUES ($1, $2, $3, $4)
               ON CONFLICT (name) DO UPDATE
               SET sealed = excluded.sealed, last4 = excluded.last4, created_at = excluded.created_at";
    client
        .execute(
            sql,
            &[&secret.upstream, &secret.sealed, &secret.last4, &secret.at],
        )
        .await?;
    tell(client, Change::Secrets).await?;
    Ok(Outcome::Done)
}
