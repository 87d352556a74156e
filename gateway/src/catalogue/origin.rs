use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use http::{HeaderValue, Uri, uri::Scheme};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::outward::{Proxy, tunnel};
use crate::network::{Reach, is_of_this_machine};

/// Where names are looked up by a proxy alone, the system may take its time to say that it knows
/// none.
const LOOK_UP_MAX: Duration = Duration::from_secs(1);

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
    /// Whether several requests may share a connection, if the upstream offers that.
    pub http2: bool,
    /// What stands between, unless it is on this machine.
    proxy: Option<Arc<Proxy>>,
}

/// Why there is no connection. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("{}", .0.kind())]
    Io(#[from] io::Error),
    #[error("its address is private, and its network is not in allow_private_upstreams")]
    NotPermitted,
    #[error("the proxy before it: {0}")]
    Proxy(String),
}

impl ConnectError {
    /// In the words of the status that the proxy answered.
    pub(crate) fn refused_by_proxy(status: u16) -> Self {
        Self::Proxy(match status {
            407 => "it wants other credentials (407)".into(),
            status => format!("it refused ({status})"),
        })
    }
}

impl From<ConnectError> for io::Error {
    fn from(error: ConnectError) -> Self {
        let kind = match error {
            ConnectError::Io(error) => return error,
            ConnectError::NotPermitted => io::ErrorKind::PermissionDenied,
            ConnectError::Proxy(_) => io::ErrorKind::HostUnreachable,
        };
        Self::new(kind, error)
    }
}

/// A way to an upstream.
#[derive(Debug)]
pub struct Connected {
    pub socket: TcpStream,
    /// The other end is a proxy that reads each request: it wants the whole URL in it.
    pub is_proxy: bool,
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
            http2: true,
            proxy: None,
        })
    }

    /// Whether it is asked if requests can share a connection.
    pub(crate) fn may_share(&self) -> bool {
        self.is_tls && self.http2
    }

    /// Scheme, host and port, as rules for proxies are asked about them.
    pub(super) fn uri(&self) -> Uri {
        let scheme = if self.is_tls { "https" } else { "http" };
        // It was taken out of a URI.
        format!("{scheme}://{}/", self.authority)
            .parse()
            .unwrap_or_default()
    }

    /// Whether it is known who may be reached under this name.
    pub(super) fn is_guarded(&self) -> bool {
        self.reach.is_some()
    }

    /// The same, through a proxy. Its connections are never those that go another way.
    pub(super) fn go_through(&mut self, proxy: Proxy) {
        // Who asks is a part of it, but no password belongs into a key.
        let mut hasher = DefaultHasher::new();
        proxy
            .authorization
            .as_ref()
            .map(HeaderValue::as_bytes)
            .hash(&mut hasher);
        let mark = format!("{}:{}#{:x} ", proxy.host, proxy.port, hasher.finish());
        self.key.insert_str(0, &mark);
        self.proxy = Some(Arc::new(proxy));
    }

    /// What a request to its proxy begins and is signed with.
    pub(crate) fn proxy_authorization(&self) -> Option<&HeaderValue> {
        self.proxy.as_ref()?.authorization.as_ref()
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
    pub async fn connect(&self) -> Result<Connected, ConnectError> {
        if let Some(proxy) = self.proxy_now().await {
            return self.connect_through(proxy).await;
        }
        let mut addresses = self.addresses().await?;
        addresses.retain(|address| self.permits(address));
        if addresses.is_empty() {
            return Err(ConnectError::NotPermitted);
        }
        let socket = TcpStream::connect(&addresses[..]).await?;
        Ok(Connected {
            socket,
            is_proxy: false,
        })
    }

    /// The proxy, unless the upstream is on this machine, whatever it is called here.
    async fn proxy_now(&self) -> Option<&Proxy> {
        let proxy = self.proxy.as_deref()?;
        let host = self.host.trim_end_matches('.').to_ascii_lowercase();
        if host == "localhost" || host.ends_with(".localhost") {
            return None;
        }
        let found = timeout(LOOK_UP_MAX, self.addresses()).await;
        let mut addresses = found.ok().and_then(Result::ok).unwrap_or_default().into_iter();
        let is_here = addresses.any(|address| is_of_this_machine(address.ip()));
        (!is_here).then_some(proxy)
    }

    async fn connect_through(&self, proxy: &Proxy) -> Result<Connected, ConnectError> {
        let mut socket = TcpStream::connect((proxy.host.as_str(), proxy.port))
            .await
            .map_err(|error| ConnectError::Proxy(error.kind().to_string()))?;
        if self.is_tls {
            tunnel(&mut socket, proxy, &self.host, self.port).await?;
        }
        Ok(Connected {
            socket,
            is_proxy: !self.is_tls,
        })
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
            assert!(matches!(refused, ConnectError::NotPermitted), "{host}");
            assert!(!guarded.is_permitted().await.unwrap(), "{host}");
            assert_ne!(guarded.key, origin(host).key, "their connections are kept apart");
        }
        let listed = Reach::new(vec!["127.0.0.0/8".parse().unwrap()]);
        let listed = origin("127.0.0.1").within(listed);
        assert!(listed.is_permitted().await.unwrap() && listed.connect().await.is_ok());
    }

    #[tokio::test]
    async fn what_is_on_this_machine_is_never_asked_through_a_proxy() {
        let upstream = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ports = [&upstream, &proxy].map(|listener| listener.local_addr().unwrap().port());
        let through = |host: &str| {
            let mut origin = Origin::parse(&format!("http://{host}:{}/v1", ports[0])).unwrap();
            origin.go_through(Proxy {
                host: "127.0.0.1".into(),
                port: ports[1],
                authorization: None,
            });
            origin
        };
        for host in [
            "127.0.0.1",
            "127.1",
            "localhost",
            "LocalHost.",
            "0.0.0.0",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(through(host).proxy_now().await.is_none(), "{host}");
            if let Ok(connected) = through(host).connect().await {
                assert!(!connected.is_proxy, "{host}");
                let peer = connected.socket.peer_addr().unwrap();
                assert_eq!(peer.port(), ports[0], "{host}");
            }
        }
        // Nothing here knows this name, and nothing has to.
        let far = through("upstream.invalid");
        let connected = far.connect().await.unwrap();
        assert!(connected.is_proxy);
        assert_eq!(connected.socket.peer_addr().unwrap().port(), ports[1]);
        assert_ne!(far.key, Origin::parse("http://upstream.invalid/v1").unwrap().key);
    }
}
