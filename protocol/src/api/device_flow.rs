//! The device flow of RFC 8628. What devices say and hear is in the RFC's own spelling, so that
//! any OAuth client can speak it; what the signed-in browser says is in ours.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DeviceClient;
use crate::KeyId;

/// What the device is to get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeviceFlowScope {
    /// A personal access token `ttp_`, for the command line.
    #[default]
    Token,
    /// A device credential `ttd_` on a key of the member, for editors and tools.
    Device,
}

/// `POST /api/v1/device/code`, as JSON or as a form.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DeviceCodeRequest {
    pub scope: DeviceFlowScope,
    pub device_name: Option<String>,
    pub os: Option<String>,
    pub client: Option<String>,
    pub version: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceCodeAnswer {
    /// What the device asks with; for nobody's eyes.
    pub device_code: String,
    /// What a person compares and confirms: `BCDF-GHJK`.
    pub user_code: String,
    pub verification_uri: String,
    pub verification_uri_complete: String,
    /// Seconds.
    pub expires_in: u64,
    /// Seconds between two questions.
    pub interval: u64,
}

/// `POST /api/v1/device/token`, as JSON or as a form.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct DeviceTokenRequest {
    /// `urn:ietf:params:oauth:grant-type:device_code`
    pub grant_type: String,
    pub device_code: String,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct DeviceTokenAnswer {
    pub access_token: String,
    pub token_type: String,
    pub scope: DeviceFlowScope,
    /// Seconds; absent: until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
}

/// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_grant`,
/// `unsupported_grant_type` or `invalid_request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceFlowError {
    pub error: String,
    pub error_description: String,
}

/// `POST /api/v1/device/look` and `/deny`
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceLinkRequest {
    /// As it stands on the device, in any spelling.
    pub user_code: String,
}

/// `POST /api/v1/device/approve`
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceLinkAnswer {
    pub user_code: String,
    /// The key that the device will draw on; for `device` only, and the member's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<KeyId>,
}

/// Who asks to be linked. Compare it with what is in front of you.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceLink {
    pub user_code: String,
    pub scope: DeviceFlowScope,
    pub device_name: String,
    pub client: DeviceClient,
    pub address: String,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: Timestamp,
}
