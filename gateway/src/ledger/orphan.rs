//! What a crash leaves behind: holds without an owner. Each is settled on its counted input and
//! its mark, which is never less than what a client has seen, and flagged `orphan`.

use std::sync::Arc;

use protocol::{Money, RequestId, RequestKind, TokenUsage};
use usage::pricing::{Multiplier, Price};

use super::{HoldRequest, RequestOrigin, Settle};

/// A hold that its owner did not resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub request: RequestId,
    pub charged: Money,
}

/// What a start found and settled.
#[derive(Clone, Debug, Default)]
pub struct Recovered {
    pub orphans: Vec<Orphan>,
}

/// Whatever happened to the text: the money that it belongs to is charged all the same.
pub(super) fn unknown_origin() -> RequestOrigin {
    let unknown: Arc<str> = "unknown".into();
    RequestOrigin {
        kind: RequestKind::Chat,
        model: Arc::clone(&unknown),
        upstream: Arc::clone(&unknown),
        upstream_model: unknown,
        repository: None,
        branch: None,
        language: None,
        client_request_id: None,
    }
}

/// The version of a hold's price and the factor in it, as they are written in the price itself.
pub(super) fn version_of(price: &str) -> (Arc<str>, Multiplier) {
    let price: Price = serde_json::from_str(price).unwrap_or_default();
    (price.version.into(), price.multiplier)
}

/// What an orphan is charged.
pub(super) fn last_resort(hold: HoldRequest, now: i64) -> Settle {
    let usage = TokenUsage {
        input_tokens: hold.counted_input,
        output_tokens: hold.mark,
        ..TokenUsage::default()
    };
    // A price that cannot be read or multiplied charges the whole hold: never less than was used.
    let cost = serde_json::from_str::<Price>(&hold.price)
        .ok()
        .and_then(|price| price.cost(&usage));
    let cost = cost.map_or(hold.amount, |cost| cost.min(hold.amount));
    Settle {
        hold: Arc::new(hold),
        at: now,
        usage,
        cost,
        estimated: true,
        provider_response_id: None,
        latency_ms: 0,
    }
}
