//! The dashboard's files and addresses: everything that is not the API.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use protocol::{Code, Problem};

use super::ApiError;
use crate::{
    dashboard::{self, Asset},
    state::Gateway,
};

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_FIRST: &str = "no-cache";

/// A file, or the page, whose own router knows the address.
pub async fn serve(
    State(gateway): State<Arc<Gateway>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return not_found();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(asset) = dashboard::asset(path) {
        return file(asset, &headers);
    }
    // A file of an older build is gone; the page in its place would only confuse.
    if path.starts_with("assets/") || path.starts_with("api/") || !is_page(path, &headers) {
        return not_found();
    }
    page(&gateway)
}

/// Programs that look for something else read that there is nothing.
fn is_page(path: &str, headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    path.is_empty() || path == "redeem" || accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

fn page(gateway: &Gateway) -> Response {
    let headers = [(header::CACHE_CONTROL, ASK_FIRST)];
    match dashboard::page(gateway.public_path()) {
        Some(html) => (headers, Html(html)).into_response(),
        None => (headers, Html(PLAIN_PAGE)).into_response(),
    }
}

/// What all addresses answer as long as no dashboard is built in. The key in a redeem link stays
/// behind `#`, which browsers do not send.
const PLAIN_PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Token Tracker</title>\
    <h1>Token Tracker</h1><p>This gateway works. Its web pages are not built in: run <code>scripts/start</code>, \
    or <code>npm run build --workspace dashboard</code> before <code>cargo build</code>.</p>\
    <p>To redeem a token key: in VS Code run <b>Token Tracker: Redeem Token Key</b> and paste the whole link, \
    or run <code>token-tracker redeem</code> in a terminal.</p></html>";

fn file(asset: &'static Asset, headers: &HeaderMap) -> Response {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let tag = format!("\"{:08x}\"", crc32fast::hash(asset.plain));
    let is_known = text(header::IF_NONE_MATCH).is_some_and(|known| known.contains(&tag));
    let (encoding, bytes) = asset.form(text(header::ACCEPT_ENCODING).unwrap_or(""));
    let caching = if asset.is_hashed() { FOR_EVER } else { ASK_FIRST };
    let mut response = Response::new(if is_known {
        Body::empty()
    } else {
        Body::from(bytes)
    });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.content_type()),
    );
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding.filter(|_| !is_known) {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn not_found() -> Response {
    ApiError::from(Problem::new(Code::NotFound, "There is nothing at this address.")).into_response()
}
