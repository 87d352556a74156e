//! The device's own usage log: what each request was for, what it cost and what became of it.
//!
//! One thread owns the database and opens it at the first job. Jobs are done in the order in which
//! they are given, so a question sees everything that was recorded before it.

mod database;
mod fold;

use std::{
    path::PathBuf,
    sync::{Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use jiff::{Timestamp, tz::TimeZone};
use protocol::{
    Code, Problem, Receipt, RequestKind,
    editor::{CompletionOutcome, UsageGroup, UsageResult},
};
use tokio::{sync::oneshot, time::timeout};

use crate::lock::lock;
use database::Database;

/// Writes are gathered for so long, or until there are so many.
const BATCH_TIME: Duration = Duration::from_millis(100);
const BATCH_ROWS: usize = 50;
/// Beyond this many waiting jobs, new rows are dropped and the log says so.
const JOBS_WAITING_MAX: usize = 4096;

/// How a request ended, where nothing better is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Answered,
    Cancelled,
    Failed,
}

/// What is known of a request when it is sent.
#[derive(Clone, Debug)]
pub struct Started {
    pub client_request_id: String,
    pub at: Timestamp,
    pub kind: RequestKind,
    pub model: String,
    pub repository: Option<String>,
    pub branch: Option<String>,
    pub language: Option<String>,
}

#[derive(Debug)]
enum Write {
    Started(Started),
    Settled {
        client_request_id: String,
        receipt: Box<Receipt>,
    },
    Ended {
        client_request_id: String,
        ended: Ended,
        latency_ms: u64,
    },
    Outcome {
        client_request_id: String,
        outcome: CompletionOutcome,
        accepted_length: Option<u32>,
    },
}

/// Which rows to fold, and by what.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Whose days; None: this machine's.
    pub zone: Option<TimeZone>,
    pub group: UsageGroup,
}

enum Job {
    Write(Write),
    Ask(Question, oneshot::Sender<Result<UsageResult, Problem>>),
    Flush(oneshot::Sender<()>),
}

#[derive(Clone)]
pub struct UsageLog(std::sync::Arc<Inner>);

struct Inner {
    path: PathBuf,
    jobs: Mutex<Option<mpsc::SyncSender<Job>>>,
}

impl UsageLog {
    /// Names the database; it is opened when it is first needed.
    pub fn new(path: PathBuf) -> Self {
        Self(std::sync::Arc::new(Inner {
            path,
            jobs: Mutex::new(None),
        }))
    }

    pub fn started(&self, started: Started) {
        self.write(Write::Started(started));
    }

    pub fn settled(&self, client_request_id: &str, receipt: &Receipt) {
        self.write(Write::Settled {
            client_request_id: client_request_id.to_owned(),
            receipt: Box::new(receipt.clone()),
        });
    }

    pub fn ended(&self, client_request_id: &str, ended: Ended, latency: Duration) {
        self.write(Write::Ended {
            client_request_id: client_request_id.to_owned(),
            ended,
            latency_ms: u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
        });
    }

    pub fn outcome(&self, client_request_id: &str, outcome: CompletionOutcome, accepted_length: Option<u32>) {
        self.write(Write::Outcome {
            client_request_id: client_request_id.to_owned(),
            outcome,
            accepted_length,
        });
    }

    pub async fn ask(&self, question: Question) -> Result<UsageResult, Problem> {
        let (answer, answered) = oneshot::channel();
        if self.send(Job::Ask(question, answer)) {
            answered.await.map_err(|_| unavailable())?
        } else {
            Err(unavailable())
        }
    }

    /// Waits until everything recorded so far is committed, or the time is over.
    pub async fn flush(&self, time_max: Duration) {
        if lock(&self.0.jobs).is_none() {
            return;
        }
        let (done, is_done) = oneshot::channel();
        if self.send(Job::Flush(done)) {
            // What is not written by then is lost here; the gateway has it.
            let _ = timeout(time_max, is_done).await;
        }
    }

    fn write(&self, write: Write) {
        if !self.send(Job::Write(write)) {
            tracing::error!("The usage log is not writable; a row was dropped");
        }
    }

    fn send(&self, job: Job) -> bool {
        let mut jobs = lock(&self.0.jobs);
        if jobs.is_none() {
            *jobs = start(self.0.path.clone());
        }
        jobs.as_ref().is_some_and(|jobs| jobs.try_send(job).is_ok())
    }
}

fn start(path: PathBuf) -> Option<mpsc::SyncSender<Job>> {
    let (sender, jobs) = mpsc::sync_channel(JOBS_WAITING_MAX);
    let started = thread::Builder::new()
        .name("usage-log".into())
        .spawn(move || work(&path, &jobs));
    started.ok().map(|_| sender)
}

fn work(path: &std::path::Path, jobs: &mpsc::Receiver<Job>) {
    let mut database = Database::open(path);
    if let Err(error) = &database {
        tracing::error!(error = %error, "The usage log cannot be opened");
    }
    while let Ok(job) = jobs.recv() {
        let (writes, last) = gather(job, jobs);
        if let Ok(database) = &mut database
            && !writes.is_empty()
            && let Err(error) = database.write(&writes)
        {
            tracing::error!(error = ?error, "Rows of the usage log could not be written");
        }
        match last {
            Some(Job::Ask(question, answer)) => {
                let result = match &database {
                    Ok(database) => database.ask(&question).map_err(|error| {
                        tracing::error!(error = ?error, "The usage log could not be read");
                        unavailable()
                    }),
                    Err(_) => Err(unavailable()),
                };
                // Who asked may have gone.
                let _ = answer.send(result);
            }
            Some(Job::Flush(done)) => {
                let _ = done.send(());
            }
            _ => {}
        }
    }
}

/// Takes writes until the batch is full or somebody waits.
fn gather(first: Job, jobs: &mpsc::Receiver<Job>) -> (Vec<Write>, Option<Job>) {
    let deadline = Instant::now() + BATCH_TIME;
    let mut writes = Vec::new();
    let mut next = Some(first);
    while let Some(job) = next {
        match job {
            Job::Write(write) => writes.push(write),
            waiting => return (writes, Some(waiting)),
        }
        if writes.len() >= BATCH_ROWS {
            break;
        }
        let rest = deadline.saturating_duration_since(Instant::now());
        next = jobs.recv_timeout(rest).ok();
    }
    (writes, None)
}

fn unavailable() -> Problem {
    Problem::new(
        Code::Internal,
        "This device's usage log cannot be read or written.",
    )
    .with_hint("Check that the data directory is yours and not full.")
}

#[cfg(test)]
mod tests {
    use protocol::{Money, RequestId, TokenUsage, api::Balance};

    use super::*;

    const ID: &str = "one";

    fn log(home: &tempfile::TempDir) -> UsageLog {
        UsageLog::new(home.path().join("data/usage.db"))
    }

    fn start(log: &UsageLog, id: &str, at: &str, branch: Option<&str>) {
        log.started(Started {
            client_request_id: id.into(),
            at: at.parse().unwrap(),
            kind: RequestKind::Completion,
            model: "coder".into(),
            repository: None,
            branch: branch.map(str::to_owned),
            language: Some("rust".into()),
        });
    }

    fn settle(log: &UsageLog, id: &str, cost: i64) {
        log.settled(
            id,
            &Receipt {
                request_id: RequestId::from_bytes([1; 16]),
                kind: RequestKind::Completion,
                model: "coder".into(),
                usage: TokenUsage {
                    input_tokens: 7,
                    ..TokenUsage::default()
                },
                cost_nano_usd: Money::from_nano_usd(cost),
                estimated: false,
                balance: Balance::default(),
                at: Timestamp::UNIX_EPOCH,
            },
        );
    }

    #[tokio::test]
    async fn rows_are_folded_by_what_was_asked_for() {
        let home = tempfile::tempdir().unwrap();
        let log = log(&home);
        start(&log, "a", "2026-06-01T23:59:59Z", Some("main"));
        start(&log, "b", "2026-06-02T00:00:00Z", Some("main"));
        start(&log, "c", "2026-06-02T12:00:00Z", None);
        start(&log, "never settled", "2026-06-02T12:00:00Z", None);
        for (id, cost) in [("a", 10), ("b", 20), ("c", 50)] {
            settle(&log, id, cost);
        }
        let fold = async |group, since: Option<&str>| {
            let question = Question {
                since: since.map(|at| at.parse().unwrap()),
                until: None,
                zone: Some(TimeZone::UTC),
                group,
            };
            let result = log.ask(question).await.unwrap();
            let rows = result.rows.iter();
            let rows: Vec<_> = rows
                .map(|row| (row.key.clone(), row.requests, row.cost_nano_usd.nano_usd()))
                .collect();
            (rows, result.totals.input_tokens)
        };
        let row = |key: &str, requests, cost| (key.to_owned(), requests, cost);
        let days = vec![row("2026-06-01", 1, 10), row("2026-06-02", 2, 70)];
        assert_eq!(fold(UsageGroup::Day, None).await, (days, 21));
        let branches = vec![row("", 1, 50), row("main", 2, 30)];
        assert_eq!(fold(UsageGroup::Branch, None).await, (branches, 21));
        let later = vec![row("completion", 2, 70)];
        assert_eq!(
            fold(UsageGroup::Kind, Some("2026-06-02T00:00:00Z")).await,
            (later, 14)
        );
    }

    #[tokio::test]
    async fn days_are_those_of_the_zone_that_was_asked_for() {
        let home = tempfile::tempdir().unwrap();
        let log = log(&home);
        for (id, at) in [
            ("a", "2026-06-01T18:14:59Z"),
            ("b", "2026-06-01T18:15:00Z"),
            ("c", "2026-06-01T18:29:59.999Z"),
            ("d", "2026-06-01T18:30:00Z"),
            ("e", "2026-06-02T12:00:00Z"),
        ] {
            start(&log, id, at, None);
            settle(&log, id, 1);
        }
        for (zone, expected) in [
            ("UTC", [("2026-06-01", 4), ("2026-06-02", 1)]),
            // Five and a half hours, and a quarter more.
            ("Asia/Kolkata", [("2026-06-01", 3), ("2026-06-02", 2)]),
            ("Asia/Kathmandu", [("2026-06-01", 1), ("2026-06-02", 4)]),
        ] {
            let question = Question {
                zone: Some(TimeZone::get(zone).unwrap()),
                ..Question::default()
            };
            let rows = log.ask(question).await.unwrap().rows;
            let days: Vec<_> = rows.iter().map(|row| (row.key.as_str(), row.requests)).collect();
            assert_eq!(days, expected, "{zone}");
        }
    }

    #[tokio::test]
    async fn what_became_of_a_suggestion_is_told_once_and_acceptance_stays() {
        let home = tempfile::tempdir().unwrap();
        let log = log(&home);
        start(&log, ID, "2026-06-01T00:00:00Z", None);
        log.ended(ID, Ended::Cancelled, Duration::from_millis(3));
        for outcome in [
            CompletionOutcome::Shown,
            CompletionOutcome::Shown,
            CompletionOutcome::PartiallyAccepted,
            CompletionOutcome::Rejected,
        ] {
            log.outcome(ID, outcome, Some(4));
        }
        log.outcome("unknown", CompletionOutcome::Accepted, None);
        let totals = log.ask(Question::default()).await.unwrap().totals;
        assert_eq!((totals.shown, totals.accepted, totals.requests), (1, 1, 0));
        let database = rusqlite::Connection::open(home.path().join("data/usage.db")).unwrap();
        let (outcome, length): (String, u32) = database
            .query_row("SELECT outcome, accepted_length FROM request", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!((outcome.as_str(), length), ("partiallyAccepted", 4));
    }

    #[tokio::test]
    async fn a_damaged_or_newer_log_is_moved_aside_and_work_goes_on() {
        for prepare in [damage as fn(&std::path::Path), make_newer] {
            let home = tempfile::tempdir().unwrap();
            let directory = home.path().join("data");
            std::fs::create_dir(&directory).unwrap();
            prepare(&directory.join("usage.db"));
            let log = log(&home);
            start(&log, ID, "2026-06-01T00:00:00Z", None);
            settle(&log, ID, 5);
            assert_eq!(log.ask(Question::default()).await.unwrap().totals.requests, 1);
            let aside = std::fs::read_dir(&directory).unwrap().filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .contains("aside")
            });
            assert_eq!(aside.count(), 1);
        }
    }

    fn damage(path: &std::path::Path) {
        std::fs::write(
            path,
            "no database at all, but long enough to be taken for one".repeat(20),
        )
        .unwrap();
    }

    fn make_newer(path: &std::path::Path) {
        let database = rusqlite::Connection::open(path).unwrap();
        database.pragma_update(None, "user_version", 99).unwrap();
    }
}
