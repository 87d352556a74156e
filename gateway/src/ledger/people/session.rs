//! Signed-in browsers. What the cookie holds is here as its MAC.

use protocol::{MemberId, SessionId};

use super::sql::{Sql, values};

/// A session that nobody used for so long is over.
pub const IDLE_MS: i64 = 3_600 * 1_000;

#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: SessionId,
    pub mac: [u8; 32],
    pub member: MemberId,
    pub ends_at: i64,
    /// Begins with a password, a passkey or a one-time link that was shown just now.
    pub is_stepped_up: bool,
    /// Does not end for want of use: of somebody alone at the gateway's own machine.
    pub is_lasting: bool,
    pub client: Option<String>,
    pub address: Option<String>,
    /// The session that the same browser had before: it ends, so that no id outlives a sign-in.
    pub replaces: Option<[u8; 32]>,
}

/// False when the member cannot sign in. Sessions that are over are forgotten on the way.
pub(super) async fn start<S: Sql>(db: &S, new: &NewSession, at: i64) -> Result<bool, S::Error> {
    let over = "DELETE FROM session WHERE ends_at <= ?1 OR (seen_at <= ?2 AND lasting = 0)";
    db.execute(over, values![at, at - IDLE_MS]).await?;
    if let Some(mac) = &new.replaces {
        db.execute("DELETE FROM session WHERE mac = ?1", values![mac])
            .await?;
    }
    let seen = "UPDATE member SET seen_at = ?2 WHERE id = ?1 AND disabled_at IS NULL AND removed_at IS NULL";
    if db.execute(seen, values![new.member, at]).await? == 0 {
        return Ok(false);
    }
    let sql =
        "INSERT INTO session (mac, id, member_id, created_at, seen_at, ends_at, step_up_at, client, address, lasting)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let values = values![
        &new.mac,
        new.id,
        new.member,
        at,
        at,
        new.ends_at,
        new.is_stepped_up.then_some(at),
        new.client.clone(),
        new.address.clone(),
        i64::from(new.is_lasting),
    ];
    Ok(db.execute(sql, values).await? == 1)
}

pub(super) async fn touch<S: Sql>(db: &S, mac: &[u8; 32], at: i64) -> Result<bool, S::Error> {
    let member = "UPDATE member SET seen_at = ?2 WHERE id IN (SELECT member_id FROM session WHERE mac = ?1)";
    db.execute(member, values![mac, at]).await?;
    let sql = "UPDATE session SET seen_at = ?2 WHERE mac = ?1 AND seen_at < ?2";
    Ok(db.execute(sql, values![mac, at]).await? == 1)
}

pub(super) async fn step_up<S: Sql>(db: &S, mac: &[u8; 32], at: i64) -> Result<bool, S::Error> {
    let sql = "UPDATE session SET step_up_at = ?2, seen_at = ?3 WHERE mac = ?1";
    Ok(db.execute(sql, values![mac, at, at]).await? == 1)
}

pub(super) async fn end<S: Sql>(
    db: &S,
    member: MemberId,
    session: Option<SessionId>,
) -> Result<bool, S::Error> {
    let ended = match session {
        Some(id) => {
            let sql = "DELETE FROM session WHERE member_id = ?1 AND id = ?2";
            db.execute(sql, values![member, id]).await?
        }
        None => {
            db.execute("DELETE FROM session WHERE member_id = ?1", values![member])
                .await?
        }
    };
    Ok(ended > 0)
}
