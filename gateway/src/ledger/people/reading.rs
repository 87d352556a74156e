//! Who is who, as it is committed.

use std::collections::HashMap;

use protocol::{
    InvitationId, MemberId, SessionId, TeamId, TokenId,
    api::{
        AuditList, AuditQuery, AuditReport, DeviceClient, DeviceFlowScope, InvitationState, LinkKind, Role,
        Scope,
    },
};

use super::{
    audit_list,
    device::{self, AddressRecord},
    device_code,
    identity::{self, IDENTITY, IdentityRecord},
    link, member,
    passkey::{self, PASSKEY, PASSKEY_COLUMNS, PasskeyRecord},
    sql::{Row, RowError, Rows, Value, values},
    team::{self, TeamRecord},
};
use crate::ledger::{LedgerError, Reader, sqlite::SqliteReader};

/// A member who was not removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRecord {
    pub id: MemberId,
    pub name: String,
    pub email: Option<String>,
    pub role: Role,
    pub has_password: bool,
    pub created_at: i64,
    pub seen_at: Option<i64>,
    pub disabled_at: Option<i64>,
    pub team: Option<TeamId>,
    /// As JSON.
    pub limits: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    pub id: SessionId,
    pub created_at: i64,
    pub seen_at: i64,
    pub ends_at: i64,
    pub step_up_at: Option<i64>,
    pub client: Option<String>,
    pub address: Option<String>,
    /// Does not end for want of use, as long as it is used at the gateway's own machine.
    pub is_lasting: bool,
}

/// A session with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRecord {
    pub session: SessionRecord,
    pub member: MemberRecord,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    pub id: TokenId,
    pub last4: String,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub created_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRecord {
    pub id: InvitationId,
    pub kind: LinkKind,
    pub member: Option<MemberId>,
    pub role: Role,
    pub name: Option<String>,
    pub email: Option<String>,
    pub created_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

impl LinkRecord {
    pub fn state(&self, now: i64) -> InvitationState {
        if self.used_at.is_some() {
            InvitationState::Accepted
        } else if self.revoked_at.is_some() {
            InvitationState::Revoked
        } else if self.expires_at <= now {
            InvitationState::Expired
        } else {
            InvitationState::Open
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCodeRecord {
    pub scope: DeviceFlowScope,
    pub name: String,
    pub client: DeviceClient,
    pub address: String,
    pub created_at: i64,
    pub expires_at: i64,
}

const MEMBER: &str = "member.id, member.name, member.email, member.role,
       CAST(CASE WHEN password IS NULL THEN 0 ELSE 1 END AS BIGINT), member.created_at, member.seen_at, disabled_at,
       team_id, limits";
const SESSION: &str =
    "session.id, session.created_at, session.seen_at, ends_at, step_up_at, client, address, lasting";
const TOKEN: &str =
    "personal_token.id, last4, personal_token.name, scopes, personal_token.created_at, expires_at,
       used_at, revoked_at";
const LINK: &str = "
SELECT id, kind, member_id, role, name, email, created_at, expires_at, used_at, revoked_at FROM link";

fn member_at(row: &Row, first: usize) -> Result<MemberRecord, RowError> {
    Ok(MemberRecord {
        id: MemberId::from_uuid(row.id(first)?),
        name: row.text(first + 1)?,
        email: row.maybe_text(first + 2)?,
        role: row.word(first + 3)?,
        has_password: row.int(first + 4)? != 0,
        created_at: row.int(first + 5)?,
        seen_at: row.maybe_int(first + 6)?,
        disabled_at: row.maybe_int(first + 7)?,
        team: row.maybe_id(first + 8)?.map(TeamId::from_uuid),
        limits: row.maybe_text(first + 9)?,
    })
}

fn session_at(row: &Row) -> Result<SessionRecord, RowError> {
    Ok(SessionRecord {
        id: SessionId::from_uuid(row.id(0)?),
        created_at: row.int(1)?,
        seen_at: row.int(2)?,
        ends_at: row.int(3)?,
        step_up_at: row.maybe_int(4)?,
        client: row.maybe_text(5)?,
        address: row.maybe_text(6)?,
        is_lasting: row.int(7)? != 0,
    })
}

fn token_at(row: &Row) -> Result<TokenRecord, RowError> {
    // A scope that a later version knew is none here.
    let scopes = row.text(3)?;
    let scopes = scopes.split(' ').filter_map(|word| word.parse().ok());
    Ok(TokenRecord {
        id: TokenId::from_uuid(row.id(0)?),
        last4: row.text(1)?,
        name: row.text(2)?,
        scopes: scopes.collect(),
        created_at: row.int(4)?,
        expires_at: row.int(5)?,
        used_at: row.maybe_int(6)?,
        revoked_at: row.maybe_int(7)?,
    })
}

fn link_at(row: &Row) -> Result<LinkRecord, RowError> {
    let kind = if row.text(1)? == link::word(LinkKind::SignIn) {
        LinkKind::SignIn
    } else {
        LinkKind::Invitation
    };
    Ok(LinkRecord {
        id: InvitationId::from_uuid(row.id(0)?),
        kind,
        member: row.maybe_id(2)?.map(MemberId::from_uuid),
        role: row.word(3)?,
        name: row.maybe_text(4)?,
        email: row.maybe_text(5)?,
        created_at: row.int(6)?,
        expires_at: row.int(7)?,
        used_at: row.maybe_int(8)?,
        revoked_at: row.maybe_int(9)?,
    })
}

/// Reads what people have at the gateway.
pub struct PeopleReader<'a>(&'a Reader);

impl Reader {
    pub const fn people(&self) -> PeopleReader<'_> {
        PeopleReader(self)
    }
}

impl PeopleReader<'_> {
    pub(super) async fn all<T>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Row) -> Result<T, RowError>,
    ) -> Result<Vec<T>, LedgerError> {
        let rows = self.0.rows(sql, values).await?;
        let records: Result<Vec<T>, RowError> = rows.iter().map(read).collect();
        Ok(records?)
    }

    /// The same of many rows, beside whatever else is read and not before it.
    pub(super) async fn long<T: Send + 'static>(
        &self,
        sql: String,
        values: Vec<Value>,
        read: fn(&Row) -> Result<T, RowError>,
    ) -> Result<Vec<T>, LedgerError> {
        let records = move |rows: Vec<Row>| -> Result<Vec<T>, RowError> { rows.iter().map(read).collect() };
        match self.0 {
            Reader::Sqlite(reader) => {
                let read = move |own: &SqliteReader| Ok(records(own.rows_here(&sql, &values)?)?);
                reader.history(read).await
            }
            Reader::Postgres(reader) => Ok(records(reader.long_rows(&sql, &values).await?)?),
        }
    }

    /// In the order in which they came.
    pub async fn members(&self) -> Result<Vec<MemberRecord>, LedgerError> {
        let sql = format!("SELECT {MEMBER} FROM member WHERE removed_at IS NULL ORDER BY id");
        self.all(&sql, &[], |row| member_at(row, 0)).await
    }

    pub async fn member(&self, id: MemberId) -> Result<Option<MemberRecord>, LedgerError> {
        let sql = format!("SELECT {MEMBER} FROM member WHERE removed_at IS NULL AND id = ?1");
        Ok(self.all(&sql, values![id], |row| member_at(row, 0)).await?.pop())
    }

    /// Where devices were seen, the latest first.
    pub async fn device_addresses(&self) -> Result<Vec<AddressRecord>, LedgerError> {
        self.all(device::ADDRESSES, &[], device::address_at).await
    }

    /// What a version of a price said, as JSON.
    pub async fn price(&self, version: &str) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT price FROM price WHERE version = ?1";
        Ok(self.all(sql, values![version], |row| row.text(0)).await?.pop())
    }

    /// What members may use who have limits of their own, as JSON.
    pub async fn limits(&self) -> Result<HashMap<MemberId, String>, LedgerError> {
        let sql = "SELECT id, limits FROM member WHERE removed_at IS NULL AND limits IS NOT NULL";
        let read = |row: &Row| Ok((MemberId::from_uuid(row.id(0)?), row.text(1)?));
        Ok(self.all(sql, &[], read).await?.into_iter().collect())
    }

    /// In the order of their names.
    pub async fn teams(&self) -> Result<Vec<TeamRecord>, LedgerError> {
        let sql = format!("{} ORDER BY name_key", team::TEAMS);
        self.all(&sql, &[], team::team_at).await
    }

    pub async fn team(&self, id: TeamId) -> Result<Option<TeamRecord>, LedgerError> {
        let sql = format!("{} AND id = ?1", team::TEAMS);
        Ok(self.all(&sql, values![id], team::team_at).await?.pop())
    }

    /// Also of one who was removed, but not of one who was erased.
    pub async fn role_ever(&self, id: MemberId) -> Result<Option<Role>, LedgerError> {
        let sql = "SELECT role FROM member WHERE id = ?1 AND erased_at IS NULL";
        Ok(self.all(sql, values![id], |row| row.word(0)).await?.pop())
    }

    /// Also of those who were removed.
    pub async fn names(&self) -> Result<HashMap<MemberId, String>, LedgerError> {
        let read = |row: &Row| Ok((MemberId::from_uuid(row.id(0)?), row.text(1)?));
        let names = self.all("SELECT id, name FROM member", &[], read).await?;
        Ok(names.into_iter().collect())
    }

    /// An owner who can sign in.
    pub async fn owner(&self) -> Result<Option<MemberRecord>, LedgerError> {
        let members = self.members().await?;
        Ok(members
            .into_iter()
            .find(|member| member.role == Role::Owner && member.disabled_at.is_none()))
    }

    /// The member of this name or address, with what is kept of the password.
    pub async fn member_to_sign_in(
        &self,
        name: &str,
    ) -> Result<Option<(MemberRecord, Option<String>)>, LedgerError> {
        let sql = format!(
            "SELECT {MEMBER}, password FROM member
              WHERE removed_at IS NULL AND disabled_at IS NULL AND (name_key = ?1 OR email_key = ?1)"
        );
        let read = |row: &Row| Ok((member_at(row, 0)?, row.maybe_text(10)?));
        Ok(self.all(&sql, values![member::key_of(name)], read).await?.pop())
    }

    pub async fn password(&self, id: MemberId) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT password FROM member WHERE id = ?1 AND removed_at IS NULL";
        let found = self.all(sql, values![id], |row| row.maybe_text(0)).await?.pop();
        Ok(found.flatten())
    }

    pub async fn sign_in(&self, mac: &[u8; 32]) -> Result<Option<SignInRecord>, LedgerError> {
        let sql = format!(
            "SELECT {SESSION}, {MEMBER} FROM session JOIN member ON member.id = session.member_id WHERE mac = ?1"
        );
        let read = |row: &Row| {
            Ok(SignInRecord {
                session: session_at(row)?,
                member: member_at(row, 8)?,
            })
        };
        Ok(self.all(&sql, values![mac], read).await?.pop())
    }

    /// Newest first.
    pub async fn sessions(&self, member: MemberId) -> Result<Vec<SessionRecord>, LedgerError> {
        let sql = format!("SELECT {SESSION} FROM session WHERE member_id = ?1 ORDER BY id DESC");
        self.all(&sql, values![member], session_at).await
    }

    /// Newest first.
    pub async fn tokens(&self, member: MemberId) -> Result<Vec<TokenRecord>, LedgerError> {
        let sql = format!("SELECT {TOKEN} FROM personal_token WHERE member_id = ?1 ORDER BY id DESC");
        self.all(&sql, values![member], token_at).await
    }

    pub async fn token(&self, mac: &[u8; 32]) -> Result<Option<(TokenRecord, MemberRecord)>, LedgerError> {
        let sql = format!(
            "SELECT {TOKEN}, {MEMBER} FROM personal_token JOIN member ON member.id = personal_token.member_id
              WHERE mac = ?1 AND removed_at IS NULL"
        );
        let read = |row: &Row| Ok((token_at(row)?, member_at(row, 8)?));
        Ok(self.all(&sql, values![mac], read).await?.pop())
    }

    /// In the order in which they were connected.
    pub async fn identities(&self, member: MemberId) -> Result<Vec<IdentityRecord>, LedgerError> {
        let sql = format!("SELECT {IDENTITY} FROM identity WHERE member_id = ?1 ORDER BY id");
        self.all(&sql, values![member], identity::read).await
    }

    /// In the order in which they were made.
    pub async fn passkeys(&self, member: MemberId) -> Result<Vec<PasskeyRecord>, LedgerError> {
        let sql = format!("SELECT {PASSKEY} FROM passkey WHERE member_id = ?1 ORDER BY id");
        self.all(&sql, values![member], passkey::read).await
    }

    /// The passkey with this credential's id, and whose it is, if they can sign in.
    pub async fn passkey_to_sign_in(
        &self,
        credential: &[u8],
    ) -> Result<Option<(PasskeyRecord, MemberRecord)>, LedgerError> {
        let sql = format!(
            "SELECT {PASSKEY}, {MEMBER} FROM passkey JOIN member ON member.id = passkey.member_id
              WHERE credential = ?1 AND removed_at IS NULL AND disabled_at IS NULL"
        );
        let read = |row: &Row| Ok((passkey::read(row)?, member_at(row, PASSKEY_COLUMNS)?));
        Ok(self.all(&sql, values![credential.to_vec()], read).await?.pop())
    }

    /// Newest first.
    pub async fn invitations(&self) -> Result<Vec<LinkRecord>, LedgerError> {
        let sql = format!("{LINK} WHERE kind = 'invitation' ORDER BY id DESC");
        self.all(&sql, &[], link_at).await
    }

    pub async fn link(&self, mac: &[u8; 32]) -> Result<Option<LinkRecord>, LedgerError> {
        let sql = format!("{LINK} WHERE mac = ?1");
        Ok(self.all(&sql, values![mac], link_at).await?.pop())
    }

    /// Whether a device waits for the answer to this code.
    pub async fn knows_device_code(&self, mac: &[u8; 32], now: i64) -> Result<bool, LedgerError> {
        let sql = "SELECT expires_at FROM device_code WHERE mac = ?1 AND expires_at > ?2";
        let found = self.all(sql, values![mac, now], |row| row.int(0)).await?;
        Ok(!found.is_empty())
    }

    /// One that waits for its answer.
    pub async fn device_code(
        &self,
        user_mac: &[u8; 32],
        now: i64,
    ) -> Result<Option<DeviceCodeRecord>, LedgerError> {
        let sql = "SELECT scope, name, os, client, version, address, created_at, expires_at FROM device_code
                    WHERE user_mac = ?1 AND answer IS NULL AND expires_at > ?2";
        let read = |row: &Row| {
            Ok(DeviceCodeRecord {
                scope: device_code::scope_of(&row.text(0)?),
                name: row.text(1)?,
                client: DeviceClient {
                    os: row.maybe_text(2)?,
                    client: row.maybe_text(3)?,
                    version: row.maybe_text(4)?,
                },
                address: row.text(5)?,
                created_at: row.int(6)?,
                expires_at: row.int(7)?,
            })
        };
        Ok(self.all(sql, values![user_mac, now], read).await?.pop())
    }

    pub async fn audit(&self, query: &AuditQuery) -> Result<AuditList, LedgerError> {
        audit_list::list(self.0, query).await
    }

    /// Works every hash of the audit log out anew.
    pub async fn verify_audit(&self) -> Result<AuditReport, LedgerError> {
        audit_list::verify(self.0).await
    }
}
