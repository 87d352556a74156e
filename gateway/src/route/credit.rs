//! Credit that an owner moves: top-ups, allocations between keys, reclaims, allowances.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
};
use http::request::Parts;
use protocol::{
    Code, KeyId, Money, Problem,
    api::{AllocationRequest, AllowanceRequest, ErrorBody, ReclaimRequest, Share, TopUpRequest, Transfers},
};
use serde_json::json;
use utoipa::IntoParams;

use super::{
    Answer, ApiError, Body,
    access::{About, Caller},
    idempotency::idempotency_key,
};
use crate::{
    clock::now_ms,
    ledger::{LotState, Note, Order, OrderRefusal, OrderRequest, Terms},
    state::{Gateway, internal},
};

const SHARES_MAX: usize = 1_000;

/// How a request that moves credit is told from the same one sent again.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Once {
    /// The same within a day is carried out once and answered the same; with another request it is refused.
    #[param(rename = "Idempotency-Key")]
    key: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let key = idempotency_key(&parts.headers)?;
        Ok(Self { key })
    }
}

/// Gives a key more credit.
#[utoipa::path(
    post, path = "/api/v1/keys/{id}/credit", request_body = TopUpRequest,
    params(("id" = String, Path), Once),
    responses((status = 200, body = Transfers), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
pub async fn top_up(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    once: Once,
    Body(request): Body<TopUpRequest>,
) -> Answer<Json<Transfers>> {
    let order = Order::Grant {
        to: key_id(&id)?,
        amount: positive(request.amount_nano_usd)?,
    };
    carry_out(&gateway, &caller, once.key, order).await
}

/// Takes credit back that is neither spent nor held.
#[utoipa::path(
    post, path = "/api/v1/keys/{id}/reclaim", request_body = ReclaimRequest,
    params(("id" = String, Path), Once),
    responses((status = 200, body = Transfers), (status = 400, body = ErrorBody), (status = 402, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 429, body = ErrorBody))
)]
pub async fn reclaim(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    once: Once,
    Body(request): Body<ReclaimRequest>,
) -> Answer<Json<Transfers>> {
    let order = Order::Reclaim {
        from: key_id(&id)?,
        amount: request.amount_nano_usd.map(positive).transpose()?,
    };
    carry_out(&gateway, &caller, once.key, order).await
}

/// Moves credit from one key to another, or divides it between several.
#[utoipa::path(
    post, path = "/api/v1/allocations", request_body = AllocationRequest,
    params(Once),
    responses((status = 200, body = Transfers), (status = 400, body = ErrorBody), (status = 402, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 429, body = ErrorBody))
)]
pub async fn allocate(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    once: Once,
    Body(request): Body<AllocationRequest>,
) -> Answer<Json<Transfers>> {
    let (from, amount) = (
        request.from_key_id,
        request.amount_nano_usd.map(positive).transpose()?,
    );
    let order = match &request.evenly {
        Some(to) => Order::Divide {
            from,
            amount,
            to: divided(&request, to)?,
        },
        None => Order::Allocate {
            from,
            amount,
            shares: shares(request)?,
        },
    };
    carry_out(&gateway, &caller, once.key, order).await
}

/// Gives a key an allowance in the place of the one that it had.
#[utoipa::path(
    put, path = "/api/v1/keys/{id}/allowance", request_body = AllowanceRequest,
    params(("id" = String, Path), Once),
    responses((status = 200, body = Transfers), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
pub async fn set_allowance(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    once: Once,
    Body(request): Body<AllowanceRequest>,
) -> Answer<Json<Transfers>> {
    let order = Order::Allowance {
        key: key_id(&id)?,
        terms: Some(Terms {
            amount: positive(request.amount_nano_usd)?,
            every: request.every,
            carry_over: request.carry_over,
        }),
    };
    carry_out(&gateway, &caller, once.key, order).await
}

/// Ends a key's allowance. What was granted stays.
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}/allowance",
    params(("id" = String, Path), Once),
    responses((status = 200, body = Transfers), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody))
)]
pub async fn end_allowance(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    once: Once,
) -> Answer<Json<Transfers>> {
    let order = Order::Allowance {
        key: key_id(&id)?,
        terms: None,
    };
    carry_out(&gateway, &caller, once.key, order).await
}

pub(super) async fn carry_out(
    gateway: &Gateway,
    caller: &Caller,
    idempotency_key: Option<String>,
    order: Order,
) -> Answer<Json<Transfers>> {
    check_reach(gateway, caller, &order)?;
    let note = note_of(caller, &order);
    let request = OrderRequest {
        order,
        at: now_ms(),
        idempotency_key,
    };
    let ledger = gateway.ledger.noting(note);
    let outcome = ledger.order(Box::new(request)).await.map_err(internal)?;
    let done = outcome.map_err(refused)?;
    for lot in &done.lots {
        gateway.events.note_change(lot.key_id);
    }
    for transfer in &done.transfers {
        tracing::info!(
            amount.nano_usd = %transfer.amount_nano_usd,
            from = transfer.from_key_id.map(tracing::field::display),
            to = transfer.to_key_id.map(tracing::field::display),
            "Credit was moved: {}", transfer.kind.as_str()
        );
    }
    Ok(Json(done))
}

/// A member gives from their own keys; to others' there is no such key.
fn check_reach(gateway: &Gateway, caller: &Caller, order: &Order) -> Result<(), Problem> {
    let (Order::Allocate { from, .. } | Order::Divide { from, .. }) = order else {
        return Ok(());
    };
    let owner = gateway.directory.key(*from).and_then(|key| key.member());
    if caller.reaches(owner) {
        Ok(())
    } else {
        Err(refused(OrderRefusal::Unknown(*from)))
    }
}

/// What the audit log keeps of an order.
fn note_of(caller: &Caller, order: &Order) -> Note {
    match order {
        Order::Grant { to, amount } => caller
            .note("credit.grant")
            .target("key", to)
            .after(json!({ "amountNanoUsd": amount })),
        Order::Reclaim { from, amount } => caller
            .note("credit.reclaim")
            .target("key", from)
            .after(json!({ "amountNanoUsd": amount })),
        Order::Allocate { from, amount, shares } => caller
            .note("credit.allocate")
            .target("key", from)
            .after(json!({ "amountNanoUsd": amount, "shares": shares })),
        Order::Divide { from, amount, to } => caller
            .note("credit.allocate")
            .target("key", from)
            .after(json!({ "amountNanoUsd": amount, "evenly": to })),
        Order::Allowance { key, terms } => caller
            .note(if terms.is_some() {
                "allowance.set"
            } else {
                "allowance.end"
            })
            .target("key", key)
            .after(json!(terms)),
    }
}

fn key_id(id: &str) -> Result<KeyId, Problem> {
    id.parse()
        .map_err(|_| Problem::new(Code::NotFound, "There is no such key."))
}

fn positive(amount: Money) -> Result<Money, Problem> {
    if amount > Money::ZERO {
        return Ok(amount);
    }
    Err(Problem::new(
        Code::InvalidRequest,
        "The amount has to be more than nothing.",
    ))
}

fn shares(request: AllocationRequest) -> Result<Vec<Share>, Problem> {
    let invalid = |text: &str| Err(Problem::new(Code::InvalidRequest, text));
    let shares = match (request.to_key_id, request.shares) {
        (Some(to_key_id), None) => vec![Share {
            to_key_id,
            percent: 100,
        }],
        (None, Some(shares)) => shares,
        _ => return invalid("An allocation names one of toKeyId, shares and evenly."),
    };
    if !(1..=SHARES_MAX).contains(&shares.len()) {
        return invalid("An allocation has 1 to 1000 shares.");
    }
    let percents = shares.iter().map(|share| u32::from(share.percent));
    if percents.clone().any(|percent| percent == 0) || percents.sum::<u32>() > 100 {
        return invalid("Each share is at least 1 percent, and all of them are at most 100.");
    }
    let targets: HashSet<KeyId> = shares.iter().map(|share| share.to_key_id).collect();
    if targets.len() < shares.len() || targets.contains(&request.from_key_id) {
        return invalid("Each key is named once, and none gives to itself.");
    }
    Ok(shares)
}

fn divided(request: &AllocationRequest, to: &[KeyId]) -> Result<Vec<KeyId>, Problem> {
    let invalid = |text: &str| Err(Problem::new(Code::InvalidRequest, text));
    if request.to_key_id.is_some() || request.shares.is_some() {
        return invalid("An allocation names one of toKeyId, shares and evenly.");
    }
    if !(1..=SHARES_MAX).contains(&to.len()) {
        return invalid("An allocation is divided between 1 and 1000 keys.");
    }
    let targets: HashSet<&KeyId> = to.iter().collect();
    if targets.len() < to.len() || targets.contains(&request.from_key_id) {
        return invalid("Each key is named once, and none gives to itself.");
    }
    Ok(to.to_vec())
}

fn refused(refusal: OrderRefusal) -> Problem {
    match refusal {
        OrderRefusal::Unknown(key) => Problem::new(Code::NotFound, format!("There is no key {key}.")),
        OrderRefusal::Closed(key) => Problem::new(
            Code::InvalidRequest,
            format!("The key {key} is revoked or has expired."),
        )
        .with_hint("Its credit can be reclaimed; mint another key for what should be given."),
        OrderRefusal::Full(key) => Problem::new(
            Code::InvalidRequest,
            format!("The key {key} cannot hold so much credit."),
        ),
        OrderRefusal::Short(lot) => short(lot),
        OrderRefusal::Reused => Problem::new(
            Code::IdempotencyKeyReused,
            "Another request came under this Idempotency-Key.",
        ),
    }
}

fn short(lot: LotState) -> Problem {
    let available = lot.available().exact_usd();
    if lot.held == Money::ZERO {
        return Problem::new(
            Code::InsufficientCredit,
            format!("${available} is left on the key."),
        )
        .with_hint("Take no more than that, or leave the amount out to take all of it.");
    }
    Problem::new(
        Code::CreditHeld,
        format!(
            "${available} is free on the key, and running requests hold ${}.",
            lot.held.exact_usd()
        ),
    )
    .with_hint("Take no more than what is free, or try again when those requests are done.")
}
