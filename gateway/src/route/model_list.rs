//! `GET /v1/models` in the shape of the client's dialect.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use protocol::{Code, Problem, api::Capability};
use serde::Serialize;

use crate::{
    catalogue::Entry,
    proxy::{self, Dialect, Whence},
    state::Gateway,
};

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
    /// Ours, beside what the dialect has.
    capabilities: Vec<Capability>,
}

impl From<&Arc<Entry>> for Model {
    fn from(entry: &Arc<Entry>) -> Self {
        let owner = entry.routes.first().map(|route| route.upstream.name.to_string());
        Self {
            id: entry.id.to_string(),
            object: "model",
            created: 0,
            // One that stands for others is the gateway's own.
            owned_by: owner.unwrap_or_else(|| "token-tracker".into()),
            capabilities: entry.capabilities.clone(),
        }
    }
}

/// The same for clients of Anthropic's dialect; all models are one page.
#[derive(Serialize)]
struct Page {
    data: Vec<PageModel>,
    has_more: bool,
    first_id: Option<String>,
    last_id: Option<String>,
}

#[derive(Serialize)]
struct PageModel {
    r#type: &'static str,
    id: String,
    display_name: String,
    created_at: &'static str,
}

impl From<&Arc<Entry>> for PageModel {
    fn from(entry: &Arc<Entry>) -> Self {
        Self {
            r#type: "model",
            id: entry.id.to_string(),
            display_name: entry.id.to_string(),
            created_at: "1970-01-01T00:00:00Z",
        }
    }
}

/// Both dialects have these addresses; Anthropic's clients name the version of theirs.
fn dialect(headers: &HeaderMap) -> Dialect {
    if headers.contains_key("anthropic-version") {
        Dialect::Messages
    } else {
        Dialect::Chat
    }
}

pub async fn list(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Response {
    let device = match proxy::authenticate(&gateway, &headers, Whence::Unknown).await {
        Ok(device) => device,
        Err(problem) => return refusal(&headers, &problem),
    };
    let catalogue = gateway.catalogue.load();
    let models = catalogue.of_key(&device.key);
    if dialect(&headers) == Dialect::Messages {
        let data: Vec<PageModel> = models.map(PageModel::from).collect();
        let id = |model: Option<&PageModel>| model.map(|model| model.id.clone());
        return Json(Page {
            first_id: id(data.first()),
            last_id: id(data.last()),
            has_more: false,
            data,
        })
        .into_response();
    }
    let data = models.map(Model::from).collect();
    Json(List { object: "list", data }).into_response()
}

/// One model; its id may hold slashes.
pub async fn one(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let device = match proxy::authenticate(&gateway, &headers, Whence::Unknown).await {
        Ok(device) => device,
        Err(problem) => return refusal(&headers, &problem),
    };
    let found = gateway.catalogue.load().find(&id);
    match found.filter(|entry| device.key.allows(&entry.id)) {
        Some(entry) if dialect(&headers) == Dialect::Messages => {
            Json(PageModel::from(&entry)).into_response()
        }
        Some(entry) => Json(Model::from(&entry)).into_response(),
        None => {
            let problem = Problem::new(Code::ModelUnknown, "There is no model of this name for this key.");
            refusal(&headers, &problem)
        }
    }
}

/// An answer of the Responses API by its id, to be read, cancelled or deleted. None is kept, so
/// there is none, but whoever asks is told what to do instead.
pub async fn no_response(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let problem = match proxy::authenticate(&gateway, &headers, Whence::Unknown).await {
        Ok(_) if id.starts_with("resp") => Problem::new(Code::NotFound, "This gateway keeps no responses.")
            .with_hint("Send `\"store\": false`, and the whole conversation in `input`."),
        // Counting and compacting have addresses below the same one.
        Ok(_) => Problem::new(Code::NotFound, "This gateway does not serve this address."),
        Err(problem) => problem,
    };
    let refusal = Dialect::Responses.refuse(&problem);
    refusal.map(axum::body::Body::from)
}

/// Whatever else begins with `/v1`: who asks is checked all the same, and told in the dialect.
pub async fn nothing(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Response {
    match proxy::authenticate(&gateway, &headers, Whence::Unknown).await {
        Ok(_) => {
            let problem = Problem::new(Code::NotFound, "This gateway does not serve this address.");
            refusal(&headers, &problem)
        }
        Err(problem) => refusal(&headers, &problem),
    }
}

fn refusal(headers: &HeaderMap, problem: &Problem) -> Response {
    dialect(headers).refuse(problem).map(axum::body::Body::from)
}
