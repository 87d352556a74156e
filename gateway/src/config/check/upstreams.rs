use std::collections::HashSet;

use crate::{
    catalogue::{ADDED_PREFIX, BUILTIN, ProxySetting},
    config::{Config, ConfigError, UpstreamConfig},
    reconcile::KEY_PREFIX,
};

const DIALECTS: &[&str] = &["chat", "completions", "embeddings", "responses", "messages"];

/// The names of the upstreams, each of which says what it can mean.
pub(super) fn upstreams(config: &Config) -> Result<HashSet<&str>, ConfigError> {
    let invalid = |text: String| Err(ConfigError::Invalid(text));
    let mut names = HashSet::from([BUILTIN]);
    for upstream in &config.upstreams {
        let taken = [ADDED_PREFIX, KEY_PREFIX];
        if taken.iter().any(|prefix| upstream.name.starts_with(prefix)) {
            return invalid(format!("upstream \"{}\": its name is not free", upstream.name));
        }
        if !names.insert(upstream.name.as_str()) {
            return invalid(format!("two upstreams are named \"{}\"", upstream.name));
        }
        let dialects = upstream.dialects.iter().flatten();
        if let Some(unknown) = dialects
            .clone()
            .find(|dialect| !DIALECTS.contains(&dialect.as_str()))
        {
            return invalid(format!(
                "upstream \"{}\": there is no dialect \"{unknown}\"; known are {}",
                upstream.name,
                DIALECTS.join(", ")
            ));
        }
        if let Some(Err(error)) = upstream.upstream_proxy.as_ref().map(ProxySetting::proxy) {
            return invalid(format!("upstream \"{}\": upstream_proxy: {error}", upstream.name));
        }
        if upstream.max_concurrent == Some(0) {
            return invalid(format!(
                "upstream \"{}\": max_concurrent is at least 1",
                upstream.name
            ));
        }
        if upstream.api_key_env.is_some() && upstream.api_key_file.is_some() {
            return invalid(format!(
                "upstream \"{}\" names both api_key_env and api_key_file",
                upstream.name
            ));
        }
        billing_key(upstream)?;
    }
    Ok(names)
}

/// A key that nothing is done with is a mistake.
fn billing_key(upstream: &UpstreamConfig) -> Result<(), ConfigError> {
    let invalid = |text: &str| {
        let text = format!("upstream \"{}\" {text}", upstream.name);
        Err(ConfigError::Invalid(text))
    };
    let keys = [
        upstream.billing_key_env.is_some(),
        upstream.billing_key_file.is_some(),
    ];
    let provider = providers::catalogue::by_name(&upstream.provider);
    match keys {
        [false, false] => Ok(()),
        [true, true] => invalid("names both billing_key_env and billing_key_file"),
        _ if provider.is_some_and(|provider| provider.billing.is_none()) => invalid(
            "has a billing key, and its provider does not tell what it bills; \
             import its bills with `token-tracker reconcile import`",
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::check::tests::refusal;

    #[test]
    fn what_bills_are_read_with_is_checked() {
        let upstream = "[[upstream]]\nname = \"a\"\n";
        let both = "provider = \"openai\"\nbilling_key_env = \"K\"\nbilling_key_file = \"f\"";
        let silent = "provider = \"mistral\"\nbilling_key_env = \"K\"";
        assert!(refusal(&format!("{upstream}{both}")).contains("both billing_key_env"));
        assert!(refusal(&format!("{upstream}{silent}")).contains("reconcile import"));
        assert!(refusal("[[upstream]]\nname = \"billing:a\"").contains("not free"));
        let amount = "[reconcile]\ntolerance_usd = \"-1\"";
        assert!(refusal(amount).contains("reconcile.tolerance_usd"));
        let key = "[reconcile]\ntolerance = 1";
        assert!(refusal(key).contains("did you mean \"reconcile.tolerance_"));
    }
}
