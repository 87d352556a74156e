//! Changes under an `Idempotency-Key`.

use http::HeaderMap;
use protocol::{Code, Problem};
use ring::digest;
use serde::Serialize;

use super::access::Caller;
use crate::ledger::Asked;

/// The key of a request, if it has one.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let text = value.to_str().ok().filter(|text| (1..=255).contains(&text.len()));
    text.map(|text| Some(text.to_owned())).ok_or_else(|| {
        Problem::new(
            Code::InvalidRequest,
            "Idempotency-Key has 1 to 255 ASCII characters.",
        )
    })
}

/// What is asked under the key, if there is one: `makes` is the id of what is made.
pub fn asked(
    headers: &HeaderMap,
    caller: &Caller,
    request: &impl Serialize,
    makes: impl ToString,
) -> Result<Option<Asked>, Problem> {
    let Some(key) = idempotency_key(headers)? else {
        return Ok(None);
    };
    // Two members may choose the same key; what they ask for has nothing to do with each other.
    let whose = caller
        .member()
        .map_or_else(String::new, |member| member.id.to_string());
    let text = serde_json::to_string(request).unwrap_or_default();
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let request = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(Asked {
        id: format!("people {whose} {key}"),
        request,
        makes: makes.to_string(),
    }))
}
