use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One configured provider endpoint, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upstream {
    pub name: String,
    pub provider: String,
    /// The end of the API key that is stored for it; null when none is.
    pub secret_last4: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpstreamList {
    pub upstreams: Vec<Upstream>,
}

/// No `Debug`, since it carries a secret.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct UpstreamSecretRequest {
    pub secret: String,
}
