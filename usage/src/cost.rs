//! What a response of a log cost: a model's name as an assistant writes it, resolved to a price.
//!
//! A name is looked up as it is, then with one more part stripped at a time. No part of a name is
//! ever searched for inside another name, so a model that is not known has no price.

mod name;

use std::collections::HashMap;

use protocol::{Money, TokenUsage};

use crate::{
    client::Client,
    pricing::{Consumption, Multiplier, Price, ServiceTier, bundled},
    record::{Flags, Record},
};
pub use name::{Candidate, candidates};

/// How a model's name was resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    pub price: Price,
    /// The provider and the name under which the table has it.
    pub provider: String,
    pub model: String,
    /// What was stripped of the logged name, in order.
    pub steps: Vec<String>,
    /// The name itself asks for the faster and dearer way.
    pub is_fast: bool,
}

/// The price of a model that a client names, served by a provider if the log says which.
pub fn resolve(client: Client, provider: &str, model: &str) -> Option<Resolved> {
    candidates(client, provider, model)
        .into_iter()
        .find_map(|candidate| {
            let price = bundled(&candidate.provider, &candidate.model)?;
            Some(Resolved {
                price,
                provider: candidate.provider,
                model: candidate.model,
                steps: candidate.steps,
                is_fast: candidate.is_fast,
            })
        })
}

/// Prices that were looked up once.
#[derive(Default)]
pub struct Prices {
    known: HashMap<(Client, String, String), Option<Resolved>>,
}

impl Prices {
    pub fn resolve(&mut self, client: Client, provider: &str, model: &str) -> Option<&Resolved> {
        let key = (client, provider.to_owned(), model.to_owned());
        self.known
            .entry(key)
            .or_insert_with_key(|(client, provider, model)| resolve(*client, provider, model))
            .as_ref()
    }
}

impl Resolved {
    /// The charge for one response; None when the way it was served has no known price.
    pub fn charge(&self, record: &Record) -> Option<i64> {
        let tier = tier(record.flags, self.is_fast);
        let tokens = &record.tokens;
        let used = Consumption {
            tokens: TokenUsage {
                input_tokens: tokens.input,
                output_tokens: tokens.output,
                cache_read_tokens: tokens.cache_read,
                cache_write_tokens: tokens.cache_write,
                reasoning_tokens: tokens.reasoning,
            },
            cache_write_1h_tokens: tokens.cache_write_1h,
            web_searches: u64::from(record.searches),
            tier,
        };
        let charge = if self.price.knows_tier(tier) {
            self.price.charge(&used)
        } else {
            let factor = fast_factor(&self.model)?;
            let price = self.price.clone().with_multiplier(factor);
            price.charge(&Consumption {
                tier: ServiceTier::Standard,
                ..used
            })
        };
        charge.map(Money::nano_usd)
    }
}

fn tier(flags: Flags, is_fast: bool) -> ServiceTier {
    if is_fast || flags.has(Flags::FAST) {
        ServiceTier::Fast
    } else if flags.has(Flags::PRIORITY) {
        ServiceTier::Priority
    } else if flags.has(Flags::FLEX) {
        ServiceTier::Flex
    } else {
        ServiceTier::Standard
    }
}

/// What the faster way costs more, where the table has no tier for it.
fn fast_factor(model: &str) -> Option<Multiplier> {
    let model = model.replace('.', "-");
    let millionths = match () {
        () if model.starts_with("claude-opus-4-6") || model.starts_with("claude-opus-4-7") => 6_000_000,
        () if model.starts_with("claude-opus-4-8") => 2_000_000,
        () if model.starts_with("gpt-5-5") => 2_500_000,
        () if model.starts_with("gpt-5-4") || model.starts_with("gpt-5-3-codex") => 2_000_000,
        () => return None,
    };
    Some(Multiplier::from_millionths(millionths))
}
