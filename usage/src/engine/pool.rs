//! Threads that work tasks through: what somebody waits for comes before what can wait.

use std::{
    collections::{BTreeMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
};

use super::work::{Answer, Task, Worker};

/// The number of a task that somebody waits for; their answers are given in that order.
type Number = u64;
type Delivered = (Option<Number>, thread::Result<Answer>);

#[derive(Default)]
struct Waiting<'s> {
    urgent: VecDeque<(Number, Task<'s>)>,
    later: VecDeque<Task<'s>>,
    is_closed: bool,
}

impl<'s> Waiting<'s> {
    fn next(&mut self) -> Option<(Option<Number>, Task<'s>)> {
        match self.urgent.pop_front() {
            Some((number, task)) => Some((Some(number), task)),
            None => Some((None, self.later.pop_front()?)),
        }
    }
}

#[derive(Default)]
struct Queue<'s> {
    waiting: Mutex<Waiting<'s>>,
    changed: Condvar,
}

impl<'s> Queue<'s> {
    fn lock(&self) -> MutexGuard<'_, Waiting<'s>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a task; None when no more will come.
    fn next(&self) -> Option<(Option<Number>, Task<'s>)> {
        let mut waiting = self.lock();
        loop {
            if waiting.is_closed {
                return None;
            }
            if let Some(next) = waiting.next() {
                return Some(next);
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The tasks that are open, as whoever asks sees them.
pub struct Pool<'p, 's> {
    queue: &'p Queue<'s>,
    /// Without threads: whoever asks for an answer works it out.
    alone: Option<Worker>,
    back: mpsc::Receiver<Delivered>,
    /// Tasks whose answers have not come yet, urgent and not.
    urgent: usize,
    later: usize,
    asked: Number,
    answered: Number,
    /// Answers that came before those of earlier tasks.
    early: BTreeMap<Number, Answer>,
}

/// Works with so many threads; with less than two there are none.
pub fn with<'s, T>(
    threads: usize,
    worker: &impl Fn() -> Worker,
    run: impl FnOnce(&mut Pool<'_, 's>) -> T,
) -> T {
    let queue = Queue::default();
    let (give_back, back) = mpsc::channel::<Delivered>();
    let mut pool = Pool {
        queue: &queue,
        alone: (threads < 2).then(worker),
        back,
        urgent: 0,
        later: 0,
        asked: 0,
        answered: 0,
        early: BTreeMap::new(),
    };
    if pool.alone.is_some() {
        return run(&mut pool);
    }
    thread::scope(|scope| {
        // Closed before the threads are waited for, whichever way this ends.
        let mut pool = pool;
        for number in 0..threads {
            let (queue, give_back, next) = (&queue, give_back.clone(), worker());
            let begun = thread::Builder::new().spawn_scoped(scope, move || work(queue, &give_back, next));
            // The system has no more of them: it takes longer with fewer.
            if begun.is_err() {
                pool.alone = (number == 0).then(worker);
                break;
            }
        }
        run(&mut pool)
    })
}

fn work(queue: &Queue<'_>, give_back: &mpsc::Sender<Delivered>, mut worker: Worker) {
    while let Some((number, task)) = queue.next() {
        let answer = catch_unwind(AssertUnwindSafe(|| worker.answer(task)));
        let is_over = answer.is_err();
        if give_back.send((number, answer)).is_err() || is_over {
            return;
        }
    }
}

impl<'s> Pool<'_, 's> {
    /// Tasks that somebody waits for and that are not answered yet.
    pub fn urgent(&self) -> usize {
        self.urgent + self.early.len()
    }

    /// Tasks that can wait and that are not answered yet.
    pub fn later(&self) -> usize {
        self.later
    }

    pub fn ask(&mut self, task: Task<'s>) {
        self.queue.lock().urgent.push_back((self.asked, task));
        self.asked += 1;
        self.urgent += 1;
        self.queue.changed.notify_one();
    }

    pub fn ask_later(&mut self, task: Task<'s>) {
        self.queue.lock().later.push_back(task);
        self.later += 1;
        self.queue.changed.notify_one();
    }

    /// The next answer; None when nothing is open.
    pub fn answer(&mut self) -> Option<Answer> {
        loop {
            if let Some(answer) = self.early.remove(&self.answered) {
                self.answered += 1;
                return Some(answer);
            }
            if self.urgent + self.later == 0 {
                return None;
            }
            let (number, answer) = self.next()?;
            match number {
                Some(number) => {
                    self.urgent -= 1;
                    self.early.insert(number, answer);
                }
                None => {
                    self.later -= 1;
                    return Some(answer);
                }
            }
        }
    }

    fn next(&mut self) -> Option<(Option<Number>, Answer)> {
        if let Some(worker) = &mut self.alone {
            let (number, task) = self.queue.lock().next()?;
            return Some((number, worker.answer(task)));
        }
        let (number, answer) = self.back.recv().ok()?;
        match answer {
            Ok(answer) => Some((number, answer)),
            Err(panic) => resume_unwind(panic),
        }
    }
}

impl Drop for Pool<'_, '_> {
    fn drop(&mut self) {
        self.queue.lock().is_closed = true;
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::{
        Client,
        cost::Prices,
        engine::{
            Saved,
            work::{Component, Day},
        },
        index::PartKey,
    };

    /// Days without parts, which are answered at once, behind components of many files, which are not.
    fn asked() -> Vec<Task<'static>> {
        let nothing = postcard::to_allocvec(&Saved::default()).unwrap();
        let day = |day| Day {
            key: PartKey::new(Client::Claude, day),
            parts: Vec::new(),
        };
        let slow = || Component {
            client: Client::Claude,
            files: vec![nothing.clone(); 20_000],
            is_traced: false,
        };
        let tasks = (0..40).map(|number| match number % 4 {
            0 => Task::Components(vec![slow()]),
            _ => Task::Days(vec![day(number)]),
        });
        tasks.collect()
    }

    fn number(answer: &Answer) -> Option<i64> {
        match answer {
            Answer::Days(days) => Some(days.as_ref().unwrap()[0].key.day),
            Answer::Components(counts) => {
                assert_eq!(counts.as_ref().unwrap()[0].parts.len(), 20_000);
                None
            }
            Answer::Read(_) => panic!("nothing was read"),
        }
    }

    #[test]
    fn answers_come_in_the_order_of_the_questions() {
        let worker = || Worker::new(&Prices::default(), &TimeZone::UTC);
        for threads in [1, 2, 4] {
            let answers: Vec<Option<i64>> = with(threads, &worker, |pool| {
                asked().into_iter().for_each(|task| pool.ask(task));
                assert_eq!((pool.urgent(), pool.later()), (40, 0));
                std::iter::from_fn(|| pool.answer().as_ref().map(number)).collect()
            });
            let expected: Vec<_> = (0..40)
                .map(|number| (number % 4 != 0).then_some(number))
                .collect();
            assert_eq!(answers, expected, "{threads} threads");
        }
    }

    #[test]
    fn what_somebody_waits_for_comes_first() {
        let worker = || Worker::new(&Prices::default(), &TimeZone::UTC);
        let answers: Vec<bool> = with(1, &worker, |pool| {
            pool.ask_later(Task::Read(Vec::new()));
            pool.ask_later(Task::Read(Vec::new()));
            asked().into_iter().take(2).for_each(|task| pool.ask(task));
            std::iter::from_fn(|| pool.answer().map(|answer| matches!(answer, Answer::Read(_)))).collect()
        });
        assert_eq!(answers, [false, false, true, true]);
    }

    #[test]
    fn nobody_waits_for_tasks_that_are_given_up() {
        let worker = || Worker::new(&Prices::default(), &TimeZone::UTC);
        let answer = with(2, &worker, |pool| {
            asked().into_iter().for_each(|task| pool.ask(task));
            pool.answer().as_ref().map(number)
        });
        assert_eq!(answer, Some(None));
    }
}
