use std::{path::PathBuf, sync::Arc, time::Duration};

use reqwest::{Proxy, redirect::Policy};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::GatewayUrl;
use crate::{Code, Problem};

const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
const POOL_IDLE_TIME_MAX: Duration = Duration::from_secs(90);
/// A dead connection after the machine slept is noticed by then.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// How to reach gateways from this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Further CA certificates (PEM), beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The HTTP proxy to use; the environment's or system's when absent.
    pub proxy: Option<String>,
}

impl Network {
    pub(super) fn http_client(&self, url: &GatewayUrl) -> Result<reqwest::Client, Problem> {
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls(url)?)
            .connect_timeout(CONNECT_TIME_MAX)
            .pool_idle_timeout(POOL_IDLE_TIME_MAX)
            .tcp_keepalive(KEEP_ALIVE)
            .redirect(Policy::none())
            .referer(false)
            .user_agent(concat!("token-tracker/", env!("CARGO_PKG_VERSION")));
        let builder = match &self.proxy {
            _ if url.is_loopback() => builder.no_proxy(),
            Some(proxy) => builder.proxy(explicit(proxy)?),
            None => builder,
        };
        builder.build().map_err(|_| {
            Problem::new(
                Code::Internal,
                "The connection to the gateway could not be prepared.",
            )
            .with_hint("Check the proxy settings of this machine.")
        })
    }

    fn tls(&self, url: &GatewayUrl) -> Result<ClientConfig, Problem> {
        let mut roots = RootCertStore::empty();
        // A plain gateway on this machine needs no certificates; reading them costs time and memory.
        if url.is_tls() {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            self.add_own_certificates(&mut roots)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| {
                Problem::new(Code::Internal, "TLS could not be set up.").with_hint("Report this as a bug.")
            })?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }

    fn add_own_certificates(&self, roots: &mut RootCertStore) -> Result<(), Problem> {
        let Some(path) = &self.ca_file else {
            return Ok(());
        };
        let unreadable = || {
            Problem::new(
                Code::InvalidRequest,
                "The file with CA certificates could not be read.",
            )
            .with_hint("Name a PEM file that this user can read in the setting for CA certificates.")
        };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|_| unreadable())?;
        let mut count = 0;
        for certificate in certificates {
            roots
                .add(certificate.map_err(|_| unreadable())?)
                .map_err(|_| unreadable())?;
            count += 1;
        }
        if count == 0 { Err(unreadable()) } else { Ok(()) }
    }
}

fn explicit(proxy: &str) -> Result<Proxy, Problem> {
    Proxy::all(proxy)
        .map(|proxy| proxy.no_proxy(reqwest::NoProxy::from_env()))
        .map_err(|_| {
            Problem::new(Code::InvalidRequest, "The proxy's address could not be read.")
                .with_hint("Write it as http://proxy.example.com:8080.")
        })
}
