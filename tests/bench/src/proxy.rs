use std::{net::SocketAddr, time::Duration};

use tests::{Config, Gateway, Model, Price, verify_clean};

use crate::{
    disk,
    fixed_rate::{Latency, latency},
    load::Route,
    nginx::Nginx,
    report::{Report, millis},
    samples::{Samples, median},
    throughput::answers_per_second,
    upstream,
};

const ROUNDS: usize = 3;
const CONNECTIONS: usize = 64;
const CONNECTIONS_STREAMING: usize = 16;
/// What the gateway may add beyond syncs, on top of nginx or the direct call.
const OWN_WORK: Duration = Duration::from_micros(300);

/// The gateway beside the direct upstream and nginx, everything durable.
pub fn measure(report: &mut Report) {
    crate::block_on(async {
        let upstream = upstream::start();
        let nginx = Nginx::start(upstream).await;
        let config = Config::new()
            .upstream("fake", &format!("http://{upstream}/v1"), None)
            .model(Model::new("coder", Price::USUAL));
        let gateway = Gateway::start(&config).await;
        let device = gateway.device("1000000").await;
        let address: SocketAddr = gateway
            .url("")
            .trim_start_matches("http://")
            .parse()
            .expect("an address");
        let routes = [
            Route::new("direct", upstream, None),
            Route::new("nginx", nginx.address, None),
            Route::new("gateway", address, Some(&device.credential)),
        ];
        warm_up(&routes).await;
        measure_throughput(report, &routes).await;
        measure_latency(report, &routes).await;
        report.note(
            "gateway: resident memory after the load",
            format!("{:.1} MiB", resident_mib(gateway.pid())),
        );
        verify_clean(&gateway).await;
    });
}

async fn warm_up(routes: &[Route]) {
    for route in routes {
        latency(route, false).await;
        latency(route, true).await;
    }
}

async fn measure_throughput(report: &mut Report, routes: &[Route; 3]) {
    for (what, connections, stream, target) in [
        ("whole answers", CONNECTIONS, false, Some(0.5)),
        ("streams of 35 events", CONNECTIONS_STREAMING, true, None),
    ] {
        let mut rates = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            for (at, route) in routes.iter().enumerate() {
                rates[at].push(answers_per_second(route, connections, stream).await);
            }
        }
        report.note(
            format!("{what}: one fdatasync afterwards, median"),
            millis(disk::sync_times().median()),
        );
        for (route, rates) in routes.iter().zip(&rates) {
            report.note(
                format!("{what} a second, {connections} connections, {}", route.name),
                format!("{:.0}", median(rates.clone())),
            );
        }
        let of = |base: usize| {
            median(
                (0..ROUNDS)
                    .map(|round| rates[2][round] / rates[base][round])
                    .collect(),
            )
        };
        report.note(format!("{what}: gateway / direct"), format!("{:.2}", of(0)));
        match target {
            Some(target) => report.at_least(format!("{what}: gateway / nginx"), of(1), target),
            None => report.note(format!("{what}: gateway / nginx"), format!("{:.2}", of(1))),
        }
    }
}

async fn measure_latency(report: &mut Report, routes: &[Route; 3]) {
    let whole = added(routes, false, |latency| latency.whole).await;
    let first = added(routes, true, |latency| latency.first_byte).await;
    for (what, added) in [
        ("whole answer at 200/s", &whole),
        ("first streamed byte at 200/s", &first),
    ] {
        report.note(
            format!("{what}: one fdatasync at that pace, median"),
            millis(added.sync),
        );
        report.note(
            format!("{what}: one fdatasync back to back, median"),
            millis(added.busy_sync),
        );
        report.note(format!("{what}: direct, median"), millis(added.direct));
        report.note(format!("{what}: nginx adds"), millis(added.nginx));
    }
    // A disk that rests between two syncs answers more slowly; both targets are shown.
    for (pace, sync) in [
        ("at that pace", Added::sync as fn(&Added) -> Duration),
        ("back to back", Added::busy_sync),
    ] {
        report.at_most(
            format!("whole answer at 200/s: gateway adds (nginx, two syncs {pace}, 0.3 ms)"),
            whole.gateway,
            whole.nginx + 2 * sync(&whole) + OWN_WORK,
        );
        report.at_most(
            format!("first streamed byte at 200/s: gateway adds (one sync {pace}, 0.3 ms)"),
            first.gateway,
            sync(&first) + OWN_WORK,
        );
    }
    report.note(
        "whole answer at 200/s: gateway adds, 99th percentile",
        millis(whole.gateway_p99),
    );
}

struct Added {
    sync: Duration,
    busy_sync: Duration,
    direct: Duration,
    nginx: Duration,
    gateway: Duration,
    gateway_p99: Duration,
}

impl Added {
    const fn sync(&self) -> Duration {
        self.sync
    }
    const fn busy_sync(&self) -> Duration {
        self.busy_sync
    }
}

/// Medians of what each way adds to the direct call of the same round.
async fn added(routes: &[Route; 3], stream: bool, part: fn(Latency) -> Samples) -> Added {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut round = Vec::new();
        for route in routes {
            round.push(part(latency(route, stream).await));
        }
        round.push(disk::sync_times_at_rest());
        round.push(disk::sync_times());
        rounds.push(round);
    }
    let middle = |of: &dyn Fn(&[Samples]) -> Duration| {
        rounds.iter().map(|round| of(round)).collect::<Samples>().median()
    };
    let over = |way: usize, part: f64| {
        middle(&|round| round[way].quantile(part).saturating_sub(round[0].quantile(part)))
    };
    Added {
        sync: middle(&|round| round[3].median()),
        busy_sync: middle(&|round| round[4].median()),
        direct: middle(&|round| round[0].median()),
        nginx: over(1, 0.5),
        gateway: over(2, 0.5),
        gateway_p99: over(2, 0.99),
    }
}

/// What a process keeps in memory.
pub fn resident_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("the kernel counts memory");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib / 1024.0
}
