//! From a request to a hold: which model, what it can cost at most, and whether the lot covers it.
//! No hold, no upstream call.

use std::{
    cell::Cell,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::Response;
use protocol::{Code, Money, Problem, RequestId};
use providers::openai::estimate_tokens;

use super::{
    Proxy, answer,
    client::Client,
    dialect::{Dialect, Forward, Parsed},
    exchange::Exchange,
    guard::{Ended, Guard},
    origin_headers::Wishes,
    refusal::{Refusal, unavailable},
    relay::{self, Stream},
    upstream,
};
use crate::{
    catalogue::{Entry, Pricing, Route},
    clock::{new_id, now_ms},
    directory::{Device, StreamPlace},
    ledger::{HoldRefusal, HoldRequest, LotState, RequestOrigin},
    state::internal,
};

/// The output cap that is written into a request that names none.
const OUTPUT_DEFAULT: u64 = 8_192;
/// A lease outlives the longest request by this, so that only a lost hold is swept.
const LEASE_SLACK_MS: i64 = 60_000;
/// How often a short balance is looked at again, since other requests give back meanwhile.
const TRIES: u32 = 4;

/// A request whose sender is known, with its body read.
pub(super) struct Asked {
    pub dialect: Dialect,
    pub device: Arc<Device>,
    pub wishes: Wishes,
    pub body: Bytes,
    pub place: StreamPlace,
}

/// How a request is answered.
pub(super) enum Served {
    Whole(Box<Response<Bytes>>),
    Streaming(Box<Stream>),
}

/// What the hold is made of.
struct Terms<'a> {
    parsed: Parsed<'a>,
    entry: Arc<Entry>,
    route: Route,
    pricing: Pricing,
    /// The output cap of one choice.
    cap: u64,
}

pub(super) async fn serve(proxy: &Proxy, asked: Asked, client: &mut Client<'_>) -> Result<Served, Refusal> {
    let Asked {
        dialect,
        device,
        wishes,
        body,
        place,
    } = asked;
    let started = Instant::now();
    let request = RequestId::from_uuid(new_id());
    // The random part of the id is as good as any other dice.
    let dice = request.as_uuid().as_u128() as u32;
    let terms = terms(proxy, dialect, &device, &body, dice)?;
    let counted_input = estimate_tokens(terms.parsed.input_bytes()).max(1);
    let origin = RequestOrigin {
        kind: wishes.kind.unwrap_or(dialect.kind()),
        model: Arc::clone(&terms.entry.id),
        upstream: Arc::clone(&terms.route.upstream.name),
        upstream_model: Arc::clone(&terms.route.upstream_model),
        repository: wishes.repository.clone(),
        branch: wishes.branch.clone(),
        language: wishes.language.clone(),
        client_request_id: wishes.client_request_id.clone(),
    };
    let (hold, forward, cap) = hold(proxy, request, dialect, &device, &terms, counted_input, origin).await?;
    let exchange = Exchange {
        gateway: Arc::clone(&proxy.gateway),
        running: Rc::clone(&proxy.running),
        request: hold.request,
        hold,
        pricing: terms.pricing.clone(),
        counted_input,
        started,
        lowered_cap: (cap < terms.cap).then_some(cap),
        mark: Exchange::first_mark(),
        device,
        _place: place,
    };
    let mut guard = Guard::new(&proxy.gateway, &exchange.device, &proxy.bell, started);
    let is_stream = terms.parsed.is_stream();
    let is_translated = forward.is_translated;
    let dispatched = Cell::new(false);
    let idle = Duration::from_secs(proxy.gateway.limits.idle_seconds_max);
    // Answers that are not streamed say nothing until they are complete.
    guard.be_quiet_for(if is_stream { idle } else { idle * 5 });
    let sending = upstream::send(proxy, &terms.route.upstream, forward, is_stream, &dispatched);
    let head = match guard.watch(client, sending).await {
        Ok(Ok(head)) => head,
        Ok(Err(error)) => return Err(unsent(&exchange, &terms.route, &error).await?),
        Err(Ended::Silent) => return Err(unsent(&exchange, &terms.route, &"it does not answer").await?),
        Err(ended) => {
            // Once the upstream has the request, what it read is owed; before that, nothing is.
            if dispatched.get() {
                answer::settle_unread(&exchange).await?;
            } else {
                exchange.release().await.map_err(internal)?;
            }
            return Err(ended.refusal());
        }
    };
    if !head.status.is_success() {
        return Err(answer::refused(&exchange, head, &terms.route.upstream.name).await?);
    }
    if is_stream && relay::is_event_stream(&head) {
        let wishes = relay::Wishes {
            receipt: wishes.wants_receipt,
            usage_chunk: terms.parsed.asked_for_usage(),
            translated: is_translated,
        };
        return Ok(Served::Streaming(Box::new(Stream::new(
            exchange, guard, head, wishes,
        ))));
    }
    answer::whole(proxy, &exchange, &mut guard, client, head, is_translated)
        .await
        .map(Box::new)
        .map(Served::Whole)
}

/// No answer came: nothing is owed, and the log says why.
async fn unsent(exchange: &Exchange, route: &Route, why: &dyn std::fmt::Display) -> Result<Refusal, Refusal> {
    exchange.release().await.map_err(internal)?;
    tracing::warn!(request.id = %exchange.request, upstream = %route.upstream.name, "{why}");
    Ok(Refusal::from(unavailable()).of_request(exchange.request))
}

/// Finds the model and its price, and checks what can be checked without money.
fn terms<'a>(
    proxy: &Proxy,
    dialect: Dialect,
    device: &Device,
    body: &'a [u8],
    dice: u32,
) -> Result<Terms<'a>, Problem> {
    let parsed = Parsed::read(dialect, body)?;
    let catalogue = proxy.gateway.catalogue.load();
    let entry = catalogue
        .find(parsed.model())
        .filter(|entry| device.key.allows(&entry.id))
        .ok_or_else(|| Problem::new(Code::ModelUnknown, "There is no model of this name for this key."))?;
    if !entry.capabilities.contains(&dialect.capability()) {
        return Err(Problem::new(
            Code::InvalidRequest,
            format!("The model {} cannot do this.", entry.id),
        )
        .with_hint("GET /api/v1/models lists what each model can do."));
    }
    let route = entry.route(dice).ok_or_else(unavailable)?.clone();
    let pricing = route.price.clone().ok_or_else(|| {
        Problem::new(
            Code::ModelUnpriced,
            format!("The model {} has no price, so it is not served.", entry.id),
        )
    })?;
    if let Some(unbounded) = parsed.unbounded()
        && !pricing.price.is_free()
    {
        return Err(unbounded.problem());
    }
    let limit = entry.output_max.unwrap_or(u64::MAX);
    let cap = parsed.output_cap().unwrap_or(OUTPUT_DEFAULT).min(limit).max(1);
    Ok(Terms {
        parsed,
        entry,
        route,
        pricing,
        cap,
    })
}

/// Holds the upper bound; where the lot is short, with an output cap that it affords.
async fn hold(
    proxy: &Proxy,
    id: RequestId,
    dialect: Dialect,
    device: &Device,
    terms: &Terms<'_>,
    counted_input: u64,
    origin: RequestOrigin,
) -> Result<(Arc<HoldRequest>, Forward, u64), Refusal> {
    let at = now_ms();
    let longest = i64::try_from(proxy.gateway.limits.request_seconds_max).unwrap_or(i64::MAX / 2_000);
    let mut cap = terms.cap;
    let mut request = Arc::new(HoldRequest {
        request: id,
        key: device.key.id,
        device: device.id,
        at,
        lease_until: at + longest.saturating_mul(1_000) + LEASE_SLACK_MS,
        amount: Money::ZERO,
        counted_input,
        mark: Exchange::first_mark(),
        price: Arc::clone(&terms.pricing.text),
        origin,
    });
    for _ in 0..TRIES {
        let forward = terms.parsed.forward(&terms.route, cap);
        let input = terms.parsed.input_bound(&forward.body);
        Arc::make_mut(&mut request).amount = bound(terms, input, cap).ok_or_else(too_large)?;
        let outcome = proxy
            .ledger()
            .hold(Arc::clone(&request))
            .await
            .map_err(internal)?;
        let lot = match outcome {
            Ok(_) => return Ok((request, forward, cap)),
            Err(HoldRefusal::Short(lot)) => lot,
            Err(refusal) => return Err(refused(refusal).into()),
        };
        proxy.gateway.metrics.short();
        match affordable(dialect, terms, device, lot, input, cap) {
            Some(lower) => cap = lower,
            None => return Err(short(lot, request.amount, least(dialect, terms, device, input))),
        }
    }
    let problem = Problem::new(
        Code::CreditHeld,
        "Other requests of this key took the credit first.",
    );
    Err(Refusal::later(problem, 1))
}

fn bound(terms: &Terms<'_>, input: u64, cap: u64) -> Option<Money> {
    let output = cap.checked_mul(terms.parsed.choices())?;
    terms.pricing.price.upper_bound(input, output)
}

/// The highest output cap that what is left pays for, if that is still useful.
fn affordable(
    dialect: Dialect,
    terms: &Terms<'_>,
    device: &Device,
    lot: LotState,
    input: u64,
    cap: u64,
) -> Option<u64> {
    if device.key.strict {
        return None;
    }
    let output =
        terms.pricing.price.affordable_output(lot.available(), input) / terms.parsed.choices().max(1);
    let useful = dialect.useful_output().min(terms.cap);
    // A cap that was affordable a moment ago and is not now must go down, or this would not end.
    (output >= useful).then(|| output.min(cap.saturating_sub(1)).max(useful))
}

/// The least that the request would cost to be useful.
fn least(dialect: Dialect, terms: &Terms<'_>, device: &Device, input: u64) -> Option<Money> {
    let cap = if device.key.strict {
        terms.cap
    } else {
        dialect.useful_output().min(terms.cap)
    };
    bound(terms, input, cap)
}

/// Never retry when even an idle lot could not pay; later, when others hold the rest.
fn short(lot: LotState, needed: Money, least: Option<Money>) -> Refusal {
    let idle = lot.granted.nano_usd() - lot.spent.nano_usd();
    let least = least.unwrap_or(needed);
    if least.nano_usd() > idle {
        let text = format!(
            "This needs {} and {} is left. Nothing was sent or charged.",
            least.display_charge(),
            lot.available().display_balance()
        );
        return Problem::new(Code::InsufficientCredit, text).into();
    }
    let text = format!(
        "This needs {}; {} is left beside {} that running requests hold. Nothing was sent or charged.",
        least.display_charge(),
        lot.available().display_balance(),
        lot.held.display_charge()
    );
    Refusal::later(Problem::new(Code::CreditHeld, text), 1)
}

fn refused(refusal: HoldRefusal) -> Problem {
    match refusal {
        HoldRefusal::Reused => Problem::new(
            Code::RequestReused,
            "This device sent a request under this client request id before.",
        ),
        HoldRefusal::Expired => Problem::new(Code::InsufficientCredit, "The token key has expired."),
        HoldRefusal::Revoked | HoldRefusal::Short(_) => Problem::new(
            Code::CredentialRevoked,
            "This device or its token key was revoked.",
        ),
    }
}

fn too_large() -> Problem {
    Problem::new(
        Code::InvalidRequest,
        "The output cap of this request is beyond any price.",
    )
    .with_hint("Send a smaller max_tokens.")
}
