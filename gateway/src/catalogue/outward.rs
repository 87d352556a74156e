//! The HTTP proxy between this gateway and its upstreams, where a network has one.
//!
//! The configuration names it, or the environment as other programs read it. What is on this machine
//! is never asked through it, and neither is an upstream that was added over the API: the proxy
//! looks names up itself, so nobody here could say where such an upstream leads.

mod tunnel;

use std::sync::{Arc, LazyLock};

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use providers::catalogue::Provider;
use serde::Deserialize;

use super::{Origin, Target, Upstream};
use crate::config::{Config, ConfigError};
pub(super) use tunnel::tunnel;

/// Anything that is not on this machine, to see what a setting makes of it.
static ANYWHERE: LazyLock<Uri> = LazyLock::new(|| Uri::from_static("https://upstream.invalid"));

/// As it stands in the configuration: `"none"`, or a URL, which may hold a password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ProxySetting(String);

impl std::fmt::Debug for ProxySetting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ProxySetting(..)")
    }
}

impl ProxySetting {
    /// What is wrong with it never repeats it.
    pub(crate) fn proxy(&self) -> Result<Option<Proxy>, WrongProxy> {
        if self.0 == "none" {
            return Ok(None);
        }
        let matcher = Matcher::builder().all(self.0.clone()).build();
        proxy_for(&matcher, &ANYWHERE)?.ok_or(WrongProxy).map(Some)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a proxy looks like http://proxy.example.com:3128, or http://user:password@proxy.example.com:3128")]
pub(crate) struct WrongProxy;

/// An HTTP proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub host: String,
    pub port: u16,
    /// Basic, marked sensitive.
    pub authorization: Option<HeaderValue>,
}

/// The proxy that these rules want for an address.
fn proxy_for(rules: &Matcher, address: &Uri) -> Result<Option<Proxy>, WrongProxy> {
    let Some(intercept) = rules.intercept(address) else {
        return Ok(None);
    };
    let uri = intercept.uri();
    let host = uri.host().filter(|host| !host.is_empty()).ok_or(WrongProxy)?;
    if uri.scheme_str() != Some("http") {
        return Err(WrongProxy);
    }
    let authorization = intercept.basic_auth().cloned().map(|mut value| {
        value.set_sensitive(true);
        value
    });
    Ok(Some(Proxy {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: uri.port_u16().unwrap_or(80),
        authorization,
    }))
}

/// What the environment says, in the names that other programs know.
struct Environment {
    /// Or what is wrong with it, for whoever has no other rules.
    rules: Result<Matcher, String>,
    /// What `NO_PROXY` says.
    exempt: String,
}

impl Environment {
    fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let exempt = either_case(&variable, "NO_PROXY").unwrap_or_default();
        Self {
            rules: rules(&variable, &exempt),
            exempt,
        }
    }

    fn is_exempt(&self, address: &Uri) -> bool {
        let anything = Matcher::builder()
            .all("http://proxy.invalid")
            .no(self.exempt.clone());
        anything.build().intercept(address).is_none()
    }
}

fn rules(variable: &impl Fn(&str) -> Option<String>, exempt: &str) -> Result<Matcher, String> {
    let mut builder = Matcher::builder().no(exempt.to_owned());
    for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"] {
        let Some(value) = either_case(variable, name) else {
            continue;
        };
        // A matcher leaves out what it cannot read, and then all would go past the proxy.
        let is_url = Matcher::builder().all(value.clone()).build().intercept(&ANYWHERE);
        if is_url.is_none() {
            return Err(format!("{name} in the environment: {WrongProxy}"));
        }
        builder = match name {
            "ALL_PROXY" => builder.all(value),
            "HTTP_PROXY" => builder.http(value),
            _ => builder.https(value),
        };
    }
    Ok(builder.build())
}

fn either_case(variable: &impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    let value = variable(name).or_else(|| variable(&name.to_ascii_lowercase()))?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// Tells each upstream the proxy that it is reached through: its own, else that of the whole
/// configuration, else that of the environment. `NO_PROXY` exempts from the last two.
pub(super) fn assign(
    upstreams: &mut [(Arc<Upstream>, &'static Provider)],
    config: &Config,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(), ConfigError> {
    let environment = Environment::read(variable);
    for (upstream, _) in upstreams {
        let Some(upstream) = Arc::get_mut(upstream) else {
            continue;
        };
        let Target::Http { origin, .. } = &mut upstream.target else {
            continue;
        };
        if origin.is_guarded() {
            continue;
        }
        let named = config
            .upstreams
            .iter()
            .find(|named| *named.name == *upstream.name);
        let own = named.and_then(|named| named.upstream_proxy.as_ref());
        let proxy = choose(&environment, own, config.upstream_proxy.as_ref(), &origin.uri());
        let proxy = proxy
            .map_err(|error| ConfigError::Invalid(format!("upstream \"{}\": {error}", upstream.name)))?;
        if let Some(proxy) = proxy {
            origin.go_through(proxy);
        }
    }
    Ok(())
}

/// The same for an address that is no upstream's.
pub(crate) fn through_proxy(mut origin: Origin, general: Option<&ProxySetting>) -> Result<Origin, String> {
    let environment = Environment::read(|name| std::env::var(name).ok());
    if let Some(proxy) = choose(&environment, None, general, &origin.uri())? {
        origin.go_through(proxy);
    }
    Ok(origin)
}

fn choose(
    environment: &Environment,
    own: Option<&ProxySetting>,
    general: Option<&ProxySetting>,
    address: &Uri,
) -> Result<Option<Proxy>, String> {
    let proxy = match (own, general) {
        (Some(own), _) => own.proxy(),
        (None, Some(_)) if environment.is_exempt(address) => Ok(None),
        (None, Some(general)) => general.proxy(),
        (None, None) => match &environment.rules {
            Ok(rules) => proxy_for(rules, address),
            Err(wrong) => return Err(wrong.clone()),
        },
    };
    proxy.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    /// Host and port of the proxy for an address.
    fn chosen(variables: &[(&str, &str)], address: &str) -> Option<String> {
        let rules = environment(variables);
        let proxy = choose(&rules, None, None, &address.parse().unwrap()).unwrap();
        proxy.map(|proxy| format!("{}:{}", proxy.host, proxy.port))
    }

    fn setting(text: &str) -> ProxySetting {
        ProxySetting(text.to_owned())
    }

    #[test]
    fn the_environment_is_read_in_both_cases() {
        let (plain, tls) = ("http://a.example/v1", "https://a.example/v1");
        assert_eq!(chosen(&[], tls), None);
        let both = [("HTTP_PROXY", "http://p:1"), ("https_proxy", "http://q:2")];
        assert_eq!(chosen(&both, plain).as_deref(), Some("p:1"));
        assert_eq!(chosen(&both, tls).as_deref(), Some("q:2"));
        let all = [("all_proxy", "p:1"), ("HTTPS_PROXY", "http://[::1]:2")];
        assert_eq!(chosen(&all, plain).as_deref(), Some("p:1"));
        assert_eq!(chosen(&all, tls).as_deref(), Some("::1:2"));
        assert_eq!(chosen(&[("HTTP_PROXY", "http://p:1")], tls), None);
        assert_eq!(chosen(&[("HTTPS_PROXY", "")], tls), None, "empty is none");
    }

    #[test]
    fn names_and_networks_are_exempt() {
        let rules = [
            ("ALL_PROXY", "http://p:1"),
            ("no_proxy", "example.com, .inside.example, 10.0.0.0/8,::1"),
        ];
        for direct in [
            "https://example.com",
            "https://api.example.com",
            "https://API.EXAMPLE.COM",
            "https://a.inside.example",
            "http://10.9.8.7:8080",
            "http://[::1]:8080",
        ] {
            assert_eq!(chosen(&rules, direct), None, "{direct}");
        }
        for through in [
            "https://notexample.com",
            "https://example.com.evil.example",
            "http://11.0.0.1",
        ] {
            assert_eq!(chosen(&rules, through).as_deref(), Some("p:1"), "{through}");
        }
        let none = [("ALL_PROXY", "http://p:1"), ("NO_PROXY", "*")];
        assert_eq!(chosen(&none, "https://a.example"), None);
    }

    #[test]
    fn the_configuration_comes_before_the_environment() {
        let rules = environment(&[("ALL_PROXY", "http://p:1"), ("NO_PROXY", "near.example")]);
        let near: Uri = Uri::from_static("https://near.example");
        let far: Uri = Uri::from_static("https://far.example");
        let host = |own: Option<&str>, general: Option<&str>, address: &Uri| {
            let (own, general) = (own.map(setting), general.map(setting));
            let proxy = choose(&rules, own.as_ref(), general.as_ref(), address).unwrap();
            proxy.map(|proxy| proxy.host)
        };
        assert_eq!(host(None, None, &far).as_deref(), Some("p"));
        assert_eq!(host(None, Some("http://q:2"), &far).as_deref(), Some("q"));
        assert_eq!(host(None, Some("http://q:2"), &near), None);
        assert_eq!(host(None, Some("none"), &far), None);
        assert_eq!(
            host(Some("http://r:3"), Some("http://q:2"), &near).as_deref(),
            Some("r")
        );
        assert_eq!(host(Some("none"), Some("http://q:2"), &far), None);
    }

    #[test]
    fn a_password_becomes_basic_and_is_not_shown() {
        let proxy = setting("http://me:s%40cret@p:3128").proxy().unwrap().unwrap();
        // me:s@cret
        assert_eq!(proxy.authorization.as_ref().unwrap(), "Basic bWU6c0BjcmV0");
        let shown = format!("{proxy:?} {:?}", setting("http://me:s%40cret@p:3128"));
        assert!(!shown.contains("cret") && !shown.contains("bWU6"), "{shown}");
    }

    #[test]
    fn what_is_no_http_proxy_is_refused_without_repeating_it() {
        for wrong in [
            "",
            "http://",
            "socks5://p:1",
            "https://p:1",
            "ftp://me:secret@p",
            "http://me:sec ret@p",
        ] {
            let error = setting(wrong).proxy().unwrap_err();
            assert!(!error.to_string().contains("secret"), "{wrong}");
        }
        for wrong in ["http://me:sec ret@p", "ftp://p", "socks5://p:1"] {
            let rules = environment(&[("HTTPS_PROXY", wrong)]);
            let error = choose(&rules, None, None, &ANYWHERE).unwrap_err();
            assert!(
                error.contains("http://proxy.example.com") && !error.contains("ret@"),
                "{error}"
            );
            // Who is told otherwise does not need it.
            assert_eq!(choose(&rules, None, Some(&setting("none")), &ANYWHERE), Ok(None));
        }
    }
}
