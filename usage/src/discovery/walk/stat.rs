//! Asks for the stamps of files on a thread of its own, while folders are read on the other.

use std::{
    fs, io,
    path::PathBuf,
    sync::mpsc::{SyncSender, sync_channel},
    thread::{self, JoinHandle},
};

use crate::{client::Client, discovery::Shape};

/// So many files are asked for in one go; fewer are not worth a thread. Folders stay open until the
/// files in them were asked for, and some systems let a process have no more than 256 open.
const BATCH: usize = 48;
const WAITING: usize = 1;

/// A file whose stamp is wanted.
pub struct Asked {
    pub client: Client,
    /// From the folder that is open anyway: the way to the file is not gone again.
    pub entry: Option<fs::DirEntry>,
    pub path: PathBuf,
    pub shape: Shape,
    pub hint: String,
}

pub type Answer = (Asked, io::Result<fs::Metadata>);

#[derive(Default)]
pub struct Stat {
    batch: Vec<Asked>,
    helper: Option<Helper>,
}

struct Helper {
    give: SyncSender<Vec<Asked>>,
    answers: JoinHandle<Vec<Answer>>,
}

impl Stat {
    pub fn ask(&mut self, asked: Asked) {
        self.batch.push(asked);
        if self.batch.len() < BATCH {
            return;
        }
        self.helper = self.helper.take().or_else(Helper::start);
        // Without one they are answered when the answers are wanted.
        if let Some(helper) = &self.helper {
            // It ends only after its sender is gone.
            let _ = helper.give.send(std::mem::take(&mut self.batch));
        }
    }

    /// What is known of all that was asked for since the last time, in that order.
    pub fn answers(&mut self) -> Vec<Answer> {
        let mut answers = match self.helper.take() {
            Some(helper) => helper.end(),
            None => Vec::new(),
        };
        answers.extend(self.batch.drain(..).map(answer));
        answers
    }
}

impl Helper {
    /// None where the system gives no thread.
    fn start() -> Option<Self> {
        let (give, given) = sync_channel::<Vec<Asked>>(WAITING);
        let work = move || given.into_iter().flatten().map(answer).collect();
        let answers = thread::Builder::new().spawn(work).ok()?;
        Some(Self { give, answers })
    }

    fn end(self) -> Vec<Answer> {
        drop(self.give);
        let answers = self.answers.join();
        answers.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn answer(mut asked: Asked) -> Answer {
    // A link's own metadata is not what is wanted; entries are never links.
    let metadata = match asked.entry.take() {
        Some(entry) => entry.metadata(),
        None => fs::metadata(&asked.path),
    };
    (asked, metadata)
}
