//! Where the gateway listens, and how others reach it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use super::ServeError;
use crate::{
    config::{Config, ConfigError, ServeOptions},
    peer::{PeerRules, host_of},
    server::{self, Door, TlsError, TlsFiles},
};

/// What the options and the file say about listening.
pub(super) struct Plan {
    listen: SocketAddr,
    public_url: Option<String>,
    tls: Option<Arc<TlsFiles>>,
    pub(super) rules: PeerRules,
}

impl Plan {
    pub(super) fn of(options: &ServeOptions, config: &Config) -> Result<Self, ServeError> {
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
    pub(super) fn doors(&self) -> Result<Vec<Door>, ServeError> {
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

    pub(super) fn public_url(&self, doors: &[Door]) -> std::io::Result<String> {
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
