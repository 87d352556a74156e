//! The audit log: who did what. Each line has the hash of the one before, so that none can be
//! changed, put between or taken out of the middle without a trace.
//!
//! The hash goes over digests of who did it and what was said about it, each with a salt of its own.
//! When a person is erased, these two and the salts go, and the digests stay: the chain holds, and
//! nobody finds a name by trying. A line without its names is right only where a later line says that
//! it was emptied.
//!
//! Lines are written in the transaction of what they are about. Only what people do comes here, so
//! that gateways on one database can wait for each other without making requests to models wait.

use protocol::AuditId;
use ring::{
    digest,
    rand::{SecureRandom, SystemRandom},
};
use serde_json::{Value as Json, json};

use super::{
    audit_list::hex,
    sql::{Row, RowError, Sql, Turn, values},
};
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

impl Note {
    /// The same, once it is known what there is to say.
    pub(super) fn saying(&self, after: &Json) -> Self {
        Self {
            after: Some(after.clone()),
            ..self.clone()
        }
    }
}

pub(super) const COLUMNS: &str = "
SELECT number, id, at, actor_kind, actor_id, actor_name, action, target, was, became, request_id, peer, hash,
       who_salt, who_digest, what_salt, what_digest
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
    /// `actor_name` and `peer`. `None`: a line from before names could be taken out.
    pub who: Option<Sealed>,
    /// `was` and `became`.
    pub what: Option<Sealed>,
}

/// What stands in the chain for a part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sealed {
    pub digest: Vec<u8>,
    /// Gone with the part itself.
    pub salt: Option<Vec<u8>>,
}

const SALT_BYTES: usize = 16;

impl Sealed {
    fn new(part: [&Option<String>; 2]) -> Result<Self, RowError> {
        let mut salt = vec![0; SALT_BYTES];
        // Without randomness nothing is written: a name behind a known salt could be found by trying.
        let random = SystemRandom::new().fill(&mut salt);
        random.map_err(|_| RowError::at(WHO_SALT))?;
        let digest = Self::digest(&salt, part);
        Ok(Self {
            digest,
            salt: Some(salt),
        })
    }

    fn digest(salt: &[u8], part: [&Option<String>; 2]) -> Vec<u8> {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(salt);
        context.update(json!(part).to_string().as_bytes());
        context.finish().as_ref().to_vec()
    }

    fn read(row: &Row, salt: usize) -> Result<Option<Self>, RowError> {
        let digest = row.maybe_bytes(salt + 1)?;
        let salt = row.maybe_bytes(salt)?;
        Ok(digest.map(|digest| Self { digest, salt }))
    }

    /// Whether this is the part that was written; one that was taken out can be any.
    fn is_of(&self, part: [&Option<String>; 2]) -> bool {
        match &self.salt {
            Some(salt) => Self::digest(salt, part) == self.digest,
            None => part == [&None, &None],
        }
    }

    pub fn is_emptied(&self) -> bool {
        self.salt.is_none()
    }
}

const WHO_SALT: usize = 13;
const WHAT_SALT: usize = 15;

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
            who: Sealed::read(row, WHO_SALT)?,
            what: Sealed::read(row, WHAT_SALT)?,
        })
    }

    /// Whether names were taken out of it.
    pub fn is_emptied(&self) -> bool {
        let emptied = |part: &Option<Sealed>| part.as_ref().is_some_and(Sealed::is_emptied);
        emptied(&self.who) || emptied(&self.what)
    }

    /// Whether what it says of who and what is what was written.
    pub fn has_its_parts(&self) -> bool {
        let is_of = |sealed: &Option<Sealed>, part| sealed.as_ref().is_none_or(|sealed| sealed.is_of(part));
        is_of(&self.who, [&self.actor_name, &self.peer]) && is_of(&self.what, [&self.was, &self.became])
    }

    /// The hash that the line must have behind the one before. A JSON array is the canonical form:
    /// no two different lines have the same text.
    pub fn hash_after(&self, before: &[u8]) -> Vec<u8> {
        let text = match (&self.who, &self.what) {
            (Some(who), Some(what)) => self.text_with(&who.digest, &what.digest),
            _ => self.whole_text(),
        };
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(before);
        context.update(text.as_bytes());
        context.finish().as_ref().to_vec()
    }

    fn text_with(&self, who: &[u8], what: &[u8]) -> String {
        json!([
            self.number,
            self.id,
            self.at,
            self.actor_kind,
            self.actor_id,
            self.action,
            self.target,
            self.request_id,
            hex(who),
            hex(what)
        ])
        .to_string()
    }

    /// As lines were before names could be taken out.
    fn whole_text(&self) -> String {
        json!([
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
        .to_string()
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
        who: None,
        what: None,
    };
    line.who = Some(Sealed::new([&line.actor_name, &line.peer])?);
    line.what = Some(Sealed::new([&line.was, &line.became])?);
    line.hash = line.hash_after(&before);
    insert(db, line).await
}

async fn insert<S: Sql>(db: &S, line: Line) -> Result<(), S::Error> {
    let sql =
        "INSERT INTO audit (number, id, at, actor_kind, actor_id, actor_name, action, target, was, became,
                                  request_id, peer, hash, who_salt, who_digest, what_salt, what_digest)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    let (who_salt, who_digest) = parts(line.who);
    let (what_salt, what_digest) = parts(line.what);
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
        who_salt,
        who_digest,
        what_salt,
        what_digest,
    ];
    db.execute(sql, values).await.map(drop)
}

fn parts(sealed: Option<Sealed>) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    sealed.map_or((None, None), |sealed| (sealed.salt, Some(sealed.digest)))
}
