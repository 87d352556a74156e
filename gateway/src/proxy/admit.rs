//! From a request to an answer: which model, which routes, and the first of them that answers.
//! One attempt is in [`attempt`](super::attempt). No hold, no upstream call.

use std::{rc::Rc, sync::Arc, time::Instant};

use bytes::Bytes;
use http::{HeaderValue, Response};
use protocol::{Code, Problem, RequestId};
use providers::openai::{estimate_tokens, responses::without_hosted_tools};

use super::{
    Proxy,
    attempt::Attempt,
    candidates::{Candidate, candidates, cannot},
    client::Client,
    dialect::{Dialect, Parsed},
    miss::Miss,
    origin_headers::Wishes,
    refusal::{Refusal, unavailable},
    relay::Stream,
    trail::Trail,
    turn::turn,
};
use crate::{
    capacity::BodyRoom,
    catalogue::{Entry, Passed, Route},
    clock::{new_id, steady_ms},
    directory::{Device, StreamPlace},
    quota::Tokens,
};

/// More upstreams than this are not tried for one request.
const ATTEMPTS_MAX: usize = 4;
/// The part of a body that says to which conversation it belongs.
const CONVERSATION_BYTES: usize = 1_024;

/// A request whose sender is known, with its body read.
pub(super) struct Asked {
    pub dialect: Dialect,
    pub device: Arc<Device>,
    pub wishes: Wishes,
    pub body: Bytes,
    /// The memory that the body takes among all others.
    pub body_room: BodyRoom,
    pub place: StreamPlace,
    pub trail: Rc<Trail>,
}

/// How a request is answered.
pub(super) enum Served {
    Whole(Box<Response<Bytes>>),
    Streaming(Box<Stream>),
}

/// What is asked for, whichever model and route serve it.
pub(super) struct Plan<'a> {
    pub dialect: Dialect,
    pub parsed: Parsed<'a>,
    pub body: &'a [u8],
    /// An upper estimate of the input, without its images.
    pub counted_text: u64,
    /// Tools that the client offered and that are not passed on.
    pub left_out: Option<HeaderValue>,
}

impl<'a> Plan<'a> {
    fn read(dialect: Dialect, body: &'a [u8]) -> Result<Self, Problem> {
        let parsed = Parsed::read(dialect, body)?;
        Ok(Self {
            dialect,
            counted_text: estimate_tokens(parsed.input_bytes()).max(1),
            parsed,
            body,
            left_out: None,
        })
    }

    fn tokens(&self, first: &Candidate) -> Tokens {
        let output = first.cap.saturating_mul(self.parsed.choices());
        Tokens {
            input: self.counted_text,
            most: self.counted_text.saturating_add(output),
        }
    }
}

pub(super) async fn serve(proxy: &Proxy, asked: Asked, client: &mut Client<'_>) -> Result<Served, Refusal> {
    let Asked {
        dialect,
        device,
        wishes,
        body,
        body_room: _body_room,
        mut place,
        trail,
    } = asked;
    let started = Instant::now();
    let (body, left_out) = without_offers(dialect, &wishes, body);
    let plan = Plan {
        left_out,
        ..Plan::read(dialect, &body)?
    };
    let candidates = candidates(proxy, &plan, &device).await?;
    let ways = ways(&plan, &candidates, conversation(&device, &body))?;
    let (first, _) = ways.first().ok_or_else(unavailable)?;
    trail.is_for(&first.entry.id);
    let admitted = proxy.gateway.quota.admit(&device, plan.tokens(first));
    place.admission = admitted.map_err(|exceeded| Refusal::limited(&exceeded))?;
    let standing = place.admission.as_ref().map(|admission| *admission.standing());
    place.queued = turn(&proxy.gateway.queue, proxy, &device, client, started).await?;
    let mut missed: Option<Refusal> = None;
    let mut failed: Vec<(Arc<str>, Passed)> = Vec::new();
    let mut is_repeat = false;
    for (number, (candidate, route)) in ways.iter().enumerate() {
        trail.is_for(&candidate.entry.id);
        let attempt = Attempt {
            plan: &plan,
            candidate,
            failed: &failed,
            route,
            device: &device,
            wishes: &wishes,
            trail: &trail,
            started,
            is_repeat,
            is_last: number + 1 == ways.len(),
        };
        let (refusal, why);
        (refusal, place, why) = match attempt.run(proxy, client, place).await {
            Ok(served) => return Ok(served),
            Err(Miss::Final(refusal)) => return Err(Refusal { standing, ..*refusal }),
            Err(Miss::Passed(refusal, kept, why)) => (refusal, kept, why),
            Err(Miss::TryNext(refusal, kept)) => {
                is_repeat = true;
                (refusal, kept, Passed::Failed)
            }
        };
        missed = Some(*refusal);
        if failed.last().is_none_or(|(id, _)| *id != candidate.entry.id) {
            failed.push((Arc::clone(&candidate.entry.id), why));
        }
    }
    let refusal = missed.unwrap_or_else(|| unavailable().into());
    Err(Refusal { standing, ..refusal })
}

/// Tools at the provider have no bound, and are refused. Of a client that offers them to everybody
/// they are only an offer: it is left out, and the answer says so.
fn without_offers(dialect: Dialect, wishes: &Wishes, body: Bytes) -> (Bytes, Option<HeaderValue>) {
    if dialect != Dialect::Responses || !wishes.offers_by_habit {
        return (body, None);
    }
    match without_hosted_tools(&body) {
        Some((rest, left_out)) => (rest, HeaderValue::from_str(&left_out).ok()),
        None => (body, None),
    }
}

/// Every model with each of its routes, in the order in which they are tried.
fn ways<'a>(
    plan: &Plan<'_>,
    candidates: &'a [Candidate],
    dice: u32,
) -> Result<Vec<(&'a Candidate, &'a Route)>, Problem> {
    let mut ways = Vec::new();
    let mut refusal = None;
    for candidate in candidates {
        match routes(plan, &candidate.entry, dice) {
            Ok(routes) => ways.extend(routes.into_iter().map(|route| (candidate, route))),
            Err(problem) => refusal = refusal.or(Some(problem)),
        }
    }
    match refusal {
        Some(problem) if ways.is_empty() => Err(problem),
        _ => {
            ways.truncate(ATTEMPTS_MAX);
            Ok(ways)
        }
    }
}

/// A model's routes that may serve it, in the order in which they are tried.
pub(super) fn routes<'a>(plan: &Plan<'_>, entry: &'a Entry, dice: u32) -> Result<Vec<&'a Route>, Problem> {
    let mut routes = entry.in_order(dice, steady_ms());
    if routes.is_empty() {
        return Err(unavailable());
    }
    routes.retain(|route| plan.dialect.is_served_by(&route.upstream));
    if routes.is_empty() {
        return Err(cannot(entry));
    }
    routes.retain(|route| route.price.is_some());
    if routes.is_empty() {
        let text = format!("The model {} has no price, so it is not served.", entry.id);
        return Err(Problem::new(Code::ModelUnpriced, text));
    }
    let mut refusal = None;
    routes.retain(|route| {
        let is_free = route
            .price
            .as_ref()
            .is_some_and(|pricing| pricing.price.is_free());
        let unbounded = if is_free {
            None
        } else {
            plan.parsed.unbounded(route)
        };
        let is_bounded = unbounded.is_none();
        refusal = refusal.take().or(unbounded);
        is_bounded
    });
    if let (true, Some(refusal)) = (routes.is_empty(), refusal) {
        return Err(refusal);
    }
    Ok(routes)
}

/// The same number for all requests of a conversation, so that they meet the upstream that keeps
/// its beginning in a cache. Conversations are spread as the weights say.
fn conversation(device: &Device, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(device.id.as_bytes());
    hasher.update(&body[..body.len().min(CONVERSATION_BYTES)]);
    hasher.finalize()
}

/// The id of an attempt: each one is a request of its own in the ledger.
pub(super) fn new_request() -> RequestId {
    RequestId::from_uuid(new_id())
}
