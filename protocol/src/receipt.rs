use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Money, RequestId, TokenUsage, api::Balance};

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum RequestKind {
    Completion,
    Chat,
    Embedding,
}

impl RequestKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completion => "completion",
            Self::Chat => "chat",
            Self::Embedding => "embedding",
        }
    }
}

impl FromStr for RequestKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "completion" => Ok(Self::Completion),
            "chat" => Ok(Self::Chat),
            "embedding" => Ok(Self::Embedding),
            _ => Err(()),
        }
    }
}

/// What a settled request consumed and cost. It exists only once the settle is durable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub request_id: RequestId,
    pub kind: RequestKind,
    pub model: String,
    pub usage: TokenUsage,
    pub cost_nano_usd: Money,
    /// The provider did not report usage; the counts are an upper estimate.
    pub estimated: bool,
    /// The balance of all lots of the device, after this request.
    pub balance: Balance,
    #[ts(type = "string")]
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
}
