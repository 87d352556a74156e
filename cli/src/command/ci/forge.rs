//! What the job is told about its pull request: the addresses and the credential of the forge's API.

use std::{fs, path::PathBuf};

use protocol::{
    Code, Problem,
    client::{GatewayClient, GatewayUrl, Network},
};
use serde::Deserialize;
use zeroize::Zeroizing;

const EVENT_BYTES_MAX: u64 = 16 << 20;

/// A pull request, and how to reach it.
pub struct PullRequest {
    /// The connections: TLS, no redirects, no proxy to this machine.
    pub client: GatewayClient,
    pub repository: String,
    pub number: u64,
    pub token: Zeroizing<String>,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl PullRequest {
    /// None: this job is not about a pull request.
    pub fn of_environment() -> Result<Option<Self>, Problem> {
        let Some(number) = number()? else { return Ok(None) };
        let missing = |what: &str, hint: &str| {
            Problem::new(
                Code::InvalidRequest,
                format!("{what}, so no comment can be written."),
            )
            .with_hint(hint.to_owned())
        };
        let repository = variable("GITHUB_REPOSITORY")
            .filter(|name| is_repository(name))
            .ok_or_else(|| {
                missing(
                    "GITHUB_REPOSITORY names no repository",
                    "It is such as owner/name; GitHub sets it.",
                )
            })?;
        let token = variable("GITHUB_TOKEN").or_else(|| variable("GH_TOKEN"));
        let token = token.map(Zeroizing::new).ok_or_else(|| {
            missing(
                "GITHUB_TOKEN is not set",
                "Pass `github.token` to the step, with the permission pull-requests: write.",
            )
        })?;
        let api = variable("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".into());
        let client = GatewayClient::new(GatewayUrl::parse(&api)?, &Network::default())?;
        Ok(Some(Self {
            client,
            repository,
            number,
            token,
        }))
    }
}

/// `owner/name`, of which no part can lead elsewhere in an address.
fn is_repository(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    name.split_once('/')
        .is_some_and(|(owner, name)| is_part(owner) && is_part(name))
}

/// From the ref, else from the event that started the job.
fn number() -> Result<Option<u64>, Problem> {
    let of_ref = variable("GITHUB_REF").and_then(|name| {
        let rest = name.strip_prefix("refs/pull/")?.split('/').next()?.to_owned();
        rest.parse().ok()
    });
    if of_ref.is_some() {
        return Ok(of_ref);
    }
    #[derive(Deserialize)]
    struct Event {
        pull_request: Option<Numbered>,
    }
    #[derive(Deserialize)]
    struct Numbered {
        number: u64,
    }
    let Some(path) = variable("GITHUB_EVENT_PATH").map(PathBuf::from) else {
        return Ok(None);
    };
    let unreadable = || {
        Problem::new(
            Code::InvalidRequest,
            "The event that started the job could not be read.",
        )
        .with_hint("GITHUB_EVENT_PATH names a file of JSON; GitHub sets it.")
    };
    let size = fs::metadata(&path).map_err(|_| unreadable())?.len();
    if size > EVENT_BYTES_MAX {
        return Err(unreadable());
    }
    let event: Event = fs::read(&path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(unreadable)?;
    Ok(event.pull_request.map(|pull| pull.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_lead_nowhere_else() {
        assert!(is_repository("acme/shop.js"));
        for name in [
            "acme", "acme/", "/shop", "a/b/c", "../x", "a/..", "a b/c", "a/b?c", "a/b#",
        ] {
            assert!(!is_repository(name), "{name}");
        }
    }
}
