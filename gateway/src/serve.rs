//! `token-tracker serve`: from a data directory to a gateway that answers, and back.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};

use crate::{
    catalogue::{self, Sources},
    clock::{now_ms, steady_ms},
    cluster,
    config::{Config, ConfigError, ServeOptions},
    credential::{self, Kind},
    data_dir::{AdminFile, DataDir, DataDirError},
    directory::Directory,
    disk,
    events::{EventHub, Notice},
    failure_limit::FailureLimit,
    fair_queue::FairQueue,
    ledger::{Changes, Ledger, LedgerError, Reader, Recovered},
    metrics::Metrics,
    peer::{PeerRules, host_of},
    quota::Quota,
    secrets::{Envelope, Pepper},
    server::{self, Door, Shared, TlsError, TlsFiles},
    settings::{self, Settings},
    state::{Gateway, Stop},
    telemetry::{Telemetry, TelemetryError},
};

/// How late an expiry or an allowance may be.
const DUE: Duration = Duration::from_secs(5);
/// How often lost holds are looked for.
const SWEEP: Duration = Duration::from_secs(60);
/// On a shared database this also says that the gateway lives.
const SWEEP_SHARED: Duration = Duration::from_secs(10);
/// How often upstreams are asked for their models.
const LOOK_UP: Duration = Duration::from_secs(600);

/// Why a gateway does not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error("the address {0} cannot be used: {1}")]
    Bind(SocketAddr, std::io::Error),
    #[error("without TLS the gateway listens on loopback only")]
    Insecure,
    #[error("the gateway stopped: {0}")]
    Io(#[from] std::io::Error),
}

/// Runs until SIGINT or SIGTERM; what runs then may end, and everything is settled.
pub fn serve(options: ServeOptions) -> Result<(), ServeError> {
    forbid_core_dumps();
    let config = options
        .config
        .as_deref()
        .map_or_else(|| Ok(Config::default()), Config::read)?;
    let data_dir = DataDir::open(&options.data_dir)?;
    let plan = Plan::of(&options, &config)?;
    let doors = plan.doors()?;
    let sync = disk::sync_time(&options.data_dir).map_err(DataDirError::Unusable)?;
    tracing::info!(
        "A durable write takes {:.2} ms on this disk",
        sync.as_secs_f64() * 1_000.0
    );
    let starting = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let store = data_dir.store(options.database_url.as_deref())?;
    let database = starting.block_on(store.open(now_ms()))?;
    tell_recovered(&database.recovered);
    let public_url = plan.public_url(&doors)?;
    let upstream_tls = server::client_config()?;
    let telemetry = Telemetry::start(&config.telemetry, &upstream_tls)?;
    let opened = Opened {
        config_file: options.config,
        config,
        data_dir,
        ledger: database.ledger,
        reader: database.reader,
        local_url: local_url(&doors)?,
        public_url: public_url.clone(),
        telemetry,
    };
    let (gateway, _data_dir) = starting.block_on(opened.gateway(plan.rules))?;
    let shared = Arc::new(Shared {
        gateway: Arc::clone(&gateway),
        upstream_tls,
    });
    let chores = start_chores(gateway, Arc::clone(&shared.upstream_tls), database.changes)?;
    tracing::info!("The gateway listens on {public_url}");
    let outcome = server::serve(&shared, doors);
    drop(chores);
    drop(database.writer);
    if let Some(telemetry) = &shared.gateway.telemetry {
        telemetry.end();
    }
    tracing::info!("The gateway stopped");
    Ok(outcome?)
}

/// A dump of this process would hold provider keys and everybody's text.
fn forbid_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        if let Err(error) = setrlimit(
            Resource::Core,
            Rlimit {
                current: Some(0),
                maximum: Some(0),
            },
        ) {
            tracing::warn!("Core dumps could not be switched off: {error}");
        }
    }
}

/// How this machine's own programs reach the gateway: by loopback, without TLS, through nobody.
fn local_url(doors: &[Door]) -> std::io::Result<String> {
    let door = doors.iter().find(|door| door.tls.is_none()).or(doors.first());
    let mut address = door
        .ok_or_else(|| std::io::Error::other("nothing to listen at"))?
        .listener
        .local_addr()?;
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    Ok(format!("http://{address}"))
}

/// What the options and the file say about listening.
struct Plan {
    listen: SocketAddr,
    public_url: Option<String>,
    tls: Option<Arc<TlsFiles>>,
    rules: PeerRules,
}

impl Plan {
    fn of(options: &ServeOptions, config: &Config) -> Result<Self, ServeError> {
        let default = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7425);
        let listen = options.listen.or(config.listen).unwrap_or(default);
        let trusted_proxies = if options.behind_proxy.is_empty() {
            &config.trusted_proxies
        } else {
            &options.behind_proxy
        }
        .clone();
        let cert = options.tls_cert.clone().or_else(|| config.tls_cert.clone());
        let key = options.tls_key.clone().or_else(|| config.tls_key.clone());
        let tls = match (cert, key) {
            (Some(cert), Some(key)) => Some(Arc::new(TlsFiles::open(cert, key)?)),
            (None, None) => None,
            _ => return Err(TlsError::Unreadable("name both a certificate and a key".into()).into()),
        };
        if tls.is_none() && trusted_proxies.is_empty() && !listen.ip().is_loopback() {
            return Err(ServeError::Insecure);
        }
        let public_url = options.public_url.clone().or_else(|| config.public_url.clone());
        let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
        let public_host = match &public_url {
            Some(url) => Some(host_of(url).ok_or_else(|| {
                ConfigError::Invalid("public_url looks like https://tokens.example.com".into())
            })?),
            None => None,
        };
        Ok(Self {
            listen,
            public_url,
            tls,
            rules: PeerRules {
                trusted_proxies,
                public_host,
            },
        })
    }

    /// The door for all; and, where that one cannot serve this machine's own programs (it speaks
    /// TLS under another name, or is on another address), one more on loopback.
    fn doors(&self) -> Result<Vec<Door>, ServeError> {
        let bind = |address| server::bind(address).map_err(|error| ServeError::Bind(address, error));
        let mut doors = vec![Door {
            listener: bind(self.listen)?,
            tls: self.tls.clone(),
        }];
        let ip = self.listen.ip();
        if self.tls.is_some() || !(ip.is_loopback() || ip.is_unspecified()) {
            let local = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
            doors.push(Door {
                listener: bind(local)?,
                tls: None,
            });
        }
        Ok(doors)
    }

    fn public_url(&self, doors: &[Door]) -> std::io::Result<String> {
        if let Some(url) = &self.public_url {
            return Ok(url.clone());
        }
        let first = doors
            .first()
            .ok_or_else(|| std::io::Error::other("nothing to listen at"))?;
        let mut address = first.listener.local_addr()?;
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{address}"))
    }
}

struct Opened {
    config_file: Option<PathBuf>,
    config: Config,
    data_dir: DataDir,
    ledger: Ledger,
    reader: Reader,
    local_url: String,
    public_url: String,
    telemetry: Option<Telemetry>,
}

impl Opened {
    /// Puts the shared state together and writes `admin.json`, the last step before serving. The
    /// data directory comes back too: its lock lives as long as the gateway.
    async fn gateway(self, peers: PeerRules) -> Result<(Arc<Gateway>, DataDir), ServeError> {
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
        let directory = Directory::load(&reader, pepper.clone()).await?;
        let sources = Sources::new(&config, &reader.sealed_secrets().await?, &envelope)?;
        let admin = credential::generate(Kind::Admin)
            .ok_or_else(|| std::io::Error::other("the system gave no random bytes"))?;
        let gateway = Gateway {
            ledger,
            reader,
            directory,
            catalogue: ArcSwap::from_pointee(catalogue::build(&sources, &[])),
            quota: Quota::new(config.quota()),
            queue: FairQueue::new(config.queue()),
            capacity: Arc::default(),
            failed_redeems: FailureLimit::new(
                config.limits.failed_redeems_per_minute,
                config.limits.failed_redeems_per_hour,
            ),
            events: EventHub::default(),
            metrics: Metrics::default(),
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
        data_dir.write_admin_file(&file).map_err(DataDirError::Unusable)?;
        Ok((Arc::new(gateway), data_dir))
    }
}

/// Makes the secret files at the first start. Later a missing or exchanged one is an error: with
/// another pepper every key and credential would be refused, and nobody would know why.
async fn open_secrets(
    data_dir: &DataDir,
    ledger: &Ledger,
    reader: &Reader,
) -> Result<(Pepper, Envelope), ServeError> {
    let known = reader.pepper_check().await?;
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
    if !reader.upstream_secrets().await?.is_empty() && !folder.join("key-encryption-key").exists() {
        return Err(lost("the key file of the upstream secrets"));
    }
    let pepper = Pepper::open(&folder).map_err(DataDirError::Unusable)?;
    match known {
        Some(check) if check != pepper.check() => return Err(lost("the pepper")),
        Some(_) => {}
        None => {
            ledger.remember_pepper(pepper.check()).await?;
            // Of two gateways that start on an empty database at once, one was first.
            if reader.pepper_check().await? != Some(pepper.check()) {
                return Err(lost("the pepper"));
            }
        }
    }
    Ok((pepper, Envelope::open(&folder).map_err(DataDirError::Unusable)?))
}

fn tell_recovered(recovered: &Recovered) {
    if recovered.orphans.is_empty() {
        return;
    }
    tracing::warn!(
        "{} requests of an earlier run had not ended; they were settled on their marks. \
         See them with: token-tracker ledger orphans",
        recovered.orphans.len()
    );
}

/// Signals, the sweeper and the search for models, in a thread of their own.
fn start_chores(
    gateway: Arc<Gateway>,
    tls: Arc<rustls::ClientConfig>,
    changes: Option<Changes>,
) -> std::io::Result<Chores> {
    let (end, ended) = watch::channel(false);
    let thread = std::thread::Builder::new().name("chores".into()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, async move {
            tokio::task::spawn_local(sweep(Arc::clone(&gateway)));
            tokio::task::spawn_local(keep_time(Arc::clone(&gateway)));
            #[cfg(unix)]
            tokio::task::spawn_local(reload_when_told(Arc::clone(&gateway)));
            tokio::task::spawn_local(tell_balances(Arc::clone(&gateway)));
            if let Some(changes) = changes {
                tokio::task::spawn_local(cluster::follow(Arc::clone(&gateway), changes));
                tokio::task::spawn_local(cluster::count_gateways(Arc::clone(&gateway)));
                tokio::task::spawn_local(cluster::watch_balances(Arc::clone(&gateway)));
            }
            tokio::task::spawn_local(find_models(Arc::clone(&gateway), tls));
            wait_for_stop(&gateway, ended).await
        })
    })?;
    Ok(Chores {
        end,
        thread: Some(thread),
    })
}

struct Chores {
    end: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<std::io::Result<()>>>,
}

impl Drop for Chores {
    fn drop(&mut self) {
        self.end.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // Nothing depends on how a chore ended.
            let _ = thread.join();
        }
    }
}

async fn wait_for_stop(gateway: &Gateway, mut ended: watch::Receiver<bool>) -> std::io::Result<()> {
    tokio::select! {
        signal = stop_signal() => signal?,
        _ = ended.wait_for(|&ended| ended) => return Ok(()),
    }
    tracing::info!("Stopping: running requests may end");
    gateway.stop.drain();
    // A second signal does not wait.
    tokio::select! {
        signal = stop_signal() => { signal?; gateway.stop.cut(); }
        _ = ended.wait_for(|&ended| ended) => return Ok(()),
    }
    let _ = ended.wait_for(|&ended| ended).await;
    Ok(())
}

#[cfg(unix)]
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn stop_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// SIGHUP: the configuration is read again.
#[cfg(unix)]
async fn reload_when_told(gateway: Arc<Gateway>) {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hang_up = match signal(SignalKind::hangup()) {
        Ok(hang_up) => hang_up,
        Err(error) => return tracing::warn!("SIGHUP will end the gateway: {error}"),
    };
    while hang_up.recv().await.is_some() {
        let stored = gateway.reader.sealed_secrets().await.map_err(ServeError::from);
        let outcome = stored.and_then(|stored| Ok(settings::reload(&gateway, &stored)?));
        if let Err(error) = outcome {
            tracing::error!("The configuration stays as it was: {error}");
        }
    }
}

async fn sweep(gateway: Arc<Gateway>) {
    let every = if gateway.ledger.is_local() {
        SWEEP
    } else {
        SWEEP_SHARED
    };
    loop {
        tokio::time::sleep(every).await;
        match gateway.ledger.sweep(steady_ms()).await {
            Ok(0) => {}
            Ok(swept) => tracing::warn!("{swept} holds outlived their lease and were settled on their marks"),
            Err(error) => return tracing::error!("{error}"),
        }
    }
}

/// Expiry and allowances. Any gateway does what is due, and it is done once.
async fn keep_time(gateway: Arc<Gateway>) {
    loop {
        match gateway.ledger.due(now_ms()).await {
            Ok(changed) => {
                for &key in &changed {
                    gateway.events.note_change(key);
                }
                if !changed.is_empty() {
                    tracing::info!("Time moved credit {} times: expiry and allowances", changed.len());
                }
            }
            Err(LedgerError::Unreachable(why)) => tracing::warn!("What is due has to wait: {why}"),
            Err(error) => return tracing::error!("{error}"),
        }
        tokio::time::sleep(DUE).await;
    }
}

/// Tells those who listen what is left on the lots that changed.
async fn tell_balances(gateway: Arc<Gateway>) {
    loop {
        for key in gateway.events.next_changes().await {
            let Some(key) = gateway.directory.key(key) else {
                continue;
            };
            match gateway.balance(&key).await {
                Ok(balance) => gateway.events.tell(key.id, Notice::Balance(balance)),
                // The next change tells the balance again.
                Err(problem) => tracing::warn!("A balance could not be told: {}", problem.message),
            }
        }
    }
}

async fn sources(gateway: &Gateway, config: &Config) -> Result<Sources, ServeError> {
    let stored = gateway.reader.sealed_secrets().await?;
    let mut sources = Sources::new(config, &stored, &gateway.envelope)?;
    sources.inherit(&gateway.catalogue.load());
    Ok(sources)
}

/// Asks upstreams without configured models which ones they have: now, when upstreams change, and
/// every ten minutes.
async fn find_models(gateway: Arc<Gateway>, tls: Arc<rustls::ClientConfig>) {
    loop {
        let config = gateway.settings.config();
        match sources(&gateway, &config).await {
            Ok(sources) => {
                let found = catalogue::discover(&sources, &tls, &gateway.settings.found()).await;
                if !settings::offer(&gateway, &config, &sources, found) {
                    continue;
                }
            }
            Err(error) => tracing::warn!("The models stay as they are: {error}"),
        }
        // A ring that comes while models are looked up is kept until here.
        let _ = tokio::time::timeout(LOOK_UP, gateway.changed.notified()).await;
    }
}
