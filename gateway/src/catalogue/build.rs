//! From configuration, environment and what was found to the list of models.

use std::{collections::HashSet, sync::Arc};

use http::HeaderValue;
use protocol::api::Capability;
use providers::{
    catalogue::{self as known, Dialect, Provider},
    fim::FimWay,
    image::ImageRule,
    openai::CapField,
};
use usage::pricing::{Price, bundled};
use zeroize::Zeroizing;

use super::{Added, Auto, Catalogue, Entry, Found, Origin, Pricing, Route, Speaks, Target, Upstream};
use crate::{
    config::{Config, ConfigError, ModelConfig, RouteConfig, UpstreamConfig, parse_multiplier},
    fair_queue::{FairQueue, Rules},
    ledger::SealedSecrets,
    secrets::Envelope,
};

pub(crate) const BUILTIN: &str = "builtin";
const LOOKUP: &str = "lookup";
const HELP: &str = "help";

/// Everything that models are made from, with secrets resolved.
#[derive(Debug)]
pub struct Sources {
    /// With the provider that each belongs to.
    pub upstreams: Vec<(Arc<Upstream>, &'static Provider)>,
    pub models: Vec<ModelConfig>,
    /// Look for servers on loopback.
    pub looks_on_loopback: bool,
}

impl Sources {
    pub fn new(config: &Config, stored: &SealedSecrets, envelope: &Envelope) -> Result<Self, ConfigError> {
        let mut upstreams = vec![(builtin_upstream(), known::compatible())];
        for upstream in &config.upstreams {
            upstreams.push(configured(upstream, config.queue_of(upstream), stored, envelope)?);
        }
        upstreams.extend(added(config, stored, envelope));
        for provider in known::hosted() {
            let taken = upstreams
                .iter()
                .any(|(upstream, _)| &*upstream.name == provider.name);
            if let Some(key) = provider.api_key_env.and_then(environment).filter(|_| !taken) {
                upstreams.push((hosted(provider, &key)?, provider));
            }
        }
        Ok(Self {
            upstreams,
            models: config.models.clone(),
            looks_on_loopback: config.discover.unwrap_or(config.upstreams.is_empty()),
        })
    }

    /// Takes over what is known of upstreams that were there before: how well they are, and who
    /// waits for them.
    pub fn inherit(&mut self, before: &Catalogue) {
        for (upstream, _) in &mut self.upstreams {
            let Some(known) = before.upstream_like(upstream) else {
                continue;
            };
            // Nobody else has the new ones yet.
            if let Some(upstream) = Arc::get_mut(upstream) {
                known.queue.set_rules(upstream.queue.rules());
                upstream.queue = Arc::clone(&known.queue);
                upstream.health = Arc::clone(&known.health);
            }
        }
    }

    fn upstream(&self, name: &str) -> Option<&(Arc<Upstream>, &'static Provider)> {
        self.upstreams
            .iter()
            .find(|(upstream, _)| &*upstream.name == name)
    }

    /// Upstreams that no configured model names: clients get what the upstream itself lists.
    pub fn without_models(&self) -> impl Iterator<Item = &(Arc<Upstream>, &'static Provider)> {
        let named: HashSet<&str> = self.models.iter().flat_map(upstream_names).collect();
        self.upstreams.iter().filter(move |(upstream, _)| {
            matches!(upstream.target, Target::Http { .. }) && !named.contains(&*upstream.name)
        })
    }
}

fn upstream_names(model: &ModelConfig) -> impl Iterator<Item = &str> {
    model
        .upstream
        .iter()
        .chain(model.routes.iter().map(|route| &route.upstream))
        .map(String::as_str)
}

fn environment(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name)
        .ok()
        .map(|value| Zeroizing::new(value.trim().to_owned()))
        .filter(|value| !value.is_empty())
}

fn builtin_upstream() -> Arc<Upstream> {
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

fn hosted(provider: &'static Provider, key: &str) -> Result<Arc<Upstream>, ConfigError> {
    let base_url = provider.base_url.unwrap_or_default();
    upstream(provider.name, provider, base_url, Some(key))
}

/// Those that were added over the API. One that does not work any more is left out with a word in
/// the log; the configuration comes first where both have a name.
fn added(
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

fn configured(
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

fn upstream(
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

/// All models: configured, found, built in.
pub fn build(sources: &Sources, found: &[Found]) -> Catalogue {
    let mut entries: Vec<Entry> = sources
        .models
        .iter()
        .filter_map(|model| match &model.choose {
            Some(choose) => Some(auto_entry(model, choose)),
            None => configured_entry(sources, model),
        })
        .collect();
    for upstream in found {
        entries.extend(upstream.models.iter().map(|model| found_entry(upstream, model)));
    }
    if let Some((upstream, _)) = sources.upstream(BUILTIN) {
        entries.extend([LOOKUP, HELP].map(|model| builtin_entry(upstream, model)));
    }
    describe_autos(&mut entries);
    Catalogue::new(entries)
}

/// What it can do follows when all others are known.
fn auto_entry(model: &ModelConfig, choose: &[String]) -> Entry {
    // The file was checked when it was read.
    let max_price = model.max_price.as_ref().and_then(|price| price.max_price().ok());
    Entry {
        id: model.id.as_str().into(),
        capabilities: Vec::new(),
        context_window: None,
        output_max: None,
        routes: Vec::new(),
        auto: Some(Auto {
            choose: choose.iter().map(|id| id.as_str().into()).collect(),
            max_price: max_price.unwrap_or_default(),
            pricing: None,
        }),
    }
}

/// A model that stands for others can do what one of them can. One that stands for nothing that is
/// served is not served either.
fn describe_autos(entries: &mut Vec<Entry>) {
    let mut autos = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let Some(auto) = &entry.auto else { continue };
        let served: Vec<&Entry> = auto
            .choose
            .iter()
            .filter_map(|id| {
                entries
                    .iter()
                    .find(|entry| entry.id == *id && entry.auto.is_none())
            })
            .collect();
        autos.push((place, described(entry, &served)));
    }
    for (place, entry) in autos {
        entries[place] = entry;
    }
    entries.retain(|entry| entry.auto.is_none() || !entry.capabilities.is_empty());
}

fn described(entry: &Entry, served: &[&Entry]) -> Entry {
    let mut entry = entry.clone();
    for one in served {
        for capability in &one.capabilities {
            if !entry.capabilities.contains(capability) {
                entry.capabilities.push(*capability);
            }
        }
    }
    // One whose window is not known may have the largest.
    let windows: Option<Vec<u64>> = served.iter().map(|one| one.context_window).collect();
    entry.context_window = windows.and_then(|windows| windows.into_iter().max());
    if let Some(auto) = &mut entry.auto {
        let prices = served.iter().filter_map(|one| one.pricing());
        auto.pricing = prices.max_by_key(|price| (price.output_nano_usd, price.input_nano_usd));
    }
    entry
}

fn configured_entry(sources: &Sources, model: &ModelConfig) -> Option<Entry> {
    let single = model.upstream.as_ref().map(|upstream| RouteConfig {
        upstream: upstream.clone(),
        upstream_model: model.upstream_model.clone(),
        price: None,
        weight: 1,
    });
    let routes: Vec<Route> = single
        .iter()
        .chain(&model.routes)
        .filter_map(|route| configured_route(sources, model, route))
        .collect();
    let first = routes.first()?;
    let mut capabilities = model
        .capabilities
        .clone()
        .unwrap_or_else(|| capabilities_of(first));
    if model.image_tokens_max.is_some() && !capabilities.contains(&Capability::Vision) {
        capabilities.push(Capability::Vision);
    }
    Some(Entry {
        id: model.id.as_str().into(),
        capabilities,
        context_window: model.context_window,
        output_max: model.output_max,
        routes,
        auto: None,
    })
}

fn configured_route(sources: &Sources, model: &ModelConfig, route: &RouteConfig) -> Option<Route> {
    let (upstream, provider) = sources.upstream(&route.upstream)?;
    let name = route.upstream_model.as_deref().unwrap_or(&model.id);
    // The file was checked when it was read; what does not parse here cannot be.
    let price = match route.price.as_ref().or(model.price.as_ref()) {
        Some(price) => price.price(model.multiplier.as_deref()).ok(),
        None => default_price(upstream, name).and_then(|price| {
            Some(price.with_multiplier(parse_multiplier(model.multiplier.as_deref()).ok()?))
        }),
    };
    let fim = match (&upstream.target, &model.fim) {
        (Target::Builtin, _) => FimWay::Builtin,
        (_, Some(name)) => FimWay::by_name(name)?,
        (_, None) => FimWay::for_model(name, provider.native_suffix, upstream.speaks.completions),
    };
    Some(Route {
        upstream: Arc::clone(upstream),
        upstream_model: name.into(),
        price: price.map(Pricing::new),
        fim,
        images: image_rule(model, name),
        context_window: model.context_window,
        weight: route.weight,
    })
}

/// What the owner says, else what is published for the family.
fn image_rule(model: &ModelConfig, upstream_model: &str) -> Option<ImageRule> {
    let said = model.image_tokens_max.map(ImageRule::AtMost);
    said.or_else(|| ImageRule::of_model(upstream_model))
}

fn default_price(upstream: &Upstream, model: &str) -> Option<Price> {
    if upstream.is_free {
        return Some(Price::FREE);
    }
    bundled(upstream.pricing_id?, model)
}

/// What is known of a model whose owner does not say it.
fn capabilities_of(route: &Route) -> Vec<Capability> {
    let mut capabilities = match (&route.upstream.target, &*route.upstream_model) {
        (Target::Builtin, LOOKUP) => return vec![Capability::Completion],
        (Target::Builtin, _) => return vec![Capability::Chat],
        (Target::Http { .. }, name) if name.contains("embed") => return vec![Capability::Embedding],
        (Target::Http { .. }, _) if route.upstream.dialect == Dialect::Anthropic => vec![Capability::Chat],
        (Target::Http { .. }, _) => vec![Capability::Chat, Capability::Completion],
    };
    capabilities.push(Capability::Tools);
    if route.images.is_some() {
        capabilities.push(Capability::Vision);
    }
    capabilities
}

fn found_entry(found: &Found, model: &str) -> Entry {
    let route = Route {
        upstream: Arc::clone(&found.upstream),
        upstream_model: model.into(),
        price: default_price(&found.upstream, model).map(Pricing::new),
        fim: FimWay::for_model(
            model,
            found.provider.native_suffix,
            found.upstream.speaks.completions,
        ),
        images: ImageRule::of_model(model),
        context_window: None,
        weight: 1,
    };
    Entry {
        id: model.into(),
        capabilities: capabilities_of(&route),
        context_window: None,
        output_max: None,
        routes: vec![route],
        auto: None,
    }
}

fn builtin_entry(upstream: &Arc<Upstream>, model: &str) -> Entry {
    let route = Route {
        upstream: Arc::clone(upstream),
        upstream_model: model.into(),
        price: Some(Pricing::new(Price::FREE)),
        fim: FimWay::Builtin,
        images: None,
        context_window: None,
        weight: 1,
    };
    Entry {
        id: format!("{BUILTIN}/{model}").into(),
        capabilities: capabilities_of(&route),
        context_window: None,
        output_max: None,
        routes: vec![route],
        auto: None,
    }
}
