//! OpenTelemetry traces, where the configuration names a collector; else nothing of this runs.
//!
//! A request that is traced notes when its steps began and ended. Its spans are made when it is
//! over, and go to the collector from a thread of their own, through a queue that drops what does
//! not fit: a collector that is slow or away costs a request nothing.

mod collector;
mod context;
mod spans;

use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchSpanProcessor, SpanProcessor},
};

use crate::config::TelemetryConfig;
use collector::Collector;

pub use context::{HEADER, Trace, new_span};
pub use spans::{Facts, Step, StepKind};

/// How long the last spans may take when the gateway stops.
const LAST_SPANS_MAX: Duration = Duration::from_secs(2);
const TRACES: &str = "/v1/traces";

#[derive(Debug, thiserror::Error)]
#[error("[telemetry] otlp_endpoint cannot be used: {0}")]
pub struct TelemetryError(String);

pub struct Telemetry {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
    sampling: Sampling,
    passes_on: bool,
}

/// The share of requests that begin a trace of their own.
#[derive(Clone, Copy, Debug)]
struct Sampling(f64);

impl Telemetry {
    /// Starts what sends; nothing where no collector is named.
    pub fn start(
        config: &TelemetryConfig,
        tls: &Arc<rustls::ClientConfig>,
    ) -> Result<Option<Self>, TelemetryError> {
        let Some(endpoint) = &config.otlp_endpoint else {
            return Ok(None);
        };
        let endpoint = format!("{}{TRACES}", endpoint.trim_end_matches('/'));
        let wrong = |error: &dyn std::fmt::Display| TelemetryError(error.to_string());
        let collector = Collector::new(&endpoint, tls).map_err(|error| wrong(&error))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(endpoint)
            .with_http_client(collector)
            .build()
            .map_err(|error| wrong(&error))?;
        let mut processor = BatchSpanProcessor::builder(exporter).build();
        processor.set_resource(
            &Resource::builder_empty()
                .with_attributes([
                    KeyValue::new("service.name", config.service_name.clone()),
                    KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
                ])
                .build(),
        );
        Ok(Some(Self {
            processor,
            scope: InstrumentationScope::builder("token-tracker").build(),
            sampling: Sampling(config.sample_ratio),
            passes_on: config.pass_on_upstream,
        }))
    }

    /// The place of a new request in a trace; nothing where it is not traced.
    pub fn trace(&self, headers: &HeaderMap) -> Option<Trace> {
        match Trace::of_client(headers) {
            Some((trace, is_sampled)) => is_sampled.then_some(trace),
            None => self.sampling.takes_one().then(Trace::begin),
        }
    }

    /// Whether upstreams are told which trace they are in.
    pub fn passes_on(&self) -> bool {
        self.passes_on
    }

    /// Hands a request's spans to the thread that sends them. Never waits.
    pub fn tell(&self, trace: &Trace, facts: Facts<'_>, steps: Vec<Step>) {
        for span in spans::of_request(&self.scope, trace, facts, steps) {
            self.processor.on_end(span);
        }
    }

    /// Sends what is left, for as long as that may take.
    pub fn end(&self) {
        if let Err(error) = self.processor.shutdown_with_timeout(LAST_SPANS_MAX) {
            tracing::warn!("The last traces were not sent: {error}");
        }
    }
}

impl Sampling {
    fn takes_one(self) -> bool {
        // The bounds are exact: all of them, and none.
        let dice = f64::from(u32::from_be_bytes(context::random())) / f64::from(u32::MAX);
        self.0 > 0.0 && dice <= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_kept() {
        let taken = |ratio| (0..10_000).filter(|_| Sampling(ratio).takes_one()).count();
        assert_eq!((taken(0.0), taken(1.0)), (0, 10_000));
        assert!((1_500..2_500).contains(&taken(0.2)));
    }
}
