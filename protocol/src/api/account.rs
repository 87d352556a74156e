use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{DeviceId, KeyId, MemberId, Money};

/// `POST /api/v1/redeem`: a token key becomes a device with a credential of its own.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedeemRequest {
    /// The code, in any spelling that a person might type.
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceClient>,
}

/// What the redeeming program says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DeviceClient {
    pub os: Option<String>,
    pub client: Option<String>,
    pub version: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedeemResponse {
    /// The device credential `ttd_…`. Shown here once and nowhere else.
    pub credential: String,
    pub account: Account,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    pub id: MemberId,
    pub name: String,
}

/// This device's standing at its gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub member: Option<Member>,
    pub device_id: DeviceId,
    pub device_name: String,
    pub balance: Balance,
    /// The models that the device may use, in the order of the gateway's configuration.
    pub models: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccountResponse {
    pub account: Account,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BalanceResponse {
    pub balance: Balance,
}

/// What is left, held and spent; available = granted - spent - held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    pub available_nano_usd: Money,
    pub held_nano_usd: Money,
    pub granted_nano_usd: Money,
    pub spent_nano_usd: Money,
    /// What is available, for a person: `$4.99`, rounded down.
    pub display: String,
    pub lots: Vec<LotBalance>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LotBalance {
    pub id: KeyId,
    pub key_last4: String,
    pub available_nano_usd: Money,
    pub held_nano_usd: Money,
    pub granted_nano_usd: Money,
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<Timestamp>,
}

impl Balance {
    /// The balance of one lot; a device has one lot.
    pub fn of_lot(lot: LotBalance, spent: Money) -> Self {
        Self {
            available_nano_usd: lot.available_nano_usd,
            held_nano_usd: lot.held_nano_usd,
            granted_nano_usd: lot.granted_nano_usd,
            spent_nano_usd: spent,
            display: lot.available_nano_usd.display_balance(),
            lots: vec![lot],
        }
    }
}

impl Balance {
    /// The balances of several lots in one; `None` when the sum is more than money can be.
    pub fn of_lots(balances: Vec<Self>) -> Option<Self> {
        let mut sum = Self::default();
        for balance in balances {
            sum.available_nano_usd = sum.available_nano_usd.checked_add(balance.available_nano_usd)?;
            sum.held_nano_usd = sum.held_nano_usd.checked_add(balance.held_nano_usd)?;
            sum.granted_nano_usd = sum.granted_nano_usd.checked_add(balance.granted_nano_usd)?;
            sum.spent_nano_usd = sum.spent_nano_usd.checked_add(balance.spent_nano_usd)?;
            sum.lots.extend(balance.lots);
        }
        sum.display = sum.available_nano_usd.display_balance();
        Some(sum)
    }
}

/// One enrolled device, as its lot's devices and the owner see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    pub id: DeviceId,
    pub name: String,
    pub key_id: KeyId,
    pub credential_last4: String,
    pub client: DeviceClient,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_seen_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub revoked_at: Option<Timestamp>,
    /// The device that asks.
    pub current: bool,
    /// Networks that it was seen in, the latest first; at most ten.
    #[serde(default)]
    pub addresses: Vec<DeviceAddress>,
    /// Requests of it that run now.
    #[serde(default)]
    pub running: u32,
    /// Until when the credential before the present one still works.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub former_until: Option<Timestamp>,
}

/// A network that a device was seen in: not exactly where, but whether it is another place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceAddress {
    /// Such as 192.0.2.0/24 or 2001:db8:7::/48; "this machine" for the gateway's own.
    pub network: String,
    #[schema(value_type = String, format = "date-time")]
    pub first_at: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    pub last_at: Timestamp,
}

/// `POST /api/v1/devices/{id}/rotate`: another credential for a device.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RotatedDevice {
    /// The new device credential `ttd_…`. Shown here once and nowhere else.
    pub credential: String,
    /// The old one works until then.
    #[schema(value_type = String, format = "date-time")]
    pub former_until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceList {
    pub devices: Vec<Device>,
    /// `after` of the next page; null: this is the last one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub next: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RenameDeviceRequest {
    pub name: String,
}
