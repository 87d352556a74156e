//! Members: made, changed, removed. The last owner stays.

use protocol::{KeyId, MemberId, api::Role};

use super::{
    PeopleOutcome, PeopleRefusal, key_owner,
    session::{self, NewSession},
    sharing,
    sql::{Sql, values},
};

#[derive(Clone, Debug)]
pub struct NewMember {
    pub id: MemberId,
    pub name: String,
    pub email: Option<String>,
    /// argon2id in the PHC form.
    pub password: Option<String>,
}

/// What is `None` stays.
#[derive(Clone, Debug)]
pub struct MemberEdit {
    pub id: MemberId,
    /// The role that the editor saw, and may touch: in the transaction it must still be so.
    pub seen_role: Role,
    pub name: Option<String>,
    pub email: Option<Option<String>>,
    pub role: Option<Role>,
    pub is_disabled: Option<bool>,
}

/// What a name or an address is looked up by.
pub(super) fn key_of(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Whether somebody else has the name or the address.
async fn is_taken<S: Sql>(
    db: &S,
    id: MemberId,
    name: Option<&str>,
    email: Option<&str>,
) -> Result<bool, S::Error> {
    for text in [name, email].into_iter().flatten() {
        let sql = "SELECT id FROM member WHERE (name_key = ?1 OR email_key = ?1) AND id <> ?2";
        if db.row(sql, values![key_of(text), id]).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// False when the name or the address is taken.
pub(super) async fn add<S: Sql>(db: &S, new: &NewMember, role: Role, at: i64) -> Result<bool, S::Error> {
    if is_taken(db, new.id, Some(&new.name), new.email.as_deref()).await? {
        return Ok(false);
    }
    let sql = "INSERT INTO member (id, name, name_key, email, email_key, role, password, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = values![
        new.id,
        &new.name,
        key_of(&new.name),
        new.email.clone(),
        new.email.as_deref().map(key_of),
        role.as_str(),
        new.password.clone(),
        at,
    ];
    Ok(db.execute(sql, values).await? == 1)
}

/// The role of a member who can sign in.
pub(super) async fn role_of<S: Sql>(db: &S, id: MemberId) -> Result<Option<Role>, S::Error> {
    let sql = "SELECT role FROM member WHERE id = ?1 AND disabled_at IS NULL AND removed_at IS NULL";
    let Some(row) = db.row(sql, values![id]).await? else {
        return Ok(None);
    };
    Ok(Some(row.word(0)?))
}

/// Whether nobody but this member could run the gateway.
async fn is_last_owner<S: Sql>(db: &S, id: MemberId) -> Result<bool, S::Error> {
    let sql = "SELECT id FROM member WHERE role = 'owner' AND disabled_at IS NULL AND removed_at IS NULL";
    let owners = db.rows(sql, &[]).await?;
    let [only] = owners.as_slice() else {
        return Ok(false);
    };
    Ok(only.id(0)? == *id.as_uuid())
}

pub(super) async fn owner<S: Sql>(db: &S) -> Result<Option<MemberId>, S::Error> {
    let sql = "SELECT id FROM member WHERE role = 'owner' AND disabled_at IS NULL AND removed_at IS NULL
                ORDER BY id LIMIT 1";
    let row = db.row(sql, &[]).await?;
    Ok(row.map(|row| row.id(0)).transpose()?.map(MemberId::from_uuid))
}

pub(super) async fn set_password<S: Sql>(
    db: &S,
    member: MemberId,
    password: &str,
    session: &NewSession,
    at: i64,
) -> Result<bool, S::Error> {
    write_password(db, member, password).await?;
    session::start(db, session, at).await
}

/// Whoever knew the old one is signed out.
pub(super) async fn write_password<S: Sql>(db: &S, member: MemberId, password: &str) -> Result<(), S::Error> {
    let sql = "UPDATE member SET password = ?2 WHERE id = ?1";
    db.execute(sql, values![member, password]).await?;
    session::end(db, member, None).await.map(drop)
}

pub(super) async fn edit<S: Sql>(
    db: &S,
    edit: &MemberEdit,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let sql = "SELECT role, disabled_at FROM member WHERE id = ?1 AND removed_at IS NULL";
    let Some(row) = db.row(sql, values![edit.id]).await? else {
        return Ok(Err(PeopleRefusal::Unknown));
    };
    let (role, is_disabled): (Role, bool) = (row.word(0)?, row.maybe_int(1)?.is_some());
    if role != edit.seen_role {
        return Ok(Err(PeopleRefusal::Unknown));
    }
    let email = edit.email.as_ref().and_then(Option::as_deref);
    if is_taken(db, edit.id, edit.name.as_deref(), email).await? {
        return Ok(Err(PeopleRefusal::NameTaken));
    }
    let ends_ownership = edit.role.is_some_and(|to| to != Role::Owner) || edit.is_disabled == Some(true);
    if ends_ownership && is_last_owner(db, edit.id).await? {
        return Ok(Err(PeopleRefusal::LastOwner));
    }
    if let Some(name) = &edit.name {
        let sql = "UPDATE member SET name = ?2, name_key = ?3 WHERE id = ?1";
        db.execute(sql, values![edit.id, name, key_of(name)]).await?;
    }
    if let Some(email) = &edit.email {
        let sql = "UPDATE member SET email = ?2, email_key = ?3 WHERE id = ?1";
        let key = email.as_deref().map(key_of);
        db.execute(sql, values![edit.id, email.clone(), key]).await?;
    }
    if let Some(to) = edit.role.filter(|to| *to != role) {
        set_role(db, edit.id, to).await?;
    }
    let mut stopped = Vec::new();
    if let Some(disable) = edit.is_disabled.filter(|disable| *disable != is_disabled) {
        let sql = "UPDATE member SET disabled_at = ?2 WHERE id = ?1";
        db.execute(sql, values![edit.id, disable.then_some(at)]).await?;
        if disable {
            session::end(db, edit.id, None).await?;
            stopped = key_owner::stop_devices(db, edit.id, at).await?;
        }
    }
    Ok(Ok(PeopleOutcome::Stopped(stopped)))
}

/// Sessions of another role end: what they show and hold is no longer right.
async fn set_role<S: Sql>(db: &S, id: MemberId, role: Role) -> Result<(), S::Error> {
    let sql = "UPDATE member SET role = ?2 WHERE id = ?1";
    db.execute(sql, values![id, role.as_str()]).await?;
    session::end(db, id, None).await.map(drop)
}

/// Signs the member out for ever and stops their keys. What is left on these can be reclaimed.
pub(super) async fn remove<S: Sql>(
    db: &S,
    id: MemberId,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    if is_last_owner(db, id).await? {
        return Ok(Err(PeopleRefusal::LastOwner));
    }
    let sql =
        "UPDATE member SET removed_at = ?2, name_key = NULL, email = NULL, email_key = NULL, password = NULL
                WHERE id = ?1 AND removed_at IS NULL";
    if db.execute(sql, values![id, at]).await? == 0 {
        return Ok(Err(PeopleRefusal::Unknown));
    }
    session::end(db, id, None).await?;
    db.execute("DELETE FROM passkey WHERE member_id = ?1", values![id])
        .await?;
    db.execute("DELETE FROM identity WHERE member_id = ?1", values![id])
        .await?;
    let tokens = "UPDATE personal_token SET revoked_at = ?2 WHERE member_id = ?1 AND revoked_at IS NULL";
    db.execute(tokens, values![id, at]).await?;
    sharing::forget(db, id).await?;
    let keys: Vec<KeyId> = key_owner::stop_devices(db, id, at).await?;
    for key in &keys {
        db.execute("UPDATE account SET status = 1 WHERE id = ?1", values![*key])
            .await?;
    }
    Ok(Ok(PeopleOutcome::Stopped(keys)))
}

pub(super) async fn transfer_ownership<S: Sql>(
    db: &S,
    from: MemberId,
    to: MemberId,
    session: Option<&NewSession>,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let is_right = role_of(db, from).await? == Some(Role::Owner) && role_of(db, to).await?.is_some();
    if !is_right || from == to {
        return Ok(Err(PeopleRefusal::Unknown));
    }
    set_role(db, to, Role::Owner).await?;
    set_role(db, from, Role::Admin).await?;
    if let Some(session) = session {
        session::start(db, session, at).await?;
    }
    Ok(Ok(PeopleOutcome::Done))
}
