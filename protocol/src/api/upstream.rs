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
    /// It was added over the API, and can be removed there; the others are in the configuration.
    #[serde(default)]
    pub is_added: bool,
}

/// A provider endpoint to add. No `Debug`, since it may carry a secret.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpstreamRequest {
    /// Letters, digits, dots, hyphens and underscores.
    pub name: String,
    /// A provider's name; "openai-compatible" for a server that is no known one.
    pub provider: String,
    /// Default: the provider's own. Public, or in a network of `allow_private_upstreams`.
    pub base_url: Option<String>,
    /// The API key, which is kept encrypted.
    pub secret: Option<String>,
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

/// `POST /api/v1/upstream-trials`: asks a provider for its list of models, and keeps nothing.
/// No `Debug`, since it may carry a secret.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UpstreamTrialRequest {
    /// One that is there already, with its key or with `secret`; else `provider` is needed.
    pub name: Option<String>,
    pub provider: Option<String>,
    pub base_url: Option<String>,
    pub secret: Option<String>,
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpstreamTrial {
    /// It listed its models.
    pub works: bool,
    /// Null where no answer came.
    pub status: Option<u16>,
    pub took_ms: u64,
    pub models: u64,
    /// The first ones by name.
    pub examples: Vec<String>,
    /// What happened, for a person.
    pub message: String,
    /// What to do next.
    pub hint: String,
}
