//! What becomes of one request: noted on its way, and told once when it is over, however that
//! comes about.

use std::{
    cell::RefCell,
    sync::Arc,
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderValue, StatusCode};
use opentelemetry::trace::SpanId;
use protocol::{Code, RequestId};

use super::{dialect::Dialect, guard::Ended};
use crate::{
    metrics::{Charged, Finished},
    state::Gateway,
    telemetry::{Facts, Step, StepKind, Telemetry, Trace, new_span},
};

const OK: &str = "ok";
/// The body did not come, or the client left before it was looked at.
const BROKEN_OFF: &str = "broken_off";

pub(super) struct Trail {
    gateway: Arc<Gateway>,
    dialect: Dialect,
    started: Instant,
    notes: RefCell<Notes>,
    /// Nothing for nearly everybody: then no step is kept.
    trace: Option<Trace>,
    steps: RefCell<Vec<Step>>,
}

#[derive(Default)]
struct Notes {
    /// The caller is known.
    is_admitted: bool,
    model: Option<Arc<str>>,
    /// Of the last attempt.
    upstream: Option<Arc<str>>,
    request: Option<RequestId>,
    attempts: u32,
    held: Duration,
    sent: Option<Instant>,
    /// The span of what is asked of an upstream now.
    asking: Option<SpanId>,
    first_byte: Option<Duration>,
    settled: Duration,
    charged: Option<Charged>,
    is_stream: bool,
    status: Option<StatusCode>,
    outcome: Option<&'static str>,
}

impl Trail {
    pub(super) fn new(gateway: &Arc<Gateway>, dialect: Dialect, headers: &HeaderMap) -> Self {
        gateway.metrics.request_began();
        Self {
            gateway: Arc::clone(gateway),
            dialect,
            started: Instant::now(),
            notes: RefCell::default(),
            trace: gateway
                .telemetry
                .as_ref()
                .and_then(|telemetry| telemetry.trace(headers)),
            steps: RefCell::default(),
        }
    }

    /// Whose request it is is known.
    pub(super) fn is_admitted(&self) {
        self.notes.borrow_mut().is_admitted = true;
    }

    /// It is for this model, which there is.
    pub(super) fn is_for(&self, model: &Arc<str>) {
        self.notes.borrow_mut().model = Some(Arc::clone(model));
    }

    /// The ledger was asked for a hold since then, whatever it said.
    pub(super) fn asked_for_hold(&self, began: Instant) {
        let took = began.elapsed();
        self.notes.borrow_mut().held = took;
        self.gateway.metrics.held(took);
        self.note_step(StepKind::Hold, began, None);
    }

    /// The next attempt goes to an upstream, with this beside it if it is to know its trace.
    pub(super) fn sends(&self, request: RequestId, upstream: &Arc<str>) -> Option<HeaderValue> {
        let mut notes = self.notes.borrow_mut();
        notes.request = Some(request);
        notes.upstream = Some(Arc::clone(upstream));
        notes.attempts += 1;
        notes.sent = Some(Instant::now());
        notes.first_byte = None;
        let trace = self.trace.as_ref()?;
        let span = new_span();
        notes.asking = Some(span);
        let passes_on = self.gateway.telemetry.as_ref().is_some_and(Telemetry::passes_on);
        if passes_on { trace.header(span) } else { None }
    }

    /// Something of the answer is here.
    pub(super) fn hears(&self) {
        let mut notes = self.notes.borrow_mut();
        if notes.first_byte.is_none() {
            notes.first_byte = notes.sent.map(|sent| sent.elapsed());
        }
    }

    pub(super) fn streams(&self) {
        self.notes.borrow_mut().is_stream = true;
        self.gateway.metrics.stream_began();
    }

    /// The upstream has said what it had to say, and the hold is about to be resolved.
    pub(super) fn resolves(&self) -> Instant {
        let now = Instant::now();
        let mut notes = self.notes.borrow_mut();
        if let (Some(span), Some(sent), Some(upstream)) = (notes.asking.take(), notes.sent, &notes.upstream) {
            self.note_step(StepKind::Upstream(Arc::clone(upstream)), sent, Some(span));
        }
        now
    }

    fn note_step(&self, kind: StepKind, began: Instant, span: Option<SpanId>) {
        if self.trace.is_some() {
            self.steps.borrow_mut().push(Step {
                span: span.unwrap_or_else(new_span),
                kind,
                began,
                took: began.elapsed(),
            });
        }
    }

    /// The ledger was asked to resolve the hold since then, and did.
    pub(super) fn resolved(&self, began: Instant) {
        let took = began.elapsed();
        self.notes.borrow_mut().settled = took;
        self.gateway.metrics.settled(took);
        self.note_step(StepKind::Settle, began, None);
    }

    pub(super) fn charged(&self, charged: Charged) {
        self.notes.borrow_mut().charged = Some(charged);
    }

    /// The first reason is the one that counts.
    pub(super) fn ends(&self, outcome: &'static str) {
        self.notes.borrow_mut().outcome.get_or_insert(outcome);
    }

    pub(super) fn ends_early(&self, ended: Ended) {
        match ended {
            Ended::ClientLeft => self.ends("client_left"),
            Ended::Stopping => self.ends("cut"),
            Ended::Revoked => self.ends(Code::CredentialRevoked.as_str()),
            Ended::TooLong => self.ends("too_long"),
            Ended::Silent => self.ends("silent"),
        }
    }

    pub(super) fn refuses(&self, code: Code) {
        let status = StatusCode::from_u16(code.http_status());
        self.answers(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Some(code));
    }

    /// The answer that the client gets, and what went wrong if something did.
    pub(super) fn answers(&self, status: StatusCode, problem: Option<Code>) {
        self.notes.borrow_mut().status = Some(status);
        self.ends(problem.map_or(OK, Code::as_str));
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        let notes = self.notes.take();
        if notes.is_stream {
            self.gateway.metrics.stream_ended();
        }
        let outcome = notes.outcome.unwrap_or(BROKEN_OFF);
        let (model, upstream) = (notes.model.clone(), notes.upstream.clone());
        let took = self.started.elapsed();
        self.gateway.metrics.finished(&Finished {
            dialect: self.dialect.label(),
            model: &model.unwrap_or_default(),
            upstream: &upstream.unwrap_or_default(),
            outcome,
            took,
            first_byte: notes.first_byte,
            charged: notes.charged.as_ref(),
        });
        if self.gateway.settings.logs_requests() {
            self.log(&notes, outcome, took);
        }
        // Strangers cannot fill a collector.
        if let (Some(telemetry), Some(trace), true) =
            (&self.gateway.telemetry, &self.trace, notes.is_admitted)
        {
            telemetry.tell(trace, self.facts(&notes, outcome), self.steps.take());
        }
    }
}

impl Trail {
    fn facts<'a>(&self, notes: &'a Notes, outcome: &'static str) -> Facts<'a> {
        Facts {
            began: self.started,
            kind: self.dialect.kind(),
            dialect: self.dialect.label(),
            model: notes.model.as_deref(),
            upstream: notes.upstream.as_deref(),
            request: notes.request,
            attempts: notes.attempts,
            status: notes.status.map(|status| status.as_u16()),
            failure: (outcome != OK).then_some(outcome),
            charged: notes.charged.as_ref(),
        }
    }

    /// One line a request, of names, counts and times: nothing that anybody wrote, and no key.
    fn log(&self, notes: &Notes, outcome: &'static str, took: Duration) {
        let charged = notes.charged.as_ref();
        let usage = charged.map(|charged| charged.usage).unwrap_or_default();
        tracing::info!(
            target: "gateway::request",
            {
            request.id = notes.request.map(tracing::field::display),
            dialect = self.dialect.label(),
            model = notes.model.as_deref(),
            upstream = notes.upstream.as_deref(),
            attempts = notes.attempts,
            status = notes.status.map(|status| status.as_u16()),
            outcome,
            stream = notes.is_stream,
            tokens.input = usage.input_tokens,
            tokens.output = usage.output_tokens,
            tokens.cache_read = usage.cache_read_tokens,
            tokens.cache_write = usage.cache_write_tokens,
            cost_nano_usd = charged.map_or(0, |charged| charged.cost.nano_usd()),
            estimated = charged.is_some_and(|charged| charged.estimated),
            hold_us = micros(notes.held),
            first_byte_us = notes.first_byte.map(micros),
            settle_us = micros(notes.settled),
            total_us = micros(took)
            },
            "A request is over"
        );
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
