//! The database's shape. Versions go up by one migration each (`PRAGMA user_version`).

use crate::ledger::{alerts, people, retention};

pub(super) const VERSION: usize = 1 + STEPS.len();

/// What [`CREATE`] makes.
pub(super) const CREATED: usize = 3;

/// From version 1 to 2, from 2 to 3, and so on. [`VIEW`] is made anew after the last one.
pub(super) const STEPS: &[&str] = &[
    FROM_1,
    FROM_2,
    CREDIT,
    PRICE_VERSION,
    BILLS,
    people::SQLITE,
    people::PASSKEYS,
    people::TEAMS,
    people::IDENTITIES,
    people::DEVICES,
    people::SQLITE_DATA,
    alerts::TABLES,
    people::SHARING,
    people::REPORTED,
    retention::SQLITE,
    people::SHARING_COUNTED,
    people::REPORTED_COUNTED,
];

/// Ids are UUIDv7 blobs in tables without a rowid: rows arrive in key order, which keeps pages hot
/// and the log short. `hold` has only pending rows: a settle is a DELETE plus one `usage` row, and
/// that row is also the ledger entry. What the usage row takes over from a hold comes from memory;
/// after a crash from `origin`, the same as JSON. `usage` has no second index: with many keys each settle would
/// write a page of its own, which costs more than all the rest. What came later is in [`STEPS`].
pub(super) const CREATE: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', 0), ('probe', 0);

CREATE TABLE account (
  id BLOB PRIMARY KEY, status INTEGER NOT NULL DEFAULT 0, expires_at INTEGER,
  granted INTEGER NOT NULL, spent INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,
  CHECK (spent >= 0 AND held >= 0 AND spent + held <= granted)
) WITHOUT ROWID;

CREATE TABLE token_key (
  id BLOB PRIMARY KEY REFERENCES account(id), mac BLOB NOT NULL UNIQUE, last4 TEXT NOT NULL,
  label TEXT, models TEXT, devices_max INTEGER NOT NULL, devices_live INTEGER NOT NULL DEFAULT 0,
  strict INTEGER NOT NULL, redeemed INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,
  limits TEXT, preferences TEXT,
  CHECK (devices_live >= 0 AND devices_live <= devices_max)
) WITHOUT ROWID;

CREATE TABLE device (
  id BLOB PRIMARY KEY, key_id BLOB NOT NULL REFERENCES token_key(id), mac BLOB NOT NULL UNIQUE,
  last4 TEXT NOT NULL, name TEXT NOT NULL, os TEXT, client TEXT, version TEXT,
  created_at INTEGER NOT NULL, last_seen_at INTEGER, revoked_at INTEGER, idempotency_key TEXT
) WITHOUT ROWID;
CREATE INDEX device_by_key ON device(key_id);

CREATE TABLE hold (
  request_id BLOB PRIMARY KEY, key_id BLOB NOT NULL, device_id BLOB NOT NULL, at INTEGER NOT NULL,
  amount INTEGER NOT NULL, counted_input INTEGER NOT NULL, mark INTEGER NOT NULL, epoch INTEGER NOT NULL,
  lease_until INTEGER NOT NULL, price TEXT NOT NULL, origin TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE client_request (
  device_id BLOB NOT NULL, id TEXT NOT NULL, PRIMARY KEY (device_id, id)
) WITHOUT ROWID;

CREATE TABLE usage (
  request_id BLOB PRIMARY KEY, at INTEGER NOT NULL, key_id BLOB NOT NULL, device_id BLOB NOT NULL,
  kind TEXT NOT NULL, model TEXT NOT NULL, upstream TEXT NOT NULL, upstream_model TEXT NOT NULL,
  provider_response_id TEXT, input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL,
  cache_write INTEGER NOT NULL, reasoning INTEGER NOT NULL, held INTEGER NOT NULL, cost INTEGER NOT NULL,
  variance INTEGER NOT NULL, estimated INTEGER NOT NULL, orphan INTEGER NOT NULL, repository TEXT,
  branch TEXT, language TEXT, client_request_id TEXT, latency_ms INTEGER NOT NULL,
  CHECK (cost >= 0 AND cost <= held AND variance >= 0)
) WITHOUT ROWID;

CREATE TABLE entry (
  id BLOB PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, key_id BLOB NOT NULL REFERENCES account(id),
  request_id BLOB, amount INTEGER NOT NULL CHECK (amount > 0)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entry_refund ON entry(request_id) WHERE kind = 'refund';

CREATE TRIGGER usage_is_append_only_u BEFORE UPDATE ON usage BEGIN SELECT RAISE(ABORT, 'usage rows are never changed'); END;
CREATE TRIGGER usage_is_append_only_d BEFORE DELETE ON usage BEGIN SELECT RAISE(ABORT, 'usage rows are never deleted'); END;
CREATE TRIGGER entry_is_append_only_u BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_is_append_only_d BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;

CREATE TABLE upstream_secret (
  name TEXT PRIMARY KEY, sealed TEXT NOT NULL, last4 TEXT NOT NULL, created_at INTEGER NOT NULL
) WITHOUT ROWID;
";

/// Version 1 had a column for each part of `origin`, which every request paid for twice.
pub(super) const FROM_1: &str = "
CREATE TABLE hold_2 (
  request_id BLOB PRIMARY KEY, key_id BLOB NOT NULL, device_id BLOB NOT NULL, at INTEGER NOT NULL,
  amount INTEGER NOT NULL, counted_input INTEGER NOT NULL, mark INTEGER NOT NULL, epoch INTEGER NOT NULL,
  lease_until INTEGER NOT NULL, price TEXT NOT NULL, origin TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO hold_2
SELECT request_id, key_id, device_id, at, amount, counted_input, mark, epoch, lease_until, price,
       json_object('kind', kind, 'model', model, 'upstream', upstream, 'upstream_model', upstream_model,
                   'repository', repository, 'branch', branch, 'language', language,
                   'client_request_id', client_request_id)
  FROM hold;
DROP TABLE hold;
ALTER TABLE hold_2 RENAME TO hold;
";

/// Version 2 knew no limits and no preferences of a key, both JSON that only others read.
pub(super) const FROM_2: &str = "
ALTER TABLE token_key ADD COLUMN limits TEXT;
ALTER TABLE token_key ADD COLUMN preferences TEXT;
";

/// Since version 4 credit moves: entries can have a second lot, keys an allowance, and orders an
/// answer that is kept for as long as they may be repeated.
pub(super) const CREDIT: &str = "
ALTER TABLE entry ADD COLUMN to_key_id BLOB;
CREATE INDEX account_ends ON account(expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE allowance (
  key_id BLOB PRIMARY KEY REFERENCES token_key(id), amount INTEGER NOT NULL, every TEXT NOT NULL,
  carry_over INTEGER NOT NULL, next_at INTEGER, last_at INTEGER, last_amount INTEGER NOT NULL,
  used_before INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX allowance_next ON allowance(next_at) WHERE next_at IS NOT NULL;

CREATE TABLE answered (
  id TEXT PRIMARY KEY, at INTEGER NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL
) WITHOUT ROWID;
";

/// Since version 5 a usage row says which version of its price it was charged at, and the
/// operator's factor in it in millionths (NULL: 1), without which no provider's bill compares.
pub(super) const PRICE_VERSION: &str = "
ALTER TABLE usage ADD COLUMN price_version TEXT;
ALTER TABLE usage ADD COLUMN multiplier INTEGER;
";

/// Since version 6 the bills of providers are kept, by UTC days counted from 1970. A day that is in
/// `billed_day` and has no line was billed nothing.
pub(super) const BILLS: &str = "
CREATE TABLE billed_day (
  upstream TEXT NOT NULL, day INTEGER NOT NULL, at INTEGER NOT NULL, is_imported INTEGER NOT NULL, PRIMARY KEY (upstream, day)
) WITHOUT ROWID;
CREATE TABLE billed (
  upstream TEXT NOT NULL, day INTEGER NOT NULL, model TEXT NOT NULL, requests INTEGER, input INTEGER, output INTEGER, cost INTEGER,
  PRIMARY KEY (upstream, day, model)
) WITHOUT ROWID;
";

/// All entries in double-entry form.
pub(super) const VIEW: &str = "
DROP VIEW IF EXISTS ledger_entry;
CREATE VIEW ledger_entry (id, at, kind, debit, credit, amount) AS
  SELECT id, at, kind, 'house:issued', 'lot:' || lower(hex(key_id)), amount FROM entry
   WHERE kind IN ('mint', 'grant')
  UNION ALL
  SELECT id, at, kind, 'lot:' || lower(hex(key_id)), 'lot:' || lower(hex(to_key_id)), amount FROM entry
   WHERE kind = 'allocate'
  UNION ALL
  SELECT id, at, kind, 'lot:' || lower(hex(key_id)), 'house:issued', amount FROM entry
   WHERE kind IN ('reclaim', 'expire')
  UNION ALL
  SELECT id, at, kind, 'house:usage', 'lot:' || lower(hex(key_id)), amount FROM entry WHERE kind = 'refund'
  UNION ALL
  SELECT request_id, at, 'settle', 'lot:' || lower(hex(key_id)), 'house:usage', cost FROM usage WHERE cost > 0
  UNION ALL
  SELECT NULL, at, 'settle', 'lot:' || lower(hex(key_id)), 'house:usage', cost FROM usage_past WHERE cost > 0
  UNION ALL
  SELECT NULL, at, 'variance', 'house:variance', 'house:usage', variance FROM usage_past WHERE variance > 0
  UNION ALL
  SELECT request_id, at, 'variance', 'house:variance', 'house:usage', variance FROM usage WHERE variance > 0;
";
