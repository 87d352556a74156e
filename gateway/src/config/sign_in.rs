//! `[[sign_in]]`: who else may say who somebody is.

use std::path::PathBuf;

use protocol::api::Role;
use serde::Deserialize;

/// A service by which members sign in. It makes nobody a member by itself: an invitation to the
/// address that it vouches for does, or what is allowed here.
#[derive(Clone, Debug, Deserialize)]
pub struct SignInConfig {
    /// Stands in addresses: `https://HOST/api/v1/sign-in/providers/NAME/callback` is where the service
    /// sends people back to.
    pub name: String,
    /// What the button says. Default: the name.
    pub label: Option<String>,
    pub kind: SignInKind,
    /// Of OpenID Connect: where its `/.well-known/openid-configuration` is.
    pub issuer: Option<String>,
    pub client_id: String,
    pub client_secret_env: Option<String>,
    pub client_secret_file: Option<PathBuf>,
    /// Default: `openid`, `email` and `profile`.
    pub scopes: Option<Vec<String>>,
    /// A member whose address it vouches for is signed in as that member.
    #[serde(default)]
    pub link_by_email: bool,
    /// Whoever it vouches for an address in one of these domains becomes a member.
    #[serde(default)]
    pub allowed_domains: Vec<String>,
    /// As what. Default: member.
    pub role: Option<Role>,
    /// Of GitHub: another server's, and its API's. Default: github.com's.
    pub base_url: Option<String>,
    pub api_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignInKind {
    Oidc,
    GitHub,
}

impl SignInConfig {
    /// What is wrong with it, by itself.
    pub(super) fn check(&self) -> Result<(), String> {
        let wrong = |text: &str| Err(format!("sign_in \"{}\": {text}", self.name));
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || self.name.len() > 40 || !self.name.bytes().all(is_plain) {
            return wrong("its name has small letters, digits and - only");
        }
        if self.client_id.trim().is_empty() {
            return wrong("its client_id is empty");
        }
        if self.client_secret_env.is_some() && self.client_secret_file.is_some() {
            return wrong("name client_secret_env or client_secret_file, not both");
        }
        if matches!(self.role, Some(Role::Owner | Role::Admin)) {
            return wrong("nobody becomes owner or admin by their address; make them one afterwards");
        }
        if self.allowed_domains.iter().any(|domain| !is_domain(domain)) {
            return wrong("an allowed domain looks like example.com");
        }
        match (self.kind, &self.issuer) {
            (SignInKind::Oidc, None) => return wrong("name its issuer"),
            (SignInKind::GitHub, Some(_)) => {
                return wrong("GitHub has no issuer; base_url names another server");
            }
            (SignInKind::Oidc, Some(_)) if self.base_url.is_some() || self.api_url.is_some() => {
                return wrong("base_url and api_url are for GitHub; OpenID Connect has an issuer");
            }
            _ => {}
        }
        let urls = [&self.issuer, &self.base_url, &self.api_url];
        if urls.into_iter().flatten().any(|url| !is_safe_url(url)) {
            return wrong("its addresses begin with https://; plain http is for this machine");
        }
        Ok(())
    }
}

fn is_domain(text: &str) -> bool {
    text.contains('.') && !text.contains(|c: char| c.is_whitespace() || c == '@' || c == '/' || c == '*')
}

/// Whoever could change what is read there would be anybody here.
pub fn is_safe_url(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else {
        return false;
    };
    let host = uri.authority().map(|authority| authority.as_str());
    match (uri.scheme_str(), host) {
        (Some("https"), Some(host)) => !host.contains('@'),
        (Some("http"), Some(host)) => crate::peer::is_loopback_host(host),
        _ => false,
    }
}

/// All of them together.
pub(super) fn check(all: &[SignInConfig]) -> Result<(), String> {
    for (index, one) in all.iter().enumerate() {
        one.check()?;
        if all[..index].iter().any(|other| other.name == one.name) {
            return Err(format!("there are two sign_in called \"{}\"", one.name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn refusal(more: &str) -> Option<String> {
        let text = format!("[[sign_in]]\nname = \"company\"\nclient_id = \"tt\"\n{more}");
        Config::parse(&text).err().map(|error| error.to_string())
    }

    #[test]
    fn what_is_dangerous_or_contradicts_itself_is_refused() {
        let oidc = "kind = \"oidc\"\nissuer = \"https://id.example.com\"\n";
        assert_eq!(refusal(oidc), None);
        assert_eq!(refusal("kind = \"github\""), None);
        for (more, part) in [
            ("kind = \"oidc\"", "name its issuer"),
            ("kind = \"oidc\"\nissuer = \"http://id.example.com\"", "https"),
            ("kind = \"oidc\"\nissuer = \"https://u@id.example.com\"", "https"),
            (
                "kind = \"github\"\nissuer = \"https://id.example.com\"",
                "no issuer",
            ),
            (
                "kind = \"github\"\nbase_url = \"http://git.example.com\"",
                "https",
            ),
            (&format!("{oidc}role = \"admin\""), "by their address"),
            (&format!("{oidc}allowed_domains = [\"*\"]"), "domain"),
            (
                &format!("{oidc}client_secret_env = \"A\"\nclient_secret_file = \"b\""),
                "not both",
            ),
            (&format!("{oidc}isuer = \"x\""), "issuer"),
        ] {
            let seen = refusal(more).unwrap_or_default();
            assert!(seen.contains(part), "{more}: {seen}");
        }
        let twice =
            "kind = \"github\"\n[[sign_in]]\nname = \"company\"\nclient_id = \"x\"\nkind = \"github\"";
        assert!(refusal(twice).unwrap().contains("two sign_in"));
    }
}
