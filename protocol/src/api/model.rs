use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::Money;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Capability {
    Chat,
    Completion,
    Embedding,
    /// Calls the functions that a chat request offers it.
    Tools,
    /// Sees images in a chat request.
    Vision,
}

/// A name that clients use, with what it can do and what it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    pub id: String,
    pub capabilities: Vec<Capability>,
    /// Tokens that fit into one request, where known.
    #[ts(type = "number | null")]
    pub context_window: Option<u64>,
    /// Null for a model without a price, which the gateway refuses.
    pub pricing: Option<ModelPricing>,
}

/// Prices for one million tokens; all zero for a model that is declared free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelPricing {
    pub input_nano_usd: Money,
    pub output_nano_usd: Money,
    pub cache_read_nano_usd: Money,
    pub cache_write_nano_usd: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ModelList {
    pub models: Vec<Model>,
}
