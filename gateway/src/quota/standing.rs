//! How a caller stands with its limits per minute, in the headers of each dialect.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::bucket::Bucket;
use crate::{clock::timestamp, proxy::Dialect};

/// One limit per minute after a request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gauge {
    pub limit: u64,
    pub left: u64,
    /// Milliseconds until nothing of it is used.
    pub reset_ms: i64,
}

impl From<&Bucket> for Gauge {
    fn from(bucket: &Bucket) -> Self {
        Self {
            limit: bucket.limit(),
            left: bucket.left(),
            reset_ms: bucket.full_in_ms(),
        }
    }
}

/// The tightest of a caller's limits, where it has any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub(super) requests: Option<Gauge>,
    pub(super) tokens: Option<Gauge>,
}

impl Standing {
    /// Takes another scope's buckets in: what is left least is what counts.
    pub(super) fn add(&mut self, requests: Option<&Bucket>, tokens: Option<&Bucket>) {
        let tighter = |known: Option<Gauge>, other: Option<&Bucket>| {
            let other = other.map(Gauge::from);
            known.into_iter().chain(other).min_by_key(|gauge| gauge.left)
        };
        self.requests = tighter(self.requests, requests);
        self.tokens = tighter(self.tokens, tokens);
    }

    /// Says it as clients of the dialect read it. What an upstream said about its own limits, which
    /// are the owner's affair, goes away.
    pub fn mark(&self, dialect: Dialect, now: i64, headers: &mut HeaderMap) {
        for (of, gauge) in [("requests", self.requests), ("tokens", self.tokens)] {
            let Some(gauge) = gauge else { continue };
            for (what, value) in values(dialect, gauge, now) {
                let name = match dialect {
                    Dialect::Messages => format!("anthropic-ratelimit-{of}-{what}"),
                    _ => format!("x-ratelimit-{what}-{of}"),
                };
                let pair = (HeaderName::try_from(name), HeaderValue::try_from(value));
                if let (Ok(name), Ok(value)) = pair {
                    headers.insert(name, value);
                }
            }
        }
    }
}

fn values(dialect: Dialect, gauge: Gauge, now: i64) -> [(&'static str, String); 3] {
    let reset = match dialect {
        Dialect::Messages => {
            // Whole seconds, as its clients are used to; never too early.
            let at = now.saturating_add(gauge.reset_ms);
            timestamp(at.saturating_add(999) / 1_000 * 1_000).to_string()
        }
        _ => duration(gauge.reset_ms),
    };
    [
        ("limit", gauge.limit.to_string()),
        ("remaining", gauge.left.to_string()),
        ("reset", reset),
    ]
}

/// `850ms`, `12s`, `6m0s`.
fn duration(ms: i64) -> String {
    if ms < 1_000 {
        return format!("{ms}ms");
    }
    let seconds = ms / 1_000 + i64::from(ms % 1_000 != 0);
    match seconds / 60 {
        0 => format!("{seconds}s"),
        minutes => format!("{minutes}m{}s", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing() -> Standing {
        let (mut loose, mut tight) = (Bucket::new(100, 0), Bucket::new(60, 0));
        loose.take(1);
        tight.take(59);
        let mut standing = Standing::default();
        standing.add(Some(&loose), None);
        standing.add(Some(&tight), Some(&loose));
        standing
    }

    fn marked(dialect: Dialect) -> Vec<String> {
        let mut headers = HeaderMap::new();
        standing().mark(dialect, 1_000_000_500, &mut headers);
        let mut lines: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        lines
    }

    #[test]
    fn each_dialect_reads_its_own_headers() {
        assert_eq!(
            marked(Dialect::Chat),
            [
                "x-ratelimit-limit-requests: 60",
                "x-ratelimit-limit-tokens: 100",
                "x-ratelimit-remaining-requests: 1",
                "x-ratelimit-remaining-tokens: 99",
                "x-ratelimit-reset-requests: 59s",
                "x-ratelimit-reset-tokens: 600ms",
            ]
        );
        assert_eq!(
            marked(Dialect::Messages),
            [
                "anthropic-ratelimit-requests-limit: 60",
                "anthropic-ratelimit-requests-remaining: 1",
                "anthropic-ratelimit-requests-reset: 1970-01-12T13:47:40Z",
                "anthropic-ratelimit-tokens-limit: 100",
                "anthropic-ratelimit-tokens-remaining: 99",
                "anthropic-ratelimit-tokens-reset: 1970-01-12T13:46:42Z",
            ]
        );
    }

    #[test]
    fn durations_are_short() {
        let shown = [0, 999, 1_000, 1_001, 59_500, 360_000, 3_599_001].map(duration);
        assert_eq!(shown, ["0ms", "999ms", "1s", "2s", "1m0s", "6m0s", "60m0s"]);
    }
}
