//! OpenCode: a SQLite database for each release channel, and older messages as one file each.
//!
//! A message that was moved over is in both under one id. A forked session has copies under new
//! ids, with the times and counts of the originals; [`crate::dedupe`] finds both.

use std::{collections::HashMap, path::Path};

use serde::Deserialize;

use super::{
    ReadError, has_extension,
    json::{Count, Part, Text, parse, trim},
    small,
    sqlite::Foreign,
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Record, Tokens, digest, digest_of},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    let data = home.variable("OPENCODE_DATA_DIR");
    let root = data.unwrap_or_else(|| home.data_home().join("opencode"));
    for path in walk.names(&root) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_ours = name == "opencode.db" || name.starts_with("opencode-") && name.ends_with(".db");
        if is_ours {
            walk.file(&path, Shape::Database);
        }
    }
    walk.files(&root.join("storage/message"), &|path| {
        (has_extension(path) == "json").then_some(Shape::Document)
    });
}

/// Kilo's command line has the same database under its own name.
pub fn discover_kilo(home: &Home, walk: &mut Walk) {
    let data = home.variable("KILO_DATA_DIR");
    let root = data.unwrap_or_else(|| home.data_home().join("kilo"));
    walk.file(&root.join("kilo.db"), Shape::Database);
}

/// A message, as both stores have it.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow, rename = "sessionID")]
    session: Text<'a>,
    #[serde(default, borrow)]
    role: Text<'a>,
    #[serde(default, borrow, rename = "modelID")]
    model: Text<'a>,
    #[serde(default, borrow, rename = "providerID")]
    provider: Text<'a>,
    #[serde(default, borrow)]
    path: Part<Place<'a>>,
    #[serde(default)]
    time: Part<Time>,
    #[serde(default)]
    tokens: Part<Counts>,
}

#[derive(Deserialize)]
struct Place<'a> {
    #[serde(default, borrow)]
    cwd: Text<'a>,
    #[serde(default, borrow)]
    root: Text<'a>,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Time {
    #[serde(default)]
    created: Count,
    #[serde(default)]
    completed: Count,
}

#[derive(Deserialize)]
struct Counts {
    #[serde(default)]
    input: Count,
    #[serde(default)]
    output: Count,
    #[serde(default)]
    reasoning: Count,
    #[serde(default)]
    cache: Part<Cache>,
}

#[derive(Deserialize)]
struct Cache {
    #[serde(default)]
    read: Count,
    #[serde(default)]
    write: Count,
}

/// What the store knows of a message beside its text.
#[derive(Default)]
struct Beside<'a> {
    id: &'a str,
    session: &'a str,
    folder: &'a str,
    created_ms: i64,
    number: u64,
}

fn add(message: &Message<'_>, beside: &Beside<'_>, out: &mut FileRecords) {
    let Some(counts) = message.tokens.get().filter(|_| message.role.is("assistant")) else {
        return;
    };
    let (cache_read, cache_write) = counts
        .cache
        .get()
        .map_or((0, 0), |cache| (cache.read.0, cache.write.0));
    let tokens = Tokens {
        input: counts.input.0,
        output: counts.output.0.saturating_add(counts.reasoning.0),
        cache_read,
        cache_write,
        cache_write_1h: 0,
        reasoning: counts.reasoning.0,
    };
    // A call that was broken off before it was answered.
    if tokens.is_zero() {
        return;
    }
    let first = |texts: [&str; 3]| {
        texts
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
            .to_owned()
    };
    let (cwd, root) = message
        .path
        .get()
        .map_or(("", ""), |path| (path.cwd.as_str(), path.root.as_str()));
    let time = message.time.get().copied().unwrap_or_default();
    let at_ms = match i64::try_from(time.created.0) {
        Ok(created) if created > 0 => created,
        _ => beside.created_ms,
    };
    let (model, provider) = (message.model.as_str(), message.provider.as_str());
    let record = Record {
        at_ms,
        id: digest_of(&first([message.id.as_str(), beside.id, ""])),
        mark: copied_mark(time, model, provider, &tokens),
        tokens,
        model: out.name(model),
        provider: out.name(provider),
        project: out.name(&first([cwd, root, beside.folder])),
        session: out.name(&first([message.session.as_str(), beside.session, ""])),
        line: beside.number,
        ..Record::default()
    };
    out.records.push(record);
}

/// What a copy under another id has in common with its original; 0 where times are missing, since
/// counts alone are no mark.
fn copied_mark(time: Time, model: &str, provider: &str, tokens: &Tokens) -> u64 {
    if time.created.0 == 0 || time.completed.0 == 0 {
        return 0;
    }
    let numbers = [
        time.created.0,
        time.completed.0,
        tokens.input,
        tokens.output,
        tokens.reasoning,
        tokens.cache_read,
        tokens.cache_write,
    ];
    let bytes = numbers.map(u64::to_le_bytes);
    digest(&[model.as_bytes(), provider.as_bytes(), bytes.as_flattened()])
}

pub fn database(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let database = Foreign::open(&source.path)?;
    if !database.has_table("message")? {
        return Ok(());
    }
    let folders = folders(&database)?;
    let columns = database.columns("message")?;
    let created = if columns.iter().any(|name| name == "time_created") {
        "time_created"
    } else {
        "0"
    };
    // Only rows that can count are decoded; the many large parts of messages are never touched.
    let sql = format!("SELECT rowid, id, session_id, {created}, data FROM message ORDER BY rowid");
    let mut statement = database.connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let id: String = row.get::<_, Option<String>>(1)?.unwrap_or_default();
        let session: String = row.get::<_, Option<String>>(2)?.unwrap_or_default();
        let created_ms = match row.get_ref(3)? {
            rusqlite::types::ValueRef::Integer(at) => at,
            _ => source.stamp.modified_ms(),
        };
        let data = row.get_ref(4)?;
        let (rusqlite::types::ValueRef::Text(data) | rusqlite::types::ValueRef::Blob(data)) = data else {
            out.lines_skipped += 1;
            continue;
        };
        let Some(mut message) = parse::<Message<'_>>(data) else {
            out.lines_skipped += 1;
            continue;
        };
        // The row's key is the id, whatever its text says.
        message.id = Text::default();
        let beside = Beside {
            id: &id,
            session: &session,
            folder: folders.get(&session).map_or("", String::as_str),
            created_ms,
            number: u64::try_from(number).unwrap_or(0),
        };
        add(&message, &beside, out);
    }
    Ok(())
}

fn folders(database: &Foreign) -> Result<HashMap<String, String>, ReadError> {
    let mut folders = HashMap::new();
    if !database.has_table("session")?
        || !database
            .columns("session")?
            .iter()
            .any(|name| name == "directory")
    {
        return Ok(folders);
    }
    let mut statement = database.connection.prepare("SELECT id, directory FROM session")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let folder: Option<String> = row.get(1)?;
        folders.insert(row.get(0)?, folder.unwrap_or_default());
    }
    Ok(folders)
}

pub fn legacy(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let bytes = small::whole(&source.path)?;
    let bytes = trim(&bytes);
    if bytes.is_empty() {
        return Ok(());
    }
    let repaired;
    let message: Message<'_> = match parse(bytes) {
        Some(message) => message,
        None => {
            repaired = String::from_utf8_lossy(bytes);
            serde_json::from_str(&repaired).map_err(|error| ReadError::Document(error.to_string()))?
        }
    };
    let name = |path: Option<&Path>| {
        let stem = path.and_then(Path::file_stem).unwrap_or_default();
        stem.to_string_lossy().into_owned()
    };
    let (id, session) = (name(Some(&source.path)), name(source.path.parent()));
    let beside = Beside {
        id: &id,
        session: &session,
        created_ms: source.stamp.modified_ms(),
        number: 1,
        ..Beside::default()
    };
    add(&message, &beside, out);
    Ok(())
}
