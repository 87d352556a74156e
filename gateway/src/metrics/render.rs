//! The page under `/metrics`.

use std::{collections::BTreeMap, sync::atomic::Ordering::Relaxed};

use super::{
    Metrics, Served, Totals, process,
    text::{Kind, Text, labels, usd},
};
use crate::{clock::now_ms, reconcile::Alarm, state::Gateway};

pub fn render(gateway: &Gateway) -> String {
    let mut text = Text::default();
    let version = labels(&[("version", env!("CARGO_PKG_VERSION"))]);
    text.family(
        Kind::Gauge,
        "build_info",
        "The version that runs.",
        [(version, 1)],
    );
    let metrics = &gateway.metrics;
    requests(&mut text, metrics);
    text.one(
        Kind::Gauge,
        "requests_waiting",
        "Requests that wait for one of the gateway's places.",
        gateway.queue.waiting(),
    );
    money(&mut text, &metrics.served());
    holds(&mut text, metrics);
    upstreams(&mut text, gateway);
    ledger(&mut text, gateway);
    bills(&mut text, gateway);
    text.one(
        Kind::Counter,
        "redeems_failed_total",
        "Redeems that were refused.",
        metrics.redeems_failed.load(Relaxed),
    );
    process::render(&mut text);
    text.into_string()
}

fn requests(text: &mut Text, metrics: &Metrics) {
    let served = metrics.served();
    let requests: BTreeMap<_, _> = served.requests.iter().collect();
    text.family(
        Kind::Counter,
        "requests_total",
        "Requests of the data plane that are over.",
        requests.into_iter().map(|(request, count)| {
            let names = labels(&[
                ("dialect", request.dialect),
                ("model", &request.pair.model),
                ("upstream", &request.pair.upstream),
                ("outcome", request.outcome),
            ]);
            (names, count)
        }),
    );
    let durations: BTreeMap<_, _> = served.durations.iter().collect();
    text.histograms(
        "request_duration_seconds",
        "From the head of a request to the end of its answer.",
        durations
            .into_iter()
            .map(|(dialect, times)| (labels(&[("dialect", dialect)]), times)),
    );
    text.one(
        Kind::Gauge,
        "requests_in_flight",
        "Requests of the data plane that run.",
        metrics.in_flight.load(Relaxed),
    );
    text.one(
        Kind::Gauge,
        "streams_open",
        "Answers that are being streamed.",
        metrics.streams.load(Relaxed),
    );
}

fn money(text: &mut Text, served: &Served) {
    let pairs: BTreeMap<_, _> = served.pairs.iter().collect();
    let by_pair = |value: fn(&Totals) -> String| {
        pairs.iter().map(move |(pair, totals)| {
            let names = labels(&[("model", &pair.model), ("upstream", &pair.upstream)]);
            (names, value(totals))
        })
    };
    text.family(
        Kind::Counter,
        "cost_usd_total",
        "What was charged, in US dollars.",
        by_pair(|totals| usd(totals.cost)),
    );
    text.family(
        Kind::Counter,
        "variance_usd_total",
        "What providers billed beyond the bound of a hold; the house bears it. It should stay 0.",
        by_pair(|totals| usd(totals.variance)),
    );
    text.family(
        Kind::Counter,
        "requests_estimated_total",
        "Requests that were charged without usage from the provider.",
        by_pair(|totals| totals.estimated.to_string()),
    );
    text.family(
        Kind::Counter,
        "tokens_total",
        "Tokens that were charged; output includes reasoning.",
        pairs.iter().flat_map(|(pair, totals)| {
            let usage = &totals.usage;
            let kinds = [
                ("input", usage.input_tokens),
                ("output", usage.output_tokens),
                ("cache_read", usage.cache_read_tokens),
                ("cache_write", usage.cache_write_tokens),
                ("reasoning", usage.reasoning_tokens),
            ];
            kinds.map(|(kind, count)| {
                let names = [
                    ("model", &*pair.model),
                    ("upstream", &*pair.upstream),
                    ("kind", kind),
                ];
                (labels(&names), count)
            })
        }),
    );
}

fn holds(text: &mut Text, metrics: &Metrics) {
    text.histograms(
        "hold_duration_seconds",
        "How long a request waits until its hold is durable.",
        [(String::new(), &metrics.hold)],
    );
    text.histograms(
        "settle_duration_seconds",
        "How long an answer waits until its settle is durable.",
        [(String::new(), &metrics.settle)],
    );
    for (name, help, value) in [
        (
            "holds_short_total",
            "Holds that the credit did not cover.",
            &metrics.short,
        ),
        (
            "holds_released_total",
            "Holds that were given back whole: nothing was generated.",
            &metrics.released,
        ),
        (
            "attempts_failed_over_total",
            "Attempts that another upstream followed.",
            &metrics.failed_over,
        ),
    ] {
        text.one(Kind::Counter, name, help, value.load(Relaxed));
    }
}

fn upstreams(text: &mut Text, gateway: &Gateway) {
    let served = gateway.metrics.served();
    let times: BTreeMap<_, _> = served.first_bytes.iter().collect();
    text.histograms(
        "upstream_first_byte_seconds",
        "From the request to an upstream to the first piece of its answer.",
        times
            .into_iter()
            .map(|(upstream, times)| (labels(&[("upstream", upstream)]), times)),
    );
    drop(served);
    let catalogue = gateway.catalogue.load();
    let routes = catalogue.entries().iter().flat_map(|entry| &entry.routes);
    let now = now_ms();
    let upstreams: BTreeMap<_, _> = routes
        .map(|route| (labels(&[("upstream", &route.upstream.name)]), &route.upstream))
        .collect();
    text.family(
        Kind::Gauge,
        "upstream_resting",
        "1 while the circuit breaker leaves an upstream alone.",
        upstreams
            .iter()
            .map(|(names, upstream)| (names.clone(), u8::from(upstream.health.is_resting(now)))),
    );
    text.family(
        Kind::Gauge,
        "upstream_requests_waiting",
        "Requests that wait for one of an upstream's places.",
        upstreams
            .iter()
            .map(|(names, upstream)| (names.clone(), upstream.queue.waiting())),
    );
    text.one(
        Kind::Counter,
        "upstream_connections_opened_total",
        "Connections to upstreams that were opened.",
        gateway.metrics.connections_opened.load(Relaxed),
    );
    text.one(
        Kind::Gauge,
        "upstream_connections_idle",
        "Connections to upstreams that wait for the next request.",
        gateway.metrics.connections_idle.load(Relaxed),
    );
}

fn bills(text: &mut Text, gateway: &Gateway) {
    let alarms = gateway.reconcile.alarms();
    let by_upstream = |value: fn(&Alarm) -> String| {
        alarms
            .iter()
            .map(move |(upstream, alarm)| (labels(&[("upstream", upstream)]), value(alarm)))
    };
    text.family(
        Kind::Gauge,
        "reconcile_lines_differing",
        "Models and days of the last week whose bill differs from what was metered.",
        by_upstream(|alarm| alarm.lines.to_string()),
    );
    text.family(
        Kind::Gauge,
        "reconcile_difference_usd",
        "By how much these lines differ, in US dollars, whichever way.",
        by_upstream(|alarm| usd(alarm.nano_usd)),
    );
}

fn ledger(text: &mut Text, gateway: &Gateway) {
    let load = gateway.ledger.load();
    text.histograms(
        "ledger_commit_duration_seconds",
        "How long a durable commit takes, of however many operations.",
        [(String::new(), load.commits)],
    );
    text.one(
        Kind::Counter,
        "ledger_operations_total",
        "Operations that were committed.",
        load.operations,
    );
    text.one(
        Kind::Gauge,
        "ledger_queue_length",
        "Operations that wait for the next commit.",
        load.waiting,
    );
    text.one(
        Kind::Gauge,
        "ledger_up",
        "1 while the ledger takes work; after a failed commit it does not.",
        u8::from(load.is_up),
    );
}
