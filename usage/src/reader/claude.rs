//! Claude Code: transcripts in JSON lines.
//!
//! A response is several lines, one for each block of content, and the same lines again in files of
//! resumed sessions. Each line says all that is needed of it, so nothing is remembered between
//! lines but where in this file a response was seen before.

use std::path::Path;

use memchr::memmem;
use serde::Deserialize;

use super::{
    Lines, has_extension,
    json::{Count, Part, Text, parse},
    scan::Scan,
    text::time_ms,
};
use crate::{
    discovery::{Shape, Walk},
    home::Home,
    record::{FileRecords, Flags, Mixed, Record, Tokens, digest_of},
};

/// What stands for a message that no model wrote.
const SYNTHETIC: &str = "<synthetic>";

pub fn discover(home: &Home, walk: &mut Walk) {
    let mut roots = home.folders("CLAUDE_CONFIG_DIR", &[".claude"]);
    if home.variable("CLAUDE_CONFIG_DIR").is_none() {
        roots.push(home.config_home().join("claude"));
    }
    for root in roots {
        for folder in ["projects", "transcripts"] {
            walk.files(&root.join(folder), &shape);
        }
    }
}

fn shape(path: &Path) -> Option<Shape> {
    (has_extension(path) == "jsonl").then_some(Shape::Lines)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(default, borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(default, borrow)]
    timestamp: Text<'a>,
    #[serde(default, borrow)]
    session_id: Text<'a>,
    #[serde(default, borrow)]
    cwd: Text<'a>,
    #[serde(default, borrow)]
    git_branch: Text<'a>,
    #[serde(default, borrow)]
    request_id: Text<'a>,
    #[serde(default)]
    is_sidechain: Option<bool>,
    #[serde(default, borrow)]
    message: Part<Message<'a>>,
}

#[derive(Default, Deserialize)]
struct Message<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    model: Text<'a>,
    #[serde(default, borrow)]
    usage: Part<Usage<'a>>,
}

#[derive(Default, Deserialize)]
struct Usage<'a> {
    #[serde(default)]
    input_tokens: Count,
    #[serde(default)]
    cache_creation_input_tokens: Count,
    #[serde(default)]
    cache_read_input_tokens: Count,
    #[serde(default)]
    output_tokens: Count,
    #[serde(default)]
    cache_creation: Part<CacheCreation>,
    #[serde(default)]
    server_tool_use: Part<ServerToolUse>,
    #[serde(default, borrow)]
    service_tier: Text<'a>,
    #[serde(default, borrow)]
    speed: Text<'a>,
    #[serde(default, borrow)]
    inference_geo: Text<'a>,
}

#[derive(Default, Deserialize)]
struct CacheCreation {
    #[serde(default)]
    ephemeral_5m_input_tokens: Count,
    #[serde(default)]
    ephemeral_1h_input_tokens: Count,
}

#[derive(Default, Deserialize)]
struct ServerToolUse {
    #[serde(default)]
    web_search_requests: Count,
}

/// The short way through a line; None for whatever is unusual.
fn scanned(line: &[u8]) -> Option<Line<'_>> {
    let (mut scan, mut found) = (Scan::new(line)?, Line::default());
    scan.object(|key, scan| {
        match key {
            b"type" => found.kind = scan.text()?,
            b"timestamp" => found.timestamp = scan.text()?,
            b"sessionId" => found.session_id = scan.text()?,
            b"cwd" => found.cwd = scan.text()?,
            b"gitBranch" => found.git_branch = scan.text()?,
            b"requestId" => found.request_id = scan.text()?,
            b"isSidechain" => found.is_sidechain = scan.flag()?,
            b"message" => found.message = Part(scanned_message(scan)?),
            _ => scan.skip()?,
        }
        Some(())
    })?;
    scan.end()?;
    Some(found)
}

fn scanned_message<'a>(scan: &mut Scan<'a>) -> Option<Option<Message<'a>>> {
    let mut found = Message::default();
    let is_there = scan.object_or_null(|key, scan| {
        match key {
            b"id" => found.id = scan.text()?,
            b"model" => found.model = scan.text()?,
            b"usage" => found.usage = Part(scanned_usage(scan)?),
            _ => scan.skip()?,
        }
        Some(())
    })?;
    Some(is_there.then_some(found))
}

fn scanned_usage<'a>(scan: &mut Scan<'a>) -> Option<Option<Usage<'a>>> {
    let mut found = Usage::default();
    let is_there = scan.object_or_null(|key, scan| {
        match key {
            b"input_tokens" => found.input_tokens = scan.count()?,
            b"cache_creation_input_tokens" => found.cache_creation_input_tokens = scan.count()?,
            b"cache_read_input_tokens" => found.cache_read_input_tokens = scan.count()?,
            b"output_tokens" => found.output_tokens = scan.count()?,
            b"cache_creation" => {
                let mut split = CacheCreation::default();
                let is_there = scan.object_or_null(|key, scan| {
                    match key {
                        b"ephemeral_5m_input_tokens" => split.ephemeral_5m_input_tokens = scan.count()?,
                        b"ephemeral_1h_input_tokens" => split.ephemeral_1h_input_tokens = scan.count()?,
                        _ => scan.skip()?,
                    }
                    Some(())
                })?;
                found.cache_creation = Part(is_there.then_some(split));
            }
            b"server_tool_use" => {
                let mut tools = ServerToolUse::default();
                let is_there = scan.object_or_null(|key, scan| {
                    match key {
                        b"web_search_requests" => tools.web_search_requests = scan.count()?,
                        _ => scan.skip()?,
                    }
                    Some(())
                })?;
                found.server_tool_use = Part(is_there.then_some(tools));
            }
            b"service_tier" => found.service_tier = scan.text()?,
            b"speed" => found.speed = scan.text()?,
            b"inference_geo" => found.inference_geo = scan.text()?,
            _ => scan.skip()?,
        }
        Some(())
    })?;
    Some(is_there.then_some(found))
}

impl Usage<'_> {
    fn tokens(&self) -> Tokens {
        let (short, hour) = self.cache_creation.get().map_or((0, 0), |split| {
            (
                split.ephemeral_5m_input_tokens.0,
                split.ephemeral_1h_input_tokens.0,
            )
        });
        // The total is what was billed; the split says for how long, and older versions have none.
        let cache_write = self.cache_creation_input_tokens.0.max(short.saturating_add(hour));
        Tokens {
            input: self.input_tokens.0,
            output: self.output_tokens.0,
            cache_read: self.cache_read_input_tokens.0,
            cache_write,
            cache_write_1h: hour,
            reasoning: 0,
        }
    }

    fn flags(&self) -> Flags {
        Flags::default()
            .with_if(Flags::FAST, self.speed.is("fast"))
            .with_if(Flags::PRIORITY, self.service_tier.is("priority"))
            .with_if(Flags::WITHIN_US, self.inference_geo.is("us"))
    }
}

/// Where in this file a response was seen: its id, its request, and whether on the side.
type Seen = (u64, u64, bool);

pub struct Transcript {
    /// For lines that say no time.
    fallback_ms: i64,
    places: Mixed<Seen, usize>,
    placed: usize,
    usage: memmem::Finder<'static>,
}

impl Transcript {
    pub fn resume(fallback_ms: i64) -> Self {
        Self {
            fallback_ms,
            places: Mixed::default(),
            placed: 0,
            usage: memmem::Finder::new(b"\"usage\""),
        }
    }

    fn add(&mut self, record: Record, out: &mut FileRecords) {
        if record.id != 0 {
            // The records of an earlier reading are known, too.
            for (place, known) in out.records.iter().enumerate().skip(self.placed) {
                self.places.insert(seen(known), place);
            }
            self.placed = out.records.len();
            let known = self.places.get(&seen(&record));
            if let Some(known) = known.and_then(|place| out.records.get_mut(*place)) {
                known.tokens = known.tokens.max(&record.tokens);
                known.searches = known.searches.max(record.searches);
                return;
            }
        }
        out.records.push(record);
    }
}

fn seen(record: &Record) -> Seen {
    (record.id, record.mark, record.flags.has(Flags::SIDECHAIN))
}

impl Lines for Transcript {
    fn line(&mut self, number: u64, line: &[u8], out: &mut FileRecords) -> bool {
        // Most lines have no usage and need no decoding. That the word stands in a line says
        // nothing yet: it may be quoted in somebody's text.
        if self.usage.find(line).is_none() {
            return true;
        }
        let Some(line) = scanned(line).or_else(|| parse::<Line<'_>>(line)) else {
            return false;
        };
        let Some(message) = line.message.get().filter(|_| line.kind.is("assistant")) else {
            return true;
        };
        let Some(usage) = message.usage.get().filter(|_| !message.model.is(SYNTHETIC)) else {
            return true;
        };
        let (id, request) = (message.id.as_str(), line.request_id.as_str());
        let searches = usage
            .server_tool_use
            .get()
            .map_or(0, |tools| tools.web_search_requests.0);
        let record = Record {
            at_ms: time_ms(line.timestamp.as_str()).unwrap_or(self.fallback_ms),
            id: digest_of(id),
            mark: digest_of(request),
            tokens: usage.tokens(),
            searches: u32::try_from(searches).unwrap_or(u32::MAX),
            model: out.name(message.model.as_str()),
            project: out.name(line.cwd.as_str()),
            branch: out.name(line.git_branch.as_str()),
            session: out.name(line.session_id.as_str()),
            flags: usage
                .flags()
                .with_if(Flags::SIDECHAIN, line.is_sidechain == Some(true)),
            line: number,
            ..Record::default()
        };
        self.add(record, out);
        true
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }
}
