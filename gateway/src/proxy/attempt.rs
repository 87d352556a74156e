//! One attempt to have a request answered, at one route: hold, send, and either an answer or a
//! reason to try the next route. After the first byte of an answer there is no next route.

use std::{
    cell::Cell,
    fmt::Display,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::HeaderValue;
use protocol::{Code, Problem};
use providers::{anthropic, openai::UpstreamFailure};

use super::{
    Proxy,
    admit::{Plan, Served},
    answer,
    candidates::Candidate,
    client::Client,
    dialect::Forward,
    exchange::Exchange,
    guard::{Ended, Guard},
    hold::Unheld,
    miss::Miss,
    origin_headers::Wishes,
    refusal::{Refusal, broke_off, unavailable},
    relay::{self, Stream},
    shape::{Said, Shape},
    trail::Trail,
    turn::turn,
    upstream::{self, Collected, Reply},
};
use crate::{
    catalogue::{Passed, Route},
    clock::steady_ms,
    directory::{Device, StreamPlace},
    fair_queue::{Crowded, Place},
    ledger::RequestOrigin,
    telemetry,
};

const SILENT: &str = "it says nothing for too long";

pub(super) struct Attempt<'a> {
    pub plan: &'a Plan<'a>,
    pub candidate: &'a Candidate,
    /// Models that were tried before, and why they do not answer.
    pub failed: &'a [(Arc<str>, Passed)],
    pub route: &'a Route,
    pub device: &'a Arc<Device>,
    pub wishes: &'a Wishes,
    pub trail: &'a Rc<Trail>,
    pub started: Instant,
    /// An attempt before it held, and has claimed the client's id of the request.
    pub is_repeat: bool,
    pub is_last: bool,
}

/// An upstream took the request, and sent the head of an answer that is one.
struct Answered {
    exchange: Exchange,
    guard: Guard,
    head: Reply,
    shape: Shape,
    said: Said,
}

impl Attempt<'_> {
    pub(super) async fn run(
        &self,
        proxy: &Proxy,
        client: &mut Client<'_>,
        place: StreamPlace,
    ) -> Result<Served, Miss> {
        let pricing = self.route.price.as_ref().ok_or_else(unavailable)?;
        let first = match self.forward(self.candidate.cap) {
            Ok(first) => first,
            // It cannot be carried over to this upstream, but perhaps to the next.
            Err(problem) => return Err(self.pass(problem.into(), place, Passed::Failed)),
        };
        let upstream_place = match self.upstream_place(proxy, client).await {
            Ok(upstream_place) => upstream_place,
            // Another upstream may have a place at once.
            Err(refusal) => return Err(self.pass(refusal, place, Passed::Failed)),
        };
        let asked = Instant::now();
        let held = self.hold(proxy, pricing, first).await;
        self.trail.asked_for_hold(asked);
        let held = match held {
            Ok(held) => held,
            // What was left when the model was chosen is gone; a cheaper one may do.
            Err(Unheld::Short(refusal)) if self.candidate.is_chosen() => {
                return Err(self.pass(refusal, place, Passed::Unaffordable));
            }
            Err(Unheld::Short(refusal) | Unheld::Refused(refusal)) => return Err(refusal.into()),
        };
        let exchange = Exchange {
            gateway: Arc::clone(&proxy.gateway),
            running: Rc::clone(&proxy.running),
            request: held.request.request,
            hold: held.request,
            reserved: held.reserved,
            dialect: self.plan.dialect,
            chosen: self.candidate.chosen(self.failed),
            pricing: pricing.clone(),
            states_cost: self.route.upstream.states_cost,
            counted_input: self.counted_input(),
            started: self.started,
            lowered_cap: (held.cap < self.candidate.cap).then_some(held.cap),
            left_out: self.plan.left_out.clone(),
            mark: Exchange::first_mark(),
            device: Arc::clone(self.device),
            place,
            upstream_place,
            trail: Rc::clone(self.trail),
        };
        let mut guard = Guard::new(&proxy.gateway, self.device, &proxy.bell, self.started);
        let shape = held.forward.shape;
        let said = Said {
            request: exchange.request,
            asked: held.forward.asked.clone(),
        };
        let sent = self.send(proxy, client, &mut guard, exchange, held.forward);
        let (exchange, head) = sent.await?;
        let answered = Answered {
            exchange,
            guard,
            head,
            shape,
            said,
        };
        if self.plan.parsed.is_stream() && relay::is_event_stream(&answered.head) {
            return self.stream(client, answered).await;
        }
        self.whole(proxy, client, answered).await
    }

    /// Nothing was held, so another way can be tried as if this one had not been there.
    fn pass(&self, refusal: Refusal, place: StreamPlace, why: Passed) -> Miss {
        if self.is_last {
            return refusal.into();
        }
        Miss::Passed(Box::new(refusal), place, why)
    }

    /// Begins a stream with its first bytes. Until they are there another upstream can be asked,
    /// whatever the status of this one said.
    async fn stream(&self, client: &mut Client<'_>, answered: Answered) -> Result<Served, Miss> {
        let Answered {
            exchange,
            mut guard,
            mut head,
            shape,
            said,
        } = answered;
        let first = match guard.watch(client, head.body.next()).await {
            Ok(Ok(Some(first))) => first,
            Ok(Ok(None)) => return Err(self.unanswered(exchange, &"it sent an empty stream").await),
            Ok(Err(error)) => return Err(self.unanswered(exchange, &error).await),
            Err(Ended::Silent) => return Err(self.unanswered(exchange, &SILENT).await),
            Err(ended) => {
                self.trail.ends_early(ended);
                answer::settle_unread(&exchange).await?;
                return Err(ended.refusal().into());
            }
        };
        if let Some(problem) = relay::opening_error(shape, &first, &self.route.upstream) {
            drop(head);
            let failure = UpstreamFailure {
                status: problem.code.http_status(),
                try_another: problem.code != Code::InvalidRequest,
                retry_after: None,
                is_lasting: false,
                problem,
            };
            return Err(self.refused(exchange, failure, 200).await);
        }
        self.trail.hears();
        self.route.upstream.health.note_success();
        let wishes = relay::Wishes {
            receipt: self.wishes.wants_receipt,
            usage_chunk: self.plan.parsed.asked_for_usage(),
            shape,
            said,
        };
        let stream = Stream::new(exchange, guard, head, first, wishes);
        Ok(Served::Streaming(Box::new(stream)))
    }

    /// Reads a whole answer. The client has nothing of it until it is settled, so one that breaks
    /// off is as good as none where another upstream can be asked.
    async fn whole(
        &self,
        proxy: &Proxy,
        client: &mut Client<'_>,
        answered: Answered,
    ) -> Result<Served, Miss> {
        let Answered {
            exchange,
            mut guard,
            mut head,
            shape,
            said,
        } = answered;
        self.trail.hears();
        let limit = proxy.gateway.limits().answer_bytes_max;
        let mut body = Collected::default();
        let read = guard.watch(client, head.body.collect(limit, &mut body)).await;
        let body = body.into_bytes();
        let (refusal, why) = match read {
            Ok(Ok(())) => return self.complete(proxy, exchange, head, body, (shape, &said)).await,
            Ok(Err(error)) => (broke_off().into(), error.to_string()),
            Err(Ended::Silent) => (broke_off().into(), SILENT.to_owned()),
            Err(ended) => {
                self.trail.ends_early(ended);
                answer::settle_part(&exchange, shape, &body).await?;
                return Err(ended.refusal().into());
            }
        };
        if body.is_empty() || !self.is_last {
            return Err(self.unanswered(exchange, &why).await);
        }
        tracing::warn!(request.id = %exchange.request, upstream = %self.route.upstream.name, "{why} in the middle of an answer");
        self.route.upstream.health.note_failure(steady_ms(), None);
        self.route.upstream.health.note_error(None);
        answer::settle_part(&exchange, shape, &body).await?;
        Err(Refusal::of_request(refusal, exchange.request).into())
    }

    /// A whole answer is there: it is settled, unless it is none.
    async fn complete(
        &self,
        proxy: &Proxy,
        exchange: Exchange,
        mut head: Reply,
        body: Bytes,
        (shape, said): (Shape, &Said),
    ) -> Result<Served, Miss> {
        head.body.put_back(proxy);
        if let Some(failure) = answer::refusal_in(shape, &body) {
            return Err(self.refused(exchange, failure, 200).await);
        }
        self.route.upstream.health.note_success();
        let response = answer::whole(&exchange, &head.headers, body, (shape, said)).await?;
        Ok(Served::Whole(Box::new(response)))
    }

    /// A place among the requests that the upstream gets at a time; waited for where there is
    /// nobody else to ask.
    async fn upstream_place(&self, proxy: &Proxy, client: &mut Client<'_>) -> Result<Option<Place>, Refusal> {
        let queue = &self.route.upstream.queue;
        if self.is_last {
            turn(queue, proxy, self.device, client, self.started).await
        } else {
            queue.try_enter().map_err(|Crowded| Refusal::crowded())
        }
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
        let mut extra = self.extra(shape);
        let trace = self.trail.sends(exchange.request, &self.route.upstream.name);
        extra.extend(trace.map(|value| (telemetry::HEADER, value)));
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
            Ok(Ok(head)) => {
                let status = head.status.as_u16();
                let failure = answer::failure(head, shape, &self.route.upstream).await;
                Err(self.refused(exchange, failure, status).await)
            }
            Ok(Err(error)) => Err(self.unanswered(exchange, &error).await),
            Err(Ended::Silent) => Err(self.unanswered(exchange, &SILENT).await),
            Err(ended) => {
                self.trail.ends_early(ended);
                // Once the upstream has the request, what it read is owed; before that, nothing is.
                if dispatched.get() {
                    answer::settle_unread(&exchange).await?;
                } else {
                    let released = exchange.release().await;
                    released.map_err(|error| Refusal::of_ledger(error, exchange.request))?;
                }
                Err(ended.refusal().into())
            }
        }
    }

    /// No answer came; the log says why.
    async fn unanswered(&self, exchange: Exchange, why: &dyn Display) -> Miss {
        tracing::warn!(request.id = %exchange.request, upstream = %self.route.upstream.name, "{why}");
        self.route.upstream.health.note_failure(steady_ms(), None);
        self.route.upstream.health.note_error(None);
        let refusal = Refusal::from(unavailable()).of_request(exchange.request);
        self.miss(exchange, refusal, true).await
    }

    /// The upstream said no before any byte of an answer.
    async fn refused(&self, exchange: Exchange, failure: UpstreamFailure, status: u16) -> Miss {
        tracing::warn!(
            request.id = %exchange.request, upstream = %self.route.upstream.name, status,
            "The upstream refused a request"
        );
        if failure.try_another {
            let seconds: Option<i64> = failure.retry_after.as_deref().and_then(|text| text.parse().ok());
            let wait = seconds.map(|seconds| seconds.saturating_mul(1_000));
            self.route.upstream.health.note_failure(steady_ms(), wait);
            self.route.upstream.health.note_error(Some(status));
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
            Err(error) => Refusal::of_ledger(error, exchange.request).into(),
            Ok(()) if goes_on => Miss::TryNext(Box::new(refusal), exchange.place),
            Ok(()) => refusal.into(),
        }
    }

    /// An upper estimate of the input, for where no usage is reported.
    pub(super) fn counted_input(&self) -> u64 {
        let images = self.plan.parsed.images();
        let tokens = images.and_then(|images| images.tokens(self.route.images));
        self.plan.counted_text.saturating_add(tokens.unwrap_or(0))
    }

    pub(super) fn origin(&self) -> RequestOrigin {
        RequestOrigin {
            kind: self.wishes.kind.unwrap_or(self.plan.dialect.kind()),
            model: Arc::clone(&self.candidate.entry.id),
            upstream: Arc::clone(&self.route.upstream.name),
            upstream_model: Arc::clone(&self.route.upstream_model),
            repository: self.wishes.repository.clone(),
            branch: self.wishes.branch.clone(),
            language: self.wishes.language.clone(),
            client_request_id: self.wishes.client_request_id.clone(),
        }
    }

    pub(super) fn forward(&self, cap: u64) -> Result<Forward, Problem> {
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
            _ if shape.is_told_version() => vec![version()],
            _ => Vec::new(),
        }
    }
}
