//! Erasing a person: what names them goes, what they used stays. Rows of money have ids alone, so
//! nothing of the ledger changes; the audit log loses the names and keeps its chain.

use std::collections::BTreeSet;

use protocol::{KeyId, MemberId};
use serde_json::{Value as Json, json};

use super::{
    PeopleOutcome, PeopleRefusal,
    audit::{Line, Note},
    member,
    sql::{Sql, Value, values},
};

/// As the log names it.
pub(super) const ACTION: &str = "member.erase";

/// What was done, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Stopped, if they were not before.
    pub keys: Vec<KeyId>,
    pub devices: u64,
    /// Lines of the audit log that name nobody any more, by number.
    pub lines: BTreeSet<i64>,
    /// Lines from before names could be taken out of one: they stay as they are.
    pub lines_left: u64,
}

/// Removes the member where nobody did so before, and takes out of every table what names them.
pub(super) async fn erase<S: Sql>(
    db: &S,
    id: MemberId,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let sql = "SELECT name, email, removed_at FROM member WHERE id = ?1 AND erased_at IS NULL";
    let Some(row) = db.row(sql, values![id]).await? else {
        return Ok(Err(PeopleRefusal::Unknown));
    };
    let mut names: Vec<String> = [Some(row.text(0)?), row.maybe_text(1)?]
        .into_iter()
        .flatten()
        .collect();
    // Removing forgets the address already.
    names.extend(names_of_links(db, id).await?);
    if row.maybe_int(2)?.is_none()
        && let Err(refusal) = member::remove(db, id, at).await?
    {
        return Ok(Err(refusal));
    }
    for address in names.iter().filter(|name| name.contains('@')) {
        let sql = "UPDATE link SET name = NULL, email = NULL WHERE email = ?1";
        db.execute(sql, values![address]).await?;
    }
    let keys = keys_of(db, id).await?;
    let devices = devices_of(db, id).await?;
    forget_rows(db, id, at).await?;
    let mut erasure = Erasure {
        devices: devices.len() as u64,
        ..Erasure::default()
    };
    empty_lines(db, &subjects(id, &keys, &devices), &names, &mut erasure).await?;
    for key in &keys {
        db.tell_key(*key.as_uuid()).await?;
    }
    erasure.keys = keys;
    Ok(Ok(PeopleOutcome::Erased(erasure)))
}

/// Other names that the member went by: what an invitation called them, and what they are sent to.
async fn names_of_links<S: Sql>(db: &S, id: MemberId) -> Result<Vec<String>, S::Error> {
    let sql = "SELECT name, email FROM link WHERE member_id = ?1
                  OR email IN (SELECT email FROM member WHERE id = ?1 AND email IS NOT NULL)";
    let mut names = Vec::new();
    for row in db.rows(sql, values![id]).await? {
        names.extend([row.maybe_text(0)?, row.maybe_text(1)?].into_iter().flatten());
    }
    Ok(names)
}

async fn keys_of<S: Sql>(db: &S, id: MemberId) -> Result<Vec<KeyId>, S::Error> {
    let sql = "SELECT id FROM token_key WHERE member_id = ?1 ORDER BY id";
    let mut keys = Vec::new();
    for row in db.rows(sql, values![id]).await? {
        keys.push(KeyId::from_uuid(row.id(0)?));
    }
    Ok(keys)
}

async fn devices_of<S: Sql>(db: &S, id: MemberId) -> Result<Vec<String>, S::Error> {
    let sql = "SELECT id FROM device WHERE key_id IN (SELECT id FROM token_key WHERE member_id = ?1)";
    let mut devices = Vec::new();
    for row in db.rows(sql, values![id]).await? {
        devices.push(row.id(0)?.to_string());
    }
    Ok(devices)
}

/// Each statement that names a person somewhere, with the member as `?1`. A new table with a name, an
/// address or a text of theirs has its line here; a test looks for what was forgotten.
const FORGET: &[&str] = &[
    "UPDATE device SET name = 'Erased', os = NULL, client = NULL, version = NULL, idempotency_key = NULL
      WHERE key_id IN (SELECT id FROM token_key WHERE member_id = ?1)",
    "UPDATE token_key SET label = NULL, preferences = NULL WHERE member_id = ?1",
    "DELETE FROM session WHERE member_id = ?1",
    "UPDATE personal_token SET name = 'Erased' WHERE member_id = ?1",
    "UPDATE link SET name = NULL, email = NULL WHERE member_id = ?1",
    "DELETE FROM device_code WHERE member_id = ?1",
    "DELETE FROM passkey WHERE member_id = ?1",
    "DELETE FROM identity WHERE member_id = ?1",
    "DELETE FROM device_address
      WHERE device_id IN (SELECT device.id FROM device JOIN token_key ON token_key.id = key_id
                           WHERE member_id = ?1)",
    "DELETE FROM alert_delivery WHERE alert_id IN (SELECT id FROM alert WHERE member_id = ?1)",
    "DELETE FROM alert WHERE member_id = ?1",
];

async fn forget_rows<S: Sql>(db: &S, id: MemberId, at: i64) -> Result<(), S::Error> {
    for sql in FORGET {
        db.execute(sql, values![id]).await?;
    }
    let sql = "UPDATE member SET name = 'Erased', name_key = NULL, email = NULL, email_key = NULL,
                      password = NULL, seen_at = NULL, limits = NULL, erased_at = ?2 WHERE id = ?1";
    db.execute(sql, values![id, at]).await.map(drop)
}

/// As the audit log names what is the member's.
fn subjects(id: MemberId, keys: &[KeyId], devices: &[String]) -> Vec<String> {
    let keys = keys.iter().map(|key| key.to_string());
    keys.chain(devices.iter().cloned())
        .chain([id.to_string()])
        .collect()
}

const EMPTY_WHO: &str = "actor_name = NULL, peer = NULL, who_salt = NULL";
const EMPTY_WHAT: &str = "was = NULL, became = NULL, what_salt = NULL";
/// What an erasure says of itself names nobody, and must stay to be read.
const IS_ERASURE: &str = "action = 'member.erase'";

/// Takes who and what out of the lines about the member, their keys and devices, and out of those
/// that have one of the names in them.
async fn empty_lines<S: Sql>(
    db: &S,
    subjects: &[String],
    names: &[String],
    erasure: &mut Erasure,
) -> Result<(), S::Error> {
    for subject in subjects {
        empty(db, EMPTY_WHO, "actor_id = ?1", subject, erasure).await?;
        // Its kind comes before the id: `key 0198…`.
        let about = format!("substr(target, length(target) - length(?1) + 1) = ?1 AND NOT {IS_ERASURE}");
        empty(db, EMPTY_WHAT, &about, subject, erasure).await?;
    }
    for name in names {
        empty(db, EMPTY_WHO, "actor_name = ?1", name, erasure).await?;
        // As a whole text of the JSON: a short name is a part of many words.
        let text = json!(name).to_string();
        let says = format!(
            "(replace(coalesce(was, ''), ?1, '') <> coalesce(was, '')
              OR replace(coalesce(became, ''), ?1, '') <> coalesce(became, '')) AND NOT {IS_ERASURE}"
        );
        empty(db, EMPTY_WHAT, &says, &text, erasure).await?;
    }
    Ok(())
}

async fn empty<S: Sql>(
    db: &S,
    what: &str,
    condition: &str,
    value: &str,
    erasure: &mut Erasure,
) -> Result<(), S::Error> {
    let (digest, has) = if what == EMPTY_WHO {
        ("who_digest", "who_salt IS NOT NULL")
    } else {
        ("what_digest", "what_salt IS NOT NULL")
    };
    let value: &[Value] = values![value];
    let sql = format!("SELECT number FROM audit WHERE {condition} AND {has}");
    for row in db.rows(&sql, value).await? {
        erasure.lines.insert(row.int(0)?);
    }
    let sql = format!("UPDATE audit SET {what} WHERE {condition} AND {has}");
    db.execute(&sql, value).await?;
    let sql = format!("SELECT count(*) FROM audit WHERE {condition} AND {digest} IS NULL");
    if let Some(row) = db.row(&sql, value).await? {
        erasure.lines_left = erasure.lines_left.saturating_add(row.int(0)?.unsigned_abs());
    }
    Ok(())
}

/// The line about an erasure says which lines it emptied, so that no other can be emptied unseen.
pub(super) fn noted(note: &Note, erasure: &Erasure) -> Note {
    Note {
        after: Some(json!({
            "keys": erasure.keys,
            "devices": erasure.devices,
            "emptied": spans(&erasure.lines),
        })),
        before: None,
        ..note.clone()
    }
}

/// The lines that this one says were emptied.
pub(super) fn emptied_by(line: &Line) -> Vec<i64> {
    if line.action != ACTION {
        return Vec::new();
    }
    let said: Option<Json> = line
        .became
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    let spans = said.and_then(|said| said["emptied"].as_str().map(str::to_owned));
    spans
        .map(|spans| numbers(&spans, line.number))
        .unwrap_or_default()
}

/// Numbers in a short form: `3-5,9`.
fn spans(numbers: &BTreeSet<i64>) -> String {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for &number in numbers {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => spans.push((number, number)),
        }
    }
    let texts = spans.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    texts.collect::<Vec<_>>().join(",")
}

/// Only lines before the one that says so can have been emptied by it.
fn numbers(spans: &str, before: i64) -> Vec<i64> {
    let span = |span: &str| {
        let (first, last) = span.split_once('-').unwrap_or((span, span));
        let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
        Some(first.max(1)..=last.min(before - 1))
    };
    spans.split(',').filter_map(span).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_from_their_short_form() {
        for all in [vec![], vec![7], vec![1, 2, 3, 9, 11, 12]] {
            let set: BTreeSet<i64> = all.iter().copied().collect();
            assert_eq!(numbers(&spans(&set), 100), all);
        }
        assert_eq!(spans(&BTreeSet::from([1, 2, 3, 9])), "1-3,9");
        assert_eq!(numbers("90-1000000000", 93), [90, 91, 92]);
    }
}
