//! TLS: our own certificate, read again when its files change, and the roots that upstreams are
//! checked against.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Instant, SystemTime},
};

use arc_swap::ArcSwap;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the TLS certificate or key cannot be read: {0}")]
    Unreadable(String),
    #[error("the TLS certificate and key do not fit together: {0}")]
    Unfit(rustls::Error),
}

/// How often the files are looked at.
const LOOK_SECONDS: u64 = 10;

/// When the certificate and the key were written. Each counts: one that is copied with its time may
/// be older than the other.
type Changed = [Option<SystemTime>; 2];

/// A certificate with its key on disk.
pub struct TlsFiles {
    cert: PathBuf,
    key: PathBuf,
    current: ArcSwap<ServerConfig>,
    looked: Mutex<(Instant, Changed)>,
}

impl TlsFiles {
    pub fn open(cert: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let current = ArcSwap::from(read(&cert, &key)?);
        let changed = changed_at(&cert, &key);
        Ok(Self {
            cert,
            key,
            current,
            looked: Mutex::new((Instant::now(), changed)),
        })
    }

    /// The configuration for a new connection. A renewed certificate is used from the next look on;
    /// one that cannot be read leaves the old one in place, with a warning.
    pub fn current(&self) -> Arc<ServerConfig> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.0.elapsed().as_secs() >= LOOK_SECONDS {
            looked.0 = Instant::now();
            let changed = changed_at(&self.cert, &self.key);
            if changed != looked.1 {
                match read(&self.cert, &self.key) {
                    Ok(config) => {
                        looked.1 = changed;
                        self.current.store(config);
                        tracing::info!("The TLS certificate was read again");
                    }
                    Err(error) => tracing::warn!("The old TLS certificate stays in use: {error}"),
                }
            }
        }
        self.current.load_full()
    }
}

fn changed_at(cert: &PathBuf, key: &PathBuf) -> Changed {
    [cert, key].map(|path| std::fs::metadata(path).and_then(|data| data.modified()).ok())
}

fn read(cert: &PathBuf, key: &PathBuf) -> Result<Arc<ServerConfig>, TlsError> {
    let unreadable = |error: rustls::pki_types::pem::Error| TlsError::Unreadable(error.to_string());
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unreadable)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unfit)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsError::Unfit)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The client side: the system's roots.
pub fn client_config() -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unfit)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use std::{fs::File, time::Duration};

    use super::*;

    /// Writes the certificate of a key, as if it were so many seconds old.
    fn write(path: &PathBuf, key: &rcgen::KeyPair, age: u64) {
        let params = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
        std::fs::write(path, params.self_signed(key).unwrap().pem()).unwrap();
        set_age(path, age);
    }

    fn set_age(path: &PathBuf, age: u64) {
        let time = SystemTime::now() - Duration::from_secs(age);
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(time)
            .unwrap();
    }

    #[test]
    fn a_certificate_that_is_older_than_its_key_is_read_too() {
        let folder = tempfile::tempdir().unwrap();
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
        let pair = rcgen::KeyPair::generate().unwrap();
        std::fs::write(&key, pair.serialize_pem()).unwrap();
        write(&cert, &pair, 200);
        let files = TlsFiles::open(cert.clone(), key).unwrap();
        let before = files.current();
        let look = || {
            files.looked.lock().unwrap().0 = Instant::now() - Duration::from_secs(LOOK_SECONDS);
            files.current()
        };
        assert!(Arc::ptr_eq(&before, &look()), "nothing was written");
        write(&cert, &pair, 100);
        assert!(!Arc::ptr_eq(&before, &look()));
    }
}
