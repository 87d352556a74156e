//! Claude Code: one file a session, several lines a response, and copies of all of it elsewhere.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    lines::Lines,
    truth::Billed,
    world::{Place, World, time},
};

const MODELS: [&str; 5] = [
    "claude-opus-4-1-20250805",
    "claude-sonnet-4-5-20250929",
    "claude-sonnet-4-20250514",
    "claude-haiku-4-5-20251001",
    "claude-sonnet-4-5@20250929",
];
/// Responses in a usual session.
const SESSION: usize = 80;

/// One session, with all lines that its file has so far.
struct Session {
    id: String,
    place: Place,
    version: &'static str,
    lines: Vec<Value>,
    /// The last line of the conversation; the next one hangs on it.
    parent: Option<String>,
}

pub fn write(home: &Path, world: &mut World, messages: usize) -> io::Result<()> {
    let until = world.truth.billed.len() + messages;
    while world.truth.billed.len() < until {
        let left = until - world.truth.billed.len();
        let root = root(home, world);
        let mut session = Session::new(world);
        let length = world.rng.usize(1..=2 * SESSION).min(left);
        let most = length / 5;
        session.talk(world, length - most)?;
        let folder = root.join(slug(&session.place.folder));
        if most > 0 && world.chance(40) {
            session.delegate(&folder, world, most)?;
        }
        session.save(&folder, world)?;
        let left = until - world.truth.billed.len();
        if world.chance(8) && left > 0 {
            // Carried on tomorrow, perhaps from where another root is set.
            let folder = if world.chance(20) {
                other_root(home, &session)
            } else {
                folder.clone()
            };
            session.resume(world, left.min(5))?.save(&folder, world)?;
        }
        if world.chance(5) {
            session.ask_aside(&folder, world)?;
        }
    }
    Ok(())
}

fn root(home: &Path, world: &mut World) -> PathBuf {
    if world.chance(10) {
        home.join(".config/claude/projects")
    } else {
        home.join(".claude/projects")
    }
}

fn other_root(home: &Path, session: &Session) -> PathBuf {
    home.join(".config/claude/projects")
        .join(slug(&session.place.folder))
}

/// Every character that is no letter or digit becomes a dash.
fn slug(folder: &str) -> String {
    folder
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect()
}

impl Session {
    fn new(world: &mut World) -> Self {
        Self {
            id: world.id().to_string(),
            place: world.place(),
            version: world.one_of(&["1.0.98", "2.0.31", "2.1.29"]),
            lines: Vec::new(),
            parent: None,
        }
    }

    fn talk(&mut self, world: &mut World, messages: usize) -> io::Result<()> {
        for _ in 0..messages {
            if world.chance(2) {
                world.switch(&mut self.place);
            }
            self.ask(world);
            if world.chance(2) {
                self.fail(world);
            }
            self.respond(world, None);
        }
        Ok(())
    }

    /// The frame that all lines of a conversation have.
    fn frame(&mut self, world: &mut World, kind: &str, at: i64) -> Value {
        let id = world.id().to_string();
        let parent = self.parent.replace(id.clone());
        json!({
            "parentUuid": parent, "isSidechain": false, "userType": "external", "cwd": self.place.folder,
            "sessionId": self.id, "version": self.version, "gitBranch": self.place.branch,
            "type": kind, "uuid": id, "timestamp": time(at),
        })
    }

    fn ask(&mut self, world: &mut World) {
        let at = self.place.now + 500;
        let mut line = self.frame(world, "user", at);
        line["message"] = json!({"role": "user", "content": world.talk()});
        if world.chance(10) {
            // What a tool returned may look like anything, billing included.
            line["toolUseResult"] = json!({
                "stdout": "\"usage\":{\"input_tokens\":999999,\"output_tokens\":999999}",
                "data": {"type": "assistant", "message": {"id": "msg_not_one", "usage": {"input_tokens": 777_777, "output_tokens": 777_777}}},
            });
        }
        self.lines.push(line);
    }

    /// The service said no: a line for the eye.
    fn fail(&mut self, world: &mut World) {
        let at = self.place.now + 900;
        let mut line = self.frame(world, "assistant", at);
        line["isApiErrorMessage"] = json!(true);
        line["message"] = json!({
            "id": world.id().to_string(), "model": "<synthetic>", "role": "assistant", "stop_reason": "stop_sequence",
            "content": [{"type": "text", "text": "API Error: 529 Overloaded"}],
            "usage": {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
        });
        self.lines.push(line);
    }

    /// One response in a line for each of its blocks; only the last knows how much came out.
    fn respond(&mut self, world: &mut World, agent: Option<&str>) -> Vec<Value> {
        let at = world.next(&mut self.place);
        let billed = invent(world, self, at);
        let message_id = world.name("msg_");
        let request = (!world.chance(4)).then(|| world.name("req_"));
        let blocks = world.rng.usize(1..=4);
        let mut lines = Vec::new();
        for block in 0..blocks {
            let is_last = block + 1 == blocks;
            let output = if is_last {
                billed.output
            } else {
                billed.output.min(1 + block as u64)
            };
            let mut line = self.frame(world, "assistant", at + i64::try_from(block).unwrap_or(0) * 700);
            if let Some(request) = &request {
                line["requestId"] = json!(request);
            }
            if let Some(agent) = agent {
                line["isSidechain"] = json!(true);
                line["agentId"] = json!(agent);
            }
            line["message"] = json!({
                "id": message_id, "type": "message", "role": "assistant", "model": billed.model,
                "content": [{"type": "text", "text": world.talk()}],
                "stop_reason": if is_last { json!("end_turn") } else { Value::Null },
                "usage": usage(self.version, &billed, output),
            });
            lines.push(line);
        }
        world.bill(billed);
        if agent.is_none() {
            self.lines.extend(lines.iter().cloned());
        }
        lines
    }

    /// A part of the work goes to an agent, whose file lies below the session's.
    fn delegate(&mut self, folder: &Path, world: &mut World, messages: usize) -> io::Result<()> {
        let agent = world.name("").chars().take(8).collect::<String>();
        let is_old = self.version == "1.0.98";
        let mut file = Lines::begin(world);
        let (mut total, mut last) = (0, None);
        for _ in 0..messages {
            for line in self.respond(world, Some(&agent)) {
                file.put(&line)?;
                last = Some(line);
            }
            total += world
                .truth
                .billed
                .last()
                .map_or(0, |billed| billed.input + billed.output);
            if let (Some(line), true) = (&last, world.chance(50)) {
                let at = self.place.now + 5_000;
                let mut progress = self.frame(world, "progress", at);
                progress["data"] = json!({"type": "agent_progress", "agentId": agent, "message": line});
                self.lines.push(progress);
            }
        }
        let path = if is_old {
            folder.join(format!("agent-{agent}.jsonl"))
        } else {
            folder
                .join(&self.id)
                .join("subagents")
                .join(format!("agent-{agent}.jsonl"))
        };
        file.save(&path)?;
        let at = self.place.now + 6_000;
        let mut result = self.frame(world, "user", at);
        result["message"] = json!({"role": "user", "content": [{"type": "tool_result", "content": "done"}]});
        result["toolUseResult"] = json!({
            "status": "completed", "agentId": agent, "totalTokens": total,
            "usage": {"input_tokens": total, "output_tokens": total, "cache_read_input_tokens": 0},
        });
        self.lines.push(result);
        Ok(())
    }

    /// A new file under a new id that begins with all lines of the old one.
    fn resume(&self, world: &mut World, messages: usize) -> io::Result<Self> {
        let mut next = Self::new(world);
        next.place.clone_from(&self.place);
        next.version = self.version;
        next.lines.clone_from(&self.lines);
        for line in &mut next.lines {
            line["sessionId"] = json!(next.id);
        }
        next.parent.clone_from(&self.parent);
        next.talk(world, messages)?;
        Ok(next)
    }

    /// A side question repeats the conversation under request ids of its own.
    fn ask_aside(&self, folder: &Path, world: &mut World) -> io::Result<()> {
        let agent = world.name("").chars().take(8).collect::<String>();
        let mut file = Lines::begin(world);
        for line in self
            .lines
            .iter()
            .filter(|line| line["message"]["usage"].is_object())
        {
            let mut line = line.clone();
            line["isSidechain"] = json!(true);
            line["agentId"] = json!(agent);
            if line["requestId"].is_string() {
                line["requestId"] = json!(world.name("req_"));
            }
            line["timestamp"] = json!(time(self.place.now + 30_000));
            file.put(&line)?;
        }
        file.save(
            &folder
                .join(&self.id)
                .join("subagents")
                .join(format!("agent-{agent}.jsonl")),
        )
    }

    fn save(&self, folder: &Path, world: &mut World) -> io::Result<()> {
        let mut file = Lines::begin(world);
        file.put(&json!({"type": "summary", "summary": "What it was about", "leafUuid": self.parent}))?;
        for line in &self.lines {
            file.put(line)?;
            file.damage(world);
        }
        if let (true, Some(last)) = (world.chance(5), self.lines.last()) {
            let mut next = last.clone();
            next["message"]["id"] = json!(world.name("msg_"));
            file.half(&next)?;
        }
        file.save(&folder.join(format!("{}.jsonl", self.id)))
    }
}

fn invent(world: &mut World, session: &Session, at: i64) -> Billed {
    let has_split = session.version != "1.0.98";
    let cache_write = world.tokens(20_000);
    let hour = if has_split && world.chance(30) {
        world.rng.u64(..=cache_write)
    } else {
        0
    };
    Billed {
        client: "claude",
        session: session.id.clone(),
        model: world.one_of(&MODELS).to_owned(),
        at,
        project: Some(session.place.folder.clone()),
        branch: (!session.place.branch.is_empty()).then(|| session.place.branch.to_owned()),
        input: world.tokens(3_000),
        output: world.tokens(6_000).max(10),
        cache_read: world.tokens(150_000),
        cache_write_5m: cache_write - hour,
        cache_write_1h: hour,
        reasoning: 0,
    }
}

fn usage(version: &str, billed: &Billed, output: u64) -> Value {
    let mut usage = json!({
        "input_tokens": billed.input, "cache_creation_input_tokens": billed.cache_write(),
        "cache_read_input_tokens": billed.cache_read, "output_tokens": output, "service_tier": "standard",
    });
    if version != "1.0.98" {
        usage["cache_creation"] = json!({
            "ephemeral_5m_input_tokens": billed.cache_write_5m, "ephemeral_1h_input_tokens": billed.cache_write_1h,
        });
    }
    if version == "2.1.29" {
        usage["speed"] = Value::Null;
        usage["iterations"] =
            json!([{"input_tokens": billed.input, "output_tokens": output, "type": "message"}]);
    }
    usage
}
