//! The order of a scan's work: files are read client by client, and each client is finished as soon as
//! its own were read, while those of the next are. Threads work out; the index is touched here alone.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::atomic::Ordering,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use jiff::tz::TimeZone;

use super::{
    Listener, Traced,
    pool::{self, Pool},
    read::{self, BATCH_FILES, Job},
    sums::Sums,
    update::Update,
    work::{Answer, Component, Counts, Day, DaySums, Task, Worker},
};
use crate::{
    cost::Prices,
    discovery::Source,
    index::{Index, IndexError, PartKey},
};

/// So many batches of files wait for each thread: they are read while a client is finished. What
/// was found in one is a few kilobytes.
const READS_WAITING: usize = 160;
/// So many other tasks wait for each thread, each of about so many bytes.
const TASKS_WAITING: usize = 4;
const TASK_BYTES: usize = 128 << 10;
const TASK_ITEMS: usize = 32;
/// Less than this is worked out at once by whoever asks for it.
const ALONE_BYTES: u64 = 1 << 20;

/// Reads the changed files of all clients, and works out what is no longer right.
///
/// A database is read by one thread, and so is what comes of it, so whoever has one is first. Finishing
/// takes the longer the more files there are, so whoever has the fewest is last: then nothing is read
/// any more beside it.
pub fn run(
    index: &Index,
    mut updates: Vec<Update<'_>>,
    prices: &Prices,
    zone: &TimeZone,
    sums: Option<&mut Sums>,
    listener: &mut Listener<'_>,
) -> Result<(), IndexError> {
    updates.sort_by_key(|update| std::cmp::Reverse((update.has_database(), update.changed_count())));
    let queue = queue(&updates);
    if let Some(progress) = listener.progress {
        progress.all.store(queue.len(), Ordering::Relaxed);
    }
    let bytes: u64 = queue.iter().map(|queued| queued.source.stamp.size).sum();
    let is_small = bytes < ALONE_BYTES && queue.len() <= BATCH_FILES;
    let threads = match is_small && !updates.iter().any(Update::is_repriced) {
        true => 1,
        false => thread::available_parallelism().map_or(1, usize::from),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut pipeline = Pipeline {
        index,
        left: updates.iter().map(Update::changed_count).collect(),
        updates: updates.into_iter().map(Some).collect(),
        next_part: index.next_part()?,
        finishing: None,
        finished: 0,
        now_ns: i64::try_from(now.as_nanos()).unwrap_or(i64::MAX),
        sums,
        listener,
    };
    let mut jobs = queue.into_iter().map(|queued| queued.job(index));
    pool::with(threads, &|| Worker::new(prices, zone), |pool| {
        while pipeline.ask(pool, threads)? {
            while pool.later() < READS_WAITING * threads {
                let batch = read::batch(&mut jobs)?;
                if batch.is_empty() {
                    break;
                }
                pool.ask_later(Task::Read(batch));
            }
            match pool.answer() {
                Some(answer) => pipeline.take(answer)?,
                None => unreachable!("something is left to do, and nobody was asked for it"),
            }
        }
        Ok(())
    })
}

struct Pipeline<'i, 's, 'l, 'm> {
    index: &'i Index,
    updates: Vec<Option<Update<'s>>>,
    /// How many files of each have still to be read.
    left: Vec<usize>,
    finishing: Option<Finishing<'s>>,
    finished: usize,
    next_part: i64,
    now_ns: i64,
    sums: Option<&'i mut Sums>,
    listener: &'l mut Listener<'m>,
}

/// A client whose files were read.
struct Finishing<'s> {
    update: Update<'s>,
    /// Components that have to be worked out, each as places in the order of paths.
    components: VecDeque<Vec<usize>>,
    /// Those that are being worked out.
    asked: VecDeque<Vec<usize>>,
    /// Days whose sums are no longer right.
    stale: BTreeSet<PartKey>,
    days_asked: usize,
}

impl Pipeline<'_, '_, '_, '_> {
    /// Asks for what can be worked out now; false when all is done.
    fn ask(&mut self, pool: &mut Pool<'_, '_>, threads: usize) -> Result<bool, IndexError> {
        loop {
            let Some(finishing) = &mut self.finishing else {
                match self.left.get(self.finished) {
                    None => return Ok(false),
                    Some(0) => self.begin()?,
                    Some(_) => return Ok(true),
                }
                continue;
            };
            while pool.urgent() < TASKS_WAITING * threads {
                let is_traced = self.listener.trace.is_some();
                match finishing.next(self.index, is_traced)? {
                    Some(task) => pool.ask(task),
                    None => break,
                }
            }
            if !finishing.is_done() {
                return Ok(true);
            }
            if let Some(finishing) = self.finishing.take() {
                finishing.update.keep(self.index)?;
            }
            self.finished += 1;
        }
    }

    fn begin(&mut self) -> Result<(), IndexError> {
        if let Some(mut update) = self.updates[self.finished].take() {
            let mut stale = BTreeSet::new();
            update.remove_gone(self.index, &mut stale)?;
            self.finishing = Some(Finishing {
                components: update.affected(self.index)?.into(),
                update,
                asked: VecDeque::new(),
                stale,
                days_asked: 0,
            });
        }
        Ok(())
    }

    fn take(&mut self, answer: Answer) -> Result<(), IndexError> {
        match answer {
            Answer::Read(outcomes) => {
                for outcome in outcomes {
                    if let Some(progress) = self.listener.progress {
                        progress.done.fetch_add(1, Ordering::Relaxed);
                    }
                    let number = outcome.update;
                    if let Some(update) = &mut self.updates[number] {
                        update.take(self.index, outcome, self.now_ns)?;
                        self.left[number] -= 1;
                    }
                }
                Ok(())
            }
            Answer::Components(counts) => counts?.into_iter().try_for_each(|counts| self.put(counts)),
            Answer::Days(days) => days?.into_iter().try_for_each(|day| self.put_day(&day)),
        }
    }

    fn put(&mut self, counts: Counts) -> Result<(), IndexError> {
        let Some(finishing) = &mut self.finishing else {
            return Ok(());
        };
        let Some(members) = finishing.asked.pop_front() else {
            return Ok(());
        };
        let (update, stale) = (&mut finishing.update, &mut finishing.stale);
        update.put(self.index, &members, &counts.parts, &mut self.next_part, stale)?;
        if let (Some(trace), Some((files, responses))) = (&mut self.listener.trace, counts.traced) {
            trace(Traced {
                client: update.client(),
                files: update.sources_of(&members).zip(files).collect(),
                responses,
            });
        }
        Ok(())
    }

    fn put_day(&mut self, day: &DaySums) -> Result<(), IndexError> {
        self.index
            .put_day(day.key, day.chunk.as_ref(), day.daily.as_ref())?;
        if let Some(sums) = &mut self.sums {
            sums.put(day.key, &day.by_day);
        }
        if let Some(finishing) = &mut self.finishing {
            finishing.days_asked -= 1;
        }
        Ok(())
    }
}

impl Finishing<'_> {
    fn is_done(&self) -> bool {
        self.components.is_empty() && self.asked.is_empty() && self.stale.is_empty() && self.days_asked == 0
    }

    /// What can be worked out next.
    fn next(&mut self, index: &Index, is_traced: bool) -> Result<Option<Task<'static>>, IndexError> {
        if !self.components.is_empty() {
            return self.next_components(index, is_traced).map(Some);
        }
        // A day can be summed when all of its parts are there.
        if !self.asked.is_empty() || self.stale.is_empty() {
            return Ok(None);
        }
        self.next_days(index).map(Some)
    }

    fn next_components(&mut self, index: &Index, is_traced: bool) -> Result<Task<'static>, IndexError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while bytes < TASK_BYTES && batch.len() < TASK_ITEMS {
            let Some(members) = self.components.pop_front() else {
                break;
            };
            let files = self.update.encoded(index, &members)?;
            bytes += files.iter().map(Vec::len).sum::<usize>();
            batch.push(Component {
                client: self.update.client(),
                files,
                is_traced,
            });
            self.asked.push_back(members);
        }
        Ok(Task::Components(batch))
    }

    fn next_days(&mut self, index: &Index) -> Result<Task<'static>, IndexError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while bytes < TASK_BYTES && batch.len() < TASK_ITEMS {
            let Some(key) = self.stale.pop_first() else { break };
            let parts = index.parts(key)?;
            bytes += parts.iter().map(Vec::len).sum::<usize>();
            batch.push(Day { key, parts });
        }
        self.days_asked += batch.len();
        Ok(Task::Days(batch))
    }
}

/// A file that waits to be read.
struct Queued<'s> {
    source: &'s Source,
    update: usize,
    place: usize,
    /// Its number, if it was read before.
    known: Option<u32>,
}

impl<'s> Queued<'s> {
    fn job(self, index: &Index) -> Result<Job<'s>, IndexError> {
        let before = match self.known {
            Some(id) => index.load(id)?,
            None => None,
        };
        Ok(Job {
            source: self.source,
            update: self.update,
            place: self.place,
            before,
        })
    }
}

/// Client by client, the largest files first.
fn queue<'s>(updates: &[Update<'s>]) -> Vec<Queued<'s>> {
    let mut queue = Vec::new();
    for (number, update) in updates.iter().enumerate() {
        let start = queue.len();
        queue.extend(update.changed().map(|(place, source, known)| Queued {
            source,
            update: number,
            place,
            known,
        }));
        queue[start..].sort_by_key(|queued: &Queued<'_>| std::cmp::Reverse(queued.source.stamp.size));
    }
    queue
}
