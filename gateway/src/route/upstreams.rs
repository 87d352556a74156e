use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use protocol::{
    Code, Problem,
    api::{
        ErrorBody, Upstream, UpstreamList, UpstreamRequest, UpstreamSecretRequest, UpstreamTrial,
        UpstreamTrialRequest,
    },
};
use serde_json::json;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{
    Answer, Body,
    access::{About, Caller},
};
use crate::{
    catalogue::{Added, Origin, Tried, on_trial},
    clock::now_ms,
    config::UpstreamConfig,
    credential,
    ledger::{Ledger, StoredSecret},
    settings::{self, RenewError},
    state::{Gateway, internal},
};

const SECRET_BYTES_MAX: usize = 4_096;
const NAME_BYTES_MAX: usize = 64;
const BASE_URL_BYTES_MAX: usize = 512;
/// A name that is not found by then does not lead anywhere.
const LOOK_UP_MAX: Duration = Duration::from_secs(5);

/// The upstreams of the configuration and those that were added, and whether each has a stored secret.
#[utoipa::path(get, path = "/api/v1/upstreams", responses((status = 200, body = UpstreamList), (status = 403, body = ErrorBody)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, _caller: Caller) -> Answer<Json<UpstreamList>> {
    let stored = gateway.reader.upstream_secrets().await.map_err(internal)?;
    let upstreams = all(&gateway).await?;
    let upstreams = upstreams.into_iter().map(|upstream| {
        let last4 = stored.iter().find(|(name, _)| *name == upstream.name);
        let last4 = last4.map(|(_, last4)| last4.clone());
        Upstream {
            secret_last4: last4.filter(|last4| !last4.is_empty()),
            provider: upstream.provider,
            is_added: upstream.is_added,
            name: upstream.name,
        }
    });
    Ok(Json(UpstreamList {
        upstreams: upstreams.collect(),
    }))
}

/// Those of the configuration, then those that were added under a name that it does not have.
async fn all(gateway: &Gateway) -> Answer<Vec<UpstreamConfig>> {
    let sealed = gateway.reader.sealed_secrets().await.map_err(internal)?;
    let mut all = gateway.settings.config().upstreams.clone();
    for added in Added::all(&sealed, &gateway.envelope) {
        if all.iter().all(|known| known.name != added.name) {
            all.push(added);
        }
    }
    Ok(all)
}

/// Adds a provider's endpoint. Its address must be public, or in a network that the configuration
/// lists under `allow_private_upstreams`: now, and whenever it is connected to.
#[utoipa::path(
    post, path = "/api/v1/upstreams", request_body = UpstreamRequest,
    responses((status = 201, body = Upstream), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn add(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<UpstreamRequest>,
) -> Answer<(StatusCode, Json<Upstream>)> {
    let secret = request.secret.map(Zeroizing::new);
    let secret = secret.as_deref().map(|secret| checked_key(secret)).transpose()?;
    let name = checked_name(request.name)?;
    if all(&gateway).await?.iter().any(|known| known.name == name) {
        return Err(
            Problem::new(Code::InvalidRequest, "There is an upstream of this name.")
                .with_hint("Choose another name, or remove that one first.")
                .into(),
        );
    }
    let added = Added {
        provider: request.provider,
        base_url: request.base_url,
        is_removed: false,
    };
    check_address(&gateway, &added).await?;
    // The key first: an upstream without the key that was meant for it would be asked at once.
    let note = caller
        .note("upstream.add")
        .target("upstream", &name)
        .after(json!({ "provider": added.provider, "baseUrl": added.base_url }));
    store_key(
        &gateway.ledger,
        &gateway,
        &name,
        secret.as_ref().map_or("", |secret| secret),
    )
    .await?;
    store(&gateway.ledger.noting(note), &gateway, &name, &added).await?;
    renew(&gateway).await?;
    let upstream = Upstream {
        secret_last4: secret.map(credential::last4),
        provider: added.provider,
        is_added: true,
        name,
    };
    Ok((StatusCode::CREATED, Json(upstream)))
}

/// Asks a provider for its list of models, with a key that is not kept. Its address must be one
/// that an added upstream may have; one of the configuration is asked where that says.
#[utoipa::path(
    post, path = "/api/v1/upstream-trials", request_body = UpstreamTrialRequest,
    responses((status = 200, body = UpstreamTrial), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody))
)]
pub async fn try_out(
    State(gateway): State<Arc<Gateway>>,
    _caller: Caller,
    Body(request): Body<UpstreamTrialRequest>,
) -> Answer<Json<UpstreamTrial>> {
    let secret = request.secret.map(Zeroizing::new);
    let secret = secret.as_deref().map(|secret| checked_key(secret)).transpose()?;
    let upstream = match (request.name, request.provider) {
        (Some(name), _) => known(&gateway, &name).await?,
        (None, Some(provider)) => {
            let added = Added {
                provider,
                base_url: request.base_url,
                is_removed: false,
            };
            check_address(&gateway, &added).await?;
            added.config("trial")
        }
        (None, None) => {
            let text = "Name an upstream, or a provider.";
            return Err(Problem::new(Code::InvalidRequest, text).into());
        }
    };
    let stored = gateway.reader.sealed_secrets().await.map_err(internal)?;
    let config = gateway.settings.config();
    let made = on_trial(&config, &upstream, secret, &stored, &gateway.envelope);
    let made = made.map_err(|error| {
        tracing::warn!("An upstream cannot be tried: {error}");
        Problem::new(
            Code::InvalidRequest,
            "This upstream cannot be used as it is configured.",
        )
        .with_hint("See the gateway's log.")
    })?;
    let trial = gateway.trials.of(made).await;
    let trial = trial.ok_or_else(|| Problem::new(Code::Draining, "The gateway is stopping."))?;
    Ok(Json(told(trial.tried, trial.took)))
}

const EXAMPLES: usize = 6;

/// A trial in words. Nothing that the provider said is in them.
fn told(tried: Tried, took: Duration) -> UpstreamTrial {
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let failed = |status, message: &str, hint: &str| UpstreamTrial {
        works: false,
        status,
        took_ms,
        models: 0,
        examples: Vec::new(),
        message: message.into(),
        hint: hint.into(),
    };
    match tried {
        Tried::Works(mut names) => {
            names.sort();
            UpstreamTrial {
                works: true,
                status: Some(200),
                took_ms,
                models: names.len() as u64,
                message: "It answers, and lists its models.".into(),
                hint: "Models without a price are refused until the configuration gives them one.".into(),
                examples: names.into_iter().take(EXAMPLES).collect(),
            }
        }
        Tried::Answered(status @ (401 | 403)) => failed(
            Some(status),
            "It answers, and does not accept this key.",
            "Check the key, and whether it belongs to this provider and address.",
        ),
        Tried::Answered(404) => failed(
            Some(404),
            "It answers, and has no list of models at this address.",
            "Check the address: it usually ends in /v1. Some providers have no list; their models are named in the configuration.",
        ),
        Tried::Answered(status) => failed(
            Some(status),
            "It answers, but not with a list of models.",
            "Check the address, or try again later.",
        ),
        Tried::NotPermitted => failed(
            None,
            "Its address is not a public one.",
            "List its network under allow_private_upstreams in the configuration, or put the upstream there.",
        ),
        Tried::NotReached => failed(
            None,
            "It cannot be reached.",
            "Check the address, and whether the gateway may connect to it.",
        ),
        Tried::TooSlow => failed(
            None,
            "It did not answer within ten seconds.",
            "Check the address, or try again later.",
        ),
    }
}

/// Removes an upstream that was added here, with its key. What it has running goes on.
#[utoipa::path(
    delete, path = "/api/v1/upstreams/{name}", params(("name" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn remove(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Answer<StatusCode> {
    let upstream = known(&gateway, &name).await?;
    if !upstream.is_added {
        let problem = Problem::new(Code::InvalidRequest, "This upstream is in the configuration.");
        return Err(problem.with_hint("Take it out of the file, then reload.").into());
    }
    let removed = Added {
        provider: upstream.provider,
        base_url: None,
        is_removed: true,
    };
    let note = caller.note("upstream.remove").target("upstream", &name);
    store(&gateway.ledger.noting(note), &gateway, &name, &removed).await?;
    store_key(&gateway.ledger, &gateway, &name, "").await?;
    renew(&gateway).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps an upstream's API key, encrypted. It can be replaced, and never read again.
#[utoipa::path(
    put, path = "/api/v1/upstreams/{name}/secret", request_body = UpstreamSecretRequest, params(("name" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn put_secret(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
    Body(request): Body<UpstreamSecretRequest>,
) -> Answer<StatusCode> {
    let secret = Zeroizing::new(request.secret);
    let upstream = known(&gateway, &name).await?;
    if upstream.api_key_env.is_some() || upstream.api_key_file.is_some() {
        return Err(Problem::new(
            Code::InvalidRequest,
            "The configuration says where this upstream's key is.",
        )
        .with_hint("Take api_key_env or api_key_file out of the configuration first.")
        .into());
    }
    let note = caller.note("upstream.secret").target("upstream", &name);
    store_key(
        &gateway.ledger.noting(note),
        &gateway,
        &name,
        checked_key(&secret)?,
    )
    .await?;
    renew(&gateway).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was stored is in force when the answer is sent.
async fn renew(gateway: &Gateway) -> Answer<()> {
    match settings::renew(gateway).await {
        Ok(()) => Ok(()),
        Err(RenewError::Ledger(error)) => Err(internal(error).into()),
        Err(RenewError::Config(error)) => {
            tracing::error!("The upstreams stay as they were: {error}");
            let text =
                "The upstream was stored, and is not in force: the configuration does not fit any more.";
            let problem = Problem::new(Code::Internal, text);
            Err(problem
                .with_hint("See the gateway's log, then reload the configuration.")
                .into())
        }
    }
}

/// Every name that usage rows can have.
pub(super) async fn names(gateway: &Gateway) -> Answer<Vec<String>> {
    let mut names: Vec<String> = all(gateway).await?.into_iter().map(|one| one.name).collect();
    let catalogue = gateway.catalogue.load();
    let routes = catalogue.entries().iter().flat_map(|entry| &entry.routes);
    names.extend(routes.map(|route| route.upstream.name.to_string()));
    Ok(names)
}

pub(super) async fn known(gateway: &Gateway, name: &str) -> Answer<UpstreamConfig> {
    let found = all(gateway).await?.into_iter().find(|known| known.name == name);
    found.ok_or_else(|| Problem::new(Code::NotFound, "There is no such upstream.").into())
}

fn checked_name(name: String) -> Result<String, Problem> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_free = name != crate::catalogue::BUILTIN;
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_plain) || !is_free {
        let text = "A name is up to 64 letters, digits, dots, hyphens and underscores.";
        return Err(Problem::new(Code::InvalidRequest, text));
    }
    Ok(name)
}

pub(super) fn checked_key(secret: &str) -> Result<&str, Problem> {
    let text = secret.trim();
    if text.is_empty() || text.len() > SECRET_BYTES_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::new(
            Code::InvalidRequest,
            "An API key is printable ASCII without spaces.",
        ));
    }
    Ok(text)
}

/// Whether the gateway would connect to it: what it asks again each time that it does.
async fn check_address(gateway: &Gateway, added: &Added) -> Result<(), Problem> {
    let invalid = |text: String| Problem::new(Code::InvalidRequest, text);
    let provider = providers::catalogue::by_name(&added.provider)
        .ok_or_else(|| invalid("There is no provider of this name.".into()))?;
    let base_url = added.base_url.as_deref().or(provider.base_url);
    let base_url = base_url
        .ok_or_else(|| invalid("This provider has no address of its own: name its baseUrl.".into()))?;
    if base_url.len() > BASE_URL_BYTES_MAX {
        return Err(invalid(format!(
            "A baseUrl has at most {BASE_URL_BYTES_MAX} bytes."
        )));
    }
    let origin =
        Origin::parse(base_url).map_err(|error| invalid(format!("The baseUrl is not right: {error}.")))?;
    let reach = gateway.settings.config().reach().unwrap_or_default();
    let origin = origin.within(reach);
    match timeout(LOOK_UP_MAX, origin.is_permitted()).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err(invalid("This address is not a public one over https.".into()).with_hint(
            "List its network under allow_private_upstreams in the configuration, or put the upstream there.",
        )),
        Ok(Err(_)) | Err(_) => Err(invalid("The host of this baseUrl is not found.".into())),
    }
}

async fn store(ledger: &Ledger, gateway: &Gateway, name: &str, added: &Added) -> Answer<()> {
    let sealed = added.seal(name, &gateway.envelope).map_err(|error| {
        tracing::error!("{error}");
        Problem::new(Code::Internal, "The upstream could not be sealed.")
    })?;
    put(ledger, Added::row(name), sealed, String::new()).await
}

/// An empty key stands for none.
pub(super) async fn store_key(ledger: &Ledger, gateway: &Gateway, name: &str, key: &str) -> Answer<()> {
    let sealed = gateway.envelope.seal(name, key.as_bytes()).map_err(|error| {
        tracing::error!("{error}");
        Problem::new(Code::Internal, "The secret could not be sealed.")
    })?;
    let last4 = if key.is_empty() {
        String::new()
    } else {
        credential::last4(key)
    };
    put(ledger, name.to_owned(), sealed, last4).await
}

async fn put(ledger: &Ledger, upstream: String, sealed: String, last4: String) -> Answer<()> {
    let stored = StoredSecret {
        upstream,
        sealed,
        last4,
        at: now_ms(),
    };
    Ok(ledger.store_secret(stored).await.map_err(internal)?)
}
