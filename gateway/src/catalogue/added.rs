//! Upstreams that were added over the API. They are kept beside the secrets of upstreams, and sealed
//! as these are, so that whoever can write to the database cannot send a key somewhere else.

use serde::{Deserialize, Serialize};

use crate::{
    config::UpstreamConfig,
    ledger::SealedSecrets,
    secrets::{Envelope, EnvelopeError},
};

/// The rows of such upstreams begin so; no upstream of the configuration has such a name.
pub(crate) const PREFIX: &str = "added:";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    pub provider: String,
    /// Default: the provider's own.
    pub base_url: Option<String>,
    /// Taken away again. Rows are only ever written, so that every copy of the database agrees.
    #[serde(default)]
    pub is_removed: bool,
}

impl Added {
    pub fn row(name: &str) -> String {
        format!("{PREFIX}{name}")
    }

    pub fn seal(&self, name: &str, envelope: &Envelope) -> Result<String, EnvelopeError> {
        let text = serde_json::to_vec(self).map_err(|_| EnvelopeError::DoesNotOpen)?;
        envelope.seal(&Self::row(name), &text)
    }

    /// Those that are there, in the order of their names. One that does not open is left out: the
    /// others still serve.
    pub fn all(stored: &SealedSecrets, envelope: &Envelope) -> Vec<UpstreamConfig> {
        let mut all: Vec<UpstreamConfig> = stored
            .iter()
            .filter_map(|(row, sealed)| {
                let name = row.strip_prefix(PREFIX)?;
                let opened = envelope.unseal(row, sealed).ok();
                let added = opened.and_then(|text| serde_json::from_slice::<Self>(&text).ok());
                let Some(added) = added else {
                    tracing::error!(upstream = name, "An upstream that was added does not open");
                    return None;
                };
                (!added.is_removed).then(|| added.config(name))
            })
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    pub fn config(self, name: &str) -> UpstreamConfig {
        UpstreamConfig {
            name: name.into(),
            provider: self.provider,
            base_url: self.base_url,
            api_key_env: None,
            api_key_file: None,
            billing_key_env: None,
            billing_key_file: None,
            dialects: None,
            max_concurrent: None,
            upstream_proxy: None,
            http2: None,
            is_added: true,
        }
    }
}
