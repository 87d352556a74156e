use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::IdentityId;

/// A service by which one can sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInProvider {
    /// As it is in addresses.
    pub name: String,
    /// What a button says.
    pub label: String,
}

/// Where to send the browser, which has a cookie now by which it is known when it comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInAddress {
    pub url: String,
}

/// An account elsewhere that signs the member in here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    pub id: IdentityId,
    /// Null: the service is not in the configuration any more, and signs nobody in.
    pub provider: Option<SignInProvider>,
    /// What the account is called there, as it was last seen.
    pub account: String,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentityList {
    pub identities: Vec<Identity>,
}
