//! Passkeys (WebAuthn). What browsers are asked with is spelled as in the specification, so that
//! `PublicKeyCredential.parseCreationOptionsFromJSON` and its sister read it; bytes are base64url.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::PasskeyId;

/// One of a member's passkeys, without its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passkey {
    pub id: PasskeyId,
    pub name: String,
    /// The host that it works at, and no other.
    pub host: String,
    /// Whether it is the one host that this request came to.
    pub works_here: bool,
    /// It is on several devices of its owner, by way of a password manager.
    pub synced: bool,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyList {
    pub passkeys: Vec<Passkey>,
}

/// `PATCH /api/v1/passkeys/{id}`
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeyChange {
    pub name: String,
}

/// What `navigator.credentials.create` is called with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyCreation {
    pub rp: PasskeyParty,
    pub user: PasskeyUser,
    pub challenge: String,
    pub pub_key_cred_params: Vec<PasskeyAlgorithm>,
    /// Milliseconds.
    pub timeout: u32,
    /// Those that the member has already.
    pub exclude_credentials: Vec<PasskeyDescriptor>,
    pub authenticator_selection: PasskeySelection,
    pub attestation: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyParty {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyUser {
    pub id: String,
    pub name: String,
    pub display_name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyAlgorithm {
    #[serde(rename = "type")]
    pub kind: String,
    pub alg: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyDescriptor {
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeySelection {
    pub resident_key: String,
    pub require_resident_key: bool,
    pub user_verification: String,
}

/// What `navigator.credentials.get` is called with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyQuestion {
    pub challenge: String,
    pub rp_id: String,
    /// Milliseconds.
    pub timeout: u32,
    /// Empty: whichever the person chooses.
    pub allow_credentials: Vec<PasskeyDescriptor>,
    pub user_verification: String,
}

/// `POST /api/v1/passkeys`: what the browser made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyRequest {
    pub name: String,
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    pub attestation_object: String,
}

/// `POST /api/v1/session/passkey` and `/session/step-up/passkey`: what the browser signed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyAnswer {
    /// The credential's `rawId`.
    pub id: String,
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    pub authenticator_data: String,
    pub signature: String,
    /// Who made it, as the authenticator remembers; absent only where we named the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<String>,
}
