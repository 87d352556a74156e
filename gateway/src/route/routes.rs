//! Where models are served, for those who run the gateway.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use protocol::api::{
    ErrorBody, ModelOrigin, ModelPricing, ModelRoute, ModelRoutes, RouteList, UpstreamHealth, UpstreamState,
};

use super::{Answer, access::Caller};
use crate::{
    catalogue::{BUILTIN, Entry, Route, Upstream},
    clock::{steady_ms, timestamp},
    state::Gateway,
};

/// The routes of each model with weights and prices, and how the upstreams are: circuit breaker,
/// last error, time to the first byte.
#[utoipa::path(
    get, path = "/api/v1/routes",
    responses((status = 200, body = RouteList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(State(gateway): State<Arc<Gateway>>, _caller: Caller) -> Answer<Json<RouteList>> {
    let catalogue = gateway.catalogue.load();
    let config = gateway.settings.config();
    let is_configured = |id: &str| config.models.iter().any(|model| model.id == id);
    let mut upstreams: BTreeMap<&str, &Arc<Upstream>> = BTreeMap::new();
    for route in catalogue.entries().iter().flat_map(|entry| &entry.routes) {
        upstreams.entry(&route.upstream.name).or_insert(&route.upstream);
    }
    Ok(Json(RouteList {
        models: catalogue
            .entries()
            .iter()
            .map(|entry| of_model(entry, is_configured(&entry.id)))
            .collect(),
        upstreams: upstreams
            .into_values()
            .filter(|upstream| &*upstream.name != BUILTIN)
            .map(|upstream| health(&gateway, upstream))
            .collect(),
    }))
}

fn of_model(entry: &Entry, is_configured: bool) -> ModelRoutes {
    let is_built_in = |route: &Route| &*route.upstream.name == BUILTIN;
    ModelRoutes {
        model: entry.id.to_string(),
        origin: match entry.routes.first() {
            _ if is_configured => ModelOrigin::Configuration,
            Some(route) if is_built_in(route) => ModelOrigin::BuiltIn,
            _ => ModelOrigin::Found,
        },
        routes: entry.routes.iter().map(of_route).collect(),
        stands_for: entry
            .auto
            .iter()
            .flat_map(|auto| &auto.choose)
            .map(ToString::to_string)
            .collect(),
    }
}

fn of_route(route: &Route) -> ModelRoute {
    let price = route.price.as_ref().map(|pricing| &*pricing.price);
    ModelRoute {
        upstream: route.upstream.name.to_string(),
        upstream_model: route.upstream_model.to_string(),
        weight: route.weight,
        multiplier: price.map_or_else(|| "1".into(), |price| price.multiplier.to_string()),
        pricing: price.map(ModelPricing::from),
        price_version: price
            .map(|price| price.version.clone())
            .filter(|version| !version.is_empty()),
    }
}

fn health(gateway: &Gateway, upstream: &Upstream) -> UpstreamHealth {
    let now = upstream.health.now(steady_ms());
    let (answers, half, most) = gateway.metrics.first_bytes(&upstream.name);
    UpstreamHealth {
        upstream: upstream.name.to_string(),
        state: match (now.rests_for_ms, now.failures) {
            (Some(_), _) => UpstreamState::Resting,
            (None, 0) => UpstreamState::Well,
            (None, _) => UpstreamState::Failing,
        },
        failures: now.failures,
        rests_for_ms: now.rests_for_ms.map(i64::unsigned_abs),
        last_error_at: now.last_error.map(|(at, _)| timestamp(at)),
        last_error_status: now.last_error.and_then(|(_, status)| status),
        answers,
        first_byte_ms_p50: half,
        first_byte_ms_p95: most,
    }
}
