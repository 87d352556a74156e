use protocol::{Money, TokenUsage, api::ModelPricing};
use serde::{Deserialize, Serialize};

use super::{Multiplier, Rate, multiplier::DENOMINATOR};

/// What a model costs, by kind of token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Price {
    /// Input that was neither read from nor written to a cache.
    pub input: Rate,
    /// Output, reasoning included.
    pub output: Rate,
    pub cache_read: Rate,
    pub cache_write: Rate,
    /// The operator's factor on all four.
    #[serde(default)]
    pub multiplier: Multiplier,
}

/// A rate is for this many tokens.
const RATE_TOKENS: i128 = 1_000_000;

impl Price {
    pub const FREE: Self = Self {
        input: Rate::FREE,
        output: Rate::FREE,
        cache_read: Rate::FREE,
        cache_write: Rate::FREE,
        multiplier: Multiplier::ONE,
    };

    /// A price without discount or surcharge for caches.
    pub const fn flat(input: Rate, output: Rate) -> Self {
        Self {
            input,
            output,
            cache_read: input,
            cache_write: input,
            multiplier: Multiplier::ONE,
        }
    }

    pub const fn with_multiplier(mut self, multiplier: Multiplier) -> Self {
        self.multiplier = multiplier;
        self
    }

    /// Whether no usage whatever costs anything.
    pub fn is_free(&self) -> bool {
        let rates = [self.input, self.output, self.cache_read, self.cache_write];
        self.multiplier.millionths() == 0 || rates.iter().all(|rate| *rate == Rate::FREE)
    }

    /// The charge for what was used, rounded up once; None when it does not fit into [`Money`].
    pub fn cost(&self, usage: &TokenUsage) -> Option<Money> {
        self.charge(&[
            (usage.input_tokens, self.input),
            (usage.output_tokens, self.output),
            (usage.cache_read_tokens, self.cache_read),
            (usage.cache_write_tokens, self.cache_write),
        ])
    }

    /// The most that a request can cost, whichever way the provider counts its input; None when it
    /// does not fit into [`Money`].
    pub fn upper_bound(&self, input_tokens: u64, output_tokens: u64) -> Option<Money> {
        self.charge(&[(input_tokens, self.dearest_input()), (output_tokens, self.output)])
    }

    /// The most output tokens for which [`Self::upper_bound`] stays within the budget; 0 when the
    /// input alone does not fit, `u64::MAX` when output is free.
    pub fn affordable_output(&self, budget: Money, input_tokens: u64) -> u64 {
        let factor = i128::from(self.multiplier.millionths());
        let input = weigh(input_tokens, self.dearest_input()).and_then(|input| input.checked_mul(factor));
        let budget = i128::from(budget.nano_usd()) * RATE_TOKENS * i128::from(DENOMINATOR);
        let Some(left) = input
            .and_then(|input| budget.checked_sub(input))
            .filter(|left| *left >= 0)
        else {
            return 0;
        };
        match i128::from(self.output.nano_usd()) * factor {
            0 => u64::MAX,
            token => u64::try_from(left / token).unwrap_or(u64::MAX),
        }
    }

    /// The dearest of the three ways in which a provider can bill an input token.
    pub fn dearest_input(&self) -> Rate {
        self.input.max(self.cache_read).max(self.cache_write)
    }

    fn charge(&self, parts: &[(u64, Rate)]) -> Option<Money> {
        let sum = parts.iter().try_fold(0_i128, |sum, (tokens, rate)| {
            sum.checked_add(weigh(*tokens, *rate)?)
        })?;
        let scaled = sum.checked_mul(i128::from(self.multiplier.millionths()))?;
        let nano = ceil_div(scaled, RATE_TOKENS * i128::from(DENOMINATOR));
        i64::try_from(nano).ok().map(Money::from_nano_usd)
    }
}

fn weigh(tokens: u64, rate: Rate) -> Option<i128> {
    i128::from(tokens).checked_mul(i128::from(rate.nano_usd()))
}

/// For a numerator that is not negative; adding the divisor first could overflow.
fn ceil_div(numerator: i128, divisor: i128) -> i128 {
    numerator / divisor + i128::from(numerator % divisor != 0)
}

/// What a client is shown: the rates with the factor worked in, each rounded up.
impl From<Price> for ModelPricing {
    fn from(price: Price) -> Self {
        let shown = |rate: Rate| {
            let scaled = i128::from(rate.nano_usd()) * i128::from(price.multiplier.millionths());
            let nano = ceil_div(scaled, i128::from(DENOMINATOR));
            Money::from_nano_usd(i64::try_from(nano).unwrap_or(i64::MAX))
        };
        Self {
            input_nano_usd: shown(price.input),
            output_nano_usd: shown(price.output),
            cache_read_nano_usd: shown(price.cache_read),
            cache_write_nano_usd: shown(price.cache_write),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    fn sonnet() -> Price {
        Price {
            input: rate("3.00"),
            output: rate("15.00"),
            cache_read: rate("0.30"),
            cache_write: rate("3.75"),
            multiplier: Multiplier::ONE,
        }
    }

    #[test]
    fn a_request_is_charged_to_the_nano_dollar() {
        let usage = TokenUsage {
            input_tokens: 1_000,
            output_tokens: 200,
            cache_read_tokens: 5_000,
            cache_write_tokens: 400,
            reasoning_tokens: 150,
        };
        let nano = 3_000_000 + 3_000_000 + 1_500_000 + 1_500_000;
        assert_eq!(sonnet().cost(&usage), Some(Money::from_nano_usd(nano)));
    }

    #[test]
    fn a_request_is_rounded_up_once() {
        let price = Price::flat(rate("0.0000001"), rate("0.0000001"));
        let usage = TokenUsage {
            input_tokens: 1,
            output_tokens: 1,
            ..TokenUsage::default()
        };
        assert_eq!(price.cost(&usage), Some(Money::from_nano_usd(1)));
        let price = Price::flat(rate("1"), rate("1")).with_multiplier("1.0005".parse().unwrap());
        assert_eq!(price.cost(&usage), Some(Money::from_nano_usd(2_001)));
    }

    #[test]
    fn an_absurd_count_is_no_price() {
        let usage = TokenUsage {
            output_tokens: u64::MAX,
            ..TokenUsage::default()
        };
        assert_eq!(sonnet().cost(&usage), None);
        assert_eq!(sonnet().upper_bound(u64::MAX, u64::MAX), None);
        assert_eq!(sonnet().affordable_output(Money::MAX, u64::MAX), 0);
        let rate = Rate::from_nano_usd(i64::MAX).unwrap();
        let dear = Price::flat(rate, rate).with_multiplier(Multiplier::from_millionths(u32::MAX));
        assert_eq!(dear.upper_bound(u64::MAX, u64::MAX), None);
    }

    #[test]
    fn free_is_free_in_every_way() {
        assert!(Price::FREE.is_free());
        assert!(sonnet().with_multiplier(Multiplier::from_millionths(0)).is_free());
        assert!(!Price::flat(Rate::FREE, rate("1")).is_free());
        assert_eq!(Price::FREE.upper_bound(u64::MAX, u64::MAX), Some(Money::ZERO));
        assert_eq!(Price::FREE.affordable_output(Money::ZERO, 10), u64::MAX);
    }

    fn any_price() -> impl Strategy<Value = Price> {
        let rate = || (0..200_000_000_000_i64).prop_map(|nano| Rate::from_nano_usd(nano).unwrap());
        (rate(), rate(), rate(), rate(), 0..5_000_000_u32).prop_map(
            |(input, output, cache_read, cache_write, factor)| Price {
                input,
                output,
                cache_read,
                cache_write,
                multiplier: Multiplier::from_millionths(factor),
            },
        )
    }

    proptest! {
        #[test]
        fn the_charge_never_exceeds_the_bound(
            price in any_price(), input in 0..1_000_000_u64, read in 0..1_000_000_u64,
            write in 0..1_000_000_u64, output in 0..1_000_000_u64,
        ) {
            let usage = TokenUsage {
                input_tokens: input, output_tokens: output, cache_read_tokens: read,
                cache_write_tokens: write, reasoning_tokens: 0,
            };
            prop_assert!(price.cost(&usage) <= price.upper_bound(usage.total_input(), output));
        }

        #[test]
        fn what_is_affordable_fits_and_one_more_does_not(
            price in any_price(), budget in 0..100_000_000_000_i64, input in 0..100_000_u64,
        ) {
            let budget = Money::from_nano_usd(budget);
            let output = price.affordable_output(budget, input);
            prop_assume!(output < u64::MAX);
            let fits = |output| price.upper_bound(input, output).is_some_and(|bound| bound <= budget);
            prop_assert!(output == 0 || fits(output));
            prop_assert!(!fits(output + 1));
        }

        #[test]
        fn the_charge_is_the_exact_ceiling(price in any_price(), input in 0..10_000_000_u64, output in 0..10_000_000_u64) {
            let usage = TokenUsage { input_tokens: input, output_tokens: output, ..TokenUsage::default() };
            let exact = (i128::from(input) * i128::from(price.input.nano_usd())
                + i128::from(output) * i128::from(price.output.nano_usd()))
                * i128::from(price.multiplier.millionths());
            let charged = i128::from(price.cost(&usage).unwrap().nano_usd()) * 1_000_000_000_000;
            prop_assert!(charged >= exact && charged - exact < 1_000_000_000_000);
        }
    }
}
