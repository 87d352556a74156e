//! Requests under an `Idempotency-Key`: which were begun, and how they were answered. The row is
//! made before anything is done, and has the id that the line of the audit log will have; so after
//! a crash it can be told whether the request was carried out.

use super::{
    PeopleOutcome, PeopleRefusal,
    sql::{Row, Sql, values},
};

/// For how long an answer is kept.
const KEPT_MS: i64 = 24 * 3_600 * 1_000;

/// What is asked, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub id: String,
    /// A digest of method, address and body.
    pub request: String,
    /// Of this attempt, as its line of the audit log has it.
    pub request_id: String,
    /// Attempts that were begun before this moment, and have no answer, have nobody who works on them.
    pub given_up_before: i64,
}

/// What became of the same claim before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Nothing, or nothing that is left: it is this attempt's to carry out.
    New,
    /// It was answered so; the body is sealed.
    Answered { status: u16, sealed: String },
    /// Somebody is at it.
    Running,
    /// It was carried out, and its answer is lost: the gateway died in between.
    Lost,
}

pub(super) async fn claim<S: Sql>(
    db: &S,
    claim: &Claim,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    db.execute("DELETE FROM idempotent WHERE at < ?1", values![at - KEPT_MS])
        .await?;
    let sql = "SELECT request, request_id, status, sealed, at FROM idempotent WHERE id = ?1";
    let Some(row) = db.row(sql, values![&claim.id]).await? else {
        let sql = "INSERT INTO idempotent (id, at, request, request_id) VALUES (?1, ?2, ?3, ?4)";
        db.execute(sql, values![&claim.id, at, &claim.request, &claim.request_id])
            .await?;
        return Ok(Ok(PeopleOutcome::Claimed(Claimed::New)));
    };
    if row.text(0)? != claim.request {
        return Ok(Err(PeopleRefusal::Reused));
    }
    let before = known(db, &row, claim).await?;
    if before == Claimed::New {
        let sql = "UPDATE idempotent SET at = ?2, request_id = ?3 WHERE id = ?1";
        db.execute(sql, values![&claim.id, at, &claim.request_id]).await?;
    }
    Ok(Ok(PeopleOutcome::Claimed(before)))
}

async fn known<S: Sql>(db: &S, row: &Row, claim: &Claim) -> Result<Claimed, S::Error> {
    if let (Some(status), Some(sealed)) = (row.maybe_int(2)?, row.maybe_text(3)?) {
        let status = u16::try_from(status).unwrap_or(200);
        return Ok(Claimed::Answered { status, sealed });
    }
    let begun = row.int(4)?;
    if begun >= claim.given_up_before {
        return Ok(Claimed::Running);
    }
    let done = "SELECT number FROM audit WHERE request_id = ?1 AND at >= ?2 LIMIT 1";
    let done = db.row(done, values![row.text(1)?, begun]).await?;
    Ok(if done.is_some() {
        Claimed::Lost
    } else {
        Claimed::New
    })
}

/// Keeps the answer.
pub(super) async fn answer<S: Sql>(
    db: &S,
    id: &str,
    request_id: &str,
    status: u16,
    sealed: &str,
) -> Result<bool, S::Error> {
    let sql = "UPDATE idempotent SET status = ?3, sealed = ?4 WHERE id = ?1 AND request_id = ?2";
    let status = i64::from(status);
    Ok(db.execute(sql, values![id, request_id, status, sealed]).await? == 1)
}

/// A request that was refused changed nothing: it may be corrected and sent again.
pub(super) async fn release<S: Sql>(db: &S, id: &str, request_id: &str) -> Result<bool, S::Error> {
    let sql = "DELETE FROM idempotent WHERE id = ?1 AND request_id = ?2 AND status IS NULL";
    Ok(db.execute(sql, values![id, request_id]).await? == 1)
}
