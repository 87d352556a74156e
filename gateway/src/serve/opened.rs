//! From what was opened to the state that all routes share.

use std::{path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use super::ServeError;
use crate::{
    alert::Alerts,
    catalogue::{self, Sources, Trials},
    clock::go_on_after,
    config::Config,
    credential::{self, Kind},
    data_dir::{AdminFile, DataDir, DataDirError},
    directory::Directory,
    events::EventHub,
    failure_limit::FailureLimit,
    fair_queue::FairQueue,
    ledger::{Ledger, LedgerError, Reader, Secret},
    metrics::Metrics,
    peer::PeerRules,
    people::{Doorkeeper, provider::Providers},
    quota::Quota,
    reconcile::Reconcile,
    report::{Rollup, id_ms},
    secrets::{Envelope, Pepper},
    settings::{Settings, renew_chosen},
    sharing::Boards,
    state::{Gateway, Stop},
    telemetry::Telemetry,
};

pub(super) struct Opened {
    pub(super) config_file: Option<PathBuf>,
    pub(super) config: Config,
    pub(super) data_dir: DataDir,
    pub(super) ledger: Ledger,
    pub(super) reader: Reader,
    pub(super) local_url: String,
    pub(super) public_url: String,
    pub(super) telemetry: Option<Telemetry>,
}

impl Opened {
    /// Puts the shared state together and writes `admin.json`, the last step before serving. The
    /// data directory comes back too: its lock lives as long as the gateway.
    pub(super) async fn gateway(self, peers: PeerRules) -> Result<(Arc<Gateway>, DataDir), ServeError> {
        let Self {
            config_file,
            config,
            data_dir,
            ledger,
            reader,
            local_url,
            public_url,
            telemetry,
        } = self;
        let (pepper, envelope) = open_secrets(&data_dir, &ledger, &reader).await?;
        if let Some(last) = reader.last_request().await? {
            go_on_after(id_ms(last));
        }
        let quota = Arc::new(Quota::new(config.quota()));
        let directory = Directory::load(&reader, pepper.clone(), Arc::clone(&quota)).await?;
        quota.set_members(reader.people().limits().await?);
        let sources = Sources::new(&config, &reader.sealed_secrets().await?, &envelope)?;
        let admin = credential::generate(Kind::Admin)
            .ok_or_else(|| std::io::Error::other("the system gave no random bytes"))?;
        let providers = Providers::new(&config)?;
        let gateway = Gateway {
            ledger,
            reader,
            rollup: Arc::new(open_rollup(&data_dir)?),
            counting: tokio::sync::Mutex::default(),
            imports: Arc::new(tokio::sync::Semaphore::new(1)),
            exports: Arc::new(tokio::sync::Semaphore::new(crate::export::AT_ONCE)),
            directory,
            catalogue: ArcSwap::from_pointee(catalogue::build(&sources, &[])),
            quota,
            queue: FairQueue::new(config.queue()),
            capacity: Arc::default(),
            door: Doorkeeper {
                providers: ArcSwap::from_pointee(providers),
                ..Doorkeeper::default()
            },
            boards: Boards::default(),
            failed_redeems: FailureLimit::new(
                config.limits.failed_redeems_per_minute,
                config.limits.failed_redeems_per_hour,
            ),
            events: EventHub::default(),
            metrics: Metrics::default(),
            reconcile: Reconcile::default(),
            trials: Trials::default(),
            alerts: Alerts::default(),
            telemetry,
            peers,
            admin_mac: pepper.mac(admin.as_bytes()),
            settings: Settings::new(config_file, config),
            envelope,
            changed: Notify::new(),
            public_url,
            stop: Stop::default(),
        };
        let file = AdminFile {
            gateway_url: local_url,
            credential: admin.to_string(),
        };
        renew_chosen(&gateway).await?;
        data_dir.write_admin_file(&file).map_err(DataDirError::Unusable)?;
        Ok((Arc::new(gateway), data_dir))
    }
}

/// The sums of usage. A file that cannot be used is made anew: everything in it is in the ledger.
fn open_rollup(data_dir: &DataDir) -> Result<Rollup, ServeError> {
    let path = data_dir.rollup();
    let opened = Rollup::open(&path).or_else(|error| {
        tracing::warn!("The sums of usage are made anew: {error}");
        std::fs::remove_file(&path).ok();
        Rollup::open(&path)
    });
    opened.map_err(|error| DataDirError::Unusable(std::io::Error::other(error)).into())
}

/// Makes the secret files at the first start. Later a missing or exchanged one is an error: with
/// another pepper every key and credential would be refused, and nobody would know why.
async fn open_secrets(
    data_dir: &DataDir,
    ledger: &Ledger,
    reader: &Reader,
) -> Result<(Pepper, Envelope), ServeError> {
    let known = reader.check(Secret::Pepper).await?;
    let folder = data_dir.secrets();
    let lost = |what: &str| {
        let text = format!(
            "{what} is missing or is another one; copy the folder secrets/ from a backup, or from another \
             gateway on the same database"
        );
        ServeError::DataDir(DataDirError::Unusable(std::io::Error::other(text)))
    };
    if known.is_some() && !folder.join("pepper").exists() {
        return Err(lost("the pepper"));
    }
    let is_sealed = reader.check(Secret::KeyEncryptionKey).await?.is_some()
        || !reader.upstream_secrets().await?.is_empty();
    if is_sealed && !folder.join("key-encryption-key").exists() {
        return Err(lost("the key file of the upstream secrets"));
    }
    let pepper = Pepper::open(&folder).map_err(DataDirError::Unusable)?;
    match known {
        Some(check) if check != pepper.check() => return Err(lost("the pepper")),
        Some(_) => {}
        None => {
            ledger.remember(Secret::Pepper, pepper.check()).await?;
            // Of two gateways that start on an empty database at once, one was first.
            if reader.check(Secret::Pepper).await? != Some(pepper.check()) {
                return Err(lost("the pepper"));
            }
        }
    }
    let envelope = Envelope::open(&folder).map_err(DataDirError::Unusable)?;
    if !is_known(&envelope, ledger, reader).await? {
        return Err(lost("the key file of the upstream secrets"));
    }
    Ok((pepper, envelope))
}

/// Whether the key file is the one that the secrets in the database are sealed with, and the
/// database knows that from now on.
async fn is_known(envelope: &Envelope, ledger: &Ledger, reader: &Reader) -> Result<bool, LedgerError> {
    if let Some(check) = reader.check(Secret::KeyEncryptionKey).await? {
        return Ok(check == envelope.check());
    }
    // A database of before it kept this: what is sealed in it says which key is right.
    let stored = reader.sealed_secrets().await?;
    if stored
        .iter()
        .any(|(row, sealed)| envelope.unseal(row, sealed).is_err())
    {
        return Ok(false);
    }
    ledger
        .remember(Secret::KeyEncryptionKey, envelope.check())
        .await?;
    Ok(reader.check(Secret::KeyEncryptionKey).await? == Some(envelope.check()))
}
