use std::sync::LazyLock;

use serde::Deserialize;

use super::{
    Multiplier, Price, Rate,
    pattern::{Rule, with_dashed_dates},
};

/// The table as `scripts/generate` wrote it.
static TABLE: LazyLock<Result<Table, String>> =
    LazyLock::new(|| serde_json::from_str(include_str!("bundled.json")).map_err(|error| error.to_string()));

#[derive(Debug, Deserialize)]
struct Table {
    source: String,
    providers: Vec<Provider>,
}

#[derive(Debug, Deserialize)]
struct Provider {
    id: String,
    /// Providers whose models this one serves at the same price.
    #[serde(default)]
    also: Vec<String>,
    models: Vec<Row>,
}

/// A rule with input, output, cache read and cache write; null for a model whose price is not by
/// the token, kept so that no later, wider rule takes its names.
#[derive(Debug, Deserialize)]
struct Row(Rule, Option<[Rate; 4]>);

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
/// Where a price depends on the length of the prompt, the time of day or the lifetime of a cache
/// entry, this is the dearest of them, so that a hold is never too small. Cache rates that a
/// provider does not name are its input rate. Providers have the table's own ids (`openai`,
/// `x-ai`, `openrouter` …); models match as the table's rules say, in its order, first match wins.
pub fn bundled(provider: &str, model: &str) -> Option<Price> {
    TABLE.as_ref().ok()?.price(provider, model)
}

impl Table {
    fn price(&self, provider: &str, model: &str) -> Option<Price> {
        let provider = self.provider(provider)?;
        let name = model.to_lowercase();
        let row = self.row(provider, &name);
        let row = row.or_else(|| self.row(provider, &with_dashed_dates(&name)?));
        let [input, output, cache_read, cache_write] = row?.1?;
        Some(Price {
            input,
            output,
            cache_read,
            cache_write,
            multiplier: Multiplier::ONE,
        })
    }

    fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    fn row<'a>(&'a self, provider: &'a Provider, name: &str) -> Option<&'a Row> {
        let others = provider.also.iter().filter_map(|id| self.provider(id));
        std::iter::once(provider)
            .chain(others)
            .find_map(|provider| provider.models.iter().find(|row| row.0.matches(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads() {
        assert!(source().unwrap().starts_with("genai-prices"));
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
                ["1.00", "5.00", "0.10", "2.00"],
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
            let shown = [price.input, price.output, price.cache_read, price.cache_write];
            assert_eq!(shown.map(|rate| rate.to_string()), expected, "{provider} {model}");
        }
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
