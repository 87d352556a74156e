//! The thread that reads logs: it answers questions, and reads again what changed meanwhile.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use usage::{Engine, Scan, Watch, engine::Progress, fold::Cell};

use super::{
    tables::{Question, Tables},
    update::Message,
};
use crate::command::usage::scope::{Scope, View};

/// How often logs are looked at while nobody follows sessions.
const RESTING: Duration = Duration::from_secs(20);
/// How often progress is told while a scan runs.
const PROGRESS: Duration = Duration::from_millis(100);
/// What is running now changes with the clock, too.
const CLOCK: Duration = Duration::from_secs(60);
const PANICKED: &str = "Reading the logs failed. `token-tracker usage` says more.";

#[derive(Debug)]
pub enum Ask {
    Question(Question),
    Rescan,
    Follow(bool),
}

/// Starts it; it ends when the sender is dropped or nobody listens any more.
pub fn start(scope: Scope, engine: Engine, tell: Sender<Message>) -> Sender<Ask> {
    let (ask, asked) = channel();
    thread::spawn(move || {
        let mut worker = Worker {
            scope,
            engine,
            tell,
            question: Question::default(),
            read: None,
            watch: None,
            told: None,
        };
        worker.run(&asked);
    });
    ask
}

struct Read {
    view: View,
    cells: Vec<Cell>,
    files: usize,
}

struct Worker {
    scope: Scope,
    engine: Engine,
    tell: Sender<Message>,
    question: Question,
    read: Option<Read>,
    /// While somebody follows sessions: what `usage watch` looks with, and as often.
    watch: Option<Watch>,
    /// When tables were last told.
    told: Option<Instant>,
}

impl Worker {
    fn run(&mut self, asked: &Receiver<Ask>) {
        if !self.rescan(true) {
            return;
        }
        loop {
            let pause = self.watch.as_ref().map_or(RESTING, Watch::pause);
            let is_heard = match asked.recv_timeout(pause) {
                Ok(Ask::Question(question)) => {
                    self.question = question;
                    self.answer()
                }
                Ok(Ask::Rescan) => self.rescan(true),
                Ok(Ask::Follow(is_following)) => {
                    self.watch = is_following.then(|| Watch::new(self.engine.clone()));
                    self.look_again()
                }
                Err(RecvTimeoutError::Timeout) => self.look_again(),
                Err(RecvTimeoutError::Disconnected) => false,
            };
            if !is_heard {
                return;
            }
        }
    }

    /// The quick way while somebody follows sessions, else the whole one.
    fn look_again(&mut self) -> bool {
        let Some(watch) = &mut self.watch else {
            return self.rescan(false);
        };
        let look = catch_unwind(AssertUnwindSafe(|| watch.look()));
        match look.map_err(|_| PANICKED.to_owned()) {
            Ok(Some(look)) => {
                let read = self.cut(look.scan);
                self.take(read, false)
            }
            Ok(None) if self.is_told_lately() => true,
            Ok(None) => self.answer(),
            Err(text) => self.tell.send(Message::Failed(text)).is_ok(),
        }
    }

    fn is_told_lately(&self) -> bool {
        self.told.is_some_and(|told| told.elapsed() < CLOCK)
    }

    /// Reads what changed; false when nobody listens any more.
    fn rescan(&mut self, is_asked_for: bool) -> bool {
        let read = self.scan(is_asked_for);
        self.take(read, is_asked_for)
    }

    fn take(&mut self, read: Result<Read, String>, is_asked_for: bool) -> bool {
        let scan = match read {
            Ok(scan) => scan,
            Err(text) => return self.tell.send(Message::Failed(text)).is_ok(),
        };
        let is_same = self
            .read
            .as_ref()
            .is_some_and(|read| read.cells == scan.cells && read.view.notes == scan.view.notes);
        self.read = Some(scan);
        if is_same && self.is_told_lately() && !is_asked_for {
            return true;
        }
        self.answer()
    }

    fn answer(&mut self) -> bool {
        let Some(read) = &mut self.read else { return true };
        read.view.now = Timestamp::now();
        read.view.today = read.view.zone.to_datetime(read.view.now).date();
        let tables = Tables::new(&mut read.view, &read.cells, self.question, read.files);
        self.told = Some(Instant::now());
        self.tell.send(Message::Tables(Box::new(tables))).is_ok()
    }

    /// A scan, with its progress told; a reader's panic is a text, not the end of the screen.
    fn scan(&self, is_shown: bool) -> Result<Read, String> {
        let progress = Arc::new(Progress::default());
        let (done, is_done) = channel::<()>();
        let teller = is_shown.then(|| {
            let (progress, tell) = (Arc::clone(&progress), self.tell.clone());
            thread::spawn(move || {
                while is_done.recv_timeout(PROGRESS) == Err(RecvTimeoutError::Timeout) {
                    let (done, all) = progress.read();
                    if tell.send(Message::Progress(done, all)).is_err() {
                        return;
                    }
                }
            })
        });
        let scan = catch_unwind(AssertUnwindSafe(|| self.engine.scan_with(&progress)));
        drop(done);
        if let Some(teller) = teller {
            // It has nothing to say that matters now.
            let _ = teller.join();
        }
        self.cut(scan.map_err(|_| PANICKED.to_owned())?)
    }

    fn cut(&self, scan: Scan) -> Result<Read, String> {
        // A quick look does not count the files; those that were counted before are still there.
        let known = self.read.as_ref().map_or(0, |read| read.files);
        let files = scan.files.max(known);
        let mut view = self
            .scope
            .view_of(scan)
            .map_err(|failure| failure.problem.message)?;
        let cells = std::mem::take(&mut view.fold.cells);
        Ok(Read { view, cells, files })
    }
}
