//! How often one peer may fail to redeem. A redeem that succeeds never counts.
//!
//! Each gateway counts in memory. Where several share a database, that one counts for all of them
//! too, by the same rule ([`wait_ms`]).

use std::{
    collections::{HashMap, VecDeque},
    net::{IpAddr, Ipv6Addr},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

pub const MINUTE_MS: i64 = 60_000;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Peers remembered at once; the one that failed longest ago is forgotten first.
const PEERS_MAX: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailuresMax {
    pub per_minute: u32,
    pub per_hour: u32,
}

pub struct FailureLimit {
    per_minute: AtomicU32,
    per_hour: AtomicU32,
    peers: Mutex<HashMap<IpAddr, VecDeque<i64>>>,
}

impl FailureLimit {
    pub fn new(per_minute: u32, per_hour: u32) -> Self {
        Self {
            per_minute: per_minute.into(),
            per_hour: per_hour.into(),
            peers: Mutex::default(),
        }
    }

    /// Changes the limits; what was counted so far counts on.
    pub fn set(&self, per_minute: u32, per_hour: u32) {
        self.per_minute.store(per_minute, Relaxed);
        self.per_hour.store(per_hour, Relaxed);
    }

    /// Seconds after which the peer may try again, if it has to wait.
    pub fn wait_seconds(&self, peer: IpAddr, now: i64) -> Option<u64> {
        let peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        self.wait_of(peers.get(&network_of(peer))?, now)
    }

    fn wait_of(&self, failures: &VecDeque<i64>, now: i64) -> Option<u64> {
        wait_ms(failures.iter(), self.limits(), now).map(seconds)
    }

    /// The limits in force.
    pub fn limits(&self) -> FailuresMax {
        FailuresMax {
            per_minute: self.per_minute.load(Relaxed),
            per_hour: self.per_hour.load(Relaxed),
        }
    }

    /// Counts a failure. Of many at once only as many as the limit allows are told their outcome;
    /// the others get the seconds to wait, as if they had come later.
    pub fn note_failure(&self, peer: IpAddr, now: i64) -> Option<u64> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= PEERS_MAX {
            forget_oldest(&mut peers, now);
        }
        let failures = peers.entry(network_of(peer)).or_default();
        while failures.len() > self.per_hour.load(Relaxed) as usize
            || failures.front().is_some_and(|&at| at <= now - HOUR_MS)
        {
            failures.pop_front();
        }
        if let Some(wait) = self.wait_of(failures, now) {
            return Some(wait);
        }
        failures.push_back(now);
        None
    }
}

/// How long a peer that failed at these times, the oldest first, has to wait; nothing if not.
pub fn wait_ms<'a>(
    failures: impl ExactSizeIterator<Item = &'a i64> + Clone,
    most: FailuresMax,
    now: i64,
) -> Option<i64> {
    let wait = |limit: u32, window: i64| {
        let in_window = failures.clone().filter(|&&at| at > now - window).count();
        let limit = limit as usize;
        if in_window < limit {
            return None;
        }
        // The window frees a place when the failure that filled it leaves.
        let first = failures.len().saturating_sub(limit.max(1));
        let frees = failures.clone().nth(first)?;
        Some(frees + window - now)
    };
    wait(most.per_minute, MINUTE_MS).max(wait(most.per_hour, HOUR_MS))
}

/// What a client is told to wait.
pub fn seconds(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(1).div_ceil(1_000).max(1)
}

fn forget_oldest(peers: &mut HashMap<IpAddr, VecDeque<i64>>, now: i64) {
    peers.retain(|_, failures| failures.back().is_some_and(|&at| at > now - HOUR_MS));
    if peers.len() >= PEERS_MAX
        && let Some(oldest) = peers
            .iter()
            .min_by_key(|(_, failures)| failures.back().copied())
            .map(|(&ip, _)| ip)
    {
        peers.remove(&oldest);
    }
}

/// One customer gets a whole /64 of IPv6 addresses, so that is one peer.
pub fn network_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let s = address.segments();
            IpAddr::V6(Ipv6Addr::new(s[0], s[1], s[2], s[3], 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn five_failures_a_minute_and_thirty_an_hour() {
        let limit = FailureLimit::new(5, 30);
        for at in 0..5 {
            assert_eq!(limit.wait_seconds(PEER, at), None);
            limit.note_failure(PEER, at);
        }
        assert_eq!(limit.wait_seconds(PEER, 10), Some(60));
        assert_eq!(limit.wait_seconds(PEER, 59_999), Some(1));
        assert_eq!(limit.wait_seconds(PEER, 60_004), None);
        for turn in 1..6 {
            for _ in 0..5 {
                limit.note_failure(PEER, turn * 61_000);
            }
        }
        assert_eq!(limit.wait_seconds(PEER, 10 * 60_000), Some(3_000));
        assert_eq!(limit.wait_seconds("192.0.2.2".parse().unwrap(), 0), None);
    }

    #[test]
    fn a_network_is_one_peer() {
        let limit = FailureLimit::new(1, 1);
        limit.note_failure("2001:db8::1".parse().unwrap(), 0);
        assert!(limit.wait_seconds("2001:db8::2".parse().unwrap(), 1).is_some());
        assert!(
            limit
                .wait_seconds("2001:db8:0:1::2".parse().unwrap(), 1)
                .is_none()
        );
    }
}
