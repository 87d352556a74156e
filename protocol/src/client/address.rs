use std::{fmt, net::IpAddr};

use url::{Host, Url};

use crate::{Code, Problem};

/// The address of a gateway: `https`, or `http` on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayUrl(Url);

impl GatewayUrl {
    /// Reads what a person wrote; without a scheme it is `https`, or `http` on this machine.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let mut url = Url::parse(&with_scheme).map_err(|_| not_an_address())?;
        if !text.contains("://") && is_loopback(&url) {
            url = Url::parse(&format!("http://{text}")).map_err(|_| not_an_address())?;
        }
        check(&url)?;
        url.set_query(None);
        url.set_fragment(None);
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Whether the gateway is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Scheme, host and port: what a credential is bound to.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The address of a path that begins with a slash.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let joined = format!("{}{path}", self.0.path().trim_end_matches('/'));
        url.set_path(&joined);
        url
    }
}

/// Shows the address without a trailing slash.
impl fmt::Display for GatewayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn check(url: &Url) -> Result<(), Problem> {
    if url.host().is_none() || !url.username().is_empty() || url.password().is_some() {
        return Err(not_an_address());
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err(Problem::new(
            Code::InsecureUrl,
            "The gateway's address starts with http://, which would send the credential in the clear.",
        )),
        _ => Err(not_an_address()),
    }
}

fn not_an_address() -> Problem {
    Problem::new(Code::InvalidRequest, "That is not the address of a gateway.")
        .with_hint("Write it as https://gateway.example.com, or http://127.0.0.1:7425 on this machine.")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

/// What a person pastes to redeem: a bare code, or the link `https://HOST/redeem#TTK-…`.
pub struct RedeemLink {
    /// The gateway that the link names; a bare code names none.
    pub gateway_url: Option<GatewayUrl>,
    pub key: String,
}

impl RedeemLink {
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        let Some((address, key)) = text.split_once('#').filter(|_| text.contains("://")) else {
            return Ok(Self {
                gateway_url: None,
                key: text.to_owned(),
            });
        };
        let address = address.trim_end_matches('/');
        let gateway = address.strip_suffix("/redeem").unwrap_or(address);
        Ok(Self {
            gateway_url: Some(GatewayUrl::parse(gateway)?),
            key: key.trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_normalised_and_clear_text_stays_on_this_machine() {
        let cases = [
            ("https://gateway.example.com/", Ok("https://gateway.example.com")),
            (" gateway.example.com ", Ok("https://gateway.example.com")),
            ("https://h.example/ai/?x=1#y", Ok("https://h.example/ai")),
            ("127.0.0.1:7425", Ok("http://127.0.0.1:7425")),
            ("localhost:7425", Ok("http://localhost:7425")),
            ("http://[::1]:7425/", Ok("http://[::1]:7425")),
            ("http://127.9.9.9", Ok("http://127.9.9.9")),
            ("http://gateway.example.com", Err(Code::InsecureUrl)),
            ("http://localhost.example.com", Err(Code::InsecureUrl)),
            ("https://me:secret@gateway.example.com", Err(Code::InvalidRequest)),
            ("file:///etc/passwd", Err(Code::InvalidRequest)),
            ("", Err(Code::InvalidRequest)),
        ];
        for (text, expected) in cases {
            let seen = GatewayUrl::parse(text)
                .map(|url| url.to_string())
                .map_err(|p| p.code);
            assert_eq!(seen, expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn paths_are_joined_below_the_address() {
        let url = GatewayUrl::parse("https://h.example/ai").unwrap();
        assert_eq!(url.join("/api/v1/me").as_str(), "https://h.example/ai/api/v1/me");
        assert_eq!(url.origin(), "https://h.example");
    }

    #[test]
    fn a_link_names_gateway_and_key_and_a_bare_code_only_the_key() {
        let link = RedeemLink::parse("https://h.example/redeem#TTK-ABC").unwrap();
        assert_eq!(link.gateway_url.unwrap().to_string(), "https://h.example");
        assert_eq!(link.key, "TTK-ABC");
        let bare = RedeemLink::parse(" TTK-ABC\n").unwrap();
        assert!(bare.gateway_url.is_none());
        assert_eq!(bare.key, "TTK-ABC");
    }
}
