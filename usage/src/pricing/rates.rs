use serde::{Deserialize, Serialize};

use super::Rate;

/// What each kind of token costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rates {
    /// Input that was neither read from nor written to a cache.
    pub input: Rate,
    /// Output, reasoning included.
    pub output: Rate,
    pub cache_read: Rate,
    /// Input that is kept for the provider's usual time.
    pub cache_write: Rate,
    /// Input that is kept for an hour; None where that has no known price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<Rate>,
}

impl Rates {
    /// Without discount or surcharge for caches.
    pub const fn flat(input: Rate, output: Rate) -> Self {
        Self {
            input,
            output,
            cache_read: input,
            cache_write: input,
            cache_write_1h: None,
        }
    }

    /// The dearest way in which a provider can bill an input token.
    pub(super) fn dearest_input(&self, is_kept_for_an_hour: bool) -> Rate {
        let hour = self.cache_write_1h.filter(|_| is_kept_for_an_hour);
        self.input
            .max(self.cache_read)
            .max(self.cache_write)
            .max(hour.unwrap_or_default())
    }

    /// Each rate the dearer of the two.
    pub(super) fn dearer(&self, other: &Self) -> Self {
        Self {
            input: self.input.max(other.input),
            output: self.output.max(other.output),
            cache_read: self.cache_read.max(other.cache_read),
            cache_write: self.cache_write.max(other.cache_write),
            cache_write_1h: self.cache_write_1h.max(other.cache_write_1h),
        }
    }

    pub(super) fn is_free(&self) -> bool {
        self.dearest_input(true).max(self.output) == Rate::FREE
    }
}

/// Rates, and others for long prompts: a prompt of more tokens than [`Long::above`] is charged at
/// these as a whole, its answer too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Schedule {
    #[serde(flatten)]
    pub rates: Rates,
    /// In order of their lengths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub long: Vec<Long>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Long {
    pub above: u64,
    #[serde(flatten)]
    pub rates: Rates,
}

impl Schedule {
    pub const fn of(rates: Rates) -> Self {
        Self {
            rates,
            long: Vec::new(),
        }
    }

    /// The rates for a prompt of so many tokens.
    pub(super) fn at(&self, prompt: u64) -> Rates {
        let long = self.long.iter().rev().find(|long| prompt > long.above);
        long.map_or(self.rates, |long| long.rates)
    }

    /// The dearest rates for a prompt of at most so many tokens.
    pub(super) fn up_to(&self, prompt: u64) -> Rates {
        let reached = self.long.iter().filter(|long| prompt > long.above);
        reached.fold(self.rates, |rates, long| rates.dearer(&long.rates))
    }

    pub(super) fn is_free(&self) -> bool {
        self.rates.is_free() && self.long.iter().all(|long| long.rates.is_free())
    }
}
