//! Who listens for what happens to a lot: `GET /api/v1/events`.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use protocol::{KeyId, MemberId, api::Balance};
use tokio::sync::{Notify, broadcast, watch};

/// A slow listener misses notices beyond this; each notice carries the whole balance, so the next
/// one makes up for it.
const WAITING_MAX: usize = 16;

#[derive(Clone, Debug)]
pub enum Notice {
    Balance(Balance),
}

/// Changes of any lot that a page misses at once are one change to it.
const CHANGES_MAX: usize = 64;

pub struct EventHub {
    lots: Mutex<HashMap<KeyId, broadcast::Sender<Notice>>>,
    changed: Mutex<HashSet<KeyId>>,
    ring: Notify,
    /// For signed-in browsers: which lot changed, whoever it belongs to.
    any: broadcast::Sender<KeyId>,
    /// Counts what changed about members and their sessions, for those whose session may be over.
    people: watch::Sender<u64>,
    /// Counts what changed about alerts.
    alerts: watch::Sender<u64>,
    pages: Pages,
}

/// How many pages of each member listen.
type Pages = Arc<Mutex<HashMap<MemberId, u32>>>;

/// A page's place among those of its member.
pub struct PagePlace {
    pages: Pages,
    member: MemberId,
}

impl Drop for PagePlace {
    fn drop(&mut self) {
        let mut pages = lock(&self.pages);
        if let Some(open) = pages.get_mut(&self.member) {
            *open -= 1;
            if *open == 0 {
                pages.remove(&self.member);
            }
        }
    }
}

impl Default for EventHub {
    fn default() -> Self {
        Self {
            lots: Mutex::default(),
            changed: Mutex::default(),
            ring: Notify::default(),
            any: broadcast::channel(CHANGES_MAX).0,
            people: watch::Sender::new(0),
            alerts: watch::Sender::new(0),
            pages: Pages::default(),
        }
    }
}

impl EventHub {
    /// Every change of a lot from now on.
    pub fn listen_to_all(&self) -> broadcast::Receiver<KeyId> {
        self.any.subscribe()
    }

    /// A place for one more page of this member; none when it has `limit` of them.
    pub fn page(&self, member: MemberId, limit: u32) -> Option<PagePlace> {
        let mut pages = lock(&self.pages);
        let open = pages.entry(member).or_insert(0);
        if *open >= limit {
            return None;
        }
        *open += 1;
        drop(pages);
        Some(PagePlace {
            pages: Arc::clone(&self.pages),
            member,
        })
    }

    /// Notes that a member or a session is not as it was.
    pub fn note_people(&self) {
        self.people.send_modify(|count| *count += 1);
    }

    pub fn listen_to_people(&self) -> watch::Receiver<u64> {
        self.people.subscribe()
    }

    /// Notes that alerts are others than before.
    pub fn note_alerts(&self) {
        self.alerts.send_modify(|count| *count += 1);
    }

    pub fn listen_to_alerts(&self) -> watch::Receiver<u64> {
        self.alerts.subscribe()
    }

    pub fn listen(&self, key: KeyId) -> broadcast::Receiver<Notice> {
        lock(&self.lots)
            .entry(key)
            .or_insert_with(|| broadcast::channel(WAITING_MAX).0)
            .subscribe()
    }

    /// Notes that a lot changed. One task reads changed lots anew and tells them, so that of two
    /// changes at once the later state is told last.
    pub fn note_change(&self, key: KeyId) {
        // Without a browser that listens this is one look at a counter.
        if self.any.receiver_count() > 0 {
            let _ = self.any.send(key);
        }
        if self.is_heard(key) && lock(&self.changed).insert(key) {
            self.ring.notify_one();
        }
    }

    /// Notes that a request began, for pages that show what runs. Devices hear of their balance
    /// when it ends.
    pub fn note_begin(&self, key: KeyId) {
        if self.any.receiver_count() > 0 {
            let _ = self.any.send(key);
        }
    }

    /// The lots that changed since the last time, as soon as there are any.
    pub async fn next_changes(&self) -> HashSet<KeyId> {
        loop {
            let changed = std::mem::take(&mut *lock(&self.changed));
            if !changed.is_empty() {
                return changed;
            }
            self.ring.notified().await;
        }
    }

    /// The lots that somebody listens to.
    pub fn heard(&self) -> Vec<KeyId> {
        let mut lots = lock(&self.lots);
        lots.retain(|_, sender| sender.receiver_count() > 0);
        lots.keys().copied().collect()
    }

    fn is_heard(&self, key: KeyId) -> bool {
        let mut lots = lock(&self.lots);
        let heard = lots.get(&key).map(broadcast::Sender::receiver_count);
        if heard == Some(0) {
            lots.remove(&key);
        }
        heard.is_some_and(|listeners| listeners > 0)
    }

    /// Tells whoever listens.
    pub fn tell(&self, key: KeyId, notice: Notice) {
        if let Some(sender) = lock(&self.lots).get(&key) {
            // The last listener may leave at this moment; then nobody misses anything.
            let _ = sender.send(notice);
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
