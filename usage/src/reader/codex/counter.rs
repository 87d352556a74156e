//! Which snapshots of a running total are new responses.

use serde::{Deserialize, Serialize};

use super::line::Usage;
use crate::{
    reader::json::Count,
    record::{MixedSet, Tokens, digest},
};

/// A thread's running total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    pub input: u64,
    pub cached: u64,
    pub cache_write: u64,
    pub output: u64,
    pub reasoning: u64,
    pub sum: u64,
}

impl Total {
    pub fn digest(&self) -> u64 {
        let numbers = [self.input, self.cached, self.output, self.reasoning, self.sum];
        let bytes = numbers.map(u64::to_le_bytes);
        digest(&[bytes.as_flattened()])
    }

    /// What came between an earlier total and this one.
    fn since(&self, earlier: &Self) -> Usage {
        let count = |now: u64, then: u64| Count(now.saturating_sub(then));
        Usage {
            input_tokens: count(self.input, earlier.input),
            cached_input_tokens: count(self.cached, earlier.cached),
            cache_write_input_tokens: count(self.cache_write, earlier.cache_write),
            output_tokens: count(self.output, earlier.output),
            reasoning_output_tokens: count(self.reasoning, earlier.reasoning),
            total_tokens: count(self.sum, earlier.sum),
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Counter {
    previous: Option<Total>,
    /// Digests of the totals since the count last began.
    seen: MixedSet<u64>,
    may_restart: bool,
    /// Counted from a record without a total; its `token_count` is still to come.
    unpaired: Option<Tokens>,
    /// Counted from a `token_count`; its record may still come.
    counted: Option<Tokens>,
}

impl Counter {
    /// After a compaction, or when a child takes over, the total may begin again.
    pub fn expect_restart(&mut self) {
        self.may_restart = true;
    }

    /// What a `token_count` adds; None when it repeats what is known.
    pub fn counted(&mut self, total: Option<Total>, last: Option<Usage>) -> Option<Usage> {
        let added = match total {
            Some(total) => self.grown(total, last)?,
            None => last?,
        };
        if self.unpaired.take() == Some(added.tokens()) {
            return None;
        }
        self.counted = Some(added.tokens());
        Some(added)
    }

    /// Whether a `token_usage_record` is a response that no `token_count` told of.
    pub fn recorded(&mut self, total: Option<Total>, usage: Usage) -> bool {
        if let Some(total) = total {
            return self.grown(total, Some(usage)).is_some();
        }
        if self.counted.take() == Some(usage.tokens()) {
            return false;
        }
        self.unpaired = Some(usage.tokens());
        true
    }

    fn grown(&mut self, total: Total, last: Option<Usage>) -> Option<Usage> {
        let Some(previous) = self.previous else {
            self.follow(total);
            return Some(last.unwrap_or_else(|| total.since(&Total::default())));
        };
        if total.sum > previous.sum {
            self.follow(total);
            return Some(last.unwrap_or_else(|| total.since(&previous)));
        }
        if total.sum == previous.sum || !self.restarts(&previous, &total, last.as_ref()) {
            return None;
        }
        self.seen.clear();
        self.follow(total);
        Some(last.unwrap_or_else(|| total.since(&Total::default())))
    }

    /// Whether a smaller total is the beginning of a new count, and not a late snapshot of the old.
    fn restarts(&self, previous: &Total, total: &Total, last: Option<&Usage>) -> bool {
        if self.may_restart {
            return true;
        }
        let is_first = last.is_some_and(|last| last.total().sum == total.sum);
        let is_known = self.seen.contains(&total.digest());
        let step = last.map_or(0, |last| last.total().sum);
        // A late snapshot is one or two responses behind, not back at the start.
        let is_near = total.sum.saturating_add(step.saturating_mul(2)) >= previous.sum
            || u128::from(total.sum) * 100 >= u128::from(previous.sum) * 98;
        match (is_known, is_first) {
            (true, true) => !is_near,
            (true, false) => false,
            (false, true) => true,
            (false, false) => !is_near,
        }
    }

    fn follow(&mut self, total: Total) {
        self.previous = Some(total);
        self.seen.insert(total.digest());
        self.may_restart = false;
    }
}
