//! Credit that moves: from the house to a lot, between lots, and back.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{KeyId, Money};

/// `POST /api/v1/keys/{id}/credit`: more credit for a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TopUpRequest {
    pub amount_nano_usd: Money,
}

/// `POST /api/v1/keys/{id}/reclaim`: takes credit back that is neither spent nor held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReclaimRequest {
    /// Absent or null: all that is available.
    #[serde(default)]
    pub amount_nano_usd: Option<Money>,
}

/// `POST /api/v1/allocations`: moves credit from one key to another (`toKeyId`), or divides it
/// between several (`shares`, or `evenly`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllocationRequest {
    pub from_key_id: KeyId,
    #[serde(default)]
    pub to_key_id: Option<KeyId>,
    #[serde(default)]
    pub shares: Option<Vec<Share>>,
    /// Divides evenly between these keys; what does not divide goes to the first of them.
    #[serde(default)]
    pub evenly: Option<Vec<KeyId>>,
    /// What is moved or divided; absent or null: all that is available.
    #[serde(default)]
    pub amount_nano_usd: Option<Money>,
}

/// A key's part of what is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    pub to_key_id: KeyId,
    /// 1 to 100. All shares together are at most 100; what they leave stays where it is.
    pub percent: u8,
}

/// What was moved, and the lots as they are after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Transfers {
    pub transfers: Vec<Transfer>,
    pub lots: Vec<LotFigures>,
}

/// One entry of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    pub kind: TransferKind,
    /// Null: the house.
    pub from_key_id: Option<KeyId>,
    /// Null: the house.
    pub to_key_id: Option<KeyId>,
    pub amount_nano_usd: Money,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum TransferKind {
    /// From the house to a lot: a top-up or an allowance.
    Grant,
    /// From one lot to another.
    Allocate,
    /// Back to the house.
    Reclaim,
    /// Back to the house, since the lot's time is over.
    Expire,
}

impl TransferKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Allocate => "allocate",
            Self::Reclaim => "reclaim",
            Self::Expire => "expire",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LotFigures {
    pub key_id: KeyId,
    pub granted_nano_usd: Money,
    pub spent_nano_usd: Money,
    pub held_nano_usd: Money,
    pub available_nano_usd: Money,
}

/// How often an allowance comes: at midnight, on Monday, on the first of the month, all in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Every {
    Day,
    Week,
    Month,
}

impl Every {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl FromStr for Every {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            _ => Err(()),
        }
    }
}

/// `PUT /api/v1/keys/{id}/allowance`: credit that comes by itself. Each period brings a new grant;
/// the one of the running period comes at once, unless the key had one in it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllowanceRequest {
    pub amount_nano_usd: Money,
    pub every: Every,
    /// What was not used of a grant stays when the next one comes.
    #[serde(default)]
    pub carry_over: bool,
}

/// A key's allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Allowance {
    pub amount_nano_usd: Money,
    pub every: Every,
    pub carry_over: bool,
    #[schema(value_type = String, format = "date-time")]
    pub next_at: Timestamp,
}
