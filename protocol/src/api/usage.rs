use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{DeviceId, KeyId, MemberId, Money, RequestId, RequestKind, TokenUsage};

/// `GET /api/v1/usage`: newest first. A device sees its own rows, an admin all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// RFC 3339; rows at or after it.
    #[param(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    /// RFC 3339; rows before it.
    #[param(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// Only this key (admin).
    #[param(value_type = Option<String>)]
    pub key_id: Option<KeyId>,
    /// Only this device (admin).
    #[param(value_type = Option<String>)]
    pub device_id: Option<DeviceId>,
    /// Only what the keys used that are this member's now (admin).
    #[param(value_type = Option<String>)]
    pub member_id: Option<MemberId>,
    pub model: Option<String>,
    pub kind: Option<RequestKind>,
    /// An empty text: requests that named none.
    pub repository: Option<String>,
    /// An empty text: requests that named none.
    pub branch: Option<String>,
    /// Rows older than this request: the `next` of the page before.
    #[param(value_type = Option<String>)]
    pub before: Option<RequestId>,
    /// At most 1,000; 100 when absent.
    pub limit: Option<u32>,
}

/// One usage row: what one settled request consumed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageEntry {
    pub request_id: RequestId,
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    pub device_id: DeviceId,
    pub key_id: KeyId,
    pub kind: RequestKind,
    pub model: String,
    pub upstream: String,
    pub upstream_model: String,
    /// The provider's own id of the answer, where it gave one.
    pub provider_response_id: Option<String>,
    pub usage: TokenUsage,
    pub cost_nano_usd: Money,
    /// The version of the price that it was charged at: its source and a fingerprint of its
    /// numbers. Null where the model is free, and in rows of versions that did not note it.
    pub price_version: Option<String>,
    /// The provider did not report usage; the counts are an upper estimate.
    pub estimated: bool,
    /// Settled at a start, after a crash: on the counted input and the mark.
    pub orphan: bool,
    pub repository: Option<String>,
    pub branch: Option<String>,
    pub language: Option<String>,
    pub client_request_id: Option<String>,
    pub latency_ms: u64,
}

/// `GET /api/v1/usage/{id}`: one request, with what was reserved for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageDetail {
    #[serde(flatten)]
    pub row: UsageEntry,
    /// What was held; all but the cost came back.
    pub held_nano_usd: Money,
    /// What a provider billed beyond its own limits; the house bears it.
    pub variance_nano_usd: Money,
    /// How the charge came about; null where the price of its version is not known any more.
    #[serde(default)]
    pub price: Option<PriceLines>,
}

/// How a charge came about, line by line. All amounts add up to what was charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceLines {
    pub lines: Vec<PriceLine>,
    /// The operator's factor, such as 1.25.
    pub multiplier: String,
    /// What the factor adds to the lines, or takes off.
    pub multiplier_nano_usd: Money,
    /// What is charged beyond that, or less: another service tier, input kept for an hour, searches,
    /// the provider's own word, and rounding up to a whole nano-dollar.
    pub other_nano_usd: Money,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceLine {
    pub of: PricedTokens,
    pub tokens: u64,
    /// For one million of them.
    pub price_nano_usd: Money,
    /// Rounded down to a whole nano-dollar.
    pub amount_nano_usd: Money,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PricedTokens {
    Input,
    CacheRead,
    CacheWrite,
    Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageTotals {
    pub requests: u64,
    pub usage: TokenUsage,
    pub cost_nano_usd: Money,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageList {
    pub rows: Vec<UsageEntry>,
    /// Totals of everything that the query selects, not only of this page.
    pub totals: UsageTotals,
    /// Pass it as `before` for the next page; null on the last.
    pub next: Option<RequestId>,
}
