//! `token-tracker serve`: from a data directory to a gateway that answers, and back.

mod opened;
mod plan;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use crate::{
    chores::{Chores, Signals},
    clock::now_ms,
    config::{Config, ConfigError, ServeOptions},
    data_dir::{DataDir, DataDirError},
    disk,
    ledger::{LedgerError, Recovered},
    route::first_link,
    server::{self, Door, Shared, TlsError},
    telemetry::{Telemetry, TelemetryError},
};
use opened::Opened;
use plan::Plan;

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
    // Before anybody can read in `admin.json` that the gateway is there: who then tells it to stop
    // gets an orderly end. Until here a signal ends the process at once, and nothing is lost by it.
    let mut signals = starting.block_on(async { Signals::listen() })?;
    let made = starting.block_on(signals.unless_stopped(opened.gateway(plan.rules)));
    let Some(made) = made else {
        tracing::info!("The gateway stopped before it served");
        return Ok(());
    };
    let (gateway, _data_dir) = made?;
    let shared = Arc::new(Shared {
        gateway: Arc::clone(&gateway),
        upstream_tls,
    });
    let chores = Chores::start(
        gateway,
        Arc::clone(&shared.upstream_tls),
        database.changes,
        signals,
    )?;
    tracing::info!("The gateway listens on {public_url}");
    if let Some(announce) = options.announce
        && let Some(link) = starting.block_on(first_link(&shared.gateway))
    {
        announce(&link);
    }
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

#[cfg(test)]
pub mod tests {
    use std::{path::Path, sync::Arc};

    use super::*;
    use crate::{peer::PeerRules, state::Gateway};

    /// A gateway in this folder that serves nobody; its writer ends with the test.
    pub async fn gateway_in(folder: &Path) -> Arc<Gateway> {
        let data_dir = DataDir::open(folder).unwrap();
        let database = data_dir.store(None).unwrap().open(now_ms()).await.unwrap();
        // The thread of the writer lives as long as the process.
        std::mem::forget(database.writer);
        let url = "http://127.0.0.1:7425".to_owned();
        let opened = Opened {
            config_file: None,
            config: Config::default(),
            data_dir,
            ledger: database.ledger,
            reader: database.reader,
            local_url: url.clone(),
            public_url: url,
            telemetry: None,
        };
        let gateway = opened.gateway(PeerRules::default()).await.unwrap().0;
        gateway.reconcile.stop();
        gateway.trials.stop();
        gateway.alerts.stop();
        gateway
    }
}
