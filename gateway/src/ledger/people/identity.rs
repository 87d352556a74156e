//! Accounts elsewhere that sign a member in here.

use protocol::{IdentityId, MemberId, api::Role};

use super::{
    Note, PeopleOutcome, PeopleRefusal, append,
    member::{self, NewMember, key_of},
    passkey::{Spent, is_spent, spend},
    session::{self, NewSession},
    sql::{Row, RowError, Sql, values},
};
use crate::session::ends_at;

/// Names that are tried before nobody is made.
const NAMES_MAX: usize = 20;

/// Somebody came back from a provider, which vouches for them.
#[derive(Clone, Debug)]
pub struct IdentityUse {
    pub id: IdentityId,
    /// Whose account it is, and which.
    pub issuer: String,
    pub subject: String,
    /// What a list shows of it.
    pub account: String,
    /// Verified by the provider.
    pub email: Option<String>,
    pub spent: Spent,
    pub then: IdentityThen,
    /// Begins the lines of the audit log.
    pub note: Note,
}

#[derive(Clone, Debug)]
pub enum IdentityThen {
    SignIn(Box<Newcomer>),
    /// The member, who was signed in when they set out, connects it.
    Connect(MemberId),
}

/// Whoever is not known yet, and on which grounds they may become somebody.
#[derive(Clone, Debug)]
pub struct Newcomer {
    pub session: NewSession,
    /// In case they become a member.
    pub member: MemberId,
    pub name: String,
    pub link_by_email: bool,
    /// As what, if their address is enough.
    pub role: Option<Role>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRecord {
    pub id: IdentityId,
    pub issuer: String,
    pub account: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

pub(super) const IDENTITY: &str = "id, issuer, account, created_at, used_at";

pub(super) fn read(row: &Row) -> Result<IdentityRecord, RowError> {
    Ok(IdentityRecord {
        id: IdentityId::from_uuid(row.id(0)?),
        issuer: row.text(1)?,
        account: row.text(2)?,
        created_at: row.int(3)?,
        used_at: row.maybe_int(4)?,
    })
}

type Decided = Result<PeopleOutcome, PeopleRefusal>;

pub(super) async fn use_one<S: Sql>(db: &S, used: &IdentityUse, at: i64) -> Result<Decided, S::Error> {
    if is_spent(db, &used.spent).await? {
        return Ok(Err(PeopleRefusal::Identity));
    }
    let find = "SELECT member_id FROM identity WHERE issuer = ?1 AND subject = ?2";
    let known = db.row(find, values![&used.issuer, &used.subject]).await?;
    let known = known.map(|row| row.id(0)).transpose()?.map(MemberId::from_uuid);
    match &used.then {
        IdentityThen::Connect(member) => connect(db, used, known, *member, at).await,
        IdentityThen::SignIn(newcomer) => sign_in(db, used, known, newcomer, at).await,
    }
}

async fn connect<S: Sql>(
    db: &S,
    used: &IdentityUse,
    known: Option<MemberId>,
    member: MemberId,
    at: i64,
) -> Result<Decided, S::Error> {
    let is_others = known.is_some_and(|known| known != member);
    if is_others || member::role_of(db, member).await?.is_none() {
        return Ok(Err(PeopleRefusal::Identity));
    }
    spend(db, &used.spent, at).await?;
    if known.is_none() {
        keep(db, used, member, at).await?;
        note(db, used, "identity.connect", member).await?;
    }
    Ok(Ok(PeopleOutcome::Member(member)))
}

async fn sign_in<S: Sql>(
    db: &S,
    used: &IdentityUse,
    known: Option<MemberId>,
    newcomer: &Newcomer,
    at: i64,
) -> Result<Decided, S::Error> {
    let member = match known {
        Some(member) => member,
        None => match become_somebody(db, used, newcomer, at).await? {
            Some(member) => member,
            None => return Ok(Err(PeopleRefusal::Identity)),
        },
    };
    let Some(role) = member::role_of(db, member).await? else {
        return Ok(Err(PeopleRefusal::Identity));
    };
    spend(db, &used.spent, at).await?;
    if known.is_none() {
        keep(db, used, member, at).await?;
    }
    let seen = "UPDATE identity SET used_at = ?3, account = ?4 WHERE issuer = ?1 AND subject = ?2";
    db.execute(seen, values![&used.issuer, &used.subject, at, &used.account])
        .await?;
    let session = NewSession {
        member,
        ends_at: ends_at(role, at),
        ..newcomer.session.clone()
    };
    session::start(db, &session, at).await?;
    note(db, used, "session.start", member).await?;
    Ok(Ok(PeopleOutcome::Member(member)))
}

/// An invitation to the address comes first, since it says the role; then whoever has the address, if
/// that is enough; then a new member, if the address is enough.
async fn become_somebody<S: Sql>(
    db: &S,
    used: &IdentityUse,
    newcomer: &Newcomer,
    at: i64,
) -> Result<Option<MemberId>, S::Error> {
    let Some(email) = &used.email else {
        return Ok(None);
    };
    let has_it = "SELECT id, disabled_at FROM member WHERE email_key = ?1 AND removed_at IS NULL";
    if let Some(row) = db.row(has_it, values![key_of(email)]).await? {
        let is_theirs = newcomer.link_by_email && row.maybe_int(1)?.is_none();
        return Ok(if is_theirs {
            Some(MemberId::from_uuid(row.id(0)?))
        } else {
            None
        });
    }
    let invitation = invitation_to(db, email, at).await?;
    let role = invitation.as_ref().map(|(_, role)| *role).or(newcomer.role);
    let Some(role) = role else {
        return Ok(None);
    };
    if !add(db, newcomer, email, role, at).await? {
        return Ok(None);
    }
    if let Some((mac, _)) = invitation {
        let claim = "UPDATE link SET used_at = ?2 WHERE mac = ?1";
        db.execute(claim, values![mac, at]).await?;
        note(db, used, "invitation.accept", newcomer.member).await?;
    } else {
        note(db, used, "member.join", newcomer.member).await?;
    }
    Ok(Some(newcomer.member))
}

/// The newest open invitation that names this address.
async fn invitation_to<S: Sql>(db: &S, email: &str, at: i64) -> Result<Option<(Vec<u8>, Role)>, S::Error> {
    let sql = "SELECT mac, email, role FROM link WHERE kind = 'invitation' AND email IS NOT NULL
                  AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?1 ORDER BY id DESC";
    for row in db.rows(sql, values![at]).await? {
        if key_of(&row.text(1)?) == key_of(email) {
            return Ok(Some((row.bytes(0)?, row.word(2)?)));
        }
    }
    Ok(None)
}

/// Under the name that they have elsewhere, or one like it.
async fn add<S: Sql>(
    db: &S,
    newcomer: &Newcomer,
    email: &str,
    role: Role,
    at: i64,
) -> Result<bool, S::Error> {
    for number in 1..=NAMES_MAX {
        let name = match number {
            1 => newcomer.name.clone(),
            number => format!("{} {number}", newcomer.name),
        };
        let new = NewMember {
            id: newcomer.member,
            name,
            email: Some(email.to_owned()),
            password: None,
        };
        if member::add(db, &new, role, at).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn keep<S: Sql>(db: &S, used: &IdentityUse, member: MemberId, at: i64) -> Result<(), S::Error> {
    let sql = "INSERT INTO identity (id, issuer, subject, member_id, account, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = values![used.id, &used.issuer, &used.subject, member, &used.account, at];
    db.execute(sql, values).await.map(drop)
}

async fn note<S: Sql>(
    db: &S,
    used: &IdentityUse,
    action: &'static str,
    member: MemberId,
) -> Result<(), S::Error> {
    let line = Note {
        action,
        target: Some(format!("member {member}")),
        ..used.note.clone()
    };
    append(db, &line).await.map(drop)
}

pub(super) async fn remove<S: Sql>(db: &S, member: MemberId, identity: IdentityId) -> Result<bool, S::Error> {
    let sql = "DELETE FROM identity WHERE member_id = ?1 AND id = ?2";
    Ok(db.execute(sql, values![member, identity]).await? == 1)
}
