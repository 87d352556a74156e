use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Long, Price, Rate, Rates, Schedule, ServiceTier, TierPrice,
    pattern::{Rule, with_dashed_dates},
};
use crate::record::digest;

/// The table as `scripts/generate` wrote it.
const WRITTEN: &str = include_str!("bundled.json");

static TABLE: LazyLock<Result<Table<'static>, String>> =
    LazyLock::new(|| serde_json::from_str(WRITTEN).map_err(|error| error.to_string()));

/// Another one for every other table. Most reports look up no price, so nothing is decoded for it.
pub fn bundled_digest() -> u64 {
    digest(&[WRITTEN.as_bytes()])
}

#[derive(Debug, Deserialize)]
struct Table<'t> {
    source: String,
    /// The day for which prices with a start were chosen.
    as_of: String,
    #[serde(borrow)]
    providers: Vec<Provider<'t>>,
}

#[derive(Debug, Deserialize)]
struct Provider<'t> {
    id: String,
    /// Providers whose models this one serves at the same price.
    #[serde(default)]
    also: Vec<String>,
    #[serde(borrow)]
    models: &'t RawValue,
    /// The same, decoded when they are asked for: nobody asks for those of all providers.
    #[serde(skip)]
    rows: OnceLock<Vec<Row>>,
}

impl Provider<'_> {
    fn rows(&self) -> &[Row] {
        self.rows.get_or_init(|| {
            // A test rules out that they cannot be read.
            serde_json::from_str(self.models.get()).unwrap_or_default()
        })
    }
}

/// A rule and its price; null for a model whose price is not by the token, kept so that no later,
/// wider rule takes its names.
#[derive(Debug, Deserialize)]
struct Row(Rule, Option<Priced>);

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Priced {
    Flat(Numbers),
    Full {
        #[serde(flatten)]
        schedule: Lengths,
        #[serde(default)]
        tiers: Vec<(ServiceTier, Lengths)>,
        search: Option<Rate>,
    },
}

/// Input, output, cache read, cache write, and a write for an hour where that has a price.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Numbers {
    Usual([Rate; 4]),
    WithHour([Rate; 5]),
}

#[derive(Debug, Deserialize)]
struct Lengths {
    rates: Numbers,
    #[serde(default)]
    long: Vec<(u64, Numbers)>,
}

impl Numbers {
    fn rates(&self) -> Rates {
        let ([input, output, cache_read, cache_write], cache_write_1h) = match *self {
            Self::Usual(rates) => (rates, None),
            Self::WithHour([a, b, c, d, hour]) => ([a, b, c, d], Some(hour)),
        };
        Rates {
            input,
            output,
            cache_read,
            cache_write,
            cache_write_1h,
        }
    }
}

impl Lengths {
    fn schedule(&self) -> Schedule {
        let long = |(above, numbers): &(u64, Numbers)| Long {
            above: *above,
            rates: numbers.rates(),
        };
        Schedule {
            rates: self.rates.rates(),
            long: self.long.iter().map(long).collect(),
        }
    }
}

impl Priced {
    fn price(&self) -> Price {
        match self {
            Self::Flat(numbers) => Price::of(numbers.rates()),
            Self::Full {
                schedule,
                tiers,
                search,
            } => {
                let tier = |(tier, lengths): &(ServiceTier, Lengths)| TierPrice {
                    tier: *tier,
                    schedule: lengths.schedule(),
                };
                Price {
                    standard: schedule.schedule(),
                    tiers: tiers.iter().map(tier).collect(),
                    web_search: *search,
                    ..Price::FREE
                }
            }
        }
    }
}

/// Where the table comes from, with its version.
///
/// # Errors
///
/// When the table cannot be read, which a test rules out for a released build.
pub fn source() -> Result<&'static str, &'static str> {
    match &*TABLE {
        Ok(table) => Ok(&table.source),
        Err(error) => Err(error),
    }
}

/// The price of a provider's model in the bundled table; None when the table does not have it or
/// does not price it by the token.
///
/// Where a price depends on the time of day or changes on a known day, this is the dearest of them,
/// so that a hold is never too small. Cache rates that a provider does not name are its input rate. Providers have the table's own ids (`openai`,
/// `x-ai`, `openrouter` …); models match as the table's rules say, in its order, first match wins.
pub fn bundled(provider: &str, model: &str) -> Option<Price> {
    TABLE.as_ref().ok()?.price(provider, model)
}

impl<'t> Table<'t> {
    fn price(&self, provider: &str, model: &str) -> Option<Price> {
        let provider = self.provider(provider)?;
        let name = model.to_lowercase();
        let row = self.row(provider, &name);
        let row = row.or_else(|| self.row(provider, &with_dashed_dates(&name)?));
        let price = row?.1.as_ref()?.price();
        Some(price.with_version(&format!("{} {}", self.source, self.as_of)))
    }

    fn provider(&self, id: &str) -> Option<&Provider<'t>> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    fn row<'a>(&'a self, provider: &'a Provider<'t>, name: &str) -> Option<&'a Row> {
        let others = provider.also.iter().filter_map(|id| self.provider(id));
        std::iter::once(provider)
            .chain(others)
            .find_map(|provider| provider.rows().iter().find(|row| row.0.matches(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads() {
        assert!(source().unwrap().starts_with("genai-prices"));
        for provider in &TABLE.as_ref().unwrap().providers {
            let rows: Vec<Row> = serde_json::from_str(provider.models.get()).unwrap();
            assert_eq!(rows.len(), provider.rows().len(), "{}", provider.id);
            assert!(!rows.is_empty(), "{}", provider.id);
        }
    }

    #[test]
    fn well_known_models_have_their_published_price() {
        // Input, output, cache read, cache write in USD per million tokens.
        let cases = [
            ("openai", "gpt-4o", ["2.50", "10.00", "1.25", "2.50"]),
            ("openai", "gpt-4o-2024-08-06", ["2.50", "10.00", "1.25", "2.50"]),
            ("openai", "gpt-4o-mini", ["0.15", "0.60", "0.075", "0.15"]),
            ("openai", "GPT-4o-Mini", ["0.15", "0.60", "0.075", "0.15"]),
            (
                "anthropic",
                "claude-haiku-4-5-20251001",
                ["1.00", "5.00", "0.10", "1.25"],
            ),
            (
                "groq",
                "llama-3.3-70b-versatile",
                ["0.59", "0.79", "0.59", "0.59"],
            ),
            (
                "openrouter",
                "openai/gpt-4o-mini",
                ["0.15", "0.60", "0.075", "0.15"],
            ),
            ("azure", "gpt-4o", ["2.50", "10.00", "1.25", "2.50"]),
        ];
        for (provider, model, expected) in cases {
            let price = bundled(provider, model).unwrap_or_else(|| panic!("{provider} {model}"));
            assert_eq!(shown(&price.standard.rates), expected, "{provider} {model}");
        }
    }

    fn shown(rates: &Rates) -> [String; 4] {
        let rates = [rates.input, rates.output, rates.cache_read, rates.cache_write];
        rates.map(|rate| rate.to_string())
    }

    #[test]
    fn long_prompts_tiers_hours_and_searches_are_in_the_table() {
        let sonnet = bundled("anthropic", "claude-sonnet-4-5").unwrap();
        let hour = |rates: &Rates| rates.cache_write_1h.map(|rate| rate.to_string());
        assert_eq!(hour(&sonnet.standard.rates).as_deref(), Some("6.00"));
        let [long] = sonnet.standard.long.as_slice() else {
            panic!("{sonnet:?}");
        };
        assert_eq!(
            (long.above, hour(&long.rates).as_deref()),
            (200_000, Some("12.00"))
        );
        assert_eq!(shown(&long.rates), ["6.00", "22.50", "0.60", "7.50"]);
        assert_eq!(
            sonnet.web_search.map(|rate| rate.to_string()).as_deref(),
            Some("10000.00")
        );
        let o3 = bundled("openai", "o3").unwrap();
        let tiers: Vec<_> = o3
            .tiers
            .iter()
            .map(|tier| (tier.tier, tier.schedule.rates.output.to_string()))
            .collect();
        let expected = [
            (ServiceTier::Flex, "4.00".to_owned()),
            (ServiceTier::Priority, "14.00".into()),
            (ServiceTier::Fast, "14.00".into()),
        ];
        assert_eq!(tiers, expected);
        assert_eq!(hour(&o3.standard.rates), None);
    }

    #[test]
    fn a_price_says_where_it_comes_from() {
        let version = bundled("openai", "gpt-4o").unwrap().version;
        assert!(version.starts_with("genai-prices 0.2.1 2026-"), "{version}");
        assert_ne!(version, bundled("openai", "gpt-4o-mini").unwrap().version);
    }

    #[test]
    fn what_is_not_in_the_table_has_no_price() {
        for (provider, model) in [
            ("openai", "no-such-model"),
            ("no-such-provider", "gpt-4o"),
            ("ollama", "qwen2.5-coder"),
            ("openai", "whisper-1"),
            ("openai", ""),
        ] {
            assert_eq!(bundled(provider, model), None, "{provider} {model}");
        }
    }
}
