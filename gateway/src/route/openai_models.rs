//! `GET /v1/models` in OpenAI's shape.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use protocol::{Code, Problem};
use serde::Serialize;

use crate::{catalogue::Entry, proxy, state::Gateway};

#[derive(Serialize)]
struct List {
    object: &'static str,
    data: Vec<Model>,
}

#[derive(Serialize)]
struct Model {
    id: String,
    object: &'static str,
    created: i64,
    owned_by: String,
}

impl From<&Arc<Entry>> for Model {
    fn from(entry: &Arc<Entry>) -> Self {
        let owner = entry.routes.first().map(|route| route.upstream.name.to_string());
        Self {
            id: entry.id.to_string(),
            object: "model",
            created: 0,
            owned_by: owner.unwrap_or_default(),
        }
    }
}

pub async fn list(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Response {
    match proxy::authenticate(&gateway, &headers).await {
        Ok(device) => {
            let data = gateway
                .catalogue
                .load()
                .of_key(&device.key)
                .map(Model::from)
                .collect();
            Json(List { object: "list", data }).into_response()
        }
        Err(problem) => refusal(&problem),
    }
}

/// One model; its id may hold slashes.
pub async fn one(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    match proxy::authenticate(&gateway, &headers).await {
        Ok(device) => {
            let found = gateway
                .catalogue
                .load()
                .find(&id)
                .filter(|entry| device.key.allows(&entry.id));
            match found {
                Some(entry) => Json(Model::from(&entry)).into_response(),
                None => refusal(&Problem::new(
                    Code::ModelUnknown,
                    "There is no model of this name for this key.",
                )),
            }
        }
        Err(problem) => refusal(&problem),
    }
}

/// Whatever else begins with `/v1`: who asks is checked all the same, and told in the dialect.
pub async fn nothing(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Response {
    match proxy::authenticate(&gateway, &headers).await {
        Ok(_) => refusal(&Problem::new(
            Code::NotFound,
            "This gateway does not serve this address.",
        )),
        Err(problem) => refusal(&problem),
    }
}

fn refusal(problem: &Problem) -> Response {
    proxy::Dialect::Chat.refuse(problem).map(axum::body::Body::from)
}
