//! OpenCode: databases, one for each release channel, and the files from before.

use std::{fs, io, path::Path};

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::{
    lines::save,
    truth::Billed,
    world::{Place, World},
};

const MODELS: [(&str, &str); 3] = [
    ("anthropic", "claude-sonnet-4-5"),
    ("openai", "gpt-5"),
    ("opencode", "grok-code"),
];
const SESSION: usize = 40;
/// Files from before are one a message, and from before: a home has no more of them when it is larger.
const LEGACY_MAX: usize = 400;
const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT, parent_id TEXT, directory TEXT, title TEXT);
CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, data TEXT);
";

pub fn write(home: &Path, world: &mut World, messages: usize) -> io::Result<()> {
    let root = home.join(".local/share/opencode");
    fs::create_dir_all(&root)?;
    let stores = [
        open(&root.join("opencode.db")).map_err(io::Error::other)?,
        open(&root.join("opencode-beta.db")).map_err(io::Error::other)?,
    ];
    for store in &stores {
        store.execute_batch("BEGIN").map_err(io::Error::other)?;
    }
    let until = world.truth.billed.len() + messages;
    let mut legacy = 0;
    while world.truth.billed.len() < until {
        let left = until - world.truth.billed.len();
        let session = Session::new(world);
        let length = world.rng.usize(1..=2 * SESSION).min(left);
        let store = &stores[usize::from(world.chance(20))];
        let kind = world.rng.u32(..10);
        let has_files = kind < 4 && legacy < LEGACY_MAX;
        legacy += if has_files { length } else { 0 };
        match kind {
            0..2 if has_files => session.write(world, length, None, Some(&root))?,
            // Moved over, and the files are still there.
            2..4 if has_files => session.write(world, length, Some(store), Some(&root))?,
            _ => session.write(world, length, Some(store), None)?,
        }
    }
    for store in &stores {
        store.execute_batch("COMMIT").map_err(io::Error::other)?;
    }
    Ok(())
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}

struct Session {
    id: String,
    place: Place,
}

impl Session {
    fn new(world: &mut World) -> Self {
        Self {
            id: world.name("ses_"),
            place: world.place(),
        }
    }

    fn write(
        mut self,
        world: &mut World,
        length: usize,
        store: Option<&Connection>,
        files: Option<&Path>,
    ) -> io::Result<()> {
        let mut messages = Vec::new();
        for _ in 0..length {
            messages.push(self.answer(world));
            if world.chance(3) {
                messages.push(self.aborted(world));
            }
        }
        let copies = if world.chance(8) {
            self.fork(world, &messages)
        } else {
            Vec::new()
        };
        if let Some(store) = store {
            let parent = (!copies.is_empty()).then(|| self.id.clone());
            self.keep(store, &self.id, None, &messages, world)
                .map_err(io::Error::other)?;
            if let Some(first) = copies.first() {
                let id = first.1["sessionID"].as_str().unwrap_or_default().to_owned();
                self.keep(store, &id, parent, &copies, world)
                    .map_err(io::Error::other)?;
            }
        }
        if let Some(root) = files {
            for (id, message) in &messages {
                let path = root
                    .join("storage/message")
                    .join(&self.id)
                    .join(format!("{id}.json"));
                save(&path, &serde_json::to_vec_pretty(message)?)?;
            }
        }
        Ok(())
    }

    fn keep(
        &self,
        store: &Connection,
        session: &str,
        parent: Option<String>,
        messages: &[(String, Value)],
        world: &mut World,
    ) -> rusqlite::Result<()> {
        store.execute(
            "INSERT INTO session VALUES (?1, 'project', ?2, ?3, 'A title')",
            params![session, parent, self.place.folder],
        )?;
        for (id, message) in messages {
            let created = message["time"]["created"].as_f64().unwrap_or_default() as i64;
            let mut data = message.clone();
            if let Some(data) = data.as_object_mut() {
                data.remove("id");
                data.remove("sessionID");
            }
            store
                .prepare_cached("INSERT INTO message VALUES (?1, ?2, ?3, ?3, ?4)")?
                .execute(params![id, session, created, data.to_string()])?;
            store
                .prepare_cached("INSERT INTO part VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![
                    world.name("prt_"),
                    id,
                    session,
                    json!({"type": "text", "text": world.talk()}).to_string()
                ])?;
        }
        Ok(())
    }

    /// The same conversation under new ids.
    fn fork(&self, world: &mut World, messages: &[(String, Value)]) -> Vec<(String, Value)> {
        let session = world.name("ses_");
        let copies = messages.iter().map(|(_, message)| {
            let (id, mut copy) = (world.name("msg_"), message.clone());
            copy["id"] = json!(id);
            copy["sessionID"] = json!(session);
            (id, copy)
        });
        copies.collect()
    }

    fn answer(&mut self, world: &mut World) -> (String, Value) {
        let at = world.next(&mut self.place);
        let (provider, model) = world.one_of(&MODELS);
        let billed = Billed {
            client: "opencode",
            session: self.id.clone(),
            model: model.to_owned(),
            at,
            project: Some(self.place.folder.clone()),
            branch: None,
            input: world.tokens(30_000),
            output: 0,
            cache_read: world.tokens(60_000),
            cache_write_5m: world.tokens(9_000),
            cache_write_1h: 0,
            reasoning: world.rng.u64(..2_000),
        };
        let said = world.tokens(4_000);
        let message = self.message(
            world,
            at,
            (provider, model),
            &json!({
                "input": billed.input, "output": said, "reasoning": billed.reasoning,
                "cache": {"read": billed.cache_read, "write": billed.cache_write_5m},
            }),
        );
        world.bill(Billed {
            output: said + billed.reasoning,
            ..billed
        });
        message
    }

    /// Nothing came of it.
    fn aborted(&mut self, world: &mut World) -> (String, Value) {
        let at = world.next(&mut self.place);
        let nothing = json!({"input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}});
        self.message(world, at, MODELS[0], &nothing)
    }

    fn message(
        &self,
        world: &mut World,
        at: i64,
        (provider, model): (&str, &str),
        tokens: &Value,
    ) -> (String, Value) {
        let id = world.name("msg_");
        // Some versions keep a fraction of a millisecond.
        let created = if world.chance(20) {
            json!(at as f64 + 0.25)
        } else {
            json!(at)
        };
        let message = json!({
            "id": id, "sessionID": self.id, "role": "assistant", "modelID": model, "providerID": provider,
            "mode": "build", "cost": 0, "path": {"cwd": self.place.folder, "root": self.place.folder},
            "time": {"created": created, "completed": at + 4_000}, "tokens": tokens, "finish": "stop",
        });
        (id, message)
    }
}
