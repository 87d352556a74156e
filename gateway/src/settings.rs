//! The configuration in force, and how another one takes its place while requests run.
//!
//! A request takes its model, price and limits once; what runs is settled at the price of its hold,
//! whatever the file says by then.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;
use protocol::api::Reloaded;

use crate::{
    catalogue::{Found, Sources, build},
    config::{Config, ConfigError, Limits},
    ledger::SealedSecrets,
    state::Gateway,
};

pub struct Settings {
    file: Option<PathBuf>,
    /// What cannot change without a restart is in force as it was then.
    started_with: Config,
    config: ArcSwap<Config>,
    /// What upstreams listed when they were last asked. Whoever changes the catalogue has the lock.
    found: Mutex<Vec<Found>>,
}

impl Settings {
    pub fn new(file: Option<PathBuf>, config: Config) -> Self {
        Self {
            file,
            started_with: config.clone(),
            config: ArcSwap::from_pointee(config),
            found: Mutex::default(),
        }
    }

    pub fn config(&self) -> Arc<Config> {
        self.config.load_full()
    }

    pub fn limits(&self) -> Limits {
        self.config.load().limits
    }

    pub fn logs_requests(&self) -> bool {
        self.config.load().log.requests
    }

    /// What upstreams listed when they were last asked.
    pub fn found(&self) -> Vec<Found> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the file again and puts all of it in force, or nothing. `stored` is what the database has
/// of upstreams' secrets.
pub fn reload(gateway: &Gateway, stored: &SealedSecrets) -> Result<Reloaded, ConfigError> {
    let settings = &gateway.settings;
    let file = settings.file.as_deref().ok_or(ConfigError::NoFile)?;
    // From the first look at the file on: of two reloads at once the later one is in force.
    let mut found = settings.lock();
    let config = Config::read(file)?;
    let mut sources = Sources::new(&config, stored, &gateway.envelope)?;
    sources.inherit(&gateway.catalogue.load());
    found.retain_mut(|found| sources.keeps(found));
    let catalogue = build(&sources, &found);
    let reloaded = Reloaded {
        models: catalogue.entries().len(),
        upstreams: config.upstreams.len(),
        needs_restart: needs_restart(&settings.started_with, &config),
    };
    let limits = config.limits;
    gateway
        .failed_redeems
        .set(limits.failed_redeems_per_minute, limits.failed_redeems_per_hour);
    gateway.quota.set_rules(config.quota());
    gateway.queue.set_rules(config.queue());
    gateway.catalogue.store(Arc::new(catalogue));
    settings.config.store(Arc::new(config));
    drop(found);
    gateway.changed.notify_one();
    tell(&reloaded);
    Ok(reloaded)
}

/// Puts in force what the upstreams of this configuration listed; false when another one is in
/// force by now, and they have to be asked again.
pub fn offer(gateway: &Gateway, config: &Arc<Config>, sources: &Sources, listed: Vec<Found>) -> bool {
    let mut found = gateway.settings.lock();
    if !Arc::ptr_eq(config, &gateway.settings.config()) {
        return false;
    }
    gateway.catalogue.store(Arc::new(build(sources, &listed)));
    *found = listed;
    true
}

fn tell(reloaded: &Reloaded) {
    tracing::info!(
        models = reloaded.models,
        upstreams = reloaded.upstreams,
        "The configuration was read again"
    );
    if !reloaded.needs_restart.is_empty() {
        tracing::warn!(
            "These changes of the configuration wait for a restart: {}",
            reloaded.needs_restart.join(", ")
        );
    }
}

/// The keys whose new value is not in force: sockets, certificates and names are set up once.
fn needs_restart(before: &Config, after: &Config) -> Vec<String> {
    let changed = [
        ("listen", before.listen != after.listen),
        ("public_url", before.public_url != after.public_url),
        ("tls_cert", before.tls_cert != after.tls_cert),
        ("tls_key", before.tls_key != after.tls_key),
        ("telemetry", before.telemetry != after.telemetry),
        ("log.format", before.log.format != after.log.format),
        ("trusted_proxies", before.trusted_proxies != after.trusted_proxies),
        (
            "limits.connections_max",
            before.limits.connections_max != after.limits.connections_max,
        ),
    ];
    let names = changed.into_iter().filter(|(_, changed)| *changed);
    names.map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_up_once_is_named() {
        let before = Config::parse("listen = \"127.0.0.1:1\"\npublic_url = \"https://a.example\"").unwrap();
        let after = Config::parse("listen = \"127.0.0.1:2\"\npublic_url = \"https://a.example\"").unwrap();
        assert_eq!(needs_restart(&before, &after), ["listen"]);
        assert!(needs_restart(&after, &after).is_empty());
    }
}
