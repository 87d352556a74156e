//! Which models there are, asked of the upstreams themselves, and which servers run on loopback.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::Empty;
use providers::{
    anthropic,
    catalogue::{self as known, Dialect, Provider},
};
use rustls::ClientConfig;
use serde::Deserialize;
use tokio::time::timeout;

use super::{Origin, Sources, Target, Upstream, ask::ask, upstreams::local};

const HOSTED_MAX: Duration = Duration::from_secs(10);
/// A server on this machine answers at once, or it is not one.
const LOCAL_MAX: Duration = Duration::from_millis(500);
pub(super) const LIST_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An upstream with the models that it lists.
#[derive(Clone, Debug)]
pub struct Found {
    pub upstream: Arc<Upstream>,
    pub provider: &'static Provider,
    pub models: Vec<String>,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

/// Asks all upstreams without configured models. One that does not answer keeps what it listed
/// before: a busy server still has its models.
pub async fn discover(sources: &Sources, tls: &Arc<ClientConfig>, before: &[Found]) -> Vec<Found> {
    let mut found = Vec::new();
    for (upstream, provider) in sources.without_models() {
        match list(upstream, tls, HOSTED_MAX)
            .await
            .or_else(|| listed_before(before, upstream))
        {
            Some(models) => found.push(Found {
                upstream: Arc::clone(upstream),
                provider,
                models,
            }),
            None => tracing::warn!(upstream = %upstream.name, "The upstream does not list its models"),
        }
    }
    if sources.looks_on_loopback {
        for (provider, port) in known::loopback() {
            let Some(upstream) = local(provider, *port) else {
                continue;
            };
            if let Some(models) = list(&upstream, tls, LOCAL_MAX)
                .await
                .or_else(|| listed_before(before, &upstream))
            {
                tracing::info!(upstream = %upstream.name, port, "A model server was found on this machine");
                found.push(Found {
                    upstream,
                    provider,
                    models,
                });
            }
        }
    }
    found
}

impl Sources {
    /// Whether what was found before is still served, with the upstream as it is configured now.
    pub fn keeps(&self, found: &mut Found) -> bool {
        let now = self.without_models().find(|(upstream, _)| {
            upstream.name == found.upstream.name && upstream.is_same_place(&found.upstream)
        });
        match now {
            Some((upstream, _)) => found.upstream = Arc::clone(upstream),
            // A server on this machine is in no configuration.
            None => return self.looks_on_loopback && found.upstream.is_free,
        }
        true
    }
}

fn listed_before(before: &[Found], upstream: &Upstream) -> Option<Vec<String>> {
    let is_same =
        |found: &&Found| found.upstream.name == upstream.name && found.upstream.is_same_place(upstream);
    before.iter().find(is_same).map(|found| found.models.clone())
}

async fn list(upstream: &Upstream, tls: &Arc<ClientConfig>, patience: Duration) -> Option<Vec<String>> {
    let Target::Http { origin, .. } = &upstream.target else {
        return None;
    };
    let body = timeout(patience, ask_for_list(origin, tls, question(upstream)?))
        .await
        .ok()??;
    names_in(&body)
}

/// Asks an upstream which models it has.
pub(super) fn question(upstream: &Upstream) -> Option<Request<Empty<Bytes>>> {
    let Target::Http {
        origin,
        authorization,
    } = &upstream.target
    else {
        return None;
    };
    let mut request = Request::get(format!("{}/models", origin.path))
        .header(header::HOST, &origin.authority)
        .header(header::ACCEPT, "application/json")
        .body(Empty::<Bytes>::new())
        .ok()?;
    if let Some((name, value)) = authorization {
        request.headers_mut().insert(*name, value.clone());
    }
    if upstream.dialect == Dialect::Anthropic {
        let version = HeaderValue::from_static(anthropic::VERSION);
        request.headers_mut().insert("anthropic-version", version);
    }
    Some(request)
}

/// The names in its answer.
pub(super) fn names_in(body: &[u8]) -> Option<Vec<String>> {
    let list: List = serde_json::from_slice(body).ok()?;
    // Some list their models under a path of their own, which their other routes do not want.
    let names = list
        .data
        .into_iter()
        .map(|model| model.id.trim_start_matches("models/").to_owned());
    Some(
        names
            .filter(|name| {
                !name.is_empty() && !name.contains(|sign: char| sign.is_whitespace() || sign.is_control())
            })
            .collect(),
    )
}

async fn ask_for_list(
    origin: &Origin,
    tls: &Arc<ClientConfig>,
    request: Request<Empty<Bytes>>,
) -> Option<Bytes> {
    let answered = ask(origin, tls, request, LIST_BYTES_MAX).await;
    let answered = answered.inspect_err(|error| {
        // Most that is looked for on loopback is simply not there.
        if matches!(
            error.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::HostUnreachable
        ) {
            tracing::warn!("An upstream was not connected to: {error}");
        }
    });
    let (head, body) = answered.ok()?;
    head.status.is_success().then_some(body)
}
