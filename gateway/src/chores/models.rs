//! Upstreams without configured models are asked which ones they have.

use std::{sync::Arc, time::Duration};

use rustls::ClientConfig;
use tokio::time::timeout;

use super::repeat::repeat;
use crate::{
    catalogue::{self, Sources},
    config::Config,
    serve::ServeError,
    settings,
    state::Gateway,
};

/// How often upstreams are asked for their models.
const LOOK_UP: Duration = Duration::from_secs(600);

/// Now, when upstreams change, and every ten minutes.
pub(super) async fn keep_finding(gateway: Arc<Gateway>, tls: Arc<ClientConfig>) {
    let next = async || {
        // A ring that comes while models are looked up is kept until here.
        let _ = timeout(LOOK_UP, gateway.changed.notified()).await;
    };
    repeat("The search for models", async || find(&gateway, &tls).await, next).await;
}

async fn find(gateway: &Gateway, tls: &Arc<ClientConfig>) -> Result<(), ServeError> {
    loop {
        // Before what it stands for is read: what changes after that makes it an old one.
        let version = gateway.settings.version();
        let sources = sources(gateway, &gateway.settings.config()).await?;
        let found = catalogue::discover(&sources, tls, &gateway.settings.found()).await;
        if settings::offer(gateway, version, &sources, found) {
            return Ok(());
        }
    }
}

async fn sources(gateway: &Gateway, config: &Config) -> Result<Sources, ServeError> {
    let stored = gateway.reader.sealed_secrets().await?;
    let mut sources = Sources::new(config, &stored, &gateway.envelope)?;
    sources.inherit(&gateway.catalogue.load());
    Ok(sources)
}
