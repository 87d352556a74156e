//! One-time links: they sign a member in, or make one.

use protocol::{
    InvitationId, MemberId,
    api::{LinkKind, Role},
};

use super::{
    PeopleOutcome, PeopleRefusal,
    member::{self, NewMember},
    session::{self, NewSession},
    sql::{Sql, values},
};

#[derive(Clone, Debug)]
pub struct Link {
    pub id: InvitationId,
    pub mac: [u8; 32],
    pub kind: LinkKind,
    /// Whom a sign-in link is for; `None`: the first owner, who is made then.
    pub member: Option<MemberId>,
    pub role: Role,
    pub name: Option<String>,
    pub email: Option<String>,
    pub expires_at: i64,
}

#[derive(Clone, Debug)]
pub struct LinkUse {
    pub mac: [u8; 32],
    /// Where the link makes a member; where it signs one in only the password counts, if there is one.
    pub member: NewMember,
    pub session: NewSession,
}

pub(super) const fn word(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::SignIn => "sign-in",
        LinkKind::Invitation => "invitation",
    }
}

/// A sign-in link takes the place of those that the same member had before.
pub(super) async fn create<S: Sql>(db: &S, new: &Link, at: i64) -> Result<bool, S::Error> {
    if new.kind == LinkKind::SignIn {
        let sql = "UPDATE link SET revoked_at = ?1
                    WHERE kind = 'sign-in' AND used_at IS NULL AND revoked_at IS NULL";
        match new.member {
            Some(member) => {
                let sql = format!("{sql} AND member_id = ?2");
                db.execute(&sql, values![at, member]).await?;
            }
            None => {
                let sql = format!("{sql} AND member_id IS NULL");
                db.execute(&sql, values![at]).await?;
            }
        }
    }
    let sql = "INSERT INTO link (id, mac, kind, member_id, role, name, email, created_at, expires_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let values = values![
        new.id,
        &new.mac,
        word(new.kind),
        new.member,
        new.role.as_str(),
        new.name.clone(),
        new.email.clone(),
        at,
        new.expires_at,
    ];
    Ok(db.execute(sql, values).await? == 1)
}

pub(super) async fn revoke<S: Sql>(db: &S, id: InvitationId, at: i64) -> Result<bool, S::Error> {
    let sql = "UPDATE link SET revoked_at = ?2
                WHERE id = ?1 AND kind = 'invitation' AND used_at IS NULL AND revoked_at IS NULL";
    Ok(db.execute(sql, values![id, at]).await? == 1)
}

/// Uses the link up, once.
pub(super) async fn use_up<S: Sql>(
    db: &S,
    used: &LinkUse,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let claim = "UPDATE link SET used_at = ?2, member_id = ?3
                  WHERE mac = ?1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?2";
    let find = "SELECT kind, member_id, role FROM link
                 WHERE mac = ?1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?2";
    let Some(row) = db.row(find, values![&used.mac, at]).await? else {
        return Ok(Err(PeopleRefusal::Link));
    };
    let (kind, role): (String, Role) = (row.text(0)?, row.word(2)?);
    let known = row.maybe_id(1)?.map(MemberId::from_uuid);
    let known = match known {
        // An owner may have come by another link meanwhile; then this one is theirs.
        None if kind == word(LinkKind::SignIn) => member::owner(db).await?,
        known => known,
    };
    let member = match known {
        Some(member) => {
            if member::role_of(db, member).await?.is_none() {
                return Ok(Err(PeopleRefusal::Link));
            }
            if let Some(password) = &used.member.password {
                member::write_password(db, member, password).await?;
            }
            member
        }
        None if member::add(db, &used.member, role, at).await? => used.member.id,
        None => return Ok(Err(PeopleRefusal::NameTaken)),
    };
    // Whose it was is known from now on: what it calls them goes when they are erased.
    db.execute(claim, values![&used.mac, at, member]).await?;
    let session = NewSession {
        member,
        ..used.session.clone()
    };
    session::start(db, &session, at).await?;
    Ok(Ok(PeopleOutcome::Member(member)))
}
