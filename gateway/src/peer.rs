//! Who is on the other end, and under which name it called us.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, Uri, header::HOST};

/// Decides about `Host` and `X-Forwarded-For`.
#[derive(Clone, Debug, Default)]
pub struct PeerRules {
    pub trusted_proxies: Vec<IpAddr>,
    /// The host (and port, if named) of `public_url`.
    pub public_host: Option<String>,
}

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub address: IpAddr,
    /// Came from this machine and through nobody: may use the admin credential of `admin.json`.
    pub is_local: bool,
    /// Came over TLS, to here or to a proxy that we trust.
    pub is_secure: bool,
}

/// The network that an address is in, as far as it is kept: enough to see that a device is
/// somewhere else, and not where.
pub fn place_of(address: IpAddr) -> String {
    match address.to_canonical() {
        address if address.is_loopback() => "this machine".into(),
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

impl PeerRules {
    pub fn peer(&self, socket: SocketAddr, is_tls: bool, headers: &HeaderMap) -> Peer {
        let address = socket.ip().to_canonical();
        // The last entry is the one that the proxy nearest to us wrote.
        let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
        if forwarded.is_none() || !self.trusted_proxies.contains(&address) {
            // A proxy that we do not know may stand on this machine and speak for the world.
            let is_local = address.is_loopback() && forwarded.is_none() && !headers.contains_key("forwarded");
            return Peer {
                address,
                is_local,
                is_secure: is_tls,
            };
        }
        let client = forwarded
            .and_then(|value| value.to_str().ok())
            .and_then(|value| address_of(value.rsplit(',').next()?.trim()));
        Peer {
            address: client.unwrap_or(address),
            is_local: false,
            is_secure: is_tls || last_of(headers, "x-forwarded-proto") == Some("https"),
        }
    }

    /// Whether a web page of somebody else sent the request. Programs send no `Origin`.
    pub fn is_foreign_page(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get("origin") else {
            return false;
        };
        let host = origin.to_str().ok().and_then(host_of);
        host.is_none_or(|host| !self.is_our_name(&host))
    }

    /// Whether the name that the client called is ours. A web page that points its own name at this
    /// machine must not reach us.
    pub fn knows_host(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let host = match (uri.authority(), headers.get(HOST)) {
            (Some(authority), _) => authority.as_str(),
            (None, Some(host)) => host.to_str().unwrap_or(""),
            (None, None) => return false,
        };
        self.is_our_name(host)
    }

    fn is_our_name(&self, host: &str) -> bool {
        let name = without_port(host);
        let public = self.public_host.as_deref();
        is_loopback_name(name)
            || public
                .is_some_and(|public| public.eq_ignore_ascii_case(host) || public.eq_ignore_ascii_case(name))
    }
}

/// What the proxy nearest to us wrote.
fn last_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?;
    Some(value.to_str().ok()?.rsplit(',').next()?.trim())
}

/// Whether the host, with or without a port, is this machine itself.
pub fn is_loopback_host(host: &str) -> bool {
    is_loopback_name(without_port(host))
}

/// The host and port of a URL, as a client writes them into `Host`.
pub fn host_of(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    Some(uri.authority()?.as_str().to_owned())
}

/// An address with or without its port.
fn address_of(text: &str) -> Option<IpAddr> {
    let socket = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    text.parse::<IpAddr>()
        .ok()
        .or_else(socket)
        .map(|ip| ip.to_canonical())
}

fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or("");
    }
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_loopback_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knows(rules: &PeerRules, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        rules.knows_host(&Uri::from_static("/"), &headers)
    }

    #[test]
    fn of_an_address_only_its_network_is_kept() {
        for (address, network) in [
            ("127.0.0.1", "this machine"),
            ("::1", "this machine"),
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:7:8::9", "2001:db8:7::/48"),
        ] {
            assert_eq!(place_of(address.parse().unwrap()), network);
        }
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let rules = PeerRules {
            public_host: host_of("https://tokens.example"),
            ..PeerRules::default()
        };
        for host in [
            "localhost",
            "localhost:7425",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:80",
            "tokens.example",
            "Tokens.Example:443",
        ] {
            assert!(knows(&rules, host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "127.0.0.1.evil.example",
            "",
            "[::2]",
        ] {
            assert!(!knows(&rules, host), "{host}");
        }
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        let proxy: IpAddr = "10.0.0.9".parse().unwrap();
        let rules = PeerRules {
            trusted_proxies: vec![proxy],
            ..PeerRules::default()
        };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "127.0.0.1, 203.0.113.7".parse().unwrap());
        let client = rules.peer(SocketAddr::new(proxy, 1), false, &headers);
        assert_eq!(
            (client.address.to_string().as_str(), client.is_local),
            ("203.0.113.7", false)
        );
        let liar = rules.peer("127.0.0.1:1".parse().unwrap(), false, &headers);
        assert_eq!(
            (liar.address.to_string().as_str(), liar.is_local),
            ("127.0.0.1", false)
        );
        assert!(
            rules
                .peer("127.0.0.1:1".parse().unwrap(), false, &HeaderMap::new())
                .is_local
        );
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert!(rules.peer(SocketAddr::new(proxy, 1), false, &headers).is_secure);
        assert!(
            !rules
                .peer("127.0.0.1:1".parse().unwrap(), false, &headers)
                .is_secure
        );
    }
}
