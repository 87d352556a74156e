//! The bundled table against its source, and against the source's own calculator.

#[path = "../examples/generate_prices/convert.rs"]
mod convert;
#[path = "../examples/generate_prices/locate.rs"]
mod locate;
#[path = "../examples/generate_prices/regex.rs"]
mod regex;

use std::fs;

use genai_prices::{PriceRequest, Usage, UsageKey, calculate};
use protocol::TokenUsage;
use usage::pricing::bundled;

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
        ("google", "gemini-2.5-pro"),
        ("deepseek", "deepseek-v4-pro"),
    ];
    for (provider, model) in flat {
        let theirs = dollars_of_source(provider, model);
        let ours = bundled(provider, model).unwrap_or_else(|| panic!("{provider} {model}"));
        let usage = TokenUsage {
            input_tokens: 60_000,
            output_tokens: 10_000,
            cache_read_tokens: 40_000,
            ..TokenUsage::default()
        };
        let ours = ours.cost(&usage).unwrap().nano_usd() as f64 / 1e9;
        // Tiers, hours and lifetimes make ours the dearer one; it is never the cheaper.
        let tiered = matches!(provider, "anthropic" | "google" | "deepseek") || model.contains("claude");
        assert!(ours >= theirs - 1e-8, "{provider} {model}: {ours} < {theirs}");
        assert!(
            tiered || ours <= theirs + 1e-8,
            "{provider} {model}: {ours} > {theirs}"
        );
    }
}

fn dollars_of_source(provider: &str, model: &str) -> f64 {
    let usage = Usage::from([
        (UsageKey::INPUT_TOKENS, 100_000.0),
        (UsageKey::CACHE_READ_TOKENS, 40_000.0),
        (UsageKey::OUTPUT_TOKENS, 10_000.0),
    ]);
    let request = PriceRequest::new(model, &usage).with_provider_id(provider);
    calculate(&request)
        .unwrap_or_else(|error| panic!("{provider} {model}: {error}"))
        .total_price
}
