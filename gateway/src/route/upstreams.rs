use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use protocol::{
    Code, Problem,
    api::{ErrorBody, Upstream, UpstreamList, UpstreamSecretRequest},
};
use zeroize::Zeroizing;

use super::{Answer, Body, access::ByAdmin};
use crate::{
    clock::now_ms,
    credential,
    ledger::StoredSecret,
    state::{Gateway, internal},
};

const SECRET_BYTES_MAX: usize = 4_096;

/// The upstreams of the configuration, and whether each has a stored secret.
#[utoipa::path(get, path = "/api/v1/upstreams", responses((status = 200, body = UpstreamList), (status = 403, body = ErrorBody)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, ByAdmin: ByAdmin) -> Answer<Json<UpstreamList>> {
    let stored = gateway.reader.upstream_secrets().await.map_err(internal)?;
    let config = gateway.settings.config();
    let upstreams = config.upstreams.iter().map(|upstream| Upstream {
        name: upstream.name.clone(),
        provider: upstream.provider.clone(),
        secret_last4: stored
            .iter()
            .find(|(name, _)| *name == upstream.name)
            .map(|(_, last4)| last4.clone()),
    });
    Ok(Json(UpstreamList {
        upstreams: upstreams.collect(),
    }))
}

/// Keeps an upstream's API key, encrypted. It can be replaced, and never read again.
#[utoipa::path(
    put, path = "/api/v1/upstreams/{name}/secret", request_body = UpstreamSecretRequest, params(("name" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn put_secret(
    State(gateway): State<Arc<Gateway>>,
    ByAdmin: ByAdmin,
    Path(name): Path<String>,
    Body(request): Body<UpstreamSecretRequest>,
) -> Answer<StatusCode> {
    let secret = Zeroizing::new(request.secret);
    let config = gateway.settings.config();
    let upstream = config.upstreams.iter().find(|upstream| upstream.name == name);
    let upstream = upstream.ok_or_else(|| Problem::new(Code::NotFound, "There is no such upstream."))?;
    if upstream.api_key_env.is_some() || upstream.api_key_file.is_some() {
        return Err(Problem::new(
            Code::InvalidRequest,
            "The configuration says where this upstream's key is.",
        )
        .with_hint("Take api_key_env or api_key_file out of the configuration first.")
        .into());
    }
    let text = secret.trim();
    if text.is_empty() || text.len() > SECRET_BYTES_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::new(
            Code::InvalidRequest,
            "An API key is printable ASCII without spaces.",
        )
        .into());
    }
    let sealed = gateway.envelope.seal(&name, text.as_bytes()).map_err(|error| {
        tracing::error!("{error}");
        Problem::new(Code::Internal, "The secret could not be sealed.")
    })?;
    let stored = StoredSecret {
        upstream: name,
        sealed,
        last4: credential::last4(text),
        at: now_ms(),
    };
    gateway.ledger.store_secret(stored).await.map_err(internal)?;
    gateway.changed.notify_one();
    Ok(StatusCode::NO_CONTENT)
}
