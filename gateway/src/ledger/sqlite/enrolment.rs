//! Keys and devices: mint, redeem, revoke. Each is one step inside a batch's transaction.

use protocol::{DeviceId, KeyId};
use rusqlite::{OptionalExtension, named_params, params};

use super::SqliteBackend;
use crate::ledger::{Enrolled, KeyMint, Redeem, RedeemRefusal, StoredSecret, operation::REPEAT_MS};

/// The compare-and-swap: a place is taken only where one is free, on a key that is alive.
const CLAIM_PLACE: &str = "
UPDATE token_key SET devices_live = devices_live + 1, redeemed = 1
 WHERE mac = :mac AND devices_live < devices_max
   AND EXISTS (SELECT 1 FROM account WHERE account.id = token_key.id AND status = 0
                AND (expires_at IS NULL OR expires_at > :at))
   AND NOT EXISTS (SELECT 1 FROM member WHERE member.id = token_key.member_id AND disabled_at IS NOT NULL)
RETURNING id";

impl SqliteBackend {
    pub(super) fn mint(&self, keys: &[KeyMint]) -> rusqlite::Result<()> {
        for key in keys {
            let expires_at = key.expires_at.map(|at| at.as_millisecond());
            self.connection
                .prepare_cached("INSERT INTO account (id, expires_at, granted) VALUES (?1, ?2, ?3)")?
                .execute(params![key.id.as_bytes(), expires_at, key.credit.nano_usd()])?;
            self.insert_key(key)?;
            if key.credit.nano_usd() > 0 {
                self.insert_entry("mint", &key.id, None, key.credit.nano_usd(), key.at)?;
            }
        }
        Ok(())
    }

    fn insert_key(&self, key: &KeyMint) -> rusqlite::Result<()> {
        let models = key.models.as_ref().map(|models| models.join("\n"));
        self.connection
            .prepare_cached(
                "INSERT INTO token_key (id, mac, last4, label, models, devices_max, strict, created_at, limits,
                                        member_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                key.id.as_bytes(),
                key.mac,
                key.last4,
                key.label,
                models,
                key.devices,
                key.strict,
                key.at,
                key.limits,
                key.member.map(|member| *member.as_bytes()),
            ])
            .map(drop)
    }

    pub(super) fn redeem(&self, redeem: &Redeem) -> rusqlite::Result<Result<Enrolled, RedeemRefusal>> {
        if let Some(again) = self.repeat_redeem(redeem)? {
            return Ok(Ok(again));
        }
        let claimed: Option<[u8; 16]> = self
            .connection
            .prepare_cached(CLAIM_PLACE)?
            .query_row(
                named_params! { ":mac": redeem.key_mac, ":at": redeem.at },
                |row| row.get(0),
            )
            .optional()?;
        let Some(key) = claimed.map(KeyId::from_bytes) else {
            return Ok(Err(RedeemRefusal));
        };
        if let Some(member) = redeem.member {
            let sql = "UPDATE token_key SET member_id = ?2 WHERE id = ?1 AND member_id IS NULL";
            self.connection
                .prepare_cached(sql)?
                .execute(params![key.as_bytes(), member.as_bytes()])?;
        }
        self.insert_device(redeem, &key)?;
        Ok(Ok(Enrolled {
            key,
            device: redeem.device,
            name: redeem.name.clone(),
            replaced: None,
        }))
    }

    /// The answer to a redeem may get lost on its way. As long as nobody used the credential that
    /// was in it, the same request gets the same device again, with a new credential.
    fn repeat_redeem(&self, redeem: &Redeem) -> rusqlite::Result<Option<Enrolled>> {
        let Some(idempotency_key) = &redeem.idempotency_key else {
            return Ok(None);
        };
        let sql = "
            SELECT device.id, device.mac, device.name, device.key_id FROM device
              JOIN token_key ON token_key.id = device.key_id JOIN account ON account.id = token_key.id
             WHERE token_key.mac = :mac AND idempotency_key = :idempotency_key AND device.created_at > :since
               AND last_seen_at IS NULL AND revoked_at IS NULL
               AND account.status = 0 AND (account.expires_at IS NULL OR account.expires_at > :at)";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row(
                named_params! {
                    ":mac": redeem.key_mac, ":idempotency_key": idempotency_key,
                    ":since": redeem.at - REPEAT_MS, ":at": redeem.at,
                },
                |row| {
                    Ok(Enrolled {
                        device: DeviceId::from_bytes(row.get(0)?),
                        replaced: Some(row.get(1)?),
                        name: row.get(2)?,
                        key: KeyId::from_bytes(row.get(3)?),
                    })
                },
            )
            .optional()?;
        if let Some(enrolled) = &found {
            self.connection
                .prepare_cached("UPDATE device SET mac = ?2, last4 = ?3 WHERE id = ?1")?
                .execute(params![
                    enrolled.device.as_bytes(),
                    redeem.credential_mac,
                    redeem.credential_last4
                ])?;
        }
        Ok(found)
    }

    fn insert_device(&self, redeem: &Redeem, key: &KeyId) -> rusqlite::Result<()> {
        let client = &redeem.client;
        self.connection
            .prepare_cached(
                "INSERT INTO device (id, key_id, mac, last4, name, os, client, version, created_at, idempotency_key)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                redeem.device.as_bytes(),
                key.as_bytes(),
                redeem.credential_mac,
                redeem.credential_last4,
                redeem.name,
                client.os,
                client.client,
                client.version,
                redeem.at,
                redeem.idempotency_key,
            ])
            .map(drop)
    }

    /// The lot stops taking holds at this commit; what runs already is bounded by its holds.
    pub(super) fn revoke_key(&self, key: KeyId, at: i64) -> rusqlite::Result<bool> {
        let id = key.as_bytes();
        let known = self
            .connection
            .execute("UPDATE account SET status = 1 WHERE id = ?1", [id])?
            == 1;
        self.connection.execute(
            "UPDATE device SET revoked_at = ?2 WHERE key_id = ?1 AND revoked_at IS NULL",
            params![id, at],
        )?;
        self.connection
            .execute("UPDATE token_key SET devices_live = 0 WHERE id = ?1", [id])?;
        Ok(known)
    }

    pub(super) fn revoke_device(&self, device: DeviceId, at: i64) -> rusqlite::Result<bool> {
        let key: Option<[u8; 16]> = self
            .connection
            .prepare_cached(
                "UPDATE device SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL RETURNING key_id",
            )?
            .query_row(params![device.as_bytes(), at], |row| row.get(0))
            .optional()?;
        let Some(key) = key else { return Ok(false) };
        self.connection
            .prepare_cached("UPDATE token_key SET devices_live = devices_live - 1 WHERE id = ?1")?
            .execute([key])?;
        Ok(true)
    }

    pub(super) fn set_preferences(&self, key: KeyId, preferences: Option<&str>) -> rusqlite::Result<bool> {
        let sql = "UPDATE token_key SET preferences = ?2 WHERE id = ?1";
        let changed = self
            .connection
            .execute(sql, params![key.as_bytes(), preferences])?;
        Ok(changed == 1)
    }

    pub(super) fn store_secret(&self, secret: &StoredSecret) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO upstream_secret VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![secret.upstream, secret.sealed, secret.last4, secret.at])
            .map(drop)
    }
}
