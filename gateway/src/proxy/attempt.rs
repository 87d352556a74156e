//! One attempt to have a request answered, at one route: hold, send, and either an answer or a
//! reason to try the next route. After the first byte of an answer there is no next route.

use std::{
    cell::Cell,
    fmt::Display,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use http::HeaderValue;
use protocol::{Code, Money, Problem};
use providers::anthropic;

use super::{
    Proxy,
    admit::{Plan, Served, new_request},
    answer,
    client::Client,
    dialect::Forward,
    exchange::Exchange,
    guard::{Ended, Guard},
    origin_headers::Wishes,
    refusal::{Refusal, unavailable},
    relay::{self, Stream},
    shape::Shape,
    upstream::{self, Reply},
};
use crate::{
    catalogue::{Pricing, Route},
    clock::now_ms,
    directory::{Device, StreamPlace},
    ledger::{HoldRefusal, HoldRequest, LotState, RequestOrigin},
    state::internal,
};

/// A lease outlives the longest request by this, so that only a lost hold is swept.
const LEASE_SLACK_MS: i64 = 60_000;
/// How often a short balance is looked at again, since other requests give back meanwhile.
const TRIES: u32 = 4;

pub(super) struct Attempt<'a> {
    pub plan: &'a Plan<'a>,
    pub route: &'a Route,
    pub device: &'a Arc<Device>,
    pub wishes: &'a Wishes,
    pub started: Instant,
    pub is_first: bool,
    pub is_last: bool,
}

/// No answer from this route.
pub(super) enum Miss {
    Final(Box<Refusal>),
    /// The hold is resolved, and another route may be asked.
    TryNext(Box<Refusal>, StreamPlace),
}

impl From<Refusal> for Miss {
    fn from(refusal: Refusal) -> Self {
        Self::Final(Box::new(refusal))
    }
}

impl From<Problem> for Miss {
    fn from(problem: Problem) -> Self {
        Refusal::from(problem).into()
    }
}

impl Attempt<'_> {
    pub(super) async fn run(
        &self,
        proxy: &Proxy,
        client: &mut Client<'_>,
        place: StreamPlace,
    ) -> Result<Served, Miss> {
        let pricing = self.route.price.as_ref().ok_or_else(unavailable)?;
        let first = match self.forward(self.plan.cap) {
            Ok(first) => first,
            // It cannot be carried over to this upstream, but perhaps to the next.
            Err(problem) if !self.is_last => return Err(Miss::TryNext(Box::new(problem.into()), place)),
            Err(problem) => return Err(problem.into()),
        };
        let (hold, forward, cap) = self.hold(proxy, pricing, first).await?;
        let exchange = Exchange {
            gateway: Arc::clone(&proxy.gateway),
            running: Rc::clone(&proxy.running),
            request: hold.request,
            hold,
            pricing: pricing.clone(),
            counted_input: self.counted_input(),
            started: self.started,
            lowered_cap: (cap < self.plan.cap).then_some(cap),
            mark: Exchange::first_mark(),
            device: Arc::clone(self.device),
            place,
        };
        let mut guard = Guard::new(&proxy.gateway, self.device, &proxy.bell, self.started);
        let shape = forward.shape;
        let (exchange, head) = self.send(proxy, client, &mut guard, exchange, forward).await?;
        self.route.upstream.health.note_success();
        if self.plan.parsed.is_stream() && relay::is_event_stream(&head) {
            let wishes = relay::Wishes {
                receipt: self.wishes.wants_receipt,
                usage_chunk: self.plan.parsed.asked_for_usage(),
                shape,
            };
            let stream = Stream::new(exchange, guard, head, wishes);
            return Ok(Served::Streaming(Box::new(stream)));
        }
        let response = answer::whole(proxy, &exchange, &mut guard, client, head, shape).await?;
        Ok(Served::Whole(Box::new(response)))
    }

    /// Sends the request, and waits for the head of an answer that is one.
    async fn send(
        &self,
        proxy: &Proxy,
        client: &mut Client<'_>,
        guard: &mut Guard,
        exchange: Exchange,
        forward: Forward,
    ) -> Result<(Exchange, Reply), Miss> {
        let is_stream = self.plan.parsed.is_stream();
        let idle = Duration::from_secs(proxy.gateway.limits().idle_seconds_max);
        // Answers that are not streamed say nothing until they are complete.
        guard.be_quiet_for(if is_stream { idle } else { idle * 5 });
        let dispatched = Cell::new(false);
        let shape = forward.shape;
        let extra = self.extra(shape);
        let sending = upstream::send(
            proxy,
            &self.route.upstream,
            forward,
            &extra,
            is_stream,
            &dispatched,
        );
        match guard.watch(client, sending).await {
            Ok(Ok(head)) if head.status.is_success() => Ok((exchange, head)),
            Ok(Ok(head)) => Err(self.refused(exchange, head, shape).await),
            Ok(Err(error)) => Err(self.unanswered(exchange, &error).await),
            Err(Ended::Silent) => Err(self.unanswered(exchange, &"it does not answer").await),
            Err(ended) => {
                // Once the upstream has the request, what it read is owed; before that, nothing is.
                if dispatched.get() {
                    answer::settle_unread(&exchange).await?;
                } else {
                    exchange.release().await.map_err(internal)?;
                }
                Err(ended.refusal().into())
            }
        }
    }

    /// No answer came; the log says why.
    async fn unanswered(&self, exchange: Exchange, why: &dyn Display) -> Miss {
        tracing::warn!(request.id = %exchange.request, upstream = %self.route.upstream.name, "{why}");
        self.route.upstream.health.note_failure(now_ms(), None);
        let refusal = Refusal::from(unavailable()).of_request(exchange.request);
        self.miss(exchange, refusal, true).await
    }

    /// The upstream said no before any byte.
    async fn refused(&self, exchange: Exchange, head: Reply, shape: Shape) -> Miss {
        let status = head.status.as_u16();
        let failure = answer::failure(head, shape).await;
        tracing::warn!(
            request.id = %exchange.request, upstream = %self.route.upstream.name, status,
            "The upstream refused a request"
        );
        if failure.try_another {
            let seconds: Option<i64> = failure.retry_after.as_deref().and_then(|text| text.parse().ok());
            let wait = seconds.map(|seconds| seconds.saturating_mul(1_000));
            self.route.upstream.health.note_failure(now_ms(), wait);
        } else {
            self.route.upstream.health.note_success();
        }
        let try_another = failure.try_another;
        let refusal = Refusal::of_upstream(failure).of_request(exchange.request);
        self.miss(exchange, refusal, try_another).await
    }

    /// Nothing was generated, so nothing is owed. An attempt that another one follows leaves a row
    /// of its own; the last one is given back as if it had not been.
    async fn miss(&self, exchange: Exchange, refusal: Refusal, try_another: bool) -> Miss {
        let goes_on = try_another && !self.is_last;
        let resolved = if goes_on {
            exchange.settle_missed().await
        } else {
            exchange.release().await
        };
        match resolved {
            Err(error) => internal(error).into(),
            Ok(()) if goes_on => Miss::TryNext(Box::new(refusal), exchange.place),
            Ok(()) => refusal.into(),
        }
    }

    /// An upper estimate of the input, for where no usage is reported.
    fn counted_input(&self) -> u64 {
        let images = self.plan.parsed.images();
        let tokens = images.and_then(|images| images.tokens(self.route.images));
        self.plan.counted_text.saturating_add(tokens.unwrap_or(0))
    }

    fn origin(&self) -> RequestOrigin {
        RequestOrigin {
            kind: self.wishes.kind.unwrap_or(self.plan.dialect.kind()),
            model: Arc::clone(&self.plan.entry.id),
            upstream: Arc::clone(&self.route.upstream.name),
            upstream_model: Arc::clone(&self.route.upstream_model),
            repository: self.wishes.repository.clone(),
            branch: self.wishes.branch.clone(),
            language: self.wishes.language.clone(),
            client_request_id: self.wishes.client_request_id.clone(),
        }
    }

    /// Holds the upper bound; where the lot is short, with an output cap that it affords.
    async fn hold(
        &self,
        proxy: &Proxy,
        pricing: &Pricing,
        first: Forward,
    ) -> Result<(Arc<HoldRequest>, Forward, u64), Refusal> {
        let mut forward = first;
        let at = now_ms();
        let longest = i64::try_from(proxy.gateway.limits().request_seconds_max).unwrap_or(i64::MAX / 2_000);
        let mut cap = self.plan.cap;
        let mut request = Arc::new(HoldRequest {
            request: new_request(),
            key: self.device.key.id,
            device: self.device.id,
            at,
            lease_until: at + longest.saturating_mul(1_000) + LEASE_SLACK_MS,
            amount: Money::ZERO,
            counted_input: self.counted_input(),
            mark: Exchange::first_mark(),
            price: Arc::clone(&pricing.text),
            is_repeat: !self.is_first,
            origin: self.origin(),
        });
        for _ in 0..TRIES {
            let input = forward.input_bound;
            Arc::make_mut(&mut request).amount = self.bound(pricing, input, cap).ok_or_else(too_large)?;
            let held = proxy.ledger().hold(Arc::clone(&request)).await;
            let lot = match held.map_err(internal)? {
                Ok(_) => return Ok((request, forward, cap)),
                Err(HoldRefusal::Short(lot)) => lot,
                Err(refusal) => return Err(refused(refusal).into()),
            };
            proxy.gateway.metrics.short();
            match self.affordable(pricing, lot, input, cap) {
                Some(lower) => {
                    cap = lower;
                    forward = self.forward(cap)?;
                }
                None => return Err(short(lot, request.amount, self.least(pricing, input))),
            }
        }
        let problem = Problem::new(
            Code::CreditHeld,
            "Other requests of this key took the credit first.",
        );
        Err(Refusal::later(problem, 1))
    }

    fn forward(&self, cap: u64) -> Result<Forward, Problem> {
        self.plan.parsed.forward(self.plan.body, self.route, cap)
    }

    /// What an upstream of Anthropic's dialect is told beside the request.
    fn extra(&self, shape: Shape) -> Vec<(&'static str, HeaderValue)> {
        let version = || ("anthropic-version", HeaderValue::from_static(anthropic::VERSION));
        match shape {
            Shape::Anthropic => {
                let mut extra = self.wishes.anthropic.clone();
                if !extra.iter().any(|(name, _)| *name == "anthropic-version") {
                    extra.push(version());
                }
                extra
            }
            // The client's own wishes are about another dialect.
            Shape::ChatFromMessages => vec![version()],
            Shape::OpenAi | Shape::CompletionFromChat | Shape::MessagesFromChat => Vec::new(),
        }
    }

    fn bound(&self, pricing: &Pricing, input: u64, cap: u64) -> Option<Money> {
        let output = cap.checked_mul(self.plan.parsed.choices())?;
        pricing.price.upper_bound(input, output)
    }

    /// The highest output cap that what is left pays for, if that is still useful.
    fn affordable(&self, pricing: &Pricing, lot: LotState, input: u64, cap: u64) -> Option<u64> {
        if self.device.key.strict {
            return None;
        }
        let output =
            pricing.price.affordable_output(lot.available(), input) / self.plan.parsed.choices().max(1);
        let useful = self.plan.dialect.useful_output().min(self.plan.cap);
        // A cap that was affordable a moment ago and is not now must go down, or this would not end.
        (output >= useful).then(|| output.min(cap.saturating_sub(1)).max(useful))
    }

    /// The least that the request would cost to be useful.
    fn least(&self, pricing: &Pricing, input: u64) -> Option<Money> {
        let cap = if self.device.key.strict {
            self.plan.cap
        } else {
            self.plan.dialect.useful_output().min(self.plan.cap)
        };
        self.bound(pricing, input, cap)
    }
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
