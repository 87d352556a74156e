//! The bundled table against its source, and against the source's own calculator.

#[path = "../examples/generate_prices/convert.rs"]
mod convert;
#[path = "../examples/generate_prices/locate.rs"]
mod locate;
#[path = "../examples/generate_prices/regex.rs"]
mod regex;

use std::fs;

use genai_prices::{PriceRequest, Usage, UsageKey, calculate};
use protocol::{Money, TokenUsage};
use usage::pricing::{Consumption, ServiceTier, bundled};

#[test]
fn the_bundled_table_is_fresh() {
    let data = fs::read_to_string(locate::prices().unwrap()).unwrap();
    let fresh = convert::table(&data).unwrap() == include_str!("../src/pricing/bundled.json");
    assert!(fresh, "bundled.json is stale: run scripts/generate");
}

#[test]
fn the_sources_own_calculator_agrees() {
    let flat = [
        ("openai", "gpt-4o"),
        ("openai", "gpt-4o-mini-2024-07-18"),
        ("openai", "gpt-4.1"),
        ("groq", "llama-3.3-70b-versatile"),
        ("groq", "llama-3.1-8b-instant"),
        ("mistral", "codestral-latest"),
        ("openrouter", "openai/gpt-4o"),
        ("openrouter", "anthropic/claude-sonnet-4.5"),
        ("cerebras", "gpt-oss-120b"),
        ("x-ai", "grok-code-fast-1"),
        ("anthropic", "claude-sonnet-4-5-20250929"),
        ("anthropic", "claude-opus-4-6"),
        ("google", "gemini-2.5-pro"),
        ("deepseek", "deepseek-v4-pro"),
    ];
    // Below and above the length from which some are dearer.
    for scale in [1, 5] {
        for (provider, model) in flat {
            let theirs = dollars_of_source(provider, model, scale, None);
            let ours = bundled(provider, model).unwrap_or_else(|| panic!("{provider} {model}"));
            let ours = dollars(ours.cost(&usage(scale)));
            // Where the hour of the day counts, ours is the dearest; it is never the cheaper.
            let is_timed = provider == "deepseek";
            assert!(ours >= theirs - 1e-8, "{provider} {model}: {ours} < {theirs}");
            assert!(
                is_timed || ours <= theirs + 1e-8,
                "{provider} {model}: {ours} > {theirs}"
            );
        }
    }
}

#[test]
fn the_sources_own_calculator_agrees_on_service_tiers() {
    for (model, tier, name) in [
        ("o3", ServiceTier::Flex, "flex"),
        ("o3", ServiceTier::Priority, "priority"),
        ("gpt-5.4", ServiceTier::Flex, "flex"),
        ("gpt-5.4", ServiceTier::Priority, "priority"),
    ] {
        for scale in [1, 5] {
            let theirs = dollars_of_source("openai", model, scale, Some(name));
            let used = Consumption {
                tokens: usage(scale),
                tier,
                ..Consumption::default()
            };
            let ours = dollars(bundled("openai", model).unwrap().charge(&used));
            assert!(
                (ours - theirs).abs() < 1e-8,
                "{model} {name} {scale}: {ours} {theirs}"
            );
        }
    }
}

fn usage(scale: u64) -> TokenUsage {
    TokenUsage {
        input_tokens: 60_000 * scale,
        output_tokens: 10_000 * scale,
        cache_read_tokens: 40_000 * scale,
        ..TokenUsage::default()
    }
}

fn dollars(cost: Option<Money>) -> f64 {
    cost.map_or(f64::NAN, |cost| cost.nano_usd() as f64 / 1e9)
}

fn dollars_of_source(provider: &str, model: &str, scale: u64, tier: Option<&str>) -> f64 {
    let scale = scale as f64;
    let usage = Usage::from([
        (UsageKey::INPUT_TOKENS, 100_000.0 * scale),
        (UsageKey::CACHE_READ_TOKENS, 40_000.0 * scale),
        (UsageKey::OUTPUT_TOKENS, 10_000.0 * scale),
    ]);
    let mut request = PriceRequest::new(model, &usage).with_provider_id(provider);
    if let Some(tier) = tier {
        request = request.with_price_context("service_tier", tier);
    }
    calculate(&request)
        .unwrap_or_else(|error| panic!("{provider} {model}: {error}"))
        .total_price
}
