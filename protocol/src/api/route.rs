use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ModelPricing;

/// `GET /api/v1/routes`: where each model is served, in the order of the catalogue, and how the
/// upstreams are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RouteList {
    pub models: Vec<ModelRoutes>,
    pub upstreams: Vec<UpstreamHealth>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelRoutes {
    /// What clients ask for.
    pub model: String,
    pub origin: ModelOrigin,
    pub routes: Vec<ModelRoute>,
    /// The models that it stands for, best first; empty for one that is served itself.
    pub stands_for: Vec<String>,
}

/// Where a model comes from, and so where it is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ModelOrigin {
    /// A `[[model]]` of the configuration.
    Configuration,
    /// An upstream lists it.
    Found,
    /// Part of the gateway.
    BuiltIn,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelRoute {
    pub upstream: String,
    /// What it is called there.
    pub upstream_model: String,
    /// How often it is taken first, beside the weights of the other routes.
    pub weight: u32,
    /// The operator's factor on the price, such as 1.25.
    pub multiplier: String,
    /// With the factor. Null: it has no price, and is refused.
    pub pricing: Option<ModelPricing>,
    /// Where the price comes from, and a fingerprint of its numbers; null where it is free.
    pub price_version: Option<String>,
}

/// How an upstream is, as this gateway sees it since it started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpstreamHealth {
    pub upstream: String,
    pub state: UpstreamState,
    /// Failures since its last success.
    pub failures: u32,
    /// While it rests: for so much longer.
    pub rests_for_ms: Option<u64>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_error_at: Option<Timestamp>,
    /// The HTTP status of the last error; null where no answer came.
    pub last_error_status: Option<u16>,
    /// Answers whose first byte was timed.
    pub answers: u64,
    /// Half of the first bytes came within this time, by buckets.
    pub first_byte_ms_p50: Option<u64>,
    pub first_byte_ms_p95: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum UpstreamState {
    Well,
    /// It failed, and is asked as before.
    Failing,
    /// It failed too often, and is asked again after a rest; other routes come first meanwhile.
    Resting,
}
