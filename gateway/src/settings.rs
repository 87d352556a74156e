//! The configuration in force, and how another one takes its place while requests run.
//!
//! A request takes its model, price and limits once; what runs is settled at the price of its hold,
//! whatever the file says by then.

mod chosen;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;
use jiff::tz::TimeZone;
use protocol::api::Reloaded;

use crate::{
    catalogue::{Catalogue, Found, Sources, build},
    config::{Config, ConfigError, Limits},
    ledger::{LedgerError, SealedSecrets},
    people::provider::Providers,
    quota,
    state::Gateway,
};

pub use chosen::{Chosen, USAGE_DAYS_MIN, renew_chosen};

pub struct Settings {
    file: Option<PathBuf>,
    /// What cannot change without a restart is in force as it was then.
    started_with: Config,
    config: ArcSwap<Config>,
    /// What somebody chose on the pages, which goes before the file.
    chosen: ArcSwap<Chosen>,
    /// Whoever changes the catalogue has the lock.
    listed: Mutex<Listed>,
}

#[derive(Default)]
struct Listed {
    /// What upstreams listed when they were last asked.
    found: Vec<Found>,
    /// Goes up with each change of what there is to ask.
    version: u64,
    /// What the database had of upstreams at the last change.
    stored: SealedSecrets,
}

impl Settings {
    pub fn new(file: Option<PathBuf>, config: Config) -> Self {
        Self {
            file,
            started_with: config.clone(),
            config: ArcSwap::from_pointee(config),
            chosen: ArcSwap::default(),
            listed: Mutex::default(),
        }
    }

    pub fn config(&self) -> Arc<Config> {
        self.config.load_full()
    }

    pub fn limits(&self) -> Limits {
        self.config.load().limits
    }

    /// The time zone that days are counted in.
    pub fn zone(&self) -> TimeZone {
        self.chosen.load().zone().unwrap_or_else(|| self.zone_of_file())
    }

    /// The same, where nobody chose another one.
    pub fn zone_of_file(&self) -> TimeZone {
        self.config.load().zone().unwrap_or(TimeZone::UTC)
    }

    /// What somebody chose on the pages.
    pub fn chosen(&self) -> Arc<Chosen> {
        self.chosen.load_full()
    }

    /// The limits that keys and devices have by default, counted in our days.
    fn quota(&self) -> quota::Rules {
        quota::Rules {
            zone: self.zone(),
            ..self.config.load().quota()
        }
    }

    pub fn logs_requests(&self) -> bool {
        self.config.load().log.requests
    }

    /// What upstreams listed when they were last asked.
    pub fn found(&self) -> Vec<Found> {
        self.lock().found.clone()
    }

    /// What [`offer`] wants to see again.
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    fn lock(&self) -> MutexGuard<'_, Listed> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the file again and puts all of it in force, or nothing. `stored` is what the database has
/// of upstreams' secrets.
pub fn reload(gateway: &Gateway, stored: &SealedSecrets) -> Result<Reloaded, ConfigError> {
    let settings = &gateway.settings;
    let file = settings.file.as_deref().ok_or(ConfigError::NoFile)?;
    // From the first look at the file on: of two reloads at once the later one is in force.
    let mut listed = settings.lock();
    let config = Config::read(file)?;
    let catalogue = catalogue_of(gateway, &config, stored, &mut listed)?;
    let reloaded = Reloaded {
        models: catalogue.entries().len(),
        upstreams: config.upstreams.len(),
        needs_restart: needs_restart(&settings.started_with, &config),
    };
    let providers = Providers::new(&config)?;
    let limits = config.limits;
    gateway.door.providers.store(Arc::new(providers));
    gateway
        .failed_redeems
        .set(limits.failed_redeems_per_minute, limits.failed_redeems_per_hour);
    gateway.queue.set_rules(config.queue());
    gateway.catalogue.store(Arc::new(catalogue));
    settings.config.store(Arc::new(config));
    gateway.quota.set_rules(settings.quota());
    drop(listed);
    gateway.changed.notify_one();
    tell(&reloaded);
    Ok(reloaded)
}

/// Puts in force what the database has of upstreams by now: new ones, other keys, none any more.
/// Which models new ones have is asked after that.
pub async fn renew(gateway: &Gateway) -> Result<(), RenewError> {
    let stored = gateway.reader.sealed_secrets().await?;
    renew_with(gateway, &stored)
}

/// The same, where the database has something else by now.
pub async fn renew_if_changed(gateway: &Gateway) -> Result<(), RenewError> {
    let stored = gateway.reader.sealed_secrets().await?;
    if gateway.settings.lock().stored == stored {
        return Ok(());
    }
    renew_with(gateway, &stored)
}

fn renew_with(gateway: &Gateway, stored: &SealedSecrets) -> Result<(), RenewError> {
    let mut listed = gateway.settings.lock();
    let config = gateway.settings.config();
    let catalogue = catalogue_of(gateway, &config, stored, &mut listed)?;
    gateway.catalogue.store(Arc::new(catalogue));
    drop(listed);
    gateway.changed.notify_one();
    Ok(())
}

#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The models of this configuration, with those that were found before and are there still.
fn catalogue_of(
    gateway: &Gateway,
    config: &Config,
    stored: &SealedSecrets,
    listed: &mut Listed,
) -> Result<Catalogue, ConfigError> {
    let mut sources = Sources::new(config, stored, &gateway.envelope)?;
    sources.inherit(&gateway.catalogue.load());
    listed.found.retain_mut(|found| sources.keeps(found));
    listed.version += 1;
    listed.stored.clone_from(stored);
    Ok(build(&sources, &listed.found))
}

/// Puts in force what the upstreams listed that there were at this version; false when there are
/// others by now, and they have to be asked.
pub fn offer(gateway: &Gateway, version: u64, sources: &Sources, found: Vec<Found>) -> bool {
    let mut listed = gateway.settings.lock();
    if version != listed.version {
        return false;
    }
    gateway.catalogue.store(Arc::new(build(sources, &found)));
    listed.found = found;
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
