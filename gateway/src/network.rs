//! Which addresses an upstream may have that was not named in the configuration: public ones, and
//! private ones that the owner listed.
//!
//! Whoever can add an upstream over the API must not reach, through the gateway, what stands beside
//! it: a cloud's metadata service, a database, a printer. A name is looked up anew for each
//! connection, and what it means then is what counts.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A block of addresses, as in `10.0.0.0/8` or `fd00::/8`; an address alone is a block of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a network looks like 10.0.0.0/8 or fd00::/8")]
pub struct NetworkError;

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().map_err(|_| NetworkError)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        (prefix <= bits)
            .then_some(Self { address, prefix })
            .ok_or(NetworkError)
    }
}

impl Network {
    fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => {
                let shift = 32_u32.saturating_sub(self.prefix.into());
                (network.to_bits() ^ ip.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(ip)) => {
                let shift = 128_u32.saturating_sub(self.prefix.into());
                (network.to_bits() ^ ip.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// What an upstream that came over the API may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach(Vec<Network>);

impl Reach {
    pub fn new(listed: Vec<Network>) -> Self {
        Self(listed)
    }

    /// Public addresses are reached over TLS alone: a key in plain text is everybody's.
    pub fn permits(&self, ip: IpAddr, is_tls: bool) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|network| network.contains(ip)) || (is_tls && is_public(ip))
    }
}

/// Whether an address is anybody's: not of this machine, of a network behind it, of a cloud's inside,
/// or of nobody.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// Whether an address is this machine's own, in whatever form.
pub fn is_of_this_machine(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback() || ip.is_unspecified()
}

/// The blocks of RFC 6890 and what was added to its registry.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !is_special
}

/// Only 2000::/3 is given out, and parts of it stand for something else.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let is_global = a & 0xe000 == 0x2000;
    // Teredo and other protocols, documentation, and 6to4, which wraps any IPv4 address.
    let is_special = (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x2002 || a == 0x3fff;
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn what_stands_beside_the_gateway_is_not_public() {
        for private in [
            "127.0.0.1",
            "127.255.0.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "203.0.113.9",
            "::",
            "::1",
            "fe80::1",
            "fd00:ec2::254",
            "fc00::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "64:ff9b::a9fe:a9fe",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(ip(private)), "{private}");
            assert!(!Reach::default().permits(ip(private), true), "{private}");
        }
        for public in [
            "8.8.8.8",
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00::1",
        ] {
            assert!(is_public(ip(public)), "{public}");
        }
    }

    #[test]
    fn listed_networks_are_reached_and_nothing_beside_them() {
        let listed = ["10.0.0.0/8", "192.168.7.0/24", "fd12::/16", "127.0.0.1"];
        let reach = Reach::new(listed.iter().map(|text| text.parse().unwrap()).collect());
        for inside in [
            "10.255.0.1",
            "192.168.7.200",
            "fd12:1::1",
            "127.0.0.1",
            "::ffff:10.0.0.1",
        ] {
            assert!(reach.permits(ip(inside), false), "{inside}");
        }
        for outside in [
            "11.0.0.1",
            "192.168.8.1",
            "fd13::1",
            "127.0.0.2",
            "169.254.169.254",
        ] {
            assert!(!reach.permits(ip(outside), false), "{outside}");
        }
        assert!(reach.permits(ip("8.8.8.8"), true));
        assert!(
            !reach.permits(ip("8.8.8.8"), false),
            "a key in plain text over the internet"
        );
        let all = Reach::new(vec!["0.0.0.0/0".parse().unwrap()]);
        assert!(all.permits(ip("127.0.0.1"), false) && !all.permits(ip("::1"), false));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in [
            "",
            "10.0.0.0/33",
            "fd00::/129",
            "10.0.0/8",
            "10.0.0.0/",
            "example.com",
            "10.0.0.0/-1",
        ] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
