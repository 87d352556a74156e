use jiff::Timestamp;
use protocol::Money;
use serde::{Deserialize, Serialize};
use usage::{
    Client,
    record::{Flags, Tokens},
};

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// An assistant's log.
    Log,
    /// Entered by hand.
    Manual,
    /// A provider's answer that a job recorded.
    Provider,
    /// A receipt of a gateway, which has metered and charged it.
    Gateway,
}

impl Origin {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Manual => "manual",
            Self::Provider => "provider",
            Self::Gateway => "gateway",
        }
    }

    pub fn of(name: &str) -> Option<Self> {
        [Self::Log, Self::Manual, Self::Provider, Self::Gateway]
            .into_iter()
            .find(|origin| origin.name() == name)
    }
}

/// What one response consumed, as export files have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub id: String,
    #[serde(with = "client")]
    pub client: Client,
    pub at: Timestamp,
    pub origin: Origin,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub input_tokens: u64,
    pub output_tokens: u64,
    #[serde(default)]
    pub cache_read_tokens: u64,
    #[serde(default)]
    pub cache_write_tokens: u64,
    #[serde(default)]
    pub cache_write_1h_tokens: u64,
    #[serde(default)]
    pub reasoning_tokens: u64,
    #[serde(default)]
    pub web_searches: u32,
    /// How it was counted and served, where that is out of the ordinary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// What was charged, where the source says a charge; else the price is looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged_nano_usd: Option<Money>,
}

impl Row {
    pub fn tokens(&self) -> Tokens {
        Tokens {
            input: self.input_tokens,
            output: self.output_tokens,
            cache_read: self.cache_read_tokens,
            cache_write: self.cache_write_tokens,
            cache_write_1h: self.cache_write_1h_tokens,
            reasoning: self.reasoning_tokens,
        }
    }

    pub fn set_tokens(&mut self, tokens: &Tokens) {
        self.input_tokens = tokens.input;
        self.output_tokens = tokens.output;
        self.cache_read_tokens = tokens.cache_read;
        self.cache_write_tokens = tokens.cache_write;
        self.cache_write_1h_tokens = tokens.cache_write_1h;
        self.reasoning_tokens = tokens.reasoning;
    }

    pub fn flags(&self) -> Flags {
        Flags::of_names(&self.flags.join(" "))
    }

    /// The one of two tellings that counts: the fuller, and among equals the same one everywhere.
    pub fn fuller(self, other: Self) -> Self {
        let tokens = (self.tokens(), other.tokens());
        if tokens.0 != tokens.1 {
            let is_self = usage::dedupe::fuller(&tokens.0, &tokens.1) == tokens.0;
            return if is_self { self } else { other };
        }
        self.max(other)
    }
}

mod client {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use usage::Client;

    pub fn serialize<S: Serializer>(client: &Client, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(client.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Client, D::Error> {
        let name = String::deserialize(deserializer)?;
        Client::of(&name).ok_or_else(|| D::Error::custom("its client is not known to this version"))
    }
}
