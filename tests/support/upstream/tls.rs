use std::{path::PathBuf, sync::Arc};

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring::default_provider,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
    server::TlsStream,
};

/// The name in the certificate, which nobody can look up.
pub(super) const FAR: &str = "upstream.invalid";

/// A certificate for this machine and for a name that only a proxy knows.
pub(super) struct Tls {
    acceptor: TlsAcceptor,
    folder: TempDir,
}

impl Tls {
    pub(super) fn new(protocols: &[&str]) -> Self {
        let names = ["localhost", "127.0.0.1", FAR].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate can be made");
        let folder =
            TempDir::with_prefix("token-tracker-").expect("the system has a folder for temporary files");
        std::fs::write(folder.path().join("certificate.pem"), made.cert.pem())
            .expect("a new folder is writable");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows the usual versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("the key is the certificate's");
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            folder,
        }
    }

    pub(super) fn certificate_file(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    pub(super) async fn accept(&self, socket: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(socket).await
    }
}
