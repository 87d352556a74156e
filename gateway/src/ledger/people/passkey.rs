//! Passkeys: the public half of a key that only a member's own authenticator has.

use protocol::{MemberId, PasskeyId};

use super::{
    PeopleOutcome, PeopleRefusal, member,
    session::{self, NewSession},
    sql::{Row, RowError, Sql, values},
};

/// More than anybody has hands for; each is a row that a sign-in might be.
const PASSKEYS_MAX: i64 = 20;
/// Gateways' clocks differ: an answer that one has taken is remembered for so much longer.
const SPENT_KEPT_MS: i64 = 3_600 * 1_000;

/// A challenge that was answered: it is not good a second time, at whichever gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    pub mac: [u8; 32],
    pub expires_at: i64,
}

#[derive(Clone, Debug)]
pub struct NewPasskey {
    pub id: PasskeyId,
    pub member: MemberId,
    pub name: String,
    /// The host that it works at.
    pub party: String,
    pub credential: Vec<u8>,
    pub public_key: Vec<u8>,
    pub counter: u32,
    pub is_synced: bool,
    pub spent: Spent,
}

#[derive(Clone, Debug)]
pub struct PasskeyUse {
    pub id: PasskeyId,
    pub counter: u32,
    pub spent: Spent,
    pub then: PasskeyThen,
}

#[derive(Clone, Debug)]
pub enum PasskeyThen {
    Start(NewSession),
    StepUp { mac: [u8; 32] },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRecord {
    pub id: PasskeyId,
    pub member: MemberId,
    pub name: String,
    pub party: String,
    pub credential: Vec<u8>,
    pub public_key: Vec<u8>,
    pub counter: i64,
    pub is_synced: bool,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

pub(super) const PASSKEY: &str =
    "passkey.id, passkey.member_id, passkey.name, party, credential, public_key, counter,
       synced, passkey.created_at, used_at";
pub(super) const PASSKEY_COLUMNS: usize = 10;

pub(super) fn read(row: &Row) -> Result<PasskeyRecord, RowError> {
    Ok(PasskeyRecord {
        id: PasskeyId::from_uuid(row.id(0)?),
        member: MemberId::from_uuid(row.id(1)?),
        name: row.text(2)?,
        party: row.text(3)?,
        credential: row.bytes(4)?,
        public_key: row.bytes(5)?,
        counter: row.int(6)?,
        is_synced: row.int(7)? != 0,
        created_at: row.int(8)?,
        used_at: row.maybe_int(9)?,
    })
}

pub(super) async fn is_spent<S: Sql>(db: &S, spent: &Spent) -> Result<bool, S::Error> {
    let sql = "SELECT expires_at FROM spent_challenge WHERE mac = ?1";
    Ok(db.row(sql, values![&spent.mac]).await?.is_some())
}

pub(super) async fn spend<S: Sql>(db: &S, spent: &Spent, at: i64) -> Result<(), S::Error> {
    let old = "DELETE FROM spent_challenge WHERE expires_at < ?1";
    db.execute(old, values![at - SPENT_KEPT_MS]).await?;
    let sql = "INSERT INTO spent_challenge (mac, expires_at) VALUES (?1, ?2)";
    db.execute(sql, values![&spent.mac, spent.expires_at])
        .await
        .map(drop)
}

pub(super) async fn add<S: Sql>(
    db: &S,
    new: &NewPasskey,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    if is_spent(db, &new.spent).await? || member::role_of(db, new.member).await?.is_none() {
        return Ok(Err(PeopleRefusal::Passkey));
    }
    let known = "SELECT id FROM passkey WHERE credential = ?1";
    let is_known = db.row(known, values![new.credential.clone()]).await?.is_some();
    let count = "SELECT count(*) FROM passkey WHERE member_id = ?1";
    let count = db.row(count, values![new.member]).await?;
    let is_full = count.map(|row| row.int(0)).transpose()?.unwrap_or(0) >= PASSKEYS_MAX;
    if is_known || is_full {
        return Ok(Err(PeopleRefusal::Passkey));
    }
    spend(db, &new.spent, at).await?;
    let sql = "INSERT INTO passkey
                 (id, credential, member_id, party, name, public_key, counter, synced, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let values = values![
        new.id,
        new.credential.clone(),
        new.member,
        &new.party,
        &new.name,
        new.public_key.clone(),
        i64::from(new.counter),
        i64::from(new.is_synced),
        at,
    ];
    db.execute(sql, values).await?;
    Ok(Ok(PeopleOutcome::Done))
}

/// A counter that does not go up is a copy's, or somebody kept an answer; passkeys that are on
/// several devices have none, and say zero.
pub(super) async fn use_one<S: Sql>(
    db: &S,
    used: &PasskeyUse,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let find = "SELECT counter FROM passkey WHERE id = ?1";
    let Some(row) = db.row(find, values![used.id]).await? else {
        return Ok(Err(PeopleRefusal::Passkey));
    };
    let (before, counter) = (row.int(0)?, i64::from(used.counter));
    let is_right = counter > before || (counter == 0 && before == 0);
    if !is_right || is_spent(db, &used.spent).await? {
        return Ok(Err(PeopleRefusal::Passkey));
    }
    let done = match &used.then {
        PasskeyThen::Start(session) => session::start(db, session, at).await?,
        PasskeyThen::StepUp { mac } => session::step_up(db, mac, at).await?,
    };
    if !done {
        return Ok(Err(PeopleRefusal::Passkey));
    }
    spend(db, &used.spent, at).await?;
    let sql = "UPDATE passkey SET counter = ?2, used_at = ?3 WHERE id = ?1";
    db.execute(sql, values![used.id, counter, at]).await?;
    Ok(Ok(PeopleOutcome::Done))
}

pub(super) async fn rename<S: Sql>(
    db: &S,
    member: MemberId,
    passkey: PasskeyId,
    name: &str,
) -> Result<bool, S::Error> {
    let sql = "UPDATE passkey SET name = ?3 WHERE member_id = ?1 AND id = ?2";
    Ok(db.execute(sql, values![member, passkey, name]).await? == 1)
}

pub(super) async fn remove<S: Sql>(db: &S, member: MemberId, passkey: PasskeyId) -> Result<bool, S::Error> {
    let sql = "DELETE FROM passkey WHERE member_id = ?1 AND id = ?2";
    Ok(db.execute(sql, values![member, passkey]).await? == 1)
}
