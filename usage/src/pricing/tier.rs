use serde::{Deserialize, Serialize};

/// At what urgency a provider serves a request; each may have a price of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceTier {
    /// What a request gets that asks for nothing else.
    #[default]
    Standard,
    /// Slower, for less.
    Flex,
    /// Sooner, for more.
    Priority,
    Fast,
    /// One of which nothing is known.
    Other,
}

impl ServiceTier {
    /// As providers write it in requests and answers.
    pub fn of(name: &str) -> Self {
        match name {
            "auto" | "default" | "standard" | "standard_only" | "on_demand" => Self::Standard,
            "flex" => Self::Flex,
            "priority" => Self::Priority,
            "fast" => Self::Fast,
            _ => Self::Other,
        }
    }

    /// Whether it may cost more than what a request gets that asks for nothing.
    pub const fn may_cost_more(self) -> bool {
        !matches!(self, Self::Standard | Self::Flex)
    }
}
