use protocol::{Money, TokenUsage};

/// What a model costs: nano-USD for a million tokens, worked out apart from the product's own sums.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    pub input: i64,
    pub output: i64,
    pub cache_read: i64,
    pub cache_write: i64,
}

impl Price {
    /// $3 / $15 / $0.30 / $3.75: the usual shape, all four different.
    pub const USUAL: Self = Self::nano(3_000_000_000, 15_000_000_000, 300_000_000, 3_750_000_000);
    /// Rates whose products are hardly ever whole nano-dollars, so that rounding shows.
    pub const ODD: Self = Self::nano(123_457, 765_433, 12_347, 154_321);

    const fn nano(input: i64, output: i64, cache_read: i64, cache_write: i64) -> Self {
        Self {
            input,
            output,
            cache_read,
            cache_write,
        }
    }

    /// The exact price: summed first, rounded up once.
    pub fn of(&self, usage: &TokenUsage) -> Money {
        let part = |tokens: u64, rate: i64| i128::from(tokens) * i128::from(rate);
        let sum = part(usage.input_tokens, self.input)
            + part(usage.output_tokens, self.output)
            + part(usage.cache_read_tokens, self.cache_read)
            + part(usage.cache_write_tokens, self.cache_write);
        let nano = (sum + 999_999) / 1_000_000;
        Money::from_nano_usd(i64::try_from(nano).expect("test prices are small"))
    }

    /// The table of the configuration file.
    pub fn toml(&self) -> String {
        let usd = |nano: i64| Money::from_nano_usd(nano).exact_usd();
        format!(
            r#"{{ input = "{}", output = "{}", cache_read = "{}", cache_write = "{}" }}"#,
            usd(self.input),
            usd(self.output),
            usd(self.cache_read),
            usd(self.cache_write)
        )
    }
}
