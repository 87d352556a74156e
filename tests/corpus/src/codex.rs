//! Codex CLI: counters that only grow, repeated at every refresh, and copied into every fork.

use std::{
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    lines::{Lines, save},
    truth::Billed,
    world::{Place, World, time},
};

const MODELS: [&str; 4] = ["gpt-5", "gpt-5-codex", "gpt-5.1-codex-mini", "o4-mini"];
const VERSIONS: [&str; 3] = ["0.21.0", "0.98.0", "0.159.0"];
const SESSION: usize = 40;
const ZSTD_LEVEL: i32 = 3;

/// A usage object, or the sum of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Vector {
    input: u64,
    cached: u64,
    output: u64,
    reasoning: u64,
}

impl Vector {
    const fn plus(self, other: Self) -> Self {
        Self {
            input: self.input + other.input,
            cached: self.cached + other.cached,
            output: self.output + other.output,
            reasoning: self.reasoning + other.reasoning,
        }
    }

    fn to_json(self) -> Value {
        json!({
            "input_tokens": self.input, "cached_input_tokens": self.cached, "output_tokens": self.output,
            "reasoning_output_tokens": self.reasoning, "total_tokens": self.input + self.output,
        })
    }
}

struct Thread {
    id: Uuid,
    place: Place,
    version: &'static str,
    model: &'static str,
    total: Vector,
    meta: Value,
    /// Everything behind the first line, with its time.
    lines: Vec<(i64, Value)>,
    began: i64,
}

/// Who a thread comes from.
enum Origin<'a> {
    Person,
    Fork(&'a Thread),
    Agent(&'a Thread),
}

pub fn write(home: &Path, world: &mut World, messages: usize) -> io::Result<()> {
    let root = home.join(".codex");
    let until = world.truth.billed.len() + messages;
    while world.truth.billed.len() < until {
        let left = until - world.truth.billed.len();
        let mut thread = Thread::new(world, &Origin::Person);
        let length = world.rng.usize(1..=2 * SESSION).min(left);
        thread.talk(world, length);
        thread.file(&root, world)?;
        for number in 0..world.rng.usize(0..3) {
            let left = until - world.truth.billed.len();
            if left == 0 || !world.chance(25) {
                break;
            }
            let origin = if number % 2 == 0 {
                Origin::Fork(&thread)
            } else {
                Origin::Agent(&thread)
            };
            let mut child = Thread::new(world, &origin);
            child.talk(world, left.min(8));
            child.file(&root, world)?;
        }
    }
    Ok(())
}

impl Thread {
    fn new(world: &mut World, origin: &Origin<'_>) -> Self {
        let mut place = world.place();
        if let Origin::Fork(parent) | Origin::Agent(parent) = origin {
            place.clone_from(&parent.place);
            place.now += 60_000;
        }
        let began = world.next(&mut place);
        let id = world.id_at(began);
        let version = match origin {
            Origin::Person => world.one_of(&VERSIONS),
            Origin::Fork(parent) | Origin::Agent(parent) => parent.version,
        };
        let mut thread = Self {
            id,
            meta: meta(id, began, &place, version, origin),
            place,
            version,
            model: world.one_of(&MODELS),
            total: Vector::default(),
            lines: Vec::new(),
            began,
        };
        if let Origin::Fork(parent) | Origin::Agent(parent) = origin {
            thread.inherit(world, parent);
        }
        thread
    }

    /// The parent's whole history stands in the child's file, with its own times or new ones.
    fn inherit(&mut self, world: &mut World, parent: &Self) {
        let keeps_times = world.chance(40);
        let stamp = |number: usize, at: i64| {
            if keeps_times {
                at
            } else {
                // All within one second.
                self.began + i64::try_from(number).unwrap_or(0).min(900)
            }
        };
        let mut lines = Vec::new();
        if world.chance(50) {
            lines.push((
                stamp(0, parent.began),
                json!({"type": "session_meta", "payload": parent.meta}),
            ));
        }
        for (number, (at, line)) in parent.lines.iter().enumerate() {
            // Records of usage stay where the response was asked for.
            if line["payload"]["type"] != "token_usage_record" {
                lines.push((stamp(number, *at), line.clone()));
            }
        }
        self.lines = lines;
        self.total = parent.total;
    }

    fn talk(&mut self, world: &mut World, messages: usize) {
        self.turn(world);
        let mut twin = None;
        for _ in 0..messages {
            if world.chance(10) {
                self.turn(world);
            }
            let said = world.talk();
            self.lines.push((self.place.now + 100, json!({
                "type": "response_item",
                "payload": {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": said}]},
            })));
            let is_twin = twin.is_some() && world.chance(3);
            let (at, last) = match twin {
                // Another response, at the same moment and of the same size.
                Some(before) if is_twin => before,
                _ => (world.next(&mut self.place), invent(world)),
            };
            twin = Some((at, last));
            self.respond(world, at, last);
            if world.chance(30) {
                // A refresh of the screen.
                let refreshed = self.count(Some(last));
                self.lines.push((at + 3_000, refreshed));
            }
            if world.chance(2) && self.version != "0.21.0" {
                self.compact();
                twin = None;
            }
        }
    }

    fn turn(&mut self, world: &mut World) {
        if world.chance(20) {
            self.model = world.one_of(&MODELS);
        }
        let at = self.place.now + 50;
        let turn = world.id_at(at).to_string();
        self.lines.push((at, json!({
            "type": "turn_context",
            "payload": {"turn_id": turn, "cwd": self.place.folder, "model": self.model, "effort": "medium"},
        })));
        // Only how much of the plan is left has changed.
        self.lines.push((at + 10, json!({
            "type": "event_msg",
            "payload": {"type": "token_count", "info": null, "rate_limits": {"primary": {"used_percent": 12.5}}},
        })));
    }

    fn respond(&mut self, world: &mut World, at: i64, last: Vector) {
        self.total = self.total.plus(last);
        if self.version == "0.159.0" {
            self.lines.push((at, json!({
                "type": "event_msg",
                "payload": {
                    "type": "token_usage_record", "thread_id": self.id, "response_id": world.name("resp_"),
                    "usage": last.to_json(), "thread_token_usage": self.total.to_json(),
                },
            })));
        }
        let count = self.count((self.version != "0.21.0").then_some(last));
        self.lines.push((at, count));
        world.bill(Billed {
            client: "codex",
            session: self.id.to_string(),
            model: self.model.to_owned(),
            at,
            project: Some(self.place.folder.clone()),
            branch: (!self.place.branch.is_empty()).then(|| self.place.branch.to_owned()),
            input: last.input - last.cached,
            output: last.output,
            cache_read: last.cached,
            reasoning: last.reasoning,
            ..Billed::default()
        });
    }

    fn count(&self, last: Option<Vector>) -> Value {
        let mut info = json!({"total_token_usage": self.total.to_json(), "model_context_window": 272_000});
        if let Some(last) = last {
            info["last_token_usage"] = last.to_json();
        }
        json!({"type": "event_msg", "payload": {"type": "token_count", "info": info, "rate_limits": null}})
    }

    /// The conversation is summed up, and the counters begin anew.
    fn compact(&mut self) {
        self.total = Vector::default();
        let at = self.place.now + 4_000;
        self.lines.push((
            at,
            json!({"type": "compacted", "payload": {"message": "Summary"}}),
        ));
    }

    fn file(&self, root: &Path, world: &mut World) -> io::Result<()> {
        let mut file = Lines::begin(world);
        file.put(&json!({"timestamp": time(self.began), "type": "session_meta", "payload": self.meta}))?;
        for (at, line) in &self.lines {
            let mut line = line.clone();
            line["timestamp"] = json!(time(*at));
            file.put(&line)?;
            file.damage(world);
        }
        let (live, archived) = (self.live(root), self.archived(root));
        match world.rng.u32(..100) {
            0..70 => file.save(&live),
            70..80 => file.save(&archived),
            // Moved, and copied back.
            80..86 => file.save(&live).and_then(|()| file.save(&archived)),
            86..96 => save(&packed(&live), &zstd::encode_all(file.bytes(), ZSTD_LEVEL)?),
            _ => {
                save(&packed(&live), &zstd::encode_all(file.bytes(), ZSTD_LEVEL)?)?;
                file.save(&live)
            }
        }
    }

    fn name(&self) -> String {
        let at = self.local();
        format!("rollout-{}-{}.jsonl", at.strftime("%Y-%m-%dT%H-%M-%S"), self.id)
    }

    /// By the clock on the wall, which is some hours off.
    fn local(&self) -> jiff::civil::DateTime {
        let at = Timestamp::from_millisecond(self.began).unwrap_or_default();
        jiff::tz::Offset::constant(-7).to_datetime(at)
    }

    fn live(&self, root: &Path) -> PathBuf {
        root.join(self.local().strftime("sessions/%Y/%m/%d").to_string())
            .join(self.name())
    }

    fn archived(&self, root: &Path) -> PathBuf {
        root.join("archived_sessions").join(self.name())
    }
}

fn packed(path: &Path) -> PathBuf {
    let mut packed = path.as_os_str().to_owned();
    packed.push(".zst");
    packed.into()
}

fn invent(world: &mut World) -> Vector {
    let input = world.tokens(120_000);
    let output = world.tokens(8_000);
    Vector {
        input,
        cached: world.rng.u64(..=input),
        output,
        reasoning: world.rng.u64(..=output),
    }
}

fn meta(id: Uuid, began: i64, place: &Place, version: &str, origin: &Origin<'_>) -> Value {
    let mut meta = json!({
        "id": id, "timestamp": time(began), "cwd": place.folder, "originator": "codex_cli_rs",
        "cli_version": version, "source": "cli", "model_provider": "openai",
    });
    if !place.branch.is_empty() {
        meta["git"] = json!({"branch": place.branch, "commit_hash": "0".repeat(40)});
    }
    match origin {
        Origin::Person => {}
        Origin::Fork(parent) => meta["forked_from_id"] = json!(parent.id),
        Origin::Agent(parent) => {
            meta["source"] =
                json!({"subagent": {"thread_spawn": {"parent_thread_id": parent.id, "depth": 1}}});
        }
    }
    meta
}
