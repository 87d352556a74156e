//! Personal access tokens.

use protocol::{MemberId, TokenId, api::Scope};

use super::sql::{Sql, values};

#[derive(Clone, Debug)]
pub struct NewToken {
    pub id: TokenId,
    pub mac: [u8; 32],
    pub last4: String,
    pub member: MemberId,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_at: i64,
}

pub(super) fn text_of(scopes: &[Scope]) -> String {
    let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.join(" ")
}

pub(super) async fn add<S: Sql>(db: &S, new: &NewToken, at: i64) -> Result<bool, S::Error> {
    let sql = "INSERT INTO personal_token (id, mac, last4, member_id, name, scopes, created_at, expires_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = values![
        new.id,
        &new.mac,
        &new.last4,
        new.member,
        &new.name,
        text_of(&new.scopes),
        at,
        new.expires_at,
    ];
    Ok(db.execute(sql, values).await? == 1)
}

pub(super) async fn revoke<S: Sql>(
    db: &S,
    member: MemberId,
    token: TokenId,
    at: i64,
) -> Result<bool, S::Error> {
    let sql = "UPDATE personal_token SET revoked_at = ?3
                WHERE member_id = ?1 AND id = ?2 AND revoked_at IS NULL";
    Ok(db.execute(sql, values![member, token, at]).await? == 1)
}

pub(super) async fn touch<S: Sql>(db: &S, mac: &[u8; 32], at: i64) -> Result<bool, S::Error> {
    let sql = "UPDATE personal_token SET used_at = ?2 WHERE mac = ?1";
    Ok(db.execute(sql, values![mac, at]).await? == 1)
}
