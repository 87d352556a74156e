//! What is read of many rows is read once for all who ask within a while: everybody may ask.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Mutex;

use crate::ledger::LedgerError;

const FRESH_MS: i64 = 15_000;
/// So many are kept; the one that was read first goes first.
const KEPT_MAX: usize = 100;

pub struct Kept<K, T>(Arc<Inner<K, T>>);

struct Inner<K, T> {
    /// Goes up with each change of what they are made from.
    version: AtomicU64,
    readings: Mutex<HashMap<K, Reading<T>>>,
}

struct Reading<T> {
    at: i64,
    version: u64,
    read: Arc<T>,
}

impl<K, T> Default for Kept<K, T> {
    fn default() -> Self {
        Self(Arc::new(Inner {
            version: AtomicU64::default(),
            readings: Mutex::default(),
        }))
    }
}

impl<K, T> Kept<K, T>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    T: Send + Sync + 'static,
{
    /// What was read before this is not shown any more, also if it is being read right now.
    pub fn forget(&self) {
        self.0.version.fetch_add(1, Ordering::AcqRel);
    }

    /// Whoever asks while somebody reads waits for what they read. One reading at a time, which is
    /// read to its end also if whoever asked for it is gone: else they could begin many.
    pub async fn get<R>(&self, key: K, now: i64, read: R) -> Result<Arc<T>, LedgerError>
    where
        R: Future<Output = Result<T, LedgerError>> + Send + 'static,
    {
        if let Some(kept) = self.0.fresh(&*self.0.readings.lock().await, &key, now) {
            return Ok(kept);
        }
        let inner = Arc::clone(&self.0);
        let reading = tokio::spawn(async move { inner.read(key, now, read).await });
        let failed = |_| LedgerError::Read("a reading for all ended early".into());
        reading.await.map_err(failed)?
    }
}

impl<K: Clone + Eq + Hash, T> Inner<K, T> {
    fn fresh(&self, readings: &HashMap<K, Reading<T>>, key: &K, now: i64) -> Option<Arc<T>> {
        let version = self.version.load(Ordering::Acquire);
        let reading = readings.get(key)?;
        let is_fresh = reading.version == version && now - reading.at < FRESH_MS;
        is_fresh.then(|| Arc::clone(&reading.read))
    }

    async fn read(
        &self,
        key: K,
        now: i64,
        read: impl Future<Output = Result<T, LedgerError>>,
    ) -> Result<Arc<T>, LedgerError> {
        let mut readings = self.readings.lock().await;
        if let Some(kept) = self.fresh(&readings, &key, now) {
            return Ok(kept);
        }
        let version = self.version.load(Ordering::Acquire);
        let read = Arc::new(read.await?);
        if readings.len() >= KEPT_MAX && !readings.contains_key(&key) {
            let first = readings.iter().min_by_key(|(_, reading)| reading.at);
            if let Some(first) = first.map(|(key, _)| key.clone()) {
                readings.remove(&first);
            }
        }
        let reading = Reading {
            at: now,
            version,
            read: Arc::clone(&read),
        };
        readings.insert(key, reading);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Counted = Arc<AtomicU64>;

    fn reading(count: &Counted) -> impl Future<Output = Result<u64, LedgerError>> + Send + 'static {
        let count = Arc::clone(count);
        async move {
            let number = count.fetch_add(1, Ordering::AcqRel);
            tokio::task::yield_now().await;
            Ok(number)
        }
    }

    #[tokio::test]
    async fn many_who_ask_at_once_are_one_reading_and_one_who_leaves_ends_none() {
        let (kept, count) = (Kept::<u32, u64>::default(), Counted::default());
        {
            let mut left = Box::pin(kept.get(1, 0, reading(&count)));
            // Far enough to have begun, and then its asker is gone.
            assert!(futures_util::poll!(&mut left).is_pending());
        }
        let asked = (0..20).map(|_| kept.get(1, 0, reading(&count)));
        for found in futures_util::future::join_all(asked).await {
            assert_eq!(*found.unwrap(), 0);
        }
        assert_eq!(count.load(Ordering::Acquire), 1);
    }

    #[tokio::test]
    async fn it_is_read_again_after_a_while_and_after_a_change() {
        let (kept, count) = (Kept::<u32, u64>::default(), Counted::default());
        let get = async |now| *kept.get(1, now, reading(&count)).await.unwrap();
        assert_eq!((get(0).await, get(FRESH_MS - 1).await), (0, 0));
        assert_eq!((get(FRESH_MS).await, get(FRESH_MS + 1).await), (1, 1));
        kept.forget();
        assert_eq!((get(FRESH_MS + 1).await, get(FRESH_MS + 1).await), (2, 2));
        // Changed while it is read: whoever asked hears what was read, and nobody after them.
        let inner = Arc::clone(&kept.0);
        let changed = async move {
            inner.version.fetch_add(1, Ordering::AcqRel);
            Ok(100)
        };
        let later = 2 * FRESH_MS + 1;
        assert_eq!(*kept.get(1, later, changed).await.unwrap(), 100);
        assert_eq!(get(later).await, 3);
    }

    #[tokio::test]
    async fn a_reading_that_fails_is_not_kept_and_only_so_many_are() {
        let (kept, count) = (Kept::<u32, u64>::default(), Counted::default());
        let failed = kept.get(1, 0, async { Err(LedgerError::Busy) }).await;
        assert!(matches!(failed, Err(LedgerError::Busy)));
        for key in 0..=KEPT_MAX {
            let at = i64::try_from(key).unwrap();
            kept.get(u32::try_from(key).unwrap(), at, reading(&count))
                .await
                .unwrap();
        }
        let readings = kept.0.readings.lock().await;
        assert!(readings.len() == KEPT_MAX && !readings.contains_key(&0));
    }
}
