//! How often a password may be wrong, for one account from one network. Whoever goes on waits
//! longer each time; nobody is locked out for good, and nobody can lock somebody else out.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::failure_limit::network_of;

/// So many are free within a minute.
const FREE: u32 = 5;
const MINUTE_MS: i64 = 60_000;
const WAIT_MS_MAX: i64 = 15 * MINUTE_MS;
/// Without a failure for so long, all is forgotten.
const FORGET_MS: i64 = 60 * MINUTE_MS;
/// Accounts and networks remembered at once.
const PAIRS_MAX: usize = 10_000;

#[derive(Default)]
pub struct Attempts {
    failures: Mutex<HashMap<(String, IpAddr), Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    first_at: i64,
    last_at: i64,
}

impl Failures {
    /// Nothing for the first five; then a minute, two, four and so on.
    fn wait_until(&self) -> i64 {
        if self.count < FREE {
            return i64::MIN;
        }
        let doubled = MINUTE_MS << (self.count - FREE).min(4);
        self.last_at + doubled.min(WAIT_MS_MAX)
    }
}

impl Attempts {
    /// Counts a try, which may then be looked at; or says after how many seconds. It is counted
    /// before anybody knows whether it is right: of many at once only as many pass as are free.
    pub fn begin(&self, account: &str, peer: IpAddr, now: i64) -> Result<(), u64> {
        let mut failures = self.lock();
        if failures.len() >= PAIRS_MAX {
            forget_oldest(&mut failures, now);
        }
        let pair = (account.to_owned(), network_of(peer));
        let new = Failures {
            count: 0,
            first_at: now,
            last_at: now,
        };
        let found = failures.entry(pair).or_insert(new);
        let wait = found.wait_until().saturating_sub(now);
        if wait > 0 {
            return Err(u64::try_from(wait).unwrap_or(0).div_ceil(1_000));
        }
        // Fewer than five in a minute are slips of the finger, however long somebody goes on.
        let is_slow = found.count < FREE && now - found.first_at > MINUTE_MS;
        if is_slow || now - found.last_at > FORGET_MS {
            *found = new;
        }
        found.count += 1;
        found.last_at = now;
        Ok(())
    }

    /// The try was right: what came before does not count any more.
    pub fn forget(&self, account: &str, peer: IpAddr) {
        self.lock().remove(&(account.to_owned(), network_of(peer)));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, IpAddr), Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_oldest(failures: &mut HashMap<(String, IpAddr), Failures>, now: i64) {
    failures.retain(|_, found| now - found.last_at <= FORGET_MS);
    if failures.len() >= PAIRS_MAX
        && let Some(oldest) = failures
            .iter()
            .min_by_key(|(_, found)| found.last_at)
            .map(|(pair, _)| pair.clone())
    {
        failures.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn five_are_free_and_then_it_takes_longer_each_time() {
        let attempts = Attempts::default();
        let mut now = 0;
        for _ in 0..5 {
            assert_eq!(attempts.begin("ada", PEER, now), Ok(()));
        }
        for minutes in [1, 2, 4, 8, 15, 15] {
            assert_eq!(attempts.begin("ada", PEER, now), Err(minutes * 60));
            now += i64::try_from(minutes).unwrap() * MINUTE_MS;
            assert_eq!(attempts.begin("ada", PEER, now), Ok(()));
        }
    }

    #[test]
    fn others_do_not_wait_and_a_right_one_ends_it() {
        let attempts = Attempts::default();
        for _ in 0..5 {
            assert_eq!(attempts.begin("ada", PEER, 0), Ok(()));
        }
        assert_eq!(attempts.begin("bob", PEER, 1), Ok(()));
        assert_eq!(attempts.begin("ada", "192.0.2.2".parse().unwrap(), 1), Ok(()));
        assert_eq!(attempts.begin("ada", PEER, 1), Err(60));
        attempts.forget("ada", PEER);
        assert_eq!(attempts.begin("ada", PEER, 1), Ok(()));
    }

    #[test]
    fn slips_over_a_day_do_not_add_up() {
        let attempts = Attempts::default();
        for hour in 0..24 {
            for slip in 0..3 {
                assert_eq!(attempts.begin("ada", PEER, hour * 30 * MINUTE_MS + slip), Ok(()));
            }
        }
    }
}
