//! Places for so many requests at a time, given to the keys in turn: one key that sends a thousand
//! requests waits for its own, not everybody else.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use protocol::KeyId;
use tokio::{sync::oneshot, time::timeout};

/// How many places there are, and how many may wait for one for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// None: as many as come.
    pub places: Option<usize>,
    pub waiting_max: usize,
    pub wait_max: Duration,
}

impl Rules {
    pub const UNLIMITED: Self = Self {
        places: None,
        waiting_max: 0,
        wait_max: Duration::ZERO,
    };
}

/// No place came free in time, or too many wait for one already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded;

pub struct FairQueue {
    /// Looked at without a lock: most gateways have no limit.
    is_limited: AtomicBool,
    line: Mutex<Line>,
}

struct Line {
    rules: Rules,
    taken: usize,
    /// Keys that have somebody waiting; the first one is next.
    turns: VecDeque<KeyId>,
    waiting: HashMap<KeyId, VecDeque<Waiter>>,
    count: usize,
    last_number: u64,
}

struct Waiter {
    number: u64,
    /// Dropped without a place: it is another one's turn, and this one is refused.
    place: oneshot::Sender<Place>,
}

/// One request's place, until it is dropped.
#[must_use = "the place is free again when this is dropped"]
pub struct Place(Option<Arc<FairQueue>>);

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(queue) = self.0.take() {
            queue.pass_on();
        }
    }
}

impl FairQueue {
    pub fn new(rules: Rules) -> Arc<Self> {
        let line = Line {
            rules,
            taken: 0,
            turns: VecDeque::new(),
            waiting: HashMap::new(),
            count: 0,
            last_number: 0,
        };
        Arc::new(Self {
            is_limited: AtomicBool::new(rules.places.is_some()),
            line: Mutex::new(line),
        })
    }

    pub fn rules(&self) -> Rules {
        self.lock().rules
    }

    /// Other rules from now on. Requests that run without a place are not counted afterwards.
    pub fn set_rules(self: &Arc<Self>, rules: Rules) {
        let freed = {
            let mut line = self.lock();
            line.rules = rules;
            self.is_limited.store(rules.places.is_some(), Relaxed);
            // Those who wait get what there is now; with fewer places they wait as before.
            let most = rules.places.unwrap_or(usize::MAX);
            let freed = most.saturating_sub(line.taken).min(line.count);
            line.taken += freed;
            freed
        };
        for _ in 0..freed {
            self.pass_on();
        }
    }

    /// A place if one is free and nobody waits for it. Nothing where there is no limit.
    pub fn try_enter(self: &Arc<Self>) -> Result<Option<Place>, Crowded> {
        if !self.is_limited.load(Relaxed) {
            return Ok(None);
        }
        let mut line = self.lock();
        if line.has_room() {
            line.taken += 1;
            return Ok(Some(Place(Some(Arc::clone(self)))));
        }
        Err(Crowded)
    }

    /// Whether a request would have to wait.
    pub fn is_full(&self) -> bool {
        self.is_limited.load(Relaxed) && !self.lock().has_room()
    }

    /// How many wait for a place.
    pub fn waiting(&self) -> usize {
        self.lock().count
    }

    /// Waits for a place. Whoever drops this future leaves the line.
    pub async fn enter(self: &Arc<Self>, key: KeyId) -> Result<Option<Place>, Crowded> {
        let (mut waiting, wait_max) = match self.join(key) {
            Joined::Place(place) => return Ok(place),
            Joined::Full => return Err(Crowded),
            Joined::Line(waiting, wait_max) => (waiting, wait_max),
        };
        match timeout(wait_max, &mut waiting.place).await {
            Ok(Ok(place)) => Ok(Some(place)),
            Ok(Err(_)) | Err(_) => Err(Crowded),
        }
    }

    fn join(self: &Arc<Self>, key: KeyId) -> Joined {
        if !self.is_limited.load(Relaxed) {
            return Joined::Place(None);
        }
        let mut line = self.lock();
        if line.has_room() {
            line.taken += 1;
            return Joined::Place(Some(Place(Some(Arc::clone(self)))));
        }
        if line.count >= line.rules.waiting_max && !line.send_one_away_for(key) {
            return Joined::Full;
        }
        let (sender, receiver) = oneshot::channel();
        let number = line.push(key, sender);
        let waiting = Waiting {
            queue: Arc::clone(self),
            key,
            number,
            place: receiver,
        };
        Joined::Line(waiting, line.rules.wait_max)
    }

    /// Gives a place that came free to whoever is next.
    fn pass_on(self: &Arc<Self>) {
        loop {
            let next = {
                let mut line = self.lock();
                let most = line.rules.places.unwrap_or(usize::MAX);
                let next = if line.taken > most { None } else { line.pop() };
                if next.is_none() {
                    line.taken = line.taken.saturating_sub(1);
                }
                next
            };
            let Some(waiter) = next else { return };
            let place = Place(Some(Arc::clone(self)));
            match waiter.place.send(place) {
                Ok(()) => return,
                // It left a moment ago. Its place is still this one to give, not to drop.
                Err(mut place) => place.0 = None,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for FairQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line = self.lock();
        f.debug_struct("FairQueue")
            .field("rules", &line.rules)
            .field("taken", &line.taken)
            .field("waiting", &line.count)
            .finish()
    }
}

enum Joined {
    Place(Option<Place>),
    Line(Waiting, Duration),
    Full,
}

/// Somebody in the line, who leaves it when this is dropped.
struct Waiting {
    queue: Arc<FairQueue>,
    key: KeyId,
    number: u64,
    place: oneshot::Receiver<Place>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.queue.lock().remove(self.key, self.number);
    }
}

impl Line {
    fn has_room(&self) -> bool {
        self.count == 0 && self.rules.places.is_none_or(|places| self.taken < places)
    }

    fn push(&mut self, key: KeyId, place: oneshot::Sender<Place>) -> u64 {
        self.last_number += 1;
        let number = self.last_number;
        let waiters = self.waiting.entry(key).or_default();
        if waiters.is_empty() {
            self.turns.push_back(key);
        }
        waiters.push_back(Waiter { number, place });
        self.count += 1;
        number
    }

    /// The first waiter of the key whose turn it is; its next one comes after all other keys.
    fn pop(&mut self) -> Option<Waiter> {
        let key = self.turns.pop_front()?;
        let waiters = self.waiting.get_mut(&key)?;
        let waiter = waiters.pop_front()?;
        if waiters.is_empty() {
            self.waiting.remove(&key);
        } else {
            self.turns.push_back(key);
        }
        self.count -= 1;
        Some(waiter)
    }

    fn remove(&mut self, key: KeyId, number: u64) {
        let Some(waiters) = self.waiting.get_mut(&key) else {
            return;
        };
        // Numbers only grow, so the line of a key is sorted.
        let Ok(index) = waiters.binary_search_by_key(&number, |waiter| waiter.number) else {
            return;
        };
        waiters.remove(index);
        self.count -= 1;
        if waiters.is_empty() {
            self.waiting.remove(&key);
            self.turns.retain(|other| *other != key);
        }
    }

    /// Sends the last one of the longest line away, if that is longer than this key's would be: a
    /// full queue is no reason to refuse those who did not fill it.
    fn send_one_away_for(&mut self, key: KeyId) -> bool {
        let own = self.waiting.get(&key).map_or(0, VecDeque::len);
        let longest = self.waiting.iter().max_by_key(|(_, waiters)| waiters.len());
        let Some((&longest, waiters)) = longest else {
            return false;
        };
        if waiters.len() <= own + 1 {
            return false;
        }
        let last = waiters.back().map(|waiter| waiter.number);
        if let Some(number) = last {
            self.remove(longest, number);
        }
        last.is_some()
    }
}
