//! Follows live sessions: looks again and again, and tells what came in between.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{
    client::Client,
    engine::{Engine, Extent, Scan},
    fold::{Cell, Fold},
    record::Tokens,
    report::Sum,
};

/// Looking takes at most one part in so many of the time.
const SHARE: u32 = 20;
const PAUSE_MIN: Duration = Duration::from_millis(500);
const SCAN_PAUSE_MIN: Duration = Duration::from_secs(2);

/// Looks at the same logs again and again. Whoever owns it says when: between two looks
/// [`Watch::pause`] should pass.
///
/// ```no_run
/// # let engine = usage::Engine { home: usage::Home::at("/home/me"), clients: vec![], cache_dir: None };
/// let mut watch = usage::watch::Watch::new(engine);
/// loop {
///     if let Some(look) = watch.look() {
///         println!("{} sessions went on", look.news.len());
///     }
///     std::thread::sleep(watch.pause());
/// }
/// ```
pub struct Watch {
    engine: Engine,
    /// At which version of the index the last look was.
    version: Option<i64>,
    known: HashMap<Place, Totals>,
    took: Duration,
    /// When all folders were last looked through, and how long that took.
    scanned: Option<(Instant, Duration)>,
}

/// All sums as they are now, and what came since the look before.
pub struct Look {
    pub scan: Scan,
    /// Empty at the first look.
    pub news: Vec<News>,
}

/// What a session used since the look before, of one model in one project and branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct News {
    #[serde(flatten)]
    pub place: Place,
    pub messages: u64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cache_read_tokens: u64,
    pub cache_write_tokens: u64,
    /// A text; None where a price is not known.
    pub cost_nano_usd: Option<String>,
    /// When the last response came.
    pub last_ms: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    #[serde(serialize_with = "name")]
    pub client: Client,
    pub model: String,
    pub project: String,
    pub branch: String,
    pub session: String,
}

fn name<S: serde::Serializer>(client: &Client, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(client.name())
}

#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    tokens: Tokens,
    messages: u64,
    cost_nano_usd: i64,
    messages_unpriced: u64,
    last_ms: i64,
}

impl Watch {
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            version: None,
            known: HashMap::new(),
            took: Duration::ZERO,
            scanned: None,
        }
    }

    /// None: nothing changed since the look before.
    pub fn look(&mut self) -> Option<Look> {
        let began = Instant::now();
        let extent = Extent {
            unless_version: self.version,
            ..Extent::default()
        };
        let quick = match self.is_scan_due() {
            true => None,
            false => self.engine.glance(&extent, None),
        };
        let is_quick = quick.is_some();
        let scan = quick.unwrap_or_else(|| self.engine.scan_part(&extent));
        self.took = began.elapsed();
        if !is_quick {
            self.scanned = Some((Instant::now(), self.took));
        }
        if scan.version.is_some() && scan.version == self.version {
            return None;
        }
        let totals = totals(&scan.fold);
        // What is there at the first look is no news.
        let news = match self.version {
            None => Vec::new(),
            Some(_) => news(&self.known, &totals),
        };
        self.known = totals;
        self.version = Some(scan.version.unwrap_or_default());
        Some(Look { scan, news })
    }

    /// Whether it is time to look for new files.
    fn is_scan_due(&self) -> bool {
        self.scanned
            .is_none_or(|(at, took)| at.elapsed() >= SCAN_PAUSE_MIN.max(took * SHARE))
    }

    /// How long to wait until the next look: the more logs, the longer.
    pub fn pause(&self) -> Duration {
        PAUSE_MIN.max(self.took * SHARE)
    }
}

fn place(fold: &Fold, cell: &Cell) -> Place {
    let name = |label| fold.name(label).to_owned();
    Place {
        client: cell.key.client,
        model: name(cell.key.model),
        project: name(cell.key.project),
        branch: name(cell.key.branch),
        session: name(cell.key.session),
    }
}

fn totals(fold: &Fold) -> HashMap<Place, Totals> {
    let mut totals: HashMap<Place, Totals> = HashMap::new();
    for cell in &fold.cells {
        let sum = totals.entry(place(fold, cell)).or_default();
        sum.tokens = sum.tokens.plus(&cell.tokens);
        sum.messages += cell.messages;
        match cell.cost_nano_usd {
            Some(cost) => sum.cost_nano_usd = sum.cost_nano_usd.saturating_add(cost),
            None => sum.messages_unpriced += cell.messages,
        }
        sum.last_ms = sum.last_ms.max(cell.last_ms);
    }
    totals
}

/// What is more than before, the latest last. A log that was deleted is no news.
fn news(before: &HashMap<Place, Totals>, now: &HashMap<Place, Totals>) -> Vec<News> {
    let mut news: Vec<News> = now
        .iter()
        .filter_map(|(place, now)| {
            let then = before.get(place).copied().unwrap_or_default();
            let more = |now: u64, then: u64| now.saturating_sub(then);
            let is_more = now.messages > then.messages || now.tokens.total() > then.tokens.total();
            let is_priced = now.messages_unpriced == then.messages_unpriced;
            let cost = now.cost_nano_usd.saturating_sub(then.cost_nano_usd);
            is_more.then(|| News {
                place: place.clone(),
                messages: more(now.messages, then.messages),
                input_tokens: more(now.tokens.input, then.tokens.input),
                output_tokens: more(now.tokens.output, then.tokens.output),
                cache_read_tokens: more(now.tokens.cache_read, then.tokens.cache_read),
                cache_write_tokens: more(now.tokens.cache_write, then.tokens.cache_write),
                cost_nano_usd: is_priced.then(|| cost.to_string()),
                last_ms: now.last_ms,
            })
        })
        .collect();
    news.sort_by(|a, b| (a.last_ms, &a.place).cmp(&(b.last_ms, &b.place)));
    news
}

/// A session that is at work.
pub struct Live {
    pub client: Client,
    pub session: String,
    pub project: String,
    pub branch: String,
    pub sum: Sum,
}

/// The sessions that answered within the last so many milliseconds, the latest first, each with all
/// that it used. Where a session was in several projects or branches, its latest is named.
pub fn live(fold: &Fold, now_ms: i64, within_ms: i64) -> Vec<Live> {
    let since = now_ms.saturating_sub(within_ms);
    let mut latest: HashMap<(Client, u32), &Cell> = HashMap::new();
    for cell in fold.cells.iter().filter(|cell| cell.last_ms >= since) {
        let known = latest.entry((cell.key.client, cell.key.session)).or_insert(cell);
        if cell.last_ms > known.last_ms {
            *known = cell;
        }
    }
    let mut live: Vec<Live> = latest
        .into_iter()
        .map(|((client, session), cell)| {
            let own = |cell: &&Cell| cell.key.client == client && cell.key.session == session;
            Live {
                client,
                session: fold.name(session).to_owned(),
                project: fold.name(cell.key.project).to_owned(),
                branch: fold.name(cell.key.branch).to_owned(),
                sum: Sum::of(fold, fold.cells.iter().filter(own)),
            }
        })
        .collect();
    live.sort_by(|a, b| (b.sum.last_ms, &b.session).cmp(&(a.sum.last_ms, &a.session)));
    live
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, path::Path};

    use super::*;
    use crate::Home;

    fn line(id: &str, output: u64) -> String {
        format!(
            "{{\"type\":\"assistant\",\"timestamp\":\"2026-06-01T12:00:00.000Z\",\"sessionId\":\"s1\",\
             \"requestId\":\"{id}\",\"cwd\":\"/work/a\",\"message\":{{\"id\":\"{id}\",\"model\":\"claude-sonnet-4-5\",\
             \"usage\":{{\"input_tokens\":10,\"output_tokens\":{output}}}}}}}\n"
        )
    }

    fn append(path: &Path, text: &str) {
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn watch(cache: Option<&Path>, home: &Path) -> Watch {
        Watch::new(Engine {
            home: Home::at(home),
            clients: vec![Client::Claude, Client::Codex],
            cache_dir: cache.map(Path::to_owned),
        })
    }

    /// Until something changed: a file is read again if it was changed within a tick of the clock.
    fn news_of(watch: &mut Watch) -> Vec<(String, u64, u64)> {
        loop {
            if let Some(look) = watch.look().filter(|look| !look.news.is_empty()) {
                let short = |news: &News| (news.place.session.clone(), news.messages, news.output_tokens);
                return look.news.iter().map(short).collect();
            }
        }
    }

    #[test]
    fn what_is_added_to_a_log_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("home/.claude/projects/-work-a");
        fs::create_dir_all(&project).unwrap();
        let (log, cache) = (project.join("s1.jsonl"), folder.path().join("cache"));
        append(&log, &line("m1", 5));
        let mut watch = watch(Some(&cache), &folder.path().join("home"));
        let first = watch.look().unwrap();
        assert_eq!((first.news.len(), first.scan.fold.cells.len()), (0, 1));
        append(&log, &line("m2", 7));
        assert_eq!(news_of(&mut watch), [("s1".to_owned(), 1, 7)]);
        // A response that is written again with more of it is no new message.
        append(&log, &line("m2", 9));
        assert_eq!(news_of(&mut watch), [("s1".to_owned(), 0, 2)]);
        assert!((0..3).all(|_| watch.look().is_none_or(|look| look.news.is_empty())));
    }

    #[test]
    fn sessions_at_work_are_those_that_answered_lately() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("home/.claude/projects/-work-a");
        fs::create_dir_all(&project).unwrap();
        append(&project.join("s1.jsonl"), &line("m1", 5));
        let look = watch(None, &folder.path().join("home")).look().unwrap();
        let at = look.scan.fold.cells[0].last_ms;
        let shown = |now| {
            let live = live(&look.scan.fold, now, 60_000);
            live.iter().map(|live| live.session.clone()).collect::<Vec<_>>()
        };
        assert_eq!(shown(at + 60_000), ["s1"]);
        assert_eq!(shown(at + 60_001), [""; 0]);
    }
}
