//! The audit log: who did what. Each line has the hash of the one before, so that none can be
//! changed, put between or taken out of the middle without a trace.
//!
//! Lines are written in the transaction of what they are about. Only what people do comes here, so
//! that gateways on one database can wait for each other without making requests to models wait.

use protocol::AuditId;
use ring::digest;
use serde_json::{Value as Json, json};

use super::sql::{Row, RowError, Sql, Turn, values};
use crate::clock::new_id;

/// Who does something, as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub kind: &'static str,
    pub id: Option<String>,
    pub name: Option<String>,
}

impl Actor {
    /// The gateway itself: what time alone brings about.
    pub const GATEWAY: Self = Self {
        kind: "gateway",
        id: None,
        name: None,
    };
}

/// A line to be written with a change. Whoever makes one leaves secrets out.
#[derive(Clone, Debug)]
pub struct Note {
    pub at: i64,
    pub actor: Actor,
    /// A noun and a verb: `key.mint`.
    pub action: &'static str,
    pub target: Option<String>,
    pub before: Option<Json>,
    pub after: Option<Json>,
    pub request_id: Option<String>,
    pub peer: Option<String>,
}

pub(super) const COLUMNS: &str = "
SELECT number, id, at, actor_kind, actor_id, actor_name, action, target, was, became, request_id, peer, hash
  FROM audit";

/// A line as it is in the table.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub number: i64,
    pub id: AuditId,
    pub at: i64,
    pub actor_kind: String,
    pub actor_id: Option<String>,
    pub actor_name: Option<String>,
    pub action: String,
    pub target: Option<String>,
    pub was: Option<String>,
    pub became: Option<String>,
    pub request_id: Option<String>,
    pub peer: Option<String>,
    pub hash: Vec<u8>,
}

impl Line {
    pub fn read(row: &Row) -> Result<Self, RowError> {
        Ok(Self {
            number: row.int(0)?,
            id: AuditId::from_uuid(row.id(1)?),
            at: row.int(2)?,
            actor_kind: row.text(3)?,
            actor_id: row.maybe_text(4)?,
            actor_name: row.maybe_text(5)?,
            action: row.text(6)?,
            target: row.maybe_text(7)?,
            was: row.maybe_text(8)?,
            became: row.maybe_text(9)?,
            request_id: row.maybe_text(10)?,
            peer: row.maybe_text(11)?,
            hash: row.bytes(12)?,
        })
    }

    /// The hash that the line must have behind the one before. A JSON array is the canonical form:
    /// no two different lines have the same text.
    pub fn hash_after(&self, before: &[u8]) -> Vec<u8> {
        let text = json!([
            self.number,
            self.id,
            self.at,
            self.actor_kind,
            self.actor_id,
            self.actor_name,
            self.action,
            self.target,
            self.was,
            self.became,
            self.request_id,
            self.peer
        ])
        .to_string();
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(before);
        context.update(text.as_bytes());
        context.finish().as_ref().to_vec()
    }
}

/// Writes the next line. The last step of a transaction.
pub(in crate::ledger) async fn append<S: Sql>(db: &S, note: &Note) -> Result<(), S::Error> {
    db.wait_turn(Turn::Audit).await?;
    let last = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1";
    let (number, before) = match db.row(last, &[]).await? {
        Some(row) => (row.int(0)?, row.bytes(1)?),
        None => (0, Vec::new()),
    };
    let as_text = |json: &Option<Json>| json.as_ref().map(Json::to_string);
    let mut line = Line {
        number: number + 1,
        id: AuditId::from_uuid(new_id()),
        at: note.at,
        actor_kind: note.actor.kind.to_owned(),
        actor_id: note.actor.id.clone(),
        actor_name: note.actor.name.clone(),
        action: note.action.to_owned(),
        target: note.target.clone(),
        was: as_text(&note.before),
        became: as_text(&note.after),
        request_id: note.request_id.clone(),
        peer: note.peer.clone(),
        hash: Vec::new(),
    };
    line.hash = line.hash_after(&before);
    insert(db, line).await
}

async fn insert<S: Sql>(db: &S, line: Line) -> Result<(), S::Error> {
    let sql = "INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let values = values![
        line.number,
        line.id,
        line.at,
        line.actor_kind,
        line.actor_id,
        line.actor_name,
        line.action,
        line.target,
        line.was,
        line.became,
        line.request_id,
        line.peer,
        line.hash,
    ];
    db.execute(sql, values).await.map(drop)
}
