//! The control plane under `/api/v1`: one file a noun. Handlers unwrap, call and answer.

pub mod access;
pub mod alert_channels;
pub mod alert_rules;
pub mod alerts;
pub mod audit;
pub mod credit;
pub mod device_flow;
pub mod devices;
pub mod events;
pub mod exports;
pub mod health;
pub mod idempotency;
pub mod identities;
pub mod imports;
pub mod invitations;
pub mod keys;
pub mod ledger;
pub mod members;
pub mod model_list;
pub mod models;
pub mod page;
pub mod pages;
pub mod passkeys;
pub mod preferences;
pub mod reconciliation;
pub mod redeem;
pub mod reload;
pub mod reported;
pub mod routes;
pub mod running;
pub mod session;
pub mod settings;
pub mod sharing;
pub mod sign_in;
pub mod summary;
pub mod teams;
pub mod tokens;
pub mod upstreams;
pub mod usage;

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use protocol::{Code, Problem, api::ErrorBody};
use serde::de::DeserializeOwned;

use crate::state::Gateway;

/// An error under `/api/v1`: `{"error": {code, message, hint}}` with the code's status.
#[derive(Debug)]
pub struct ApiError {
    problem: Problem,
    retry_after: Option<u64>,
}

impl ApiError {
    pub fn retry_after(problem: Problem, seconds: u64) -> Self {
        Self {
            problem,
            retry_after: Some(seconds),
        }
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            retry_after: None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.code.http_status());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(ErrorBody { error: self.problem })).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The link that makes the owner, where nobody is one yet; what a first start prints.
pub async fn first_link(gateway: &Arc<Gateway>) -> Option<String> {
    sign_in::first_link(gateway).await.unwrap_or_else(|problem| {
        tracing::warn!("There is no link for the owner yet: {problem}");
        None
    })
}

pub type Answer<T> = Result<T, ApiError>;

/// A JSON body whose mistakes are told in our form. Extractors before it check who asks, so that
/// authentication comes before the body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|_| {
                Problem::new(
                    Code::InvalidRequest,
                    "The request body is too large or broke off.",
                )
            })?;
        if has_nul(&body) {
            let problem = Problem::new(
                Code::InvalidRequest,
                "A text in the body has the character NUL, which is kept nowhere.",
            );
            return Err(problem.with_hint("Leave \\u0000 out.").into());
        }
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            // serde's sentence names the member; it never repeats a secret that was in a string.
            let place = format!("line {}, column {}", error.line(), error.column());
            let what = match error.classify() {
                serde_json::error::Category::Data => missing_or_wrong(&error),
                _ => "The body is not valid JSON".to_owned(),
            };
            ApiError::from(Problem::new(Code::InvalidRequest, format!("{what} ({place}).")))
        })
    }
}

/// Whether a text of this JSON has a NUL in it, which can be written in one way alone. Not every
/// database keeps one, and nobody means it.
fn has_nul(json: &[u8]) -> bool {
    let is_escape = |at: usize| {
        let before = json.iter().take(at).rev().take_while(|&&byte| byte == b'\\');
        before.count() % 2 == 0
    };
    memchr::memmem::find_iter(json, br"\u0000").any(is_escape)
}

/// The same for what an address says.
pub async fn without_nul(request: Request, next: Next) -> Response {
    let address = request.uri().path_and_query();
    if address.is_some_and(|address| address.as_str().contains("%00")) {
        let text = "The address has the character NUL, which is in no name of ours.";
        return ApiError::from(Problem::new(Code::InvalidRequest, text).with_hint("Leave %00 out."))
            .into_response();
    }
    next.run(request).await
}

fn missing_or_wrong(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next())
    {
        Some(field) => format!("The member \"{field}\" is missing"),
        None => "A member of the body has the wrong type".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_in_a_text_is_found_and_nothing_else() {
        for (json, has) in [
            (r#"{"label":"a\u0000"}"#, true),
            (r#"{"a\u0000":1}"#, true),
            (r#"["\\\\\u0000"]"#, true),
            (r#"["\\u0000"]"#, false),
            (r#"["\\\\u0000 \u0001 u0000"]"#, false),
        ] {
            assert_eq!(has_nul(json.as_bytes()), has, "{json}");
        }
    }
}
