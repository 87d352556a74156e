use std::collections::HashMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use protocol::{DeviceId, KeyId, Money, RequestId, TokenUsage, api::UsageTotals};

/// What of a usage row is folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub request: RequestId,
    pub at: i64,
    pub key: KeyId,
    pub device: DeviceId,
    pub kind: String,
    pub model: String,
    pub repository: String,
    pub branch: String,
    pub usage: TokenUsage,
    pub cost: i64,
}

/// Where a row is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    pub day: Date,
    pub key: KeyId,
    pub device: DeviceId,
    pub kind: String,
    pub model: String,
    pub repository: String,
    pub branch: String,
}

/// Cells with their sums.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    pub sums: HashMap<Cell, UsageTotals>,
    /// The most by which the time in a row's id is ahead of when it was settled. 0 unless a clock was
    /// set back between the two.
    pub ahead_ms: i64,
}

/// Rows that were read one by one.
#[derive(Debug, Default)]
pub struct Lines {
    pub cells: Cells,
    pub count: usize,
    /// The newest of them.
    pub last: Option<RequestId>,
}

impl Lines {
    pub fn take(&mut self, line: Line, counts: impl Fn(&Line) -> bool, zone: &TimeZone) {
        self.count += 1;
        self.last = self.last.max(Some(line.request));
        if counts(&line) {
            self.cells.count(line, zone);
        }
    }
}

impl Cells {
    /// Puts other sums to these.
    pub fn join(&mut self, other: Self) {
        self.ahead_ms = self.ahead_ms.max(other.ahead_ms);
        for (cell, sum) in other.sums {
            add(self.sums.entry(cell).or_default(), &sum);
        }
    }

    pub fn count(&mut self, line: Line, zone: &TimeZone) {
        let Ok(at) = Timestamp::from_millisecond(line.at) else {
            return;
        };
        self.ahead_ms = self.ahead_ms.max(id_ms(line.request).saturating_sub(line.at));
        let cell = Cell {
            day: at.to_zoned_datetime(zone.clone()).date(),
            key: line.key,
            device: line.device,
            kind: line.kind,
            model: line.model,
            repository: line.repository,
            branch: line.branch,
        };
        let one = UsageTotals {
            requests: 1,
            usage: line.usage,
            cost_nano_usd: Money::from_nano_usd(line.cost),
        };
        add(self.sums.entry(cell).or_default(), &one);
    }
}

/// The time that is in an id.
pub fn id_ms(id: RequestId) -> i64 {
    let mut ms = [0; 8];
    ms[2..].copy_from_slice(&id.as_bytes()[..6]);
    i64::from_be_bytes(ms)
}

/// Adds sums that are only shown; they stop at the largest number instead of wrapping.
pub fn add(sum: &mut UsageTotals, other: &UsageTotals) {
    sum.requests = sum.requests.saturating_add(other.requests);
    sum.usage = TokenUsage {
        input_tokens: sum.usage.input_tokens.saturating_add(other.usage.input_tokens),
        output_tokens: sum.usage.output_tokens.saturating_add(other.usage.output_tokens),
        cache_read_tokens: sum
            .usage
            .cache_read_tokens
            .saturating_add(other.usage.cache_read_tokens),
        cache_write_tokens: sum
            .usage
            .cache_write_tokens
            .saturating_add(other.usage.cache_write_tokens),
        reasoning_tokens: sum
            .usage
            .reasoning_tokens
            .saturating_add(other.usage.reasoning_tokens),
    };
    sum.cost_nano_usd = sum.cost_nano_usd.saturating_add(other.cost_nano_usd);
}
