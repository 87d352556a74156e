//! The keys that may read bills. They are worth more than those for inference: they are looked up
//! when a report is read, and are never where requests are.

use zeroize::Zeroizing;

use crate::{
    config::{Config, UpstreamConfig},
    ledger::SealedSecrets,
    secrets::Envelope,
};

/// Rows of stored billing keys begin so; no upstream of the configuration has such a name.
pub(crate) const PREFIX: &str = "billing:";

pub(crate) fn row(upstream: &str) -> String {
    format!("{PREFIX}{upstream}")
}

/// Whether one is configured or stored, readable or not.
pub(super) fn has_key(config: &Config, stored: &SealedSecrets, envelope: &Envelope, upstream: &str) -> bool {
    !matches!(find(config, stored, envelope, upstream), Ok(None))
}

/// The key from where the configuration says, else the one that is stored; an error says what is
/// wrong with it.
pub(super) fn find(
    config: &Config,
    stored: &SealedSecrets,
    envelope: &Envelope,
    upstream: &str,
) -> Result<Option<Zeroizing<String>>, String> {
    let configured = config.upstreams.iter().find(|known| known.name == upstream);
    if let Some(key) = configured.and_then(named) {
        return key.map(Some);
    }
    let row = row(upstream);
    let Some(sealed) = stored.get(&row) else {
        return Ok(None);
    };
    let secret = envelope
        .unseal(&row, sealed)
        .map_err(|_| "The stored billing key does not open.".to_owned())?;
    let text = std::str::from_utf8(&secret).map_err(|_| "The stored billing key is not text.".to_owned())?;
    // An empty one was taken away.
    Ok(Some(text.trim())
        .filter(|text| !text.is_empty())
        .map(|text| Zeroizing::new(text.to_owned())))
}

fn named(upstream: &UpstreamConfig) -> Option<Result<Zeroizing<String>, String>> {
    let present = |text: Zeroizing<String>, missing: &str| {
        let text = Zeroizing::new(text.trim().to_owned());
        if text.is_empty() {
            Err(missing.to_owned())
        } else {
            Ok(text)
        }
    };
    if let Some(name) = &upstream.billing_key_env {
        let missing = format!("The variable {name} of its billing key is not set.");
        let value = std::env::var(name).unwrap_or_default();
        return Some(present(Zeroizing::new(value), &missing));
    }
    let file = upstream.billing_key_file.as_ref()?;
    let missing = "Its billing_key_file cannot be read, or is empty.";
    let value = std::fs::read_to_string(file).unwrap_or_default();
    Some(present(Zeroizing::new(value), missing))
}
