//! Gemini CLI: messages that are written again when more of them is known.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    lines::{Lines, save},
    truth::Billed,
    world::{Place, World, time},
};

const MODELS: [&str; 3] = ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-3-pro-preview"];
const SESSION: usize = 30;

pub fn write(home: &Path, world: &mut World, messages: usize) -> io::Result<()> {
    let root = home.join(".gemini");
    let slugs = slugs(world);
    let map: BTreeMap<&String, &String> = slugs.iter().collect();
    save(
        &root.join("projects.json"),
        &serde_json::to_vec(&json!({"projects": map}))?,
    )?;
    let until = world.truth.billed.len() + messages;
    while world.truth.billed.len() < until {
        let left = until - world.truth.billed.len();
        let length = world.rng.usize(1..=2 * SESSION).min(left);
        let session = Session::new(world, &slugs);
        let chats = root.join("tmp").join(&session.slug).join("chats");
        match world.rng.u32(..3) {
            0 => session.write_document(&chats, world, length)?,
            1 => session.write_lines(&chats, world, length)?,
            _ => session.carried_on(&chats, world, length)?,
        }
        leave_others(&chats, world)?;
    }
    Ok(())
}

/// From a project's folder to the name that it has below `tmp`.
fn slugs(world: &World) -> BTreeMap<String, String> {
    let folders = world.projects.iter().map(|project| project.folder.clone());
    folders
        .enumerate()
        .map(|(number, folder)| (folder, format!("project-{number}")))
        .collect()
}

/// What lies beside sessions and is none.
fn leave_others(chats: &Path, world: &mut World) -> io::Result<()> {
    if world.chance(5) {
        let message = json!({"id": world.id(), "type": "gemini", "timestamp": time(0), "model": "gemini-2.5-pro",
            "tokens": {"input": 888_888, "output": 888_888, "cached": 0, "thoughts": 0, "tool": 0, "total": 1_777_776}});
        let document = json!({"sessionId": world.id(), "messages": [message]});
        let name = format!("session-broken.json.unreadable-{}", world.rng.u32(..));
        save(&chats.join(name), &serde_json::to_vec(&document)?)?;
        save(&chats.join("..").join("logs.json"), b"[]")?;
    }
    Ok(())
}

struct Session {
    id: String,
    place: Place,
    slug: String,
}

impl Session {
    fn new(world: &mut World, slugs: &BTreeMap<String, String>) -> Self {
        let mut place = world.place();
        world.next(&mut place);
        let slug = slugs.get(&place.folder).cloned().unwrap_or_default();
        Self {
            id: world.id().to_string(),
            place,
            slug,
        }
    }

    fn path(&self, chats: &Path, ending: &str) -> PathBuf {
        let at = Timestamp::from_millisecond(self.place.now).unwrap_or_default();
        let short: String = self.id.chars().take(8).collect();
        chats.join(format!(
            "session-{}-{short}.{ending}",
            at.strftime("%Y-%m-%dT%H-%M")
        ))
    }

    fn head(&self) -> Value {
        json!({"sessionId": self.id, "projectHash": "f".repeat(64), "startTime": time(self.place.now),
            "lastUpdated": time(self.place.now), "kind": "main"})
    }

    /// As older versions do: one document.
    fn write_document(mut self, chats: &Path, world: &mut World, length: usize) -> io::Result<()> {
        let (path, mut document) = (self.path(chats, "json"), self.head());
        let mut messages = Vec::new();
        for _ in 0..length {
            messages.push(self.question(world));
            messages.push(self.answer(world));
        }
        document["messages"] = json!(messages);
        save(&path, &serde_json::to_vec_pretty(&document)?)
    }

    fn write_lines(mut self, chats: &Path, world: &mut World, length: usize) -> io::Result<()> {
        let path = self.path(chats, "jsonl");
        let mut file = Lines::begin(world);
        file.put(&self.head())?;
        self.append(&mut file, world, length)?;
        file.save(&path)
    }

    /// Begun as a document by an older version, and carried on in lines beside it, with all messages
    /// once more.
    fn carried_on(mut self, chats: &Path, world: &mut World, length: usize) -> io::Result<()> {
        let paths = (self.path(chats, "json"), self.path(chats, "jsonl"));
        let mut document = self.head();
        let before = length / 2;
        let messages: Vec<Value> = (0..before).map(|_| self.answer(world)).collect();
        let mut file = Lines::begin(world);
        file.put(&self.head())?;
        if world.chance(50) {
            file.put(&json!({"$set": {"messages": messages}}))?;
        } else {
            for message in &messages {
                file.put(message)?;
            }
        }
        document["messages"] = json!(messages);
        self.append(&mut file, world, length - before)?;
        save(&paths.0, &serde_json::to_vec(&document)?)?;
        file.save(&paths.1)
    }

    fn append(&mut self, file: &mut Lines, world: &mut World, length: usize) -> io::Result<()> {
        for _ in 0..length {
            file.put(&self.question(world))?;
            let answer = self.answer(world);
            if world.chance(4) {
                // Known from a checkpoint alone.
                file.put(&json!({"$set": {"messages": [answer]}}))?;
                continue;
            }
            let mut early = answer.clone();
            early["tokens"] = Value::Null;
            file.put(&early)?;
            file.put(&answer)?;
            if world.chance(30) {
                let mut late = answer.clone();
                late["toolCalls"] = json!([{"name": "read_file", "result": world.talk()}]);
                file.put(&late)?;
            }
            if world.chance(4) {
                file.put(&json!({"$rewindTo": answer["id"]}))?;
            }
            file.damage(world);
        }
        Ok(())
    }

    fn question(&self, world: &mut World) -> Value {
        json!({"id": world.id(), "timestamp": time(self.place.now + 100), "type": "user", "content": world.talk()})
    }

    fn answer(&mut self, world: &mut World) -> Value {
        let at = world.next(&mut self.place);
        let model = world.one_of(&MODELS);
        let (prompt, output) = (world.tokens(90_000), world.tokens(4_000));
        let (thoughts, tool) = (world.tokens(3_000), world.rng.u64(..500));
        let cached = world.rng.u64(..=prompt);
        world.bill(Billed {
            client: "gemini",
            session: self.id.clone(),
            model: model.to_owned(),
            at,
            project: Some(self.place.folder.clone()),
            branch: None,
            input: prompt - cached + tool,
            output: output + thoughts,
            cache_read: cached,
            reasoning: thoughts,
            ..Billed::default()
        });
        json!({
            "id": world.id(), "timestamp": time(at), "type": "gemini", "model": model, "content": world.talk(),
            "thoughts": [], "tokens": {"input": prompt, "output": output, "cached": cached, "thoughts": thoughts,
                "tool": tool, "total": prompt + output + thoughts + tool},
        })
    }
}
