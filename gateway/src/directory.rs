//! Who is who: all keys and devices in memory, so that a request is authenticated by one MAC and
//! one look-up. The hold statement checks again in the database, and has the last word.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use protocol::{
    Code, DeviceId, KeyId, MemberId, Problem,
    api::{Limits, Preferences},
};
use tokio::sync::watch;

use crate::{
    credential::{self, Kind},
    fair_queue::Place,
    ledger::{DeviceRecord, KeyRecord, LedgerError, Reader},
    quota::{Admission, Quota, read_limits},
    secrets::Pepper,
};

/// A credential that nobody used for so long is no longer accepted.
const IDLE_MS_MAX: i64 = 90 * 24 * 3_600 * 1_000;
/// How exact `last seen` is.
const SEEN_GRAIN_MS: i64 = 60_000;

/// What a request needs to know of a token key.
#[derive(Debug)]
pub struct Key {
    pub id: KeyId,
    pub last4: String,
    /// `None`: all models.
    pub models: Option<Vec<String>>,
    pub strict: bool,
    pub expires_at: Option<Timestamp>,
    /// Those that it was minted with.
    pub limits: Limits,
    preferences: ArcSwap<Preferences>,
    /// Whose it is.
    member: ArcSwapOption<MemberId>,
    revoked: watch::Sender<bool>,
}

impl Key {
    pub fn allows(&self, model: &str) -> bool {
        self.models
            .as_ref()
            .is_none_or(|models| models.iter().any(|allowed| allowed == model))
    }

    /// What its member prefers, where a model stands for others.
    pub fn preferences(&self) -> Arc<Preferences> {
        self.preferences.load_full()
    }

    pub fn is_revoked(&self) -> bool {
        *self.revoked.borrow()
    }

    pub fn member(&self) -> Option<MemberId> {
        self.member.load().as_deref().copied()
    }

    pub fn set_member(&self, member: Option<MemberId>) {
        self.member.store(member.map(Arc::new));
    }

    pub fn set_preferences(&self, preferences: Preferences) {
        self.preferences.store(Arc::new(preferences));
    }
}

/// What a request needs to know of a device.
#[derive(Debug)]
pub struct Device {
    pub id: DeviceId,
    pub key: Arc<Key>,
    pub created_at: Timestamp,
    /// Milliseconds; 0: its credential was never used.
    last_seen: AtomicI64,
    revoked: watch::Sender<bool>,
    /// The credential before the present one, for as long as it still works.
    former: ArcSwapOption<Former>,
    /// The network that it was seen in last.
    network: Mutex<Option<String>>,
    streams: AtomicU32,
    /// How many listen to what happens to it.
    listeners: AtomicU32,
}

/// A credential that another one took the place of.
#[derive(Debug)]
struct Former {
    mac: [u8; 32],
    /// Milliseconds.
    until: i64,
}

impl Device {
    /// Whether this is a credential that was rotated, and its time is over.
    fn is_over(&self, mac: &[u8; 32], now: i64) -> bool {
        let former = self.former.load();
        former
            .as_ref()
            .is_some_and(|former| former.mac == *mac && former.until <= now)
    }

    /// Whether it was seen somewhere else before, as far as this gateway knows.
    pub fn note_network(&self, network: &str) -> bool {
        let mut known = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = known.as_deref() != Some(network);
        if is_other {
            *known = Some(network.to_owned());
        }
        is_other
    }

    pub fn is_revoked(&self) -> bool {
        *self.revoked.borrow() || *self.key.revoked.borrow()
    }

    /// Returns when the device or its key is revoked: what it has running must be cut.
    pub async fn on_revoked(&self) {
        let (mut device, mut key) = (self.revoked.subscribe(), self.key.revoked.subscribe());
        // Neither can close while `self` has its sender.
        tokio::select! {
            _ = device.wait_for(|&revoked| revoked) => {}
            _ = key.wait_for(|&revoked| revoked) => {}
        }
    }

    /// Whether the caller should write down that the device was seen now.
    pub fn note_seen(&self, now: i64) -> bool {
        let before = self.last_seen.load(Ordering::Relaxed);
        now - before > SEEN_GRAIN_MS
            && self
                .last_seen
                .compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    fn is_idle(&self, now: i64) -> bool {
        let seen = self
            .last_seen
            .load(Ordering::Relaxed)
            .max(self.created_at.as_millisecond());
        now - seen > IDLE_MS_MAX
    }

    /// Takes a place among the device's streams; freed when the guard is dropped.
    pub fn enter(self: &Arc<Self>, limit: u32) -> Option<StreamPlace> {
        let place = StreamPlace {
            device: Arc::clone(self),
            admission: None,
            queued: None,
        };
        (self.streams.fetch_add(1, Ordering::Relaxed) < limit).then_some(place)
    }

    /// Takes a place among those who listen for the device; freed when the guard is dropped.
    pub fn listen(self: &Arc<Self>, limit: u32) -> Option<Listening> {
        let place = Listening(Arc::clone(self));
        (self.listeners.fetch_add(1, Ordering::Relaxed) < limit).then_some(place)
    }
}

/// One of those who listen for a device.
pub struct Listening(pub Arc<Device>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One running request of a device, with everything that counts it as running.
pub struct StreamPlace {
    device: Arc<Device>,
    /// Among the requests that its limits allow.
    pub admission: Option<Admission>,
    /// Among those that the gateway takes at a time.
    pub queued: Option<Place>,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        self.device.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Default)]
struct Entries {
    by_mac: HashMap<[u8; 32], Arc<Device>>,
    devices: HashMap<DeviceId, ([u8; 32], Arc<Device>)>,
    keys: HashMap<KeyId, Arc<Key>>,
}

impl Entries {
    /// Adds a device whose key is known. A device with a new credential takes the place of the old
    /// one, which dies; a device that did not change stays, with what it has running.
    fn add(&mut self, record: &DeviceRecord) {
        let Some(key) = self.keys.get(&record.key).cloned() else {
            return;
        };
        if let Some((mac, old)) = self.devices.get(&record.id) {
            if *mac == record.mac {
                if record.revoked_at.is_some() {
                    old.revoked.send_replace(true);
                }
                return;
            }
            let is_rotated = record.former.is_some_and(|(former, _)| former == *mac);
            if is_rotated && record.revoked_at.is_none() {
                // The same device under another credential: what it has running goes on.
                let device = Arc::clone(old);
                self.by_mac.insert(record.mac, Arc::clone(&device));
                self.devices.insert(record.id, (record.mac, Arc::clone(&device)));
                self.keep_former(&device, record.former);
                return;
            }
            self.by_mac.remove(mac);
            old.revoked.send_replace(true);
        }
        let device = Arc::new(Device {
            id: record.id,
            key,
            created_at: record.created_at,
            last_seen: AtomicI64::new(record.last_seen_at.map_or(0, |at| at.as_millisecond())),
            revoked: watch::Sender::new(record.revoked_at.is_some()),
            former: ArcSwapOption::empty(),
            network: Mutex::default(),
            streams: AtomicU32::new(0),
            listeners: AtomicU32::new(0),
        });
        self.by_mac.insert(record.mac, Arc::clone(&device));
        self.keep_former(&device, record.former);
        self.devices.insert(record.id, (record.mac, device));
    }

    /// The credential before the present one is known for as long as it works; the one before that no more.
    fn keep_former(&mut self, device: &Arc<Device>, former: Option<([u8; 32], i64)>) {
        let former = former.map(|(mac, until)| Arc::new(Former { mac, until }));
        if let Some(former) = &former {
            self.by_mac.insert(former.mac, Arc::clone(device));
        }
        let before = device.former.swap(former.clone());
        if let Some(before) = before
            && former.is_none_or(|former| former.mac != before.mac)
        {
            self.by_mac.remove(&before.mac);
        }
    }
}

pub struct Directory {
    pepper: Pepper,
    /// Hears when a key is another's.
    quota: Arc<Quota>,
    entries: RwLock<Entries>,
    /// Of two refreshes at once the later state stays.
    refreshing: tokio::sync::Mutex<()>,
    /// Counts revocations, for those who have something running.
    revocations: watch::Sender<u64>,
}

impl Directory {
    pub async fn load(reader: &Reader, pepper: Pepper, quota: Arc<Quota>) -> Result<Self, LedgerError> {
        let directory = Self {
            pepper,
            quota,
            entries: RwLock::default(),
            refreshing: tokio::sync::Mutex::default(),
            revocations: watch::Sender::new(0),
        };
        for key in reader.keys().await? {
            directory.add_key(&key);
        }
        for device in reader.devices(None).await? {
            directory.add_device(&device);
        }
        Ok(directory)
    }

    pub fn pepper(&self) -> &Pepper {
        &self.pepper
    }

    /// The device behind a credential; errors are what the client is told.
    pub fn authenticate(&self, credential: &[u8], now: i64) -> Result<Arc<Device>, Problem> {
        match credential::kind_of(credential) {
            Some(Kind::Device) => {}
            Some(Kind::Admin | Kind::Personal) => {
                return Err(Problem::new(
                    Code::Forbidden,
                    "A credential that administers cannot use models.",
                ));
            }
            Some(Kind::Link | Kind::DeviceCode) | None => return Err(unauthorized()),
        }
        let mac = self.pepper.mac(credential);
        let device = self.read().by_mac.get(&mac).cloned().ok_or_else(unauthorized)?;
        if device.is_revoked() || device.is_idle(now) || device.is_over(&mac, now) {
            return Err(Problem::new(
                Code::CredentialRevoked,
                "This device is signed out.",
            ));
        }
        Ok(device)
    }

    pub fn add_key(&self, key: &KeyRecord) {
        let entry = Key {
            id: key.id,
            last4: key.last4.clone(),
            models: key.models.clone(),
            strict: key.strict,
            expires_at: key.expires_at,
            limits: limits_of(key),
            preferences: ArcSwap::from_pointee(preferences_of(key)),
            member: ArcSwapOption::from_pointee(key.member),
            revoked: watch::Sender::new(key.revoked),
        };
        self.write().keys.insert(key.id, Arc::new(entry));
    }

    /// Takes a key and its devices over from the database, as any gateway may have changed them.
    /// Read and insert are one step, so that of two changes at once the later state stays.
    pub async fn refresh(&self, reader: &Reader, key: KeyId) -> Result<(), LedgerError> {
        let _turn = self.refreshing.lock().await;
        let Some(record) = reader.key(key).await? else {
            return Ok(());
        };
        let devices = reader.devices(Some(key)).await?;
        self.take_over(&record, &devices);
        Ok(())
    }

    /// The same for all keys.
    pub async fn refresh_all(&self, reader: &Reader) -> Result<(), LedgerError> {
        let _turn = self.refreshing.lock().await;
        let (keys, devices) = (reader.keys().await?, reader.devices(None).await?);
        for key in &keys {
            self.take_over(key, &[]);
        }
        for device in &devices {
            self.write().add(device);
        }
        self.tell_revocation();
        Ok(())
    }

    fn take_over(&self, key: &KeyRecord, devices: &[DeviceRecord]) {
        match self.key(key.id) {
            None => {
                self.quota.note_owners(None, key.member);
                self.add_key(key);
            }
            Some(known) if key.revoked => drop(known.revoked.send_replace(true)),
            Some(known) => {
                known.set_preferences(preferences_of(key));
                if known.member() != key.member {
                    self.quota.note_owners(known.member(), key.member);
                    known.set_member(key.member);
                }
            }
        }
        let mut entries = self.write();
        for device in devices {
            entries.add(device);
        }
        drop(entries);
        // A device that came with a new credential took the place of one that may still run.
        self.tell_revocation();
    }

    pub fn add_device(&self, record: &DeviceRecord) {
        self.write().add(record);
    }

    pub fn key(&self, id: KeyId) -> Option<Arc<Key>> {
        self.read().keys.get(&id).cloned()
    }

    /// The member's keys, revoked ones too.
    pub fn keys_of(&self, member: MemberId) -> Vec<Arc<Key>> {
        let entries = self.read();
        let keys = entries.keys.values();
        keys.filter(|key| key.member() == Some(member)).cloned().collect()
    }

    /// Whose each key is, revoked ones too; those of nobody are not among them.
    pub fn owners(&self) -> HashMap<KeyId, MemberId> {
        let entries = self.read();
        let keys = entries.keys.values();
        keys.filter_map(|key| Some((key.id, key.member()?))).collect()
    }

    pub fn device(&self, id: DeviceId) -> Option<Arc<Device>> {
        self.read().devices.get(&id).map(|(_, device)| Arc::clone(device))
    }

    pub fn revoke_device(&self, id: DeviceId) {
        if let Some(device) = self.device(id) {
            device.revoked.send_replace(true);
            self.tell_revocation();
        }
    }

    pub fn revoke_key(&self, id: KeyId) {
        if let Some(key) = self.key(id) {
            key.revoked.send_replace(true);
            self.tell_revocation();
        }
    }

    /// Changes whenever something was revoked.
    pub fn revocations(&self) -> watch::Receiver<u64> {
        self.revocations.subscribe()
    }

    fn tell_revocation(&self) {
        self.revocations.send_modify(|count| *count += 1);
    }

    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unauthorized() -> Problem {
    Problem::new(Code::Unauthorized, "The request has no valid device credential.")
}

/// The limits that a key was minted with.
pub fn limits_of(key: &KeyRecord) -> Limits {
    key.limits.as_deref().map_or_else(Limits::default, read_limits)
}

fn preferences_of(key: &KeyRecord) -> Preferences {
    let Some(text) = &key.preferences else {
        return Preferences::default();
    };
    serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::error!(key.id = %key.id, "What a member prefers cannot be read: {error}");
        Preferences::default()
    })
}
