use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Balance;

/// One message of `GET /api/v1/events` (server-sent events; `event:` is the `type`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Event {
    /// Sent first, and whenever a lot of the device changed.
    Balance { balance: Balance },
    /// The device or its key was revoked; the stream ends after it.
    Revocation { message: String },
}

impl Event {
    /// The `event:` field of the stream.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Balance { .. } => "balance",
            Self::Revocation { .. } => "revocation",
        }
    }
}
