//! Upstreams with their credentials, each made from the place that names it.

use std::sync::Arc;

use http::HeaderValue;
use providers::{
    catalogue::{self as known, Dialect, Provider},
    openai::CapField,
};
use zeroize::Zeroizing;

use super::{Added, BUILTIN, Origin, Speaks, Target, Upstream};
use crate::{
    config::{Config, ConfigError, UpstreamConfig},
    fair_queue::{FairQueue, Rules},
    ledger::SealedSecrets,
    secrets::Envelope,
};

pub(super) fn environment(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name)
        .ok()
        .map(|value| Zeroizing::new(value.trim().to_owned()))
        .filter(|value| !value.is_empty())
}

pub(super) fn builtin() -> Arc<Upstream> {
    Arc::new(Upstream {
        name: BUILTIN.into(),
        target: Target::Builtin,
        pricing_id: None,
        dialect: Dialect::OpenAi,
        cap_field: CapField::MaxTokens,
        speaks: Speaks::of(known::compatible()),
        takes_stream_options: true,
        states_cost: false,
        is_free: true,
        health: Arc::default(),
        queue: FairQueue::new(Rules::UNLIMITED),
    })
}

pub(super) fn hosted(provider: &'static Provider, key: &str) -> Result<Arc<Upstream>, ConfigError> {
    let base_url = provider.base_url.unwrap_or_default();
    upstream(provider.name, provider, base_url, Some(key))
}

/// Those that were added over the API. One that does not work any more is left out with a word in
/// the log; the configuration comes first where both have a name.
pub(super) fn added(
    config: &Config,
    stored: &SealedSecrets,
    envelope: &Envelope,
) -> Vec<(Arc<Upstream>, &'static Provider)> {
    let reach = config.reach().unwrap_or_default();
    let is_free = |added: &UpstreamConfig| config.upstreams.iter().all(|known| known.name != added.name);
    let all = Added::all(stored, envelope).into_iter().filter(is_free);
    let made = all.filter_map(|added| {
        let made = configured(&added, config.queue_of(&added), stored, envelope);
        let (mut upstream, provider) = made
            .inspect_err(|error| tracing::error!("An added upstream is left out: {error}"))
            .ok()?;
        if let Some(Upstream {
            target: Target::Http { origin, .. },
            ..
        }) = Arc::get_mut(&mut upstream)
        {
            *origin = origin.clone().within(reach.clone());
        }
        Some((upstream, provider))
    });
    made.collect()
}

pub(super) fn configured(
    config: &UpstreamConfig,
    queue: Rules,
    stored: &SealedSecrets,
    envelope: &Envelope,
) -> Result<(Arc<Upstream>, &'static Provider), ConfigError> {
    let invalid = |text: &str| ConfigError::Invalid(format!("upstream \"{}\": {text}", config.name));
    let provider = known::by_name(&config.provider).ok_or_else(|| {
        let names: Vec<_> = known::names().collect();
        invalid(&format!(
            "there is no provider \"{}\"; known are {}",
            config.provider,
            names.join(", ")
        ))
    })?;
    let base_url = config.base_url.as_deref().or(provider.base_url);
    let base_url = base_url.ok_or_else(|| invalid("name its base_url"))?;
    let key = api_key(config, provider, stored, envelope)?;
    let mut made = upstream(
        &config.name,
        provider,
        base_url,
        key.as_deref().map(String::as_str),
    )?;
    if let Some(upstream) = Arc::get_mut(&mut made) {
        upstream.queue = FairQueue::new(queue);
        if let Some(dialects) = &config.dialects {
            upstream.speaks = Speaks::listed(dialects);
        }
        if let Target::Http { origin, .. } = &mut upstream.target {
            origin.http2 = config.http2.unwrap_or(true);
        }
    }
    Ok((made, provider))
}

/// The key from where the configuration says; else one that was stored encrypted; else, for a
/// hosted provider, its usual variable.
fn api_key(
    config: &UpstreamConfig,
    provider: &Provider,
    stored: &SealedSecrets,
    envelope: &Envelope,
) -> Result<Option<Zeroizing<String>>, ConfigError> {
    let invalid = |text: &str| ConfigError::Invalid(format!("upstream \"{}\": {text}", config.name));
    if let Some(name) = &config.api_key_env {
        return environment(name)
            .map(Some)
            .ok_or_else(|| invalid(&format!("the variable {name} is not set")));
    }
    if let Some(path) = &config.api_key_file {
        let text = std::fs::read_to_string(path).map_err(|_| invalid("its api_key_file cannot be read"))?;
        return Ok(Some(Zeroizing::new(text.trim().to_owned())));
    }
    if let Some(sealed) = stored.get(&config.name) {
        let secret = envelope
            .unseal(&config.name, sealed)
            .map_err(|error| invalid(&error.to_string()))?;
        let text = std::str::from_utf8(&secret).map_err(|_| invalid("its stored secret is not text"))?;
        // An empty one was taken away.
        if !text.is_empty() {
            return Ok(Some(Zeroizing::new(text.to_owned())));
        }
    }
    // The owner's own variable is for the provider's own address.
    let is_elsewhere = config.is_added && config.base_url.is_some();
    Ok(provider
        .api_key_env
        .filter(|_| !is_elsewhere)
        .and_then(environment))
}

pub(super) fn upstream(
    name: &str,
    provider: &Provider,
    base_url: &str,
    key: Option<&str>,
) -> Result<Arc<Upstream>, ConfigError> {
    let invalid = |text: String| ConfigError::Invalid(format!("upstream \"{name}\": {text}"));
    let origin = Origin::parse(base_url).map_err(|error| invalid(error.to_string()))?;
    let authorization = match key {
        Some(key) => {
            let (header, text) = match provider.dialect {
                Dialect::OpenAi => ("authorization", format!("Bearer {key}")),
                Dialect::Anthropic => ("x-api-key", key.to_owned()),
            };
            let mut value = HeaderValue::from_str(&text)
                .map_err(|_| invalid("its API key holds characters that no key has".into()))?;
            value.set_sensitive(true);
            Some((header, value))
        }
        None => None,
    };
    Ok(Arc::new(Upstream {
        name: name.into(),
        target: Target::Http {
            origin,
            authorization,
        },
        pricing_id: provider.pricing_id,
        dialect: provider.dialect,
        cap_field: provider.cap_field,
        speaks: Speaks::of(provider),
        takes_stream_options: provider.takes_stream_options,
        states_cost: provider.states_cost,
        is_free: false,
        health: Arc::default(),
        queue: FairQueue::new(Rules::UNLIMITED),
    }))
}

/// A server that was found on this machine. What it serves costs nobody anything.
pub(super) fn local(provider: &'static Provider, port: u16) -> Option<Arc<Upstream>> {
    let made = upstream(
        provider.name,
        provider,
        &format!("http://127.0.0.1:{port}/v1"),
        None,
    )
    .ok()?;
    Arc::into_inner(made).map(|upstream| {
        Arc::new(Upstream {
            is_free: true,
            ..upstream
        })
    })
}
