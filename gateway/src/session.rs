//! Signed-in browsers: the cookie, how long it is good for, and whose page a request came from.

use http::{HeaderMap, HeaderValue, Method, header};
use protocol::{Code, Problem, api::Role};
use zeroize::Zeroizing;

use crate::{
    ledger::{IDLE_MS, SessionRecord},
    peer::{Peer, is_loopback_host},
    people::webauthn::Party,
};

/// How exact `last seen` is.
pub const SEEN_GRAIN_MS: i64 = 60_000;
/// For so long a password or passkey counts as fresh.
pub const FRESH_MS: i64 = 10 * 60_000;
const HOUR_MS: i64 = 3_600_000;

/// When a session that begins now ends at the latest.
pub fn ends_at(role: Role, now: i64) -> i64 {
    now + match role {
        Role::Owner | Role::Admin => 12 * HOUR_MS,
        Role::Member | Role::Viewer => 7 * 24 * HOUR_MS,
    }
}

/// For so long nobody who is alone at the gateway's own machine needs another link.
pub const LASTING_MS: i64 = 90 * 24 * HOUR_MS;

/// A session that lasts does so at the gateway's own machine; from elsewhere it is like any other.
pub fn is_over(session: &SessionRecord, now: i64, is_local: bool) -> bool {
    let is_idle = session.seen_at + IDLE_MS <= now;
    session.ends_at <= now || (is_idle && !(session.is_lasting && is_local))
}

pub fn is_fresh(session: &SessionRecord, now: i64) -> bool {
    session.step_up_at.is_some_and(|at| at + FRESH_MS > now)
}

/// How the page that the browser shows has reached us: what its cookie must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Scheme, host and port, as in `Origin`.
    origin: String,
    /// Plain http on this machine: some browsers keep no `Secure` cookie there, and so none with
    /// the prefix `__Host-`. Cookies are shared by all ports of a host: the name has the port.
    plain_port: Option<String>,
}

impl Page {
    pub fn of(peer: &Peer, headers: &HeaderMap) -> Self {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.unwrap_or_default();
        // Whoever is not on this machine has come over TLS, or over a proxy that ended it.
        let is_plain = !peer.is_secure && is_loopback_host(host);
        let scheme = if is_plain { "http" } else { "https" };
        let port = host.rsplit_once(':').map(|(_, port)| port);
        let port = port.filter(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
        Self {
            origin: format!("{scheme}://{host}"),
            plain_port: is_plain.then(|| port.unwrap_or("80").to_owned()),
        }
    }

    /// Whom passkeys of this page are for: the host by name. An address that is a number has none.
    pub fn party(&self, public_url: &str) -> Option<Party> {
        let (scheme, authority) = self.origin.split_once("://")?;
        if is_loopback_host(authority) {
            return party_at(scheme, authority);
        }
        // However a proxy wrote the name that it was called by, browsers write the public one.
        let (scheme, rest) = public_url.split_once("://")?;
        party_at(scheme, rest.split('/').next()?)
    }

    /// This page's address of the gateway, without a slash at its end.
    pub fn base(&self, public_url: &str) -> String {
        let authority = self
            .origin
            .split_once("://")
            .map_or("", |(_, authority)| authority);
        if !is_loopback_host(authority) {
            return public_url.to_owned();
        }
        let path = public_url.split_once("://").map_or("", |(_, rest)| rest);
        let path = path.find('/').map_or("", |at| path.get(at..).unwrap_or_default());
        format!("{}{path}", self.origin)
    }

    fn attempt_name(&self) -> String {
        format!("{}-sign-in", self.cookie_name())
    }

    /// What the browser took along when it set out to a provider.
    pub fn attempt(&self, headers: &HeaderMap) -> Option<Zeroizing<String>> {
        cookie_of(headers, &self.attempt_name())
    }

    /// It comes back from another site, with which browsers send no strict cookie.
    pub fn set_attempt(&self, attempt: &str, seconds: i64) -> HeaderValue {
        self.cookie_like(
            &self.attempt_name(),
            attempt,
            "Lax",
            &format!("; Max-Age={seconds}"),
        )
    }
    pub fn clear_attempt(&self) -> HeaderValue {
        self.cookie_like(&self.attempt_name(), "", "Lax", "; Max-Age=0")
    }

    fn cookie_name(&self) -> String {
        match &self.plain_port {
            Some(port) => format!("token-tracker-{port}"),
            None => "__Host-token-tracker".to_owned(),
        }
    }

    /// The secret in the request's cookie, if it has one.
    pub fn secret(&self, headers: &HeaderMap) -> Option<Zeroizing<String>> {
        cookie_of(headers, &self.cookie_name())
    }

    pub fn set_cookie(&self, secret: &str) -> HeaderValue {
        self.cookie(secret, "")
    }
    /// It outlives the browser's window.
    pub fn set_lasting_cookie(&self, secret: &str) -> HeaderValue {
        self.cookie(secret, &format!("; Max-Age={}", LASTING_MS / 1_000))
    }
    pub fn clear_cookie(&self) -> HeaderValue {
        self.cookie("", "; Max-Age=0")
    }

    /// Without an age the cookie ends with the browser; the session may end before.
    fn cookie(&self, secret: &str, more: &str) -> HeaderValue {
        self.cookie_like(&self.cookie_name(), secret, "Strict", more)
    }

    fn cookie_like(&self, name: &str, secret: &str, same_site: &str, more: &str) -> HeaderValue {
        let secure = if self.plain_port.is_some() { "" } else { "; Secure" };
        let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite={same_site}{secure}{more}");
        let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    /// Refuses what another site's page sent, or may have sent, in the name of whoever is signed in.
    pub fn check_request(&self, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
        let refuse = |hint: &str| {
            let text = "This request did not come from a page of this gateway.";
            Err(Problem::new(Code::Forbidden, text).with_hint(hint))
        };
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
        if method.is_safe() {
            // What is only read may be asked for from the address bar.
            return match site {
                None | Some(b"same-origin" | b"none") => Ok(()),
                Some(_) => refuse("Open the gateway's own page."),
            };
        }
        match (site, origin) {
            (Some(b"same-origin"), _) => {}
            (None, Some(origin)) if origin.eq_ignore_ascii_case(&self.origin) => {}
            _ => {
                return refuse(
                    "Send Sec-Fetch-Site: same-origin, as browsers do, or use a personal access token.",
                );
            }
        }
        if has_body(headers) && !is_no_form(headers) {
            return refuse("Send the body as application/json, or a file as text/csv.");
        }
        Ok(())
    }
}

fn cookie_of(headers: &HeaderMap, name: &str) -> Option<Zeroizing<String>> {
    let cookies = headers.get_all(header::COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, secret)| Zeroizing::new(secret.to_owned()))
}

fn party_at(scheme: &str, authority: &str) -> Option<Party> {
    let authority = authority.to_lowercase();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority.as_str(), None),
    };
    let is_number = host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok();
    if is_number || host.is_empty() {
        return None;
    }
    let usual = if scheme == "https" { "443" } else { "80" };
    let port = port.filter(|port| *port != usual);
    Some(Party {
        id: host.to_owned(),
        origin: port.map_or_else(
            || format!("{scheme}://{host}"),
            |port| format!("{scheme}://{host}:{port}"),
        ),
    })
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

/// A form of another site can send three other types without asking; these it cannot.
fn is_no_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    let is = |kind: &str, one: &str| kind.trim().eq_ignore_ascii_case(one);
    kind.is_some_and(|kind| is(kind, "application/json") || is(kind, "text/csv"))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn page(host: &str, is_secure: bool) -> Page {
        let peer = Peer {
            address: Ipv4Addr::LOCALHOST.into(),
            is_local: true,
            is_secure,
        };
        Page::of(&peer, &headers(&[("host", host)]))
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_cookie_is_locked_to_the_host_wherever_browsers_can() {
        let cookie = |host, is_secure| page(host, is_secure).set_cookie("s").to_str().unwrap().to_owned();
        let locked = "__Host-token-tracker=s; Path=/; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(cookie("tokens.example", true), locked);
        assert_eq!(cookie("tokens.example", false), locked, "a proxy ended the TLS");
        assert_eq!(cookie("localhost:7425", true), locked);
        assert_eq!(
            cookie("127.0.0.1:7425", false),
            "token-tracker-7425=s; Path=/; HttpOnly; SameSite=Strict"
        );
    }

    #[test]
    fn a_cookie_of_another_port_is_another_gateways() {
        let cookies = headers(&[("cookie", "a=b; token-tracker-1=one; token-tracker-2=two")]);
        let secret = |host| {
            page(host, false)
                .secret(&cookies)
                .map(|secret| secret.to_string())
        };
        assert_eq!(secret("localhost:2").as_deref(), Some("two"));
        assert_eq!(secret("localhost:3"), None);
    }

    #[test]
    fn a_provider_sends_people_back_to_where_they_were() {
        let base = |host: &str, public: &str| page(host, false).base(public);
        let public = "https://tokens.example/under";
        assert_eq!(base("tokens.example", public), public);
        assert_eq!(base("localhost:7425", public), "http://localhost:7425/under");
        assert_eq!(base("127.0.0.1:1", "http://127.0.0.1:1"), "http://127.0.0.1:1");
        let cookie = page("tokens.example", true).set_attempt("a", 600);
        assert_eq!(
            cookie.to_str().unwrap(),
            "__Host-token-tracker-sign-in=a; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600"
        );
    }

    #[test]
    fn passkeys_are_for_a_name_as_browsers_write_it() {
        let party = |host: &str, public: &str| {
            let party = page(host, false).party(public)?;
            Some((party.id, party.origin))
        };
        let is = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
        let public = "https://Tokens.example:443/under";
        assert_eq!(
            party("localhost:7425", public),
            is("localhost", "http://localhost:7425")
        );
        assert_eq!(party("localhost", public), is("localhost", "http://localhost"));
        assert_eq!(party("127.0.0.1:7425", public), None);
        assert_eq!(party("[::1]:7425", public), None);
        let ours = is("tokens.example", "https://tokens.example");
        assert_eq!(party("tokens.example", public), ours);
        assert_eq!(party("TOKENS.example:443", public), ours);
        let other = "https://tokens.example:8443";
        assert_eq!(party("tokens.example:8443", other), is("tokens.example", other));
        assert_eq!(party("192.0.2.1", "https://192.0.2.1"), None);
    }

    #[test]
    fn only_the_gateways_own_page_changes_anything() {
        let page = page("localhost:7425", false);
        let json = ("content-type", "application/json; charset=utf-8");
        let allows = |pairs: &[_]| page.check_request(&Method::POST, &headers(pairs)).is_ok();
        assert!(allows(&[("sec-fetch-site", "same-origin")]));
        assert!(allows(&[
            ("sec-fetch-site", "same-origin"),
            ("content-length", "2"),
            json
        ]));
        assert!(allows(&[("origin", "http://localhost:7425")]));
        for refused in [
            &[][..],
            &[("sec-fetch-site", "same-site")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://localhost:7425"),
            ],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://localhost:7426")],
            &[("origin", "https://localhost:7425")],
            &[("origin", "null")],
            &[("sec-fetch-site", "same-origin"), ("content-length", "2")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("content-length", "2"),
                ("content-type", "text/plain"),
            ],
            &[
                ("sec-fetch-site", "same-origin"),
                ("transfer-encoding", "chunked"),
            ],
        ] {
            assert!(!allows(refused), "{refused:?}");
        }
        let reads = |pairs: &[_]| page.check_request(&Method::GET, &headers(pairs)).is_ok();
        assert!(reads(&[]) && reads(&[("sec-fetch-site", "none")]));
        assert!(!reads(&[("sec-fetch-site", "cross-site")]));
    }
}
