//! Mistakes in a configuration file, found before anything starts.

mod keys;
mod limits;
mod models;
mod upstreams;

pub(super) use keys::unknown_keys;

use super::{Config, ConfigError, SmtpConfig};
use crate::catalogue::ProxySetting;

/// What a file of known keys says, each thing by itself and with the others.
pub(super) fn references(config: &Config) -> Result<(), ConfigError> {
    let invalid = |text: String| Err(ConfigError::Invalid(text));
    if !(0.0..=1.0).contains(&config.telemetry.sample_ratio) {
        return invalid("telemetry.sample_ratio is between 0 and 1".into());
    }
    if let Err(text) = super::sign_in::check(&config.sign_in) {
        return invalid(text);
    }
    limits::limits(config)?;
    if let Err(text) = config.reconcile.tolerance() {
        return invalid(format!("reconcile.tolerance_usd: {text}"));
    }
    if let Err(error) = config.reach() {
        return invalid(format!("allow_private_upstreams: {error}"));
    }
    if let Err(error) = config.alerts.reach() {
        return invalid(format!("alerts.allow_private_webhooks: {error}"));
    }
    if let Some(Err(text)) = config.smtp.as_ref().map(SmtpConfig::check) {
        return invalid(format!("smtp: {text}"));
    }
    if let Some(Err(error)) = config.upstream_proxy.as_ref().map(ProxySetting::proxy) {
        return invalid(format!("upstream_proxy: {error}"));
    }
    let upstreams = upstreams::upstreams(config)?;
    models::models(config, &upstreams)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn refusal(text: &str) -> String {
        Config::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_documented_example_is_read() {
        let config = Config::parse(
            r#"
            listen = "127.0.0.1:7425"
            [[upstream]]
            name = "local"
            provider = "openai-compatible"
            base_url = "http://127.0.0.1:18080/v1"
            api_key_env = "LOCAL_KEY"
            [[model]]
            id = "coder"
            upstream = "local"
            upstream_model = "qwen2.5-coder"
            capabilities = ["chat", "completion"]
            price = { input = "3.00", output = "15.00", cache_read = "0.30", cache_write = "3.75" }
            [[model]]
            id = "lookup"
            upstream = "builtin"
            price = "free"
            "#,
        )
        .unwrap();
        assert_eq!(config.models.len(), 2);
    }
}
