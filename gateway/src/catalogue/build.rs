//! From the sources and what was found to the list of models.

use std::sync::Arc;

use protocol::api::Capability;
use providers::{catalogue::Dialect, fim::FimWay, image::ImageRule};
use usage::pricing::{Price, bundled};

use super::{Auto, BUILTIN, Catalogue, Entry, Found, Pricing, Route, Sources, Target, Upstream};
use crate::config::{ModelConfig, RouteConfig, parse_multiplier};

const LOOKUP: &str = "lookup";
const HELP: &str = "help";

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
