use std::time::{Duration, Instant};

use protocol::Code;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// How long to ask for nothing by ourselves after failures. What the person asks for is always
/// tried.
#[derive(Default)]
pub struct Backoff {
    failures: u32,
    until: Option<Instant>,
}

impl Backoff {
    pub fn is_waiting(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    pub const fn succeeded(&mut self) {
        self.failures = 0;
        self.until = None;
    }

    pub fn failed(&mut self, code: Code, retry_after: Option<Duration>, now: Instant) {
        let wait = match code {
            // The status stops these until the balance or the sign-in changes.
            Code::InsufficientCredit | Code::CredentialRevoked | Code::Unauthorized | Code::NotSignedIn => {
                return;
            }
            Code::RateLimited | Code::CreditHeld => retry_after.unwrap_or(FIRST),
            _ => {
                self.failures = (self.failures + 1).min(10);
                let doubled = FIRST * (1 << (self.failures - 1));
                doubled.max(retry_after.unwrap_or_default())
            }
        };
        self.until = Some(now + wait.min(LONGEST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_is_what_was_asked_for_or_doubles_to_a_minute() {
        let start = Instant::now();
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        let mut backoff = Backoff::default();
        assert!(!backoff.is_waiting(start));

        backoff.failed(Code::RateLimited, Some(Duration::from_secs(7)), start);
        assert!(backoff.is_waiting(after(6)) && !backoff.is_waiting(after(7)));

        for (failure, pause) in [1, 2, 4, 8, 16, 32, 60, 60].into_iter().enumerate() {
            backoff.failed(Code::UpstreamUnavailable, None, start);
            assert!(backoff.is_waiting(after(pause - 1)), "failure {failure}");
            assert!(!backoff.is_waiting(after(pause)), "failure {failure}");
        }
        backoff.succeeded();
        assert!(!backoff.is_waiting(start));

        backoff.failed(Code::InsufficientCredit, None, start);
        assert!(!backoff.is_waiting(start));
    }
}
