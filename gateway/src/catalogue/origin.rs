use std::{io, net::SocketAddr};

use http::{Uri, uri::Scheme};
use tokio::net::{TcpStream, lookup_host};

use crate::network::Reach;

/// Where an upstream listens. A credential belongs to one origin and is sent nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub is_tls: bool,
    pub host: String,
    pub port: u16,
    /// As it goes into `Host`.
    pub authority: String,
    /// Scheme, host and port; the same for what is the same origin.
    pub key: String,
    /// What stands before `/chat/completions`, without a slash at its end.
    pub path: String,
    /// Where its name may lead; `None`: anywhere, since the owner wrote it into the configuration.
    reach: Option<Reach>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a base URL looks like https://api.example.com/v1; plain http is for loopback and private servers")]
pub struct OriginError;

impl Origin {
    pub fn parse(url: &str) -> Result<Self, OriginError> {
        let uri: Uri = url.parse().map_err(|_| OriginError)?;
        let scheme = uri.scheme().ok_or(OriginError)?;
        let is_tls = scheme == &Scheme::HTTPS;
        if !is_tls && scheme != &Scheme::HTTP {
            return Err(OriginError);
        }
        let authority = uri.authority().ok_or(OriginError)?;
        // User info in a URL would be a secret in a settings file.
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(OriginError);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Ok(Self {
            is_tls,
            host: host.to_owned(),
            port,
            key: format!("{scheme}://{host}:{port}"),
            authority: authority.as_str().to_owned(),
            path: uri.path().trim_end_matches('/').to_owned(),
            reach: None,
        })
    }

    /// The same, for somebody who is not trusted to reach everything from here. Its connections are
    /// never those of one who is, or who may reach something else.
    pub fn within(mut self, reach: Reach) -> Self {
        self.key.insert_str(0, &format!("{reach:?} "));
        self.reach = Some(reach);
        self
    }

    /// Looks the name up, each time anew: what it meant when it was entered says nothing about what
    /// it means now.
    async fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((self.host.as_str(), self.port)).await?.collect())
    }

    fn permits(&self, address: &SocketAddr) -> bool {
        self.reach
            .as_ref()
            .is_none_or(|reach| reach.permits(address.ip(), self.is_tls))
    }

    /// Whether all that the name means may be reached.
    pub async fn is_permitted(&self) -> io::Result<bool> {
        let addresses = self.addresses().await?;
        Ok(!addresses.is_empty() && addresses.iter().all(|address| self.permits(address)))
    }

    /// Connects to an address that may be reached, and looks at no other.
    pub async fn connect(&self) -> io::Result<TcpStream> {
        let mut addresses = self.addresses().await?;
        addresses.retain(|address| self.permits(address));
        if addresses.is_empty() {
            let text = "its address is private, and its network is not in allow_private_upstreams";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
        TcpStream::connect(&addresses[..]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_taken_apart() {
        let origin = Origin::parse("http://127.0.0.1:18080/v1/").unwrap();
        assert_eq!(
            (origin.port, origin.path.as_str(), origin.is_tls),
            (18080, "/v1", false)
        );
        let origin = Origin::parse("https://[::1]:8443").unwrap();
        assert_eq!(
            (origin.host.as_str(), origin.port, origin.path.as_str()),
            ("::1", 8443, "")
        );
        assert_eq!(Origin::parse("https://api.example.com/v1").unwrap().port, 443);
        for wrong in [
            "",
            "api.example.com",
            "ftp://a/b",
            "https://user:secret@a/b",
            "https://a/b?key=c",
            "/v1",
        ] {
            assert!(Origin::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_not_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let origin = |host: &str| Origin::parse(&format!("http://{host}:{port}/v1")).unwrap();
        assert!(origin("127.0.0.1").connect().await.is_ok());
        for host in ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0"] {
            let guarded = origin(host).within(Reach::default());
            let refused = guarded.connect().await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied, "{host}");
            assert!(!guarded.is_permitted().await.unwrap(), "{host}");
            assert_ne!(guarded.key, origin(host).key, "their connections are kept apart");
        }
        let listed = Reach::new(vec!["127.0.0.0/8".parse().unwrap()]);
        let listed = origin("127.0.0.1").within(listed);
        assert!(listed.is_permitted().await.unwrap() && listed.connect().await.is_ok());
    }
}
