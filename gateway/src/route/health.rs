use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use http::{HeaderMap, HeaderName, header};
use protocol::{Code, Problem, api::ErrorBody};
use serde::Serialize;
use utoipa::ToSchema;

use super::Answer;
use crate::{clock::now_ms, metrics, state::Gateway};

const PROBE_MAX: Duration = Duration::from_secs(2);

#[derive(Serialize, ToSchema)]
pub struct Health {
    status: &'static str,
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", security(()), responses((status = 200, body = Health)))]
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The database is open and recovered, and a durable write works. Upstreams do not count.
#[utoipa::path(get, path = "/readyz", security(()), responses((status = 200, body = Health), (status = 503, body = ErrorBody)))]
pub async fn readyz(State(gateway): State<Arc<Gateway>>) -> Answer<Json<Health>> {
    if gateway.stop.is_draining() {
        return Err(Problem::new(Code::Draining, "The gateway is stopping.").into());
    }
    let probe = tokio::time::timeout(PROBE_MAX, gateway.ledger.probe(now_ms())).await;
    match probe {
        Ok(Ok(())) => Ok(Json(Health { status: "ready" })),
        _ => Err(Problem::new(Code::Starting, "The ledger does not accept writes.").into()),
    }
}

/// Prometheus' text form.
#[utoipa::path(get, path = "/metrics", security(()), responses((status = 200, content_type = "text/plain", body = String)))]
pub async fn metrics(State(gateway): State<Arc<Gateway>>) -> ([(HeaderName, &'static str); 1], String) {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        metrics::render(&gateway),
    )
}

/// The page that reads a token key off a picture; no other one gets a camera.
const SCANS: &str = "/redeem";

/// Headers that every answer of ours carries, the dashboard's too.
pub fn secure(headers: &mut HeaderMap, path: &str) {
    use http::HeaderValue;
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static(if path == SCANS {
            "camera=(self), microphone=(), geolocation=(), display-capture=()"
        } else {
            "camera=(), microphone=(), geolocation=(), display-capture=()"
        }),
    );
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    headers.insert(
        "content-security-policy",
        HeaderValue::from_static(
            "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
    );
}
