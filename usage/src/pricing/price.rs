use protocol::{Money, TokenUsage, api::ModelPricing};
use serde::{Deserialize, Serialize};

use super::{Multiplier, Rate, Rates, Schedule, ServiceTier, multiplier::DENOMINATOR, version::fingerprint};

/// What a model costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Price {
    #[serde(flatten)]
    pub standard: Schedule,
    /// What is known of other service tiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierPrice>,
    /// For one million searches that the provider runs; None where they have no known price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_search: Option<Rate>,
    /// The operator's factor on everything.
    #[serde(default)]
    pub multiplier: Multiplier,
    /// Where it comes from, and a fingerprint of its numbers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TierPrice {
    pub tier: ServiceTier,
    #[serde(flatten)]
    pub schedule: Schedule,
}

/// What a request consumed, as far as its price depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consumption {
    pub tokens: TokenUsage,
    /// The part of the cache writes that is kept for an hour.
    pub cache_write_1h_tokens: u64,
    pub web_searches: u64,
    /// The tier that served it.
    pub tier: ServiceTier,
}

/// What a request can consume at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ceiling {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// It asks for input to be kept for an hour.
    pub keeps_for_an_hour: bool,
    pub web_searches: u64,
    /// The tier that it asks for; it may be served at the standard one instead.
    pub tier: ServiceTier,
}

/// A rate is for this many tokens, or searches.
const RATE_UNITS: i128 = 1_000_000;

impl Price {
    pub const FREE: Self = Self::of(Rates::flat(Rate::FREE, Rate::FREE));

    pub const fn of(rates: Rates) -> Self {
        Self {
            standard: Schedule::of(rates),
            tiers: Vec::new(),
            web_search: None,
            multiplier: Multiplier::ONE,
            version: String::new(),
        }
    }

    /// A price without discount or surcharge for caches.
    pub const fn flat(input: Rate, output: Rate) -> Self {
        Self::of(Rates::flat(input, output))
    }

    pub const fn with_multiplier(mut self, multiplier: Multiplier) -> Self {
        self.multiplier = multiplier;
        self
    }

    /// Names where it comes from; its numbers must be complete by now.
    pub fn with_version(mut self, source: &str) -> Self {
        self.version = String::new();
        self.version = format!("{source} {}", fingerprint(&self));
        self
    }

    /// Whether no usage whatever costs anything.
    pub fn is_free(&self) -> bool {
        let schedules = self.tiers.iter().map(|tier| &tier.schedule);
        self.multiplier.millionths() == 0
            || self.web_search.unwrap_or_default() == Rate::FREE
                && schedules.chain([&self.standard]).all(Schedule::is_free)
    }

    /// Whether input that is kept for an hour has a price, at every length of the prompt.
    pub fn knows_hour(&self, tier: ServiceTier) -> bool {
        let knows = |schedule: &Schedule| {
            let mut rates = schedule
                .long
                .iter()
                .map(|long| &long.rates)
                .chain([&schedule.rates]);
            rates.all(|rates| rates.cache_write_1h.is_some())
        };
        knows(&self.standard) && self.of_tier(tier).is_none_or(knows)
    }

    /// Whether a request that asks for this tier can be bounded.
    pub fn knows_tier(&self, tier: ServiceTier) -> bool {
        !tier.may_cost_more() || self.of_tier(tier).is_some()
    }

    /// The same with another tier's rates as the standard ones, and without the rest: what a hold
    /// keeps of it. A tier without rates of its own is taken for the standard one.
    pub fn at_tier(&self, tier: ServiceTier) -> Self {
        Self {
            standard: self.of_tier(tier).unwrap_or(&self.standard).clone(),
            tiers: Vec::new(),
            version: self.version.clone(),
            ..*self
        }
    }

    fn of_tier(&self, tier: ServiceTier) -> Option<&Schedule> {
        let found = self.tiers.iter().find(|price| price.tier == tier);
        found.map(|price| &price.schedule)
    }

    /// The charge for tokens at the standard tier, none of them kept for an hour.
    pub fn cost(&self, tokens: &TokenUsage) -> Option<Money> {
        self.charge(&Consumption {
            tokens: *tokens,
            ..Consumption::default()
        })
    }

    /// The charge for what was used, rounded up once; None when it does not fit into [`Money`].
    pub fn charge(&self, used: &Consumption) -> Option<Money> {
        let tokens = &used.tokens;
        let schedule = self.of_tier(used.tier).unwrap_or(&self.standard);
        let rates = schedule.at(tokens.total_input());
        let for_an_hour = used.cache_write_1h_tokens.min(tokens.cache_write_tokens);
        self.sum(&[
            (tokens.input_tokens, rates.input),
            (tokens.output_tokens, rates.output),
            (tokens.cache_read_tokens, rates.cache_read),
            (tokens.cache_write_tokens - for_an_hour, rates.cache_write),
            (for_an_hour, rates.cache_write_1h.unwrap_or(rates.cache_write)),
            (used.web_searches, self.web_search.unwrap_or_default()),
        ])
    }

    /// What each kind of token is charged at, at the standard tier and without the operator's factor.
    pub fn rates_for(&self, tokens: &TokenUsage) -> Rates {
        self.standard.at(tokens.total_input())
    }

    /// The most that a request can cost, whichever way the provider counts its input; None when it
    /// does not fit into [`Money`].
    pub fn upper_bound(&self, most: &Ceiling) -> Option<Money> {
        let rates = self.dearest(most);
        self.sum(&[
            (most.input_tokens, rates.dearest_input(most.keeps_for_an_hour)),
            (most.output_tokens, rates.output),
            (most.web_searches, self.web_search.unwrap_or_default()),
        ])
    }

    /// The most output tokens for which [`Self::upper_bound`] stays within the budget; 0 when the
    /// rest alone does not fit, `u64::MAX` when output is free.
    pub fn affordable_output(&self, budget: Money, most: &Ceiling) -> u64 {
        let rates = self.dearest(most);
        let factor = i128::from(self.multiplier.millionths());
        let input = weigh(most.input_tokens, rates.dearest_input(most.keeps_for_an_hour));
        let searches = weigh(most.web_searches, self.web_search.unwrap_or_default());
        let rest = input
            .and_then(|input| input.checked_add(searches?))
            .and_then(|rest| rest.checked_mul(factor));
        let budget = i128::from(budget.nano_usd()) * RATE_UNITS * i128::from(DENOMINATOR);
        let Some(left) = rest
            .and_then(|rest| budget.checked_sub(rest))
            .filter(|left| *left >= 0)
        else {
            return 0;
        };
        match i128::from(rates.output.nano_usd()) * factor {
            0 => u64::MAX,
            token => u64::try_from(left / token).unwrap_or(u64::MAX),
        }
    }

    /// An amount that the provider itself states, with the operator's factor; None when that does
    /// not fit into [`Money`].
    pub fn stated(&self, cost: Money) -> Option<Money> {
        let scaled = i128::from(cost.nano_usd()).checked_mul(i128::from(self.multiplier.millionths()))?;
        let nano = ceil_div(scaled, i128::from(DENOMINATOR));
        i64::try_from(nano).ok().map(Money::from_nano_usd)
    }

    fn dearest(&self, most: &Ceiling) -> Rates {
        let standard = self.standard.up_to(most.input_tokens);
        match self.of_tier(most.tier) {
            Some(schedule) => standard.dearer(&schedule.up_to(most.input_tokens)),
            None => standard,
        }
    }

    fn sum(&self, parts: &[(u64, Rate)]) -> Option<Money> {
        let sum = parts.iter().try_fold(0_i128, |sum, (count, rate)| {
            sum.checked_add(weigh(*count, *rate)?)
        })?;
        let scaled = sum.checked_mul(i128::from(self.multiplier.millionths()))?;
        let nano = ceil_div(scaled, RATE_UNITS * i128::from(DENOMINATOR));
        i64::try_from(nano).ok().map(Money::from_nano_usd)
    }
}

fn weigh(count: u64, rate: Rate) -> Option<i128> {
    i128::from(count).checked_mul(i128::from(rate.nano_usd()))
}

/// For a numerator that is not negative; adding the divisor first could overflow.
fn ceil_div(numerator: i128, divisor: i128) -> i128 {
    numerator / divisor + i128::from(numerator % divisor != 0)
}

/// What a client is shown: the rates with the factor worked in, each rounded up. Longer prompts
/// and other tiers may cost more.
impl From<&Price> for ModelPricing {
    fn from(price: &Price) -> Self {
        let rates = &price.standard.rates;
        let shown = |rate: Rate| price.stated(rate.per_million()).unwrap_or(Money::MAX);
        Self {
            input_nano_usd: shown(rates.input),
            output_nano_usd: shown(rates.output),
            cache_read_nano_usd: shown(rates.cache_read),
            cache_write_nano_usd: shown(rates.cache_write),
        }
    }
}

#[cfg(test)]
#[path = "price_tests.rs"]
mod tests;
