//! The device flow: a device waits while a signed-in member says yes or no.

use protocol::{
    DeviceId, KeyId, MemberId,
    api::{DeviceClient, DeviceFlowScope},
};

use super::{
    member,
    sql::{Sql, values},
    token::{self, NewToken},
};

/// How much longer a device has to wait that asked too early.
const SLOWER_MS: i64 = 5_000;

#[derive(Clone, Debug)]
pub struct DeviceCode {
    pub mac: [u8; 32],
    pub user_mac: [u8; 32],
    pub scope: DeviceFlowScope,
    pub name: String,
    pub client: DeviceClient,
    pub address: String,
    pub expires_at: i64,
    pub wait_ms: i64,
}

#[derive(Clone, Debug)]
pub struct CodeAnswer {
    pub user_mac: [u8; 32],
    pub member: MemberId,
    pub is_approved: bool,
    /// One of the member's; where a device is to be enrolled.
    pub key: Option<KeyId>,
}

/// What the device gets, should the answer be yes: its credential, made before anybody knows.
#[derive(Clone, Debug)]
pub struct FlowSecrets {
    pub mac: [u8; 32],
    /// Of the personal access token; its member and name come from the code.
    pub token: NewToken,
    pub device: DeviceId,
    pub device_mac: [u8; 32],
    pub device_last4: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowOutcome {
    Pending,
    SlowDown,
    Denied,
    /// Unknown, expired or used.
    Gone,
    Token,
    Device(KeyId),
}

const fn word(scope: DeviceFlowScope) -> &'static str {
    match scope {
        DeviceFlowScope::Token => "token",
        DeviceFlowScope::Device => "device",
    }
}

pub(super) fn scope_of(word: &str) -> DeviceFlowScope {
    match word {
        "device" => DeviceFlowScope::Device,
        _ => DeviceFlowScope::Token,
    }
}

pub(super) async fn add<S: Sql>(db: &S, code: &DeviceCode, at: i64) -> Result<bool, S::Error> {
    db.execute("DELETE FROM device_code WHERE expires_at <= ?1", values![at])
        .await?;
    let sql = "INSERT INTO device_code
                 (mac, user_mac, scope, name, os, client, version, address, created_at, expires_at, wait_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING";
    let values = values![
        &code.mac,
        &code.user_mac,
        word(code.scope),
        &code.name,
        code.client.os.clone(),
        code.client.client.clone(),
        code.client.version.clone(),
        &code.address,
        at,
        code.expires_at,
        code.wait_ms,
    ];
    Ok(db.execute(sql, values).await? == 1)
}

pub(super) async fn answer<S: Sql>(db: &S, answer: &CodeAnswer, at: i64) -> Result<bool, S::Error> {
    let sql = "UPDATE device_code SET answer = ?2, member_id = ?3, key_id = ?4
                WHERE user_mac = ?1 AND answer IS NULL AND expires_at > ?5";
    let word = if answer.is_approved { "approved" } else { "denied" };
    let values = values![&answer.user_mac, word, answer.member, answer.key, at];
    Ok(db.execute(sql, values).await? == 1)
}

pub(super) async fn poll<S: Sql>(db: &S, secrets: &FlowSecrets, at: i64) -> Result<FlowOutcome, S::Error> {
    let sql = "SELECT answer, polled_at, wait_ms, scope, member_id, key_id, name, os, client, version
                 FROM device_code WHERE mac = ?1 AND expires_at > ?2";
    let Some(row) = db.row(sql, values![&secrets.mac, at]).await? else {
        return Ok(FlowOutcome::Gone);
    };
    let wait = row.int(2)?;
    if row.maybe_int(1)?.is_some_and(|polled| at < polled + wait) {
        let sql = "UPDATE device_code SET polled_at = ?2, wait_ms = ?3 WHERE mac = ?1";
        db.execute(sql, values![&secrets.mac, at, wait + SLOWER_MS])
            .await?;
        return Ok(FlowOutcome::SlowDown);
    }
    let Some(answer) = row.maybe_text(0)? else {
        let sql = "UPDATE device_code SET polled_at = ?2 WHERE mac = ?1";
        db.execute(sql, values![&secrets.mac, at]).await?;
        return Ok(FlowOutcome::Pending);
    };
    // The code is used up, whatever the answer: it is told once.
    db.execute("DELETE FROM device_code WHERE mac = ?1", values![&secrets.mac])
        .await?;
    let member = row.maybe_id(4)?.map(MemberId::from_uuid);
    let (Some(member), "approved") = (member, answer.as_str()) else {
        return Ok(FlowOutcome::Denied);
    };
    if member::role_of(db, member).await?.is_none() {
        return Ok(FlowOutcome::Denied);
    }
    let name = row.text(6)?;
    if scope_of(&row.text(3)?) == DeviceFlowScope::Token {
        let token = NewToken {
            member,
            name,
            ..secrets.token.clone()
        };
        token::add(db, &token, at).await?;
        return Ok(FlowOutcome::Token);
    }
    let Some(key) = row.maybe_id(5)?.map(KeyId::from_uuid) else {
        return Ok(FlowOutcome::Denied);
    };
    let client = DeviceClient {
        os: row.maybe_text(7)?,
        client: row.maybe_text(8)?,
        version: row.maybe_text(9)?,
    };
    let is_enrolled = enrol(db, secrets, (key, member), name, client, at).await?;
    Ok(if is_enrolled {
        FlowOutcome::Device(key)
    } else {
        FlowOutcome::Denied
    })
}

/// Takes a place on the member's key; false when there is none.
async fn enrol<S: Sql>(
    db: &S,
    secrets: &FlowSecrets,
    (key, member): (KeyId, MemberId),
    name: String,
    client: DeviceClient,
    at: i64,
) -> Result<bool, S::Error> {
    let lock = "UPDATE account SET status = status
                 WHERE id = ?1 AND status = 0 AND (expires_at IS NULL OR expires_at > ?2)";
    if db.execute(lock, values![key, at]).await? == 0 {
        return Ok(false);
    }
    let claim = "UPDATE token_key SET devices_live = devices_live + 1, redeemed = TRUE
                  WHERE id = ?1 AND member_id = ?2 AND devices_live < devices_max";
    if db.execute(claim, values![key, member]).await? == 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO device (id, key_id, mac, last4, name, os, client, version, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let values = values![
        secrets.device,
        key,
        &secrets.device_mac,
        &secrets.device_last4,
        name,
        client.os,
        client.client,
        client.version,
        at,
    ];
    db.execute(sql, values).await?;
    db.tell_key(*key.as_uuid()).await?;
    Ok(true)
}
