use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{DeviceId, KeyId, Money, RequestId, RequestKind};

/// `GET /api/v1/running`: requests that hold credit at the moment, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunningList {
    pub requests: Vec<RunningRequest>,
}

/// What one request is about. Never what it asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunningRequest {
    pub request_id: RequestId,
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    pub device_id: DeviceId,
    pub key_id: KeyId,
    pub kind: RequestKind,
    pub model: String,
    pub upstream: String,
    pub repository: Option<String>,
    pub branch: Option<String>,
    /// The most that it can cost; what it does not use comes back.
    pub held_nano_usd: Money,
}
