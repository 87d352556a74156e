//! Whose a token key is.

use protocol::{KeyId, MemberId};

use super::{
    PeopleOutcome, PeopleRefusal, member,
    sql::{Sql, values},
};

/// The key of the code becomes the member's, if it is nobody's or was theirs before.
pub(super) async fn claim<S: Sql>(
    db: &S,
    mac: &[u8; 32],
    member: MemberId,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let sql = "SELECT token_key.id FROM token_key JOIN account ON account.id = token_key.id
                WHERE mac = ?1 AND status = 0 AND (expires_at IS NULL OR expires_at > ?2)
                  AND (member_id IS NULL OR member_id = ?3)";
    let Some(row) = db.row(sql, values![mac, at, member]).await? else {
        return Ok(Err(PeopleRefusal::Key));
    };
    let key = KeyId::from_uuid(row.id(0)?);
    let sql = "UPDATE token_key SET member_id = ?2 WHERE id = ?1 AND (member_id IS NULL OR member_id = ?2)";
    if db.execute(sql, values![key, member]).await? == 0 {
        return Ok(Err(PeopleRefusal::Key));
    }
    db.tell_key(*key.as_uuid()).await?;
    Ok(Ok(PeopleOutcome::Key(key)))
}

/// An owner or admin says whose the key is.
pub(super) async fn assign<S: Sql>(
    db: &S,
    key: KeyId,
    to: Option<MemberId>,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    if let Some(member) = to
        && member::role_of(db, member).await?.is_none()
    {
        return Ok(Err(PeopleRefusal::Unknown));
    }
    let sql = "UPDATE token_key SET member_id = ?2 WHERE id = ?1";
    if db.execute(sql, values![key, to]).await? == 0 {
        return Ok(Err(PeopleRefusal::Unknown));
    }
    db.tell_key(*key.as_uuid()).await?;
    Ok(Ok(PeopleOutcome::Key(key)))
}

/// Signs all devices out that are on the member's keys; answers these keys.
pub(super) async fn stop_devices<S: Sql>(db: &S, member: MemberId, at: i64) -> Result<Vec<KeyId>, S::Error> {
    // Each lot before its devices, in the order of ids, as everywhere: so no two wait for each other.
    let lock = "UPDATE account SET status = status WHERE id = ?1";
    let sql = "SELECT id FROM token_key WHERE member_id = ?1 ORDER BY id";
    let mut keys = Vec::new();
    for row in db.rows(sql, values![member]).await? {
        let key = KeyId::from_uuid(row.id(0)?);
        db.execute(lock, values![key]).await?;
        let devices = "UPDATE device SET revoked_at = ?2 WHERE key_id = ?1 AND revoked_at IS NULL";
        db.execute(devices, values![key, at]).await?;
        let places = "UPDATE token_key SET devices_live = 0 WHERE id = ?1";
        db.execute(places, values![key]).await?;
        db.tell_key(*key.as_uuid()).await?;
        keys.push(key);
    }
    Ok(keys)
}
