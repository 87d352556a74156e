//! From a request that is over to spans, named as OpenTelemetry's conventions for generative AI
//! say. Names, counts and times: nothing that anybody wrote, no key, no path of a file.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use opentelemetry::{
    InstrumentationScope, KeyValue,
    trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use protocol::{RequestId, RequestKind};

use super::Trace;
use crate::metrics::Charged;

/// What became of a request.
pub struct Facts<'a> {
    pub began: Instant,
    pub kind: RequestKind,
    pub dialect: &'static str,
    pub model: Option<&'a str>,
    pub upstream: Option<&'a str>,
    /// Of the last attempt.
    pub request: Option<RequestId>,
    pub attempts: u32,
    pub status: Option<u16>,
    /// Why it came to nothing, if it did.
    pub failure: Option<&'static str>,
    pub charged: Option<&'a Charged>,
}

/// A part of a request.
#[derive(Clone, Debug)]
pub struct Step {
    pub span: SpanId,
    pub kind: StepKind,
    pub began: Instant,
    pub took: Duration,
}

#[derive(Clone, Debug)]
pub enum StepKind {
    Hold,
    /// From the request to the end of the answer.
    Upstream(Arc<str>),
    Settle,
}

pub(super) fn of_request(
    scope: &InstrumentationScope,
    trace: &Trace,
    facts: Facts<'_>,
    steps: Vec<Step>,
) -> Vec<SpanData> {
    let clock = Clock::now();
    let steps = steps.into_iter().map(|step| {
        let (name, kind, attributes) = match step.kind {
            StepKind::Hold => ("hold", SpanKind::Internal, Vec::new()),
            StepKind::Settle => ("settle", SpanKind::Internal, Vec::new()),
            StepKind::Upstream(name) => (
                "upstream",
                SpanKind::Client,
                vec![KeyValue::new("token_tracker.upstream", name)],
            ),
        };
        let began = clock.at(step.began);
        let mut span = span(scope, trace, step.span, name.into(), (began, began + step.took));
        span.parent_span_id = trace.span;
        span.span_kind = kind;
        span.attributes = attributes;
        span
    });
    let mut spans: Vec<SpanData> = steps.collect();
    let mut own = span(
        scope,
        trace,
        trace.span,
        name(&facts).into(),
        (clock.at(facts.began), clock.wall),
    );
    own.span_kind = SpanKind::Server;
    own.parent_span_id = trace.parent.unwrap_or(SpanId::INVALID);
    own.parent_span_is_remote = trace.parent.is_some();
    if let Some(failure) = facts.failure {
        own.status = Status::error(failure);
    }
    own.attributes = attributes(&facts);
    spans.push(own);
    spans
}

/// What the wall clock says at a moment of the other one.
struct Clock {
    wall: SystemTime,
    instant: Instant,
}

impl Clock {
    fn now() -> Self {
        Self {
            wall: SystemTime::now(),
            instant: Instant::now(),
        }
    }
    fn at(&self, moment: Instant) -> SystemTime {
        self.wall - self.instant.saturating_duration_since(moment)
    }
}

fn span(
    scope: &InstrumentationScope,
    trace: &Trace,
    id: SpanId,
    name: std::borrow::Cow<'static, str>,
    (start_time, end_time): (SystemTime, SystemTime),
) -> SpanData {
    SpanData {
        span_context: SpanContext::new(trace.id, id, TraceFlags::SAMPLED, false, TraceState::NONE),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name,
        start_time,
        end_time,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: scope.clone(),
    }
}

fn operation(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Chat => "chat",
        RequestKind::Completion => "text_completion",
        RequestKind::Embedding => "embeddings",
    }
}

fn name(facts: &Facts<'_>) -> String {
    let operation = operation(facts.kind);
    match facts.model {
        Some(model) => format!("{operation} {model}"),
        None => operation.to_owned(),
    }
}

fn attributes(facts: &Facts<'_>) -> Vec<KeyValue> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut all = vec![
        KeyValue::new("gen_ai.operation.name", operation(facts.kind)),
        KeyValue::new("token_tracker.dialect", facts.dialect),
        KeyValue::new("token_tracker.attempts", i64::from(facts.attempts)),
    ];
    let text = |name, value: Option<&str>| value.map(|value| KeyValue::new(name, value.to_owned()));
    all.extend(text("gen_ai.request.model", facts.model));
    all.extend(text("token_tracker.upstream", facts.upstream));
    all.extend(text("error.type", facts.failure));
    let request = facts.request.map(|request| request.to_string());
    all.extend(text("token_tracker.request.id", request.as_deref()));
    all.extend(
        facts
            .status
            .map(|status| KeyValue::new("http.response.status_code", i64::from(status))),
    );
    if let Some(charged) = facts.charged {
        let usage = &charged.usage;
        for (name, value) in [
            ("gen_ai.usage.input_tokens", number(usage.total_input())),
            ("gen_ai.usage.output_tokens", number(usage.output_tokens)),
            (
                "gen_ai.usage.cache_read.input_tokens",
                number(usage.cache_read_tokens),
            ),
            (
                "gen_ai.usage.cache_creation.input_tokens",
                number(usage.cache_write_tokens),
            ),
            ("token_tracker.cost_nano_usd", charged.cost.nano_usd()),
        ] {
            all.push(KeyValue::new(name, value));
        }
        all.push(KeyValue::new("token_tracker.estimated", charged.estimated));
    }
    all
}
