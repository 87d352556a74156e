//! The tables of alerts. The names of the types are PostgreSQL's; SQLite, which takes any, keeps the
//! values as they are.

/// `dedup` says what an alert is about, and of when. While one is live (`ended_at` is NULL) there is
/// no other of it; somebody who puts it away does not end it, or it would be raised again at once.
///
/// A delivery waits while `next_at` is there. Whoever tries it takes it first (`taken_until`), so
/// that no two gateways send the same at a time. A webhook's secret is sealed.
///
/// The index on `usage` has a row for what differs, and costs nothing for all that does not.
pub(in crate::ledger) const TABLES: &str = "
CREATE TABLE alert (
  id UUID PRIMARY KEY, dedup TEXT NOT NULL, kind TEXT NOT NULL, subject_kind TEXT NOT NULL, subject_id TEXT,
  subject_name TEXT NOT NULL, member_id UUID, title TEXT NOT NULL, detail TEXT NOT NULL, raised_at BIGINT NOT NULL,
  acknowledged_at BIGINT, acknowledged_by TEXT, resolved_at BIGINT, resolved_by TEXT, ended_at BIGINT
);
CREATE UNIQUE INDEX alert_live ON alert(dedup) WHERE ended_at IS NULL;

CREATE TABLE alert_delivery (
  id UUID PRIMARY KEY, alert_id UUID NOT NULL, channel_id UUID NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT,
  taken_until BIGINT NOT NULL, delivered_at BIGINT, problem TEXT
);
CREATE INDEX alert_delivery_next ON alert_delivery(next_at) WHERE next_at IS NOT NULL;
CREATE INDEX alert_delivery_of ON alert_delivery(alert_id);

CREATE TABLE alert_rule (
  id UUID PRIMARY KEY, kind TEXT NOT NULL, scope TEXT NOT NULL, scope_id TEXT NOT NULL, settings TEXT NOT NULL,
  UNIQUE (kind, scope, scope_id)
);
CREATE TABLE alert_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE alert_channel (
  id UUID PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, recipients TEXT NOT NULL, url TEXT, secret TEXT,
  created_at BIGINT NOT NULL, disabled_at BIGINT
);

CREATE TABLE failing_upstream (name TEXT PRIMARY KEY, since BIGINT NOT NULL);

CREATE INDEX usage_variance ON usage(at) WHERE variance > 0;
";
