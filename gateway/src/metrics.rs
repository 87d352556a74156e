//! `/metrics` in Prometheus' text form.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use protocol::{Money, RequestKind, TokenUsage};

#[derive(Default)]
pub struct Metrics {
    completions: AtomicU64,
    chats: AtomicU64,
    embeddings: AtomicU64,
    estimated: AtomicU64,
    released: AtomicU64,
    failed_over: AtomicU64,
    short: AtomicU64,
    input_tokens: AtomicU64,
    output_tokens: AtomicU64,
    cost_nano_usd: AtomicU64,
    redeems_failed: AtomicU64,
}

impl Metrics {
    pub fn settled(&self, kind: RequestKind, usage: &TokenUsage, charged: Money, estimated: bool) {
        let requests = match kind {
            RequestKind::Completion => &self.completions,
            RequestKind::Chat => &self.chats,
            RequestKind::Embedding => &self.embeddings,
        };
        requests.fetch_add(1, Relaxed);
        self.estimated.fetch_add(u64::from(estimated), Relaxed);
        self.input_tokens.fetch_add(usage.total_input(), Relaxed);
        self.output_tokens.fetch_add(usage.output_tokens, Relaxed);
        self.cost_nano_usd
            .fetch_add(charged.nano_usd().unsigned_abs(), Relaxed);
    }
    pub fn released(&self) {
        self.released.fetch_add(1, Relaxed);
    }
    pub fn failed_over(&self) {
        self.failed_over.fetch_add(1, Relaxed);
    }
    pub fn short(&self) {
        self.short.fetch_add(1, Relaxed);
    }
    pub fn redeem_failed(&self) {
        self.redeems_failed.fetch_add(1, Relaxed);
    }

    pub fn render(&self) -> String {
        let mut text = String::new();
        let mut counter = |name: &str, help: &str, samples: &[(&str, &AtomicU64)]| {
            // Writing into a String has no way to fail.
            let _ = writeln!(
                text,
                "# HELP token_tracker_{name} {help}\n# TYPE token_tracker_{name} counter"
            );
            for (labels, value) in samples {
                let _ = writeln!(text, "token_tracker_{name}{labels} {}", value.load(Relaxed));
            }
        };
        counter(
            "requests_settled_total",
            "Requests that were charged.",
            &[
                ("{kind=\"completion\"}", &self.completions),
                ("{kind=\"chat\"}", &self.chats),
                ("{kind=\"embedding\"}", &self.embeddings),
            ],
        );
        counter(
            "requests_estimated_total",
            "Settled without usage from the provider.",
            &[("", &self.estimated)],
        );
        counter(
            "requests_released_total",
            "Refused or failed before any byte; not charged.",
            &[("", &self.released)],
        );
        counter(
            "attempts_failed_over_total",
            "Attempts that another upstream followed.",
            &[("", &self.failed_over)],
        );
        counter(
            "holds_short_total",
            "Holds that the credit did not cover.",
            &[("", &self.short)],
        );
        counter(
            "tokens_total",
            "Tokens settled.",
            &[
                ("{direction=\"input\"}", &self.input_tokens),
                ("{direction=\"output\"}", &self.output_tokens),
            ],
        );
        counter(
            "cost_nano_usd_total",
            "Charged, in nano-USD.",
            &[("", &self.cost_nano_usd)],
        );
        counter(
            "redeems_failed_total",
            "Redeems that were refused.",
            &[("", &self.redeems_failed)],
        );
        text
    }
}
