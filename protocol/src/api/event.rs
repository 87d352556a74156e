use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Balance;

/// One message of `GET /api/v1/events` (server-sent events; `event:` is the `type`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Event {
    /// Sent first, and whenever a lot of the device, or of the member, changed.
    Balance { balance: Balance },
    /// Something that a signed-in browser may see is another one than before: requests, keys, devices.
    Changed,
    /// An alert that the page may see was raised, sent or is over, or somebody has seen it.
    Alerts {
        /// How many are open.
        open: u64,
    },
    /// The device or its key was revoked, or the session is over; the stream ends after it.
    Revocation { message: String },
}

impl Event {
    /// The `event:` field of the stream.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Balance { .. } => "balance",
            Self::Changed => "changed",
            Self::Alerts { .. } => "alerts",
            Self::Revocation { .. } => "revocation",
        }
    }
}
