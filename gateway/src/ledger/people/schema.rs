//! The tables of members and of the audit log. The names of the types are PostgreSQL's; SQLite,
//! which takes any, keeps the values as they are.

/// Passwords are argon2id in the PHC form. Every other secret is here as its MAC. Members are never
/// deleted, since keys and the log name them; one who is removed loses everything but the name.
/// `name_key` and `email_key` are what a person is looked up by: lower case, NULL once removed.
macro_rules! tables {
    () => {
        "
CREATE TABLE member (
  id UUID PRIMARY KEY, name TEXT NOT NULL, name_key TEXT UNIQUE, email TEXT, email_key TEXT UNIQUE,
  role TEXT NOT NULL, password TEXT, created_at BIGINT NOT NULL, seen_at BIGINT, disabled_at BIGINT,
  removed_at BIGINT,
  CHECK (role IN ('owner', 'admin', 'member', 'viewer'))
);

CREATE TABLE session (
  mac BYTEA PRIMARY KEY, id UUID NOT NULL UNIQUE, member_id UUID NOT NULL REFERENCES member(id),
  created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, step_up_at BIGINT,
  client TEXT, address TEXT
);
CREATE INDEX session_of_member ON session(member_id);

CREATE TABLE link (
  id UUID PRIMARY KEY, mac BYTEA NOT NULL UNIQUE, kind TEXT NOT NULL, member_id UUID, role TEXT NOT NULL,
  name TEXT, email TEXT, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT,
  revoked_at BIGINT
);

CREATE TABLE personal_token (
  id UUID PRIMARY KEY, mac BYTEA NOT NULL UNIQUE, last4 TEXT NOT NULL,
  member_id UUID NOT NULL REFERENCES member(id), name TEXT NOT NULL, scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT, revoked_at BIGINT
);
CREATE INDEX token_of_member ON personal_token(member_id);

CREATE TABLE device_code (
  mac BYTEA PRIMARY KEY, user_mac BYTEA NOT NULL UNIQUE, scope TEXT NOT NULL, name TEXT NOT NULL, os TEXT,
  client TEXT, version TEXT, address TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  wait_ms BIGINT NOT NULL, polled_at BIGINT, answer TEXT, member_id UUID, key_id UUID
);

CREATE TABLE audit (
  number BIGINT PRIMARY KEY, id UUID NOT NULL, at BIGINT NOT NULL, actor_kind TEXT NOT NULL, actor_id TEXT,
  actor_name TEXT, action TEXT NOT NULL, target TEXT, was TEXT, became TEXT, request_id TEXT, peer TEXT,
  hash BYTEA NOT NULL
);

ALTER TABLE token_key ADD COLUMN member_id UUID;
CREATE INDEX key_of_member ON token_key(member_id);
"
    };
}

/// Where devices were seen, the credential that each had before, and what each version of a price
/// said. The same in both databases.
pub(in crate::ledger) const DEVICES: &str = "
ALTER TABLE device ADD COLUMN old_mac BYTEA;
ALTER TABLE device ADD COLUMN old_until BIGINT;
CREATE TABLE device_address (
  device_id UUID NOT NULL, network TEXT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
  PRIMARY KEY (device_id, network)
);
CREATE TABLE price (version TEXT PRIMARY KEY, price TEXT NOT NULL, at BIGINT NOT NULL);
";

/// Members in teams, each with a pool of credit, and what a member may use with all keys together
/// (JSON that only others read). The same in both databases.
pub(in crate::ledger) const TEAMS: &str = "
CREATE TABLE team (
  id UUID PRIMARY KEY, name TEXT NOT NULL, name_key TEXT UNIQUE, key_id UUID NOT NULL UNIQUE,
  created_at BIGINT NOT NULL, removed_at BIGINT
);
ALTER TABLE member ADD COLUMN team_id UUID;
ALTER TABLE member ADD COLUMN limits TEXT;
";

pub(in crate::ledger) const SQLITE: &str = concat!(
    tables!(),
    "
CREATE TRIGGER audit_is_append_only_u BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'lines of the audit log are never changed'); END;
CREATE TRIGGER audit_is_append_only_d BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'lines of the audit log are never deleted'); END;
"
);

/// The function is the one that guards usage rows and entries.
pub(in crate::ledger) const POSTGRES: &str = concat!(
    tables!(),
    "
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION rows_are_only_appended();
"
);

/// Passkeys came later. A challenge is here from the moment that it was answered, so that nobody
/// answers to it again; before, it is nowhere.
pub(in crate::ledger) const PASSKEYS: &str = "
CREATE TABLE passkey (
  id UUID PRIMARY KEY, credential BYTEA NOT NULL UNIQUE, member_id UUID NOT NULL REFERENCES member(id),
  party TEXT NOT NULL, name TEXT NOT NULL, public_key BYTEA NOT NULL, counter BIGINT NOT NULL,
  synced BIGINT NOT NULL, created_at BIGINT NOT NULL, used_at BIGINT
);
CREATE INDEX passkey_of_member ON passkey(member_id);
CREATE TABLE spent_challenge (mac BYTEA PRIMARY KEY, expires_at BIGINT NOT NULL);
";

/// Accounts elsewhere came after passkeys, and sessions that last. An account is its issuer's, whatever that is called in
/// the configuration.
pub(in crate::ledger) const IDENTITIES: &str = "
CREATE TABLE identity (
  id UUID PRIMARY KEY, issuer TEXT NOT NULL, subject TEXT NOT NULL, member_id UUID NOT NULL REFERENCES member(id),
  account TEXT NOT NULL, created_at BIGINT NOT NULL, used_at BIGINT, UNIQUE (issuer, subject)
);
CREATE INDEX identity_of_member ON identity(member_id);
ALTER TABLE session ADD COLUMN lasting BIGINT NOT NULL DEFAULT 0;
";

/// What erasing a person needs, and orders that are carried out once. A line of the audit log has a
/// digest of who and what it names, and the salt of each; the chain of hashes goes over the digests.
/// So names can be taken out of a line, with their salt, and the chain still holds. The triggers let
/// nothing but that through.
macro_rules! data {
    () => {
        "
ALTER TABLE member ADD COLUMN erased_at BIGINT;
ALTER TABLE audit ADD COLUMN who_salt BYTEA;
ALTER TABLE audit ADD COLUMN who_digest BYTEA;
ALTER TABLE audit ADD COLUMN what_salt BYTEA;
ALTER TABLE audit ADD COLUMN what_digest BYTEA;

CREATE TABLE idempotent (
  id TEXT PRIMARY KEY, at BIGINT NOT NULL, request TEXT NOT NULL, request_id TEXT NOT NULL,
  status BIGINT, sealed TEXT
);
CREATE INDEX idempotent_at ON idempotent(at);
"
    };
}

macro_rules! names_alone_are_taken_out {
    () => {
        "
  NEW.number IS NOT DISTINCT FROM OLD.number AND NEW.id IS NOT DISTINCT FROM OLD.id
  AND NEW.at IS NOT DISTINCT FROM OLD.at AND NEW.actor_kind IS NOT DISTINCT FROM OLD.actor_kind
  AND NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id AND NEW.action IS NOT DISTINCT FROM OLD.action
  AND NEW.target IS NOT DISTINCT FROM OLD.target AND NEW.request_id IS NOT DISTINCT FROM OLD.request_id
  AND NEW.hash IS NOT DISTINCT FROM OLD.hash AND NEW.who_digest IS NOT DISTINCT FROM OLD.who_digest
  AND NEW.what_digest IS NOT DISTINCT FROM OLD.what_digest
  AND ((NEW.actor_name IS NOT DISTINCT FROM OLD.actor_name AND NEW.peer IS NOT DISTINCT FROM OLD.peer
        AND NEW.who_salt IS NOT DISTINCT FROM OLD.who_salt)
       OR (NEW.actor_name IS NULL AND NEW.peer IS NULL AND NEW.who_salt IS NULL AND OLD.who_digest IS NOT NULL))
  AND ((NEW.was IS NOT DISTINCT FROM OLD.was AND NEW.became IS NOT DISTINCT FROM OLD.became
        AND NEW.what_salt IS NOT DISTINCT FROM OLD.what_salt)
       OR (NEW.was IS NULL AND NEW.became IS NULL AND NEW.what_salt IS NULL AND OLD.what_digest IS NOT NULL))"
    };
}

pub(in crate::ledger) const SQLITE_DATA: &str = concat!(
    data!(),
    "
DROP TRIGGER audit_is_append_only_u;
CREATE TRIGGER audit_is_append_only_u BEFORE UPDATE ON audit WHEN NOT (",
    names_alone_are_taken_out!(),
    ") BEGIN SELECT RAISE(ABORT, 'lines of the audit log are never changed'); END;
"
);

pub(in crate::ledger) const POSTGRES_DATA: &str = concat!(
    data!(),
    "
DROP TRIGGER audit_is_append_only ON audit;
CREATE TRIGGER audit_is_append_only_u BEFORE UPDATE ON audit FOR EACH ROW WHEN (NOT (",
    names_alone_are_taken_out!(),
    ")) EXECUTE FUNCTION rows_are_only_appended();
CREATE TRIGGER audit_is_append_only_d BEFORE DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION rows_are_only_appended();
"
);

/// What devices consumed elsewhere, as they say it. A row is known by client and id; no balance and
/// no sum of the gateway's own usage has any of it.
pub(in crate::ledger) const REPORTED: &str = "
CREATE TABLE reported (
  client TEXT NOT NULL, id TEXT NOT NULL, key_id UUID NOT NULL REFERENCES token_key(id), device_id UUID NOT NULL,
  reported_at BIGINT NOT NULL, at BIGINT NOT NULL, repository TEXT, branch TEXT, model TEXT, provider TEXT,
  input BIGINT NOT NULL, output BIGINT NOT NULL, cache_read BIGINT NOT NULL, cache_write BIGINT NOT NULL,
  reasoning BIGINT NOT NULL, cost BIGINT,
  PRIMARY KEY (client, id),
  CHECK (input >= 0 AND output >= 0 AND cache_read >= 0 AND cache_write >= 0 AND reasoning >= 0 AND cost >= 0)
);
CREATE INDEX reported_of_key ON reported(key_id);
";
