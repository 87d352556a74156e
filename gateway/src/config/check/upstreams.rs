use std::collections::HashSet;

use crate::{
    catalogue::{ADDED_PREFIX, BUILTIN},
    config::{Config, ConfigError},
};

const DIALECTS: &[&str] = &["chat", "completions", "embeddings", "responses", "messages"];

/// The names of the upstreams, each of which says what it can mean.
pub(super) fn upstreams(config: &Config) -> Result<HashSet<&str>, ConfigError> {
    let invalid = |text: String| Err(ConfigError::Invalid(text));
    let mut names = HashSet::from([BUILTIN]);
    for upstream in &config.upstreams {
        if upstream.name.starts_with(ADDED_PREFIX) {
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
    }
    Ok(names)
}
