//! Price tables that people brought along, in the one form that is kept of them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::name::table_id;
use crate::pricing::{Long, Price, Rate, Rates, Schedule, ServiceTier, TierPrice};

/// One imported table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// `litellm` or `models.dev`.
    pub source: String,
    /// From this day of UTC on its prices hold.
    pub from: Date,
    /// By provider and by the model's name in small letters.
    pub providers: BTreeMap<String, BTreeMap<String, Price>>,
}

/// Why a file is no price table.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ImportError {
    #[error("the file is not JSON")]
    NotJson,
    #[error("the file has no price in a form that is known")]
    NoPrices,
}

impl Table {
    /// Reads LiteLLM's or models.dev's table; which of them it is, the file shows.
    pub fn import(bytes: &[u8], from: Date) -> Result<Self, ImportError> {
        let document: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| ImportError::NotJson)?;
        let is_models_dev = document
            .values()
            .any(|provider| provider.get("models").is_some_and(Value::is_object));
        let (source, found) = match is_models_dev {
            true => ("models.dev", models_dev(&document)),
            false => ("litellm", litellm(&document)),
        };
        let mut table = Self {
            source: source.into(),
            from,
            providers: BTreeMap::new(),
        };
        for (provider, model, price) in found {
            // GitHub's seats are paid for otherwise, and a price of nothing is mostly no price.
            let Some(provider) = table_id(&provider).filter(|_| !price.is_free()) else {
                continue;
            };
            let version = format!("{source} {from}");
            let models = table.providers.entry(provider.to_owned()).or_default();
            models.insert(model.to_lowercase(), price.with_version(&version));
        }
        match table.providers.is_empty() {
            true => Err(ImportError::NoPrices),
            false => Ok(table),
        }
    }

    pub fn price(&self, provider: &str, model: &str) -> Option<&Price> {
        self.providers.get(provider)?.get(model)
    }

    pub fn models_count(&self) -> usize {
        self.providers.values().map(BTreeMap::len).sum()
    }
}

/// US dollars for one token, or for a million of them, as a rate.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rounded and checked to be in range"
)]
fn rate(value: Option<&Value>, tokens: f64) -> Option<Rate> {
    /// Nano-USD in a dollar, times the tokens that a rate is for.
    const SCALE: f64 = 1e15;
    let dollars = match value? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let nano = (dollars / tokens * SCALE).round();
    (nano < 9e18).then_some(nano as i64).and_then(Rate::from_nano_usd)
}

const PER_TOKEN: f64 = 1.0;
const PER_MILLION: f64 = 1e6;

/// What LiteLLM appends to a field for a service tier.
const TIERS: [(ServiceTier, &str); 2] = [(ServiceTier::Priority, "_priority"), (ServiceTier::Flex, "_flex")];
/// Above how many thousand tokens a prompt may be dearer.
const LENGTHS: [u64; 7] = [32, 100, 128, 200, 256, 272, 512];

fn litellm(document: &Map<String, Value>) -> Vec<(String, String, Price)> {
    let is_text = |entry: &Value| {
        let mode = entry.get("mode").and_then(Value::as_str).unwrap_or("chat");
        matches!(mode, "chat" | "completion" | "responses")
    };
    let entries = document
        .iter()
        .filter(|(key, entry)| *key != "sample_spec" && is_text(entry));
    entries
        .filter_map(|(key, entry)| {
            let said = entry
                .get("litellm_provider")
                .and_then(Value::as_str)
                .unwrap_or("");
            let provider = if said.starts_with("vertex_ai") {
                "vertex_ai"
            } else {
                said
            };
            let model = key.strip_prefix(said).and_then(|rest| rest.strip_prefix('/'));
            Some((
                provider.to_owned(),
                model.unwrap_or(key).to_owned(),
                litellm_price(entry)?,
            ))
        })
        .collect()
}

fn litellm_price(entry: &Value) -> Option<Price> {
    let standard = Schedule {
        rates: litellm_rates(entry, "", None)?,
        long: litellm_long(entry, ""),
    };
    let tier = |(tier, suffix): &(ServiceTier, &str)| {
        let schedule = Schedule {
            rates: litellm_rates(entry, suffix, Some(&standard.rates))?,
            long: litellm_long(entry, suffix),
        };
        Some(TierPrice {
            tier: *tier,
            schedule,
        })
    };
    Some(Price {
        tiers: TIERS.iter().filter_map(tier).collect(),
        standard,
        ..Price::FREE
    })
}

/// The rates whose fields end like this; what has none costs what it costs without the ending.
fn litellm_rates(entry: &Value, suffix: &str, usual: Option<&Rates>) -> Option<Rates> {
    let field = |name: &str| rate(entry.get(format!("{name}{suffix}")), PER_TOKEN);
    let input = field("input_cost_per_token")?;
    let output = field("output_cost_per_token")
        .or(usual.map(|usual| usual.output))
        .unwrap_or_default();
    Some(Rates {
        input,
        output,
        cache_read: field("cache_read_input_token_cost")
            .or(usual.map(|usual| usual.cache_read))
            .unwrap_or(input),
        cache_write: field("cache_creation_input_token_cost")
            .or(usual.map(|usual| usual.cache_write))
            .unwrap_or(input),
        cache_write_1h: rate(
            entry.get(format!("cache_creation_input_token_cost_above_1hr{suffix}")),
            PER_TOKEN,
        )
        .or(usual.and_then(|usual| usual.cache_write_1h)),
    })
}

fn litellm_long(entry: &Value, tier: &str) -> Vec<Long> {
    let usual = litellm_rates(entry, "", None);
    let long = |thousands: &u64| {
        let suffix = format!("_above_{thousands}k_tokens{tier}");
        Some(Long {
            above: thousands * 1000,
            rates: litellm_rates(entry, &suffix, usual.as_ref())?,
        })
    };
    LENGTHS.iter().filter_map(long).collect()
}

fn models_dev(document: &Map<String, Value>) -> Vec<(String, String, Price)> {
    let mut found = Vec::new();
    for (provider, entry) in document {
        let models = entry.get("models").and_then(Value::as_object);
        for (model, entry) in models.into_iter().flatten() {
            let price = entry.get("cost").and_then(models_dev_price);
            found.extend(price.map(|price| (provider.clone(), model.clone(), price)));
        }
    }
    found
}

fn models_dev_price(cost: &Value) -> Option<Price> {
    let rates = |cost: &Value| {
        let field = |name: &str| rate(cost.get(name), PER_MILLION);
        let input = field("input")?;
        Some(Rates {
            input,
            output: field("output")?,
            cache_read: field("cache_read").unwrap_or(input),
            cache_write: field("cache_write").unwrap_or(input),
            cache_write_1h: None,
        })
    };
    let mut price = Price::of(rates(cost)?);
    price.standard.long = cost
        .get("context_over_200k")
        .and_then(rates)
        .map(|rates| Long {
            above: 200_000,
            rates,
        })
        .into_iter()
        .collect();
    Some(price)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Date = Date::constant(2026, 3, 1);

    fn shown(price: &Price) -> String {
        let rates = |rates: &Rates| {
            let list = [rates.input, rates.output, rates.cache_read, rates.cache_write];
            let hour = rates
                .cache_write_1h
                .map(|rate| format!(" hour {rate}"))
                .unwrap_or_default();
            list.map(|rate| rate.to_string()).join(" ") + &hour
        };
        let mut text = rates(&price.standard.rates);
        for long in &price.standard.long {
            text += &format!(" | above {} {}", long.above, rates(&long.rates));
        }
        for tier in &price.tiers {
            text += &format!(" | {:?} {}", tier.tier, rates(&tier.schedule.rates));
        }
        text
    }

    #[test]
    fn litellm_prices_are_by_the_token_with_lengths_hours_and_tiers() {
        let table = serde_json::json!({
            "sample_spec": {"input_cost_per_token": 1.0, "litellm_provider": "one of"},
            "claude-x": {
                "litellm_provider": "anthropic", "mode": "chat",
                "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05,
                "cache_read_input_token_cost": 3e-07, "cache_creation_input_token_cost": 3.75e-06,
                "cache_creation_input_token_cost_above_1hr": 6e-06,
                "input_cost_per_token_above_200k_tokens": 6e-06,
                "output_cost_per_token_above_200k_tokens": 2.25e-05
            },
            "gemini/Gemini-X": {
                "litellm_provider": "gemini", "mode": "chat",
                "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05
            },
            "gpt-x": {
                "litellm_provider": "openai", "mode": "responses",
                "input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06,
                "input_cost_per_token_priority": 3.5e-06, "output_cost_per_token_priority": 1.4e-05
            },
            "github_copilot/gpt-x": {
                "litellm_provider": "github_copilot", "mode": "chat",
                "input_cost_per_token": 0.0, "output_cost_per_token": 0.0
            },
            "free-x": {"litellm_provider": "openai", "input_cost_per_token": 0.0, "output_cost_per_token": 0},
            "picture-x": {"litellm_provider": "openai", "mode": "image_generation", "input_cost_per_token": 1e-06}
        });
        let table = Table::import(table.to_string().as_bytes(), DAY).unwrap();
        assert_eq!((table.source.as_str(), table.models_count()), ("litellm", 3));
        let price = |provider, model| table.price(provider, model).map(shown).unwrap_or_default();
        assert_eq!(
            price("anthropic", "claude-x"),
            "3.00 15.00 0.30 3.75 hour 6.00 | above 200000 6.00 22.50 0.30 3.75 hour 6.00"
        );
        assert_eq!(price("google", "gemini-x"), "1.25 10.00 1.25 1.25");
        assert_eq!(
            price("openai", "gpt-x"),
            "2.00 8.00 2.00 2.00 | Priority 3.50 14.00 2.00 2.00"
        );
        let version = &table.price("openai", "gpt-x").unwrap().version;
        assert!(version.starts_with("litellm 2026-03-01 "), "{version}");
    }

    #[test]
    fn models_dev_prices_are_by_the_million() {
        let table = serde_json::json!({"xai": {"id": "xai", "models": {"Grok-X": {"cost": {
            "input": 3, "output": 15.5, "cache_read": 0.75,
            "context_over_200k": {"input": 6, "output": 30}
        }}, "unpriced": {}}}});
        let table = Table::import(table.to_string().as_bytes(), DAY).unwrap();
        assert_eq!((table.source.as_str(), table.models_count()), ("models.dev", 1));
        assert_eq!(
            table.price("x-ai", "grok-x").map(shown).as_deref(),
            Some("3.00 15.50 0.75 3.00 | above 200000 6.00 30.00 6.00 6.00")
        );
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for (text, error) in [
            ("prices", ImportError::NotJson),
            ("[]", ImportError::NotJson),
            ("{\"a\": 1}", ImportError::NoPrices),
        ] {
            assert_eq!(Table::import(text.as_bytes(), DAY), Err(error), "{text}");
        }
    }
}
