//! The database's shape in PostgreSQL. Versions go up by one migration each (`meta.version`).

use crate::ledger::{alerts, people, retention};

pub(super) const VERSION: usize = 1 + STEPS.len();

/// From version 1, which [`CREATE`] makes, to 2, and so on. [`VIEW`] is made anew after the last one.
pub(super) const STEPS: &[&str] = &[
    CREDIT,
    PRICE_VERSION,
    BILLS,
    FAILURES,
    people::POSTGRES,
    people::PASSKEYS,
    people::TEAMS,
    people::IDENTITIES,
    people::DEVICES,
    people::POSTGRES_DATA,
    alerts::TABLES,
    people::SHARING,
    people::REPORTED,
    retention::POSTGRES,
    people::SHARING_COUNTED,
    people::REPORTED_COUNTED,
];

/// The same tables as in SQLite, with what several gateways on one database need besides: `node`
/// is one row for each gateway, which every transaction of that gateway changes. So a transaction
/// of a gateway that was given up (`epoch`) does nothing, and after a broken connection `batch`
/// says whether the last commit came through. Account and hold rows change all the time: a half
/// empty page keeps their new versions where the old ones were. What came later is in [`STEPS`].
pub(super) const CREATE: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL);

CREATE TABLE node (
  id UUID PRIMARY KEY, epoch BIGINT NOT NULL, batch BIGINT NOT NULL, lease_until TIMESTAMPTZ NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE account (
  id UUID PRIMARY KEY, status SMALLINT NOT NULL DEFAULT 0, expires_at BIGINT,
  granted BIGINT NOT NULL, spent BIGINT NOT NULL DEFAULT 0, held BIGINT NOT NULL DEFAULT 0,
  CHECK (spent >= 0 AND held >= 0 AND spent + held <= granted)
) WITH (fillfactor = 50);

CREATE TABLE token_key (
  id UUID PRIMARY KEY REFERENCES account(id), mac BYTEA NOT NULL UNIQUE, last4 TEXT NOT NULL,
  label TEXT, models TEXT, devices_max BIGINT NOT NULL, devices_live BIGINT NOT NULL DEFAULT 0,
  strict BOOLEAN NOT NULL, redeemed BOOLEAN NOT NULL DEFAULT FALSE, created_at BIGINT NOT NULL,
  limits TEXT, preferences TEXT,
  CHECK (devices_live >= 0 AND devices_live <= devices_max)
);

CREATE TABLE device (
  id UUID PRIMARY KEY, key_id UUID NOT NULL REFERENCES token_key(id), mac BYTEA NOT NULL UNIQUE,
  last4 TEXT NOT NULL, name TEXT NOT NULL, os TEXT, client TEXT, version TEXT,
  created_at BIGINT NOT NULL, last_seen_at BIGINT, revoked_at BIGINT, idempotency_key TEXT
);
CREATE INDEX device_by_key ON device(key_id);

CREATE TABLE hold (
  request_id UUID PRIMARY KEY, key_id UUID NOT NULL, device_id UUID NOT NULL, at BIGINT NOT NULL,
  amount BIGINT NOT NULL, counted_input BIGINT NOT NULL, mark BIGINT NOT NULL, node UUID NOT NULL,
  epoch BIGINT NOT NULL, lease_until BIGINT NOT NULL, price TEXT NOT NULL, origin TEXT NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

CREATE TABLE client_request (
  device_id UUID NOT NULL, id TEXT NOT NULL, PRIMARY KEY (device_id, id)
);

CREATE TABLE usage (
  request_id UUID PRIMARY KEY, at BIGINT NOT NULL, key_id UUID NOT NULL, device_id UUID NOT NULL,
  kind TEXT NOT NULL, model TEXT NOT NULL, upstream TEXT NOT NULL, upstream_model TEXT NOT NULL,
  provider_response_id TEXT, input BIGINT NOT NULL, output BIGINT NOT NULL, cache_read BIGINT NOT NULL,
  cache_write BIGINT NOT NULL, reasoning BIGINT NOT NULL, held BIGINT NOT NULL, cost BIGINT NOT NULL,
  variance BIGINT NOT NULL, estimated BOOLEAN NOT NULL, orphan BOOLEAN NOT NULL, repository TEXT,
  branch TEXT, language TEXT, client_request_id TEXT, latency_ms BIGINT NOT NULL,
  CHECK (cost >= 0 AND cost <= held AND variance >= 0)
);

CREATE TABLE entry (
  id UUID PRIMARY KEY, at BIGINT NOT NULL, kind TEXT NOT NULL, key_id UUID NOT NULL REFERENCES account(id),
  request_id UUID, amount BIGINT NOT NULL CHECK (amount > 0)
);
CREATE UNIQUE INDEX entry_refund ON entry(request_id) WHERE kind = 'refund';

CREATE FUNCTION rows_are_only_appended() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'rows of % are only ever appended', TG_TABLE_NAME; END $$;
CREATE TRIGGER usage_is_append_only BEFORE UPDATE OR DELETE ON usage
  FOR EACH ROW EXECUTE FUNCTION rows_are_only_appended();
CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE ON entry
  FOR EACH ROW EXECUTE FUNCTION rows_are_only_appended();

CREATE TABLE upstream_secret (
  name TEXT PRIMARY KEY, sealed TEXT NOT NULL, last4 TEXT NOT NULL, created_at BIGINT NOT NULL
);
";

/// Since version 2 credit moves: entries can have a second lot, keys an allowance, and orders an
/// answer that is kept for as long as they may be repeated.
pub(super) const CREDIT: &str = "
ALTER TABLE entry ADD COLUMN to_key_id UUID;
CREATE INDEX account_ends ON account(expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS usage_by_key ON usage(key_id, at);

CREATE TABLE allowance (
  key_id UUID PRIMARY KEY REFERENCES token_key(id), amount BIGINT NOT NULL, every TEXT NOT NULL,
  carry_over BOOLEAN NOT NULL, next_at BIGINT, last_at BIGINT, last_amount BIGINT NOT NULL,
  used_before BIGINT NOT NULL
);
CREATE INDEX allowance_next ON allowance(next_at) WHERE next_at IS NOT NULL;

CREATE TABLE answered (
  id TEXT PRIMARY KEY, at BIGINT NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL
);
";

/// Since version 3 a usage row says which version of its price it was charged at, and the
/// operator's factor in it in millionths (NULL: 1), without which no provider's bill compares.
pub(super) const PRICE_VERSION: &str = "
ALTER TABLE usage ADD COLUMN price_version TEXT;
ALTER TABLE usage ADD COLUMN multiplier BIGINT;
";

/// Since version 4 the bills of providers are kept, by UTC days counted from 1970. A day that is in
/// `billed_day` and has no line was billed nothing.
pub(super) const BILLS: &str = "
CREATE TABLE billed_day (
  upstream TEXT NOT NULL, day BIGINT NOT NULL, at BIGINT NOT NULL, is_imported BOOLEAN NOT NULL, PRIMARY KEY (upstream, day)
);
CREATE TABLE billed (
  upstream TEXT NOT NULL, day BIGINT NOT NULL, model TEXT NOT NULL, requests BIGINT, input BIGINT, output BIGINT, cost BIGINT,
  PRIMARY KEY (upstream, day, model)
);
";

/// Since version 5 gateways count together how often a peer failed to redeem.
const FAILURES: &str = "
CREATE TABLE failed_redeem (peer BYTEA PRIMARY KEY, times BIGINT[] NOT NULL, last BIGINT NOT NULL);
CREATE INDEX failed_redeem_last ON failed_redeem(last);
";

/// All entries in double-entry form.
pub(super) const VIEW: &str = "
DROP VIEW IF EXISTS ledger_entry;
CREATE VIEW ledger_entry (id, at, kind, debit, credit, amount) AS
  SELECT id, at, kind, 'house:issued', 'lot:' || key_id, amount FROM entry WHERE kind IN ('mint', 'grant')
  UNION ALL
  SELECT id, at, kind, 'lot:' || key_id, 'lot:' || to_key_id, amount FROM entry WHERE kind = 'allocate'
  UNION ALL
  SELECT id, at, kind, 'lot:' || key_id, 'house:issued', amount FROM entry WHERE kind IN ('reclaim', 'expire')
  UNION ALL
  SELECT id, at, kind, 'house:usage', 'lot:' || key_id, amount FROM entry WHERE kind = 'refund'
  UNION ALL
  SELECT request_id, at, 'settle', 'lot:' || key_id, 'house:usage', cost FROM usage WHERE cost > 0
  UNION ALL
  SELECT NULL, at, 'settle', 'lot:' || key_id, 'house:usage', cost FROM usage_past WHERE cost > 0
  UNION ALL
  SELECT NULL, at, 'variance', 'house:variance', 'house:usage', variance FROM usage_past WHERE variance > 0
  UNION ALL
  SELECT request_id, at, 'variance', 'house:variance', 'house:usage', variance FROM usage WHERE variance > 0;
";
