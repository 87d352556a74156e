//! From `usage`, whose events each say a part, to disjoint counts.

use protocol::TokenUsage;
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use usage::pricing::ServiceTier;

use crate::{
    answer::Billing,
    count::{Count, known},
};

/// The counts as they are reported; input, cache reads and cache writes are disjoint already.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reported {
    input_tokens: Option<Count>,
    output_tokens: Option<Count>,
    cache_creation_input_tokens: Option<Count>,
    cache_read_input_tokens: Option<Count>,
    cache_creation: Option<Creation>,
    output_tokens_details: Option<OutputDetails>,
    server_tool_use: Option<ServerTools>,
    #[serde(deserialize_with = "tier")]
    service_tier: Option<ServiceTier>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct ServerTools {
    web_search_requests: Option<Count>,
}

/// The tier, or nothing for what is no name of one.
fn tier<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ServiceTier>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Name {
        Text(String),
        Other(IgnoredAny),
    }
    Ok(match Name::deserialize(deserializer)? {
        Name::Text(name) => Some(ServiceTier::of(&name)),
        Name::Other(_) => None,
    })
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Creation {
    ephemeral_5m_input_tokens: Option<Count>,
    ephemeral_1h_input_tokens: Option<Count>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct OutputDetails {
    thinking_tokens: Option<Count>,
}

/// What a `usage` object says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) usage: Option<TokenUsage>,
    pub(super) billing: Billing,
    /// Something in it is not a count: negative, not whole, absurdly large or no number at all.
    pub(super) is_bad: bool,
}

impl Reported {
    /// None when it is not made of counts at all.
    pub(super) fn of(object: &[u8]) -> Option<Self> {
        serde_json::from_slice(object).ok()
    }

    /// These counts, and the earlier ones where nothing (or no count) is said now.
    ///
    /// They are totals of the whole answer so far, so a later one stands in place of an earlier.
    pub(super) fn over(self, earlier: Self) -> Self {
        Self {
            input_tokens: good(self.input_tokens).or(earlier.input_tokens),
            output_tokens: good(self.output_tokens).or(earlier.output_tokens),
            cache_creation_input_tokens: good(self.cache_creation_input_tokens)
                .or(earlier.cache_creation_input_tokens),
            cache_read_input_tokens: good(self.cache_read_input_tokens).or(earlier.cache_read_input_tokens),
            cache_creation: self.cache_creation.or(earlier.cache_creation),
            output_tokens_details: self.output_tokens_details.or(earlier.output_tokens_details),
            server_tool_use: self.server_tool_use.or(earlier.server_tool_use),
            service_tier: self.service_tier.or(earlier.service_tier),
        }
    }

    /// Without believable counts of input and output there is no usage.
    pub(super) fn reading(&self) -> Reading {
        let cores = [self.input_tokens, self.output_tokens];
        let is_usage = cores.iter().any(Option::is_some) && !cores.contains(&Some(Count::Bad));
        Reading {
            usage: is_usage.then(|| self.usage()),
            billing: if is_usage {
                self.billing()
            } else {
                Billing::default()
            },
            is_bad: self.has_bad_count(),
        }
    }

    fn billing(&self) -> Billing {
        Billing {
            cache_write_1h_tokens: self.written_1h(),
            web_searches: known(self.searches()),
            service_tier: self.service_tier,
            lacks_input: self.input_tokens.is_none(),
            lacks_output: self.output_tokens.is_none(),
            ..Billing::default()
        }
    }

    fn searches(&self) -> Option<Count> {
        self.server_tool_use?.web_search_requests
    }

    fn usage(&self) -> TokenUsage {
        let output = known(self.output_tokens);
        TokenUsage {
            input_tokens: known(self.input_tokens),
            output_tokens: output,
            cache_read_tokens: known(self.cache_read_input_tokens),
            cache_write_tokens: self.written(),
            reasoning_tokens: known(self.thinking()).min(output),
        }
    }

    /// The total, or what its parts make where there is none.
    fn written(&self) -> u64 {
        let parts = self.cache_creation.unwrap_or_default();
        let sum = known(parts.ephemeral_5m_input_tokens) + known(parts.ephemeral_1h_input_tokens);
        match good(self.cache_creation_input_tokens) {
            Some(total) => known(Some(total)),
            None => sum,
        }
    }

    fn written_1h(&self) -> u64 {
        let parts = self.cache_creation.unwrap_or_default();
        known(parts.ephemeral_1h_input_tokens).min(self.written())
    }

    fn thinking(&self) -> Option<Count> {
        self.output_tokens_details?.thinking_tokens
    }

    fn has_bad_count(&self) -> bool {
        let parts = self.cache_creation.unwrap_or_default();
        let counts = [
            self.input_tokens,
            self.output_tokens,
            self.cache_creation_input_tokens,
            self.cache_read_input_tokens,
            parts.ephemeral_5m_input_tokens,
            parts.ephemeral_1h_input_tokens,
            self.thinking(),
            self.searches(),
        ];
        counts.contains(&Some(Count::Bad))
    }
}

fn good(count: Option<Count>) -> Option<Count> {
    count.filter(|count| count.value().is_some())
}
