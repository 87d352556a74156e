//! What models are made from: the upstreams of configuration, environment and API, and the file's
//! models.

use std::{collections::HashSet, sync::Arc};

use providers::catalogue::{self as known, Provider};

use super::{
    Catalogue, Target, Upstream, outward,
    upstreams::{added, builtin, configured, environment, hosted},
};
use crate::{
    config::{Config, ConfigError, ModelConfig},
    ledger::SealedSecrets,
    secrets::Envelope,
};

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
        let mut upstreams = vec![(builtin(), known::compatible())];
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
        outward::assign(&mut upstreams, config, |name| std::env::var(name).ok())?;
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

    pub(super) fn upstream(&self, name: &str) -> Option<&(Arc<Upstream>, &'static Provider)> {
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
