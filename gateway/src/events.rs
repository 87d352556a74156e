//! Who listens for what happens to a lot: `GET /api/v1/events`.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use protocol::{KeyId, api::Balance};
use tokio::sync::broadcast;

/// A slow listener misses notices beyond this; each notice carries the whole balance, so the next
/// one makes up for it.
const WAITING_MAX: usize = 16;

#[derive(Clone, Debug)]
pub enum Notice {
    Balance(Balance),
}

#[derive(Default)]
pub struct EventHub {
    lots: Mutex<HashMap<KeyId, broadcast::Sender<Notice>>>,
}

impl EventHub {
    pub fn listen(&self, key: KeyId) -> broadcast::Receiver<Notice> {
        self.lock()
            .entry(key)
            .or_insert_with(|| broadcast::channel(WAITING_MAX).0)
            .subscribe()
    }

    /// Tells whoever listens; the notice is made only if somebody does.
    pub fn tell(&self, key: KeyId, notice: impl FnOnce() -> Notice) {
        let mut lots = self.lock();
        let Some(sender) = lots.get(&key) else { return };
        if sender.receiver_count() == 0 {
            lots.remove(&key);
        } else {
            // The last listener may leave at this moment; then nobody misses anything.
            let _ = sender.send(notice());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<KeyId, broadcast::Sender<Notice>>> {
        self.lots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
