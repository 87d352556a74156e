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

use jiff::Timestamp;
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
#[derive(Clone, Copy, Debug, Default)]
pub struct Question {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
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
