use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Allowance, Limits};
use crate::{KeyId, MemberId, Money};

/// `POST /api/v1/keys`: mints token keys. Their codes are in the answer and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintRequest {
    pub credit_nano_usd: Money,
    /// The models that the key may use; absent or null: all.
    #[serde(default)]
    pub models: Option<Vec<String>>,
    /// How many devices may be enrolled at the same time.
    #[serde(default = "one")]
    pub devices: u32,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<Timestamp>,
    #[serde(default = "one")]
    pub count: u32,
    /// Refuse a request that the credit cannot cover instead of lowering its output cap.
    #[serde(default)]
    pub strict: bool,
    #[serde(default)]
    pub label: Option<String>,
    /// The member whose keys they are from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_id: Option<MemberId>,
    /// Limits of this key in the place of the gateway's.
    #[serde(flatten)]
    pub limits: Limits,
}

fn one() -> u32 {
    1
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintedKey {
    pub id: KeyId,
    /// The code `TTK-…`, shown once.
    pub key: String,
    pub credit_nano_usd: Money,
    pub models: Option<Vec<String>>,
    pub devices: u32,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintResponse {
    /// How others reach the gateway; the link to redeem a key begins with it.
    #[serde(default)]
    pub gateway_url: String,
    pub keys: Vec<MintedKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum KeyState {
    /// Minted, and no device has redeemed it yet.
    Unredeemed,
    Active,
    Exhausted,
    Expired,
    Revoked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeySummary {
    pub id: KeyId,
    pub last4: String,
    pub label: Option<String>,
    pub state: KeyState,
    pub granted_nano_usd: Money,
    pub spent_nano_usd: Money,
    pub held_nano_usd: Money,
    pub available_nano_usd: Money,
    pub models: Option<Vec<String>>,
    pub devices: u32,
    pub devices_enrolled: u32,
    pub strict: bool,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<Timestamp>,
    /// Whose it is; null: nobody has claimed it, and nobody was given it.
    #[serde(default)]
    pub member_id: Option<MemberId>,
    #[serde(default)]
    pub allowance: Option<Allowance>,
    /// The limits that it was minted with.
    #[serde(flatten)]
    pub limits: Limits,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyList {
    pub keys: Vec<KeySummary>,
    /// `after` of the next page; null: this is the last one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub next: Option<Uuid>,
}

/// `POST /api/v1/keys/claim`: the key of this code becomes the caller's.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClaimKeyRequest {
    /// The code, in any spelling that a person might type.
    pub key: String,
}

/// `PUT /api/v1/keys/{id}/member`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssignKeyRequest {
    /// Null: nobody's.
    pub member_id: Option<MemberId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyResponse {
    pub key: KeySummary,
}
