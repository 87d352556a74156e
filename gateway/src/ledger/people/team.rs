//! Teams: members who are given credit out of one pool. The pool is a lot like a key's; what moves
//! into and out of it are orders as with any key.

use protocol::{KeyId, MemberId, TeamId};

use super::{
    PeopleOutcome, PeopleRefusal,
    member::key_of,
    sql::{Row, RowError, Sql, values},
};

#[derive(Clone, Debug)]
pub struct NewTeam {
    pub id: TeamId,
    pub name: String,
    /// The lot of its pool, which is there already.
    pub pool: KeyId,
}

/// A team that was not removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRecord {
    pub id: TeamId,
    pub name: String,
    pub pool: KeyId,
    pub created_at: i64,
}

pub(super) const TEAMS: &str = "SELECT id, name, key_id, created_at FROM team WHERE removed_at IS NULL";

pub(super) fn team_at(row: &Row) -> Result<TeamRecord, RowError> {
    Ok(TeamRecord {
        id: TeamId::from_uuid(row.id(0)?),
        name: row.text(1)?,
        pool: KeyId::from_uuid(row.id(2)?),
        created_at: row.int(3)?,
    })
}

type Outcome = Result<PeopleOutcome, PeopleRefusal>;

const fn found(rows: u64) -> Outcome {
    if rows == 0 {
        return Err(PeopleRefusal::Unknown);
    }
    Ok(PeopleOutcome::Done)
}

async fn is_taken<S: Sql>(db: &S, id: TeamId, name: &str) -> Result<bool, S::Error> {
    let sql = "SELECT id FROM team WHERE name_key = ?1 AND id <> ?2";
    Ok(db.row(sql, values![key_of(name), id]).await?.is_some())
}

pub(super) async fn add<S: Sql>(db: &S, new: &NewTeam, at: i64) -> Result<Outcome, S::Error> {
    if is_taken(db, new.id, &new.name).await? {
        return Ok(Err(PeopleRefusal::NameTaken));
    }
    let sql = "INSERT INTO team (id, name, name_key, key_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = values![new.id, &new.name, key_of(&new.name), new.pool, at];
    Ok(found(db.execute(sql, values).await?))
}

pub(super) async fn rename<S: Sql>(db: &S, id: TeamId, name: &str) -> Result<Outcome, S::Error> {
    if is_taken(db, id, name).await? {
        return Ok(Err(PeopleRefusal::NameTaken));
    }
    let sql = "UPDATE team SET name = ?2, name_key = ?3 WHERE id = ?1 AND removed_at IS NULL";
    Ok(found(db.execute(sql, values![id, name, key_of(name)]).await?))
}

/// Its members are in none then. The pool's lot stays, closed, with its history.
pub(super) async fn remove<S: Sql>(db: &S, id: TeamId, at: i64) -> Result<Outcome, S::Error> {
    let sql = "UPDATE team SET removed_at = ?2, name_key = NULL WHERE id = ?1 AND removed_at IS NULL";
    let done = db.execute(sql, values![id, at]).await?;
    db.execute("UPDATE member SET team_id = NULL WHERE team_id = ?1", values![id])
        .await?;
    Ok(found(done))
}

/// Puts a member into a team, or into none.
pub(super) async fn put<S: Sql>(db: &S, member: MemberId, team: Option<TeamId>) -> Result<Outcome, S::Error> {
    if let Some(team) = team {
        let sql = "SELECT id FROM team WHERE id = ?1 AND removed_at IS NULL";
        if db.row(sql, values![team]).await?.is_none() {
            return Ok(Err(PeopleRefusal::Unknown));
        }
    }
    let sql = "UPDATE member SET team_id = ?2 WHERE id = ?1 AND removed_at IS NULL";
    Ok(found(db.execute(sql, values![member, team]).await?))
}

/// Says what all of a member's keys may use together. Other gateways hear of it as of a change of
/// these keys.
pub(super) async fn limit<S: Sql>(
    db: &S,
    member: MemberId,
    limits: Option<&str>,
) -> Result<Outcome, S::Error> {
    let sql = "UPDATE member SET limits = ?2 WHERE id = ?1 AND removed_at IS NULL";
    let done = db.execute(sql, values![member, limits]).await?;
    let keys = "SELECT id FROM token_key WHERE member_id = ?1 ORDER BY id";
    for row in db.rows(keys, values![member]).await? {
        db.tell_key(row.id(0)?).await?;
    }
    Ok(found(done))
}
