//! Services that say who somebody is: OpenID Connect, and GitHub, which has a way of its own.

mod attempt;
mod github;
mod id_token;
mod oidc;
mod web;

use std::sync::Arc;

use protocol::api::Role;
use zeroize::Zeroizing;

pub use attempt::{Attempt, LIFE_MS as ATTEMPT_MS};
use github::GitHub;
use oidc::Oidc;
use web::Web;

use crate::{
    config::{Config, ConfigError, SignInConfig, SignInKind},
    secrets::Pepper,
    server::client_config,
};

/// All that are configured, in the order of the file.
#[derive(Default)]
pub struct Providers(Vec<Arc<Provider>>);

pub struct Provider {
    pub name: String,
    pub label: String,
    pub policy: Policy,
    /// Whose accounts they are: what they are told apart by, whatever it is called here.
    pub issuer: String,
    client: Client,
    kind: Kind,
    web: Arc<Web>,
}

/// Who may become somebody here by this provider, besides those who are invited or known.
#[derive(Clone, Debug)]
pub struct Policy {
    pub link_by_email: bool,
    domains: Vec<String>,
    role: Role,
}

/// What we are to the provider.
struct Client {
    id: String,
    secret: Option<Zeroizing<String>>,
    scopes: String,
}

enum Kind {
    Oidc(Oidc),
    GitHub(GitHub),
}

/// Somebody, as the provider vouches for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What the account is known by there, for ever.
    pub subject: String,
    pub name: Option<String>,
    /// Only one that was verified.
    pub email: Option<String>,
}

/// Why nobody was vouched for. It goes into the log; the person reads less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    Silent(&'static str),
    #[error("{0}")]
    Refused(&'static str),
    #[error("{0}")]
    Answer(&'static str),
    #[error(transparent)]
    Token(#[from] id_token::Doubt),
}

/// What comes back from the provider's page, and where to.
#[derive(Clone, Copy, Debug)]
pub struct Return<'a> {
    pub code: &'a str,
    /// The provider's own name for itself (RFC 9207), where it says it.
    pub issuer: Option<&'a str>,
    pub redirect_uri: &'a str,
}

impl Policy {
    /// As what somebody with this verified address becomes a member without an invitation.
    pub fn role_for(&self, email: &str) -> Option<Role> {
        let (_, domain) = email.rsplit_once('@')?;
        let is_allowed = self.domains.iter().any(|one| one.eq_ignore_ascii_case(domain));
        is_allowed.then_some(self.role)
    }
}

impl Providers {
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        if config.sign_in.is_empty() {
            return Ok(Self::default());
        }
        let tls = client_config()
            .map_err(|_| ConfigError::Invalid("the system's certificates cannot be read".into()))?;
        let web = Arc::new(Web {
            tls,
            proxy: config.upstream_proxy.clone(),
        });
        let all = config.sign_in.iter();
        let all = all.map(|one| Provider::new(one, &web).map(Arc::new));
        all.collect::<Result<_, _>>().map(Self)
    }

    pub fn all(&self) -> &[Arc<Provider>] {
        &self.0
    }
    pub fn named(&self, name: &str) -> Option<Arc<Provider>> {
        self.0.iter().find(|provider| provider.name == name).cloned()
    }
}

impl Provider {
    fn new(config: &SignInConfig, web: &Arc<Web>) -> Result<Self, ConfigError> {
        let (kind, issuer, usual) = match config.kind {
            SignInKind::Oidc => {
                let issuer = config.issuer.clone().unwrap_or_default();
                (Kind::Oidc(Oidc::default()), issuer, "openid email profile")
            }
            SignInKind::GitHub => {
                let github = GitHub::new(config.base_url.as_deref(), config.api_url.as_deref());
                let issuer = github.base_url.clone();
                (Kind::GitHub(github), issuer, "read:user user:email")
            }
        };
        let scopes = config.scopes.as_ref().map(|scopes| scopes.join(" "));
        Ok(Self {
            name: config.name.clone(),
            label: config.label.clone().unwrap_or_else(|| config.name.clone()),
            policy: Policy {
                link_by_email: config.link_by_email,
                domains: config.allowed_domains.clone(),
                role: config.role.unwrap_or(Role::Member),
            },
            issuer,
            client: Client {
                id: config.client_id.clone(),
                secret: secret_of(config)?,
                scopes: scopes.unwrap_or_else(|| usual.to_owned()),
            },
            kind,
            web: Arc::clone(web),
        })
    }

    /// Where the person goes to say who they are.
    pub async fn address(
        &self,
        attempt: &Attempt,
        pepper: &Pepper,
        redirect_uri: &str,
    ) -> Result<String, Failure> {
        let endpoint = match &self.kind {
            Kind::Oidc(oidc) => oidc
                .known(&self.web, &self.issuer)
                .await?
                .authorization_endpoint
                .clone(),
            Kind::GitHub(github) => github.authorization_endpoint(),
        };
        let (state, nonce) = (attempt.state(pepper), attempt.nonce(pepper));
        let challenge = attempt.challenge(pepper);
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", self.client.id.as_str()),
            ("redirect_uri", redirect_uri),
            ("scope", self.client.scopes.as_str()),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        if matches!(self.kind, Kind::Oidc(_)) {
            pairs.push(("nonce", &nonce));
        }
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{endpoint}{joint}{}", web::encoded(&pairs)))
    }

    /// Who it was, from the code that came back.
    pub async fn profile(
        &self,
        attempt: &Attempt,
        pepper: &Pepper,
        back: Return<'_>,
    ) -> Result<Profile, Failure> {
        if back.issuer.is_some_and(|issuer| issuer != self.issuer) && matches!(self.kind, Kind::Oidc(_)) {
            return Err(Failure::Answer("another provider sent the answer"));
        }
        let (verifier, nonce) = (attempt.verifier(pepper), attempt.nonce(pepper));
        match &self.kind {
            Kind::Oidc(oidc) => {
                let asked = oidc::Asked {
                    issuer: &self.issuer,
                    client: &self.client,
                    verifier: &verifier,
                    nonce: &nonce,
                    back,
                };
                oidc.profile(&self.web, asked).await
            }
            Kind::GitHub(github) => github.profile(&self.web, &self.client, &verifier, back).await,
        }
    }
}

fn secret_of(config: &SignInConfig) -> Result<Option<Zeroizing<String>>, ConfigError> {
    let invalid = |text: String| ConfigError::Invalid(format!("sign_in \"{}\": {text}", config.name));
    if let Some(name) = &config.client_secret_env {
        let value = std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let value = value.ok_or_else(|| invalid(format!("the variable {name} is not set")))?;
        return Ok(Some(Zeroizing::new(value.trim().to_owned())));
    }
    let Some(path) = &config.client_secret_file else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|_| invalid("its client_secret_file cannot be read".into()))?;
    Ok(Some(Zeroizing::new(text.trim().to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_domain_counts() {
        let policy = Policy {
            link_by_email: false,
            domains: vec!["example.com".into()],
            role: Role::Viewer,
        };
        assert_eq!(policy.role_for("ada@Example.COM"), Some(Role::Viewer));
        for other in [
            "ada@evil-example.com",
            "ada@sub.example.com",
            "ada@example.com.evil.com",
            "\"ada@example.com\"@evil.com",
            "example.com",
            "",
        ] {
            assert_eq!(policy.role_for(other), None, "{other}");
        }
    }
}
