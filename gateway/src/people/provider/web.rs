//! What is asked of a provider: few requests, each within limits of time and size. Redirects are not
//! followed, and no word of an answer gets into the log.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::ClientConfig;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::Failure;
use crate::{
    catalogue::{Origin, ProxySetting, ask, through_proxy},
    config::is_safe_url,
};

const TIME_MAX: Duration = Duration::from_secs(10);
const BYTES_MAX: usize = 256 * 1_024;
/// Letters, digits, and what may stand as it is everywhere.
const TEXT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The way to providers.
pub struct Web {
    pub tls: Arc<ClientConfig>,
    pub proxy: Option<ProxySetting>,
}

/// Name and value, as forms and addresses have them.
pub fn encoded(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", text(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

pub fn text(value: &str) -> String {
    utf8_percent_encode(value, TEXT).to_string()
}

pub fn bearer(token: &str) -> Option<HeaderValue> {
    sensitive(&Zeroizing::new(format!("Bearer {token}")))
}

/// Both are encoded as in a form first (RFC 6749, 2.3.1).
pub fn basic(client_id: &str, secret: &str) -> Option<HeaderValue> {
    let pair = Zeroizing::new(format!("{}:{}", text(client_id), text(secret)));
    sensitive(&Zeroizing::new(format!(
        "Basic {}",
        BASE64.encode(pair.as_bytes())
    )))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Web {
    pub async fn get<T: DeserializeOwned>(
        &self,
        url: &str,
        authorization: Option<HeaderValue>,
    ) -> Result<T, Failure> {
        self.call(Method::GET, url, authorization, None).await
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        url: &str,
        authorization: Option<HeaderValue>,
        form: String,
    ) -> Result<T, Failure> {
        self.call(Method::POST, url, authorization, Some(form)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        url: &str,
        authorization: Option<HeaderValue>,
        form: Option<String>,
    ) -> Result<T, Failure> {
        let origin = self.origin(url)?;
        let uri: http::Uri = url
            .parse()
            .map_err(|_| Failure::Answer("its address is not one"))?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &origin.authority)
            .header(header::ACCEPT, "application/json")
            .header(
                header::USER_AGENT,
                concat!("token-tracker/", env!("CARGO_PKG_VERSION")),
            );
        if form.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let body = Full::new(Bytes::from(form.unwrap_or_default()));
        let request = request
            .body(body)
            .map_err(|_| Failure::Answer("its address is not one"))?;
        let asked = timeout(TIME_MAX, ask(&origin, &self.tls, request, BYTES_MAX)).await;
        let (head, body) = asked
            .map_err(|_| Failure::Silent("it did not answer in time"))?
            .map_err(|_| Failure::Silent("it could not be reached"))?;
        let body = Zeroizing::new(body.to_vec());
        match head.status.as_u16() {
            200..=299 => serde_json::from_slice(&body)
                .map_err(|_| Failure::Answer("its answer is not the JSON that was asked for")),
            400..=499 => Err(Failure::Refused("it refused what was sent")),
            _ => Err(Failure::Silent("it answered with a failure of its own")),
        }
    }

    fn origin(&self, url: &str) -> Result<Origin, Failure> {
        if !is_safe_url(url) {
            return Err(Failure::Answer("it names an address without TLS"));
        }
        let uri: http::Uri = url
            .parse()
            .map_err(|_| Failure::Answer("its address is not one"))?;
        let base = format!(
            "{}://{}",
            uri.scheme_str().unwrap_or_default(),
            uri.authority().map_or("", |authority| authority.as_str())
        );
        let origin = Origin::parse(&base).map_err(|_| Failure::Answer("its address is not one"))?;
        through_proxy(origin, self.proxy.as_ref()).map_err(|error| {
            tracing::warn!("The proxy to services that sign people in is not right: {error}");
            Failure::Silent("the proxy before it is not right")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_encoded_once() {
        assert_eq!(
            encoded(&[("a", "x y&z"), ("b", "ü/~")]),
            "a=x%20y%26z&b=%C3%BC%2F~"
        );
        let value = basic("my id", "p:ss").unwrap();
        assert_eq!(value, format!("Basic {}", BASE64.encode("my%20id:p%3Ass")));
        assert!(value.is_sensitive());
    }
}
