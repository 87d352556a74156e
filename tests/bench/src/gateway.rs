mod contestants;
mod open_streams;
mod peer;

use std::time::Duration;

use tests::verify_clean;

use crate::{
    disk,
    fixed_rate::{Latency, latency},
    process,
    report::{Report, millis},
    samples::{Samples, median},
    throughput::answers,
};
use contestants::{Contestant, Field, GATEWAY, NGINX, POSTGRES};

const ROUNDS: usize = 3;
const CONNECTIONS: usize = 64;
const CONNECTIONS_STREAMING: usize = 16;
/// What the gateway may add beyond syncs, on top of nginx or the direct call.
const OWN_WORK: Duration = Duration::from_micros(300);

/// The gateway beside the direct upstream, nginx and a published gateway, everything durable.
pub fn measure(report: &mut Report) {
    crate::block_on(async {
        let field = Field::start(report).await;
        let [sqlite, _] = &field.gateways;
        report.below_mib(
            "gateway: resident memory at rest",
            process::resident_mib(sqlite.pid()),
            25.0,
        );
        warm_up(&field).await;
        measure_throughput(report, &field).await;
        measure_latency(report, &field).await;
        for contestant in &field.whole {
            if let Some(pid) = contestant.process {
                report.note(
                    format!("{}: resident memory after the load", contestant.route.name),
                    format!("{:.1} MiB", process::tree_mib(pid)),
                );
            }
        }
        open_streams::measure(report, sqlite).await;
        for gateway in &field.gateways {
            verify_clean(gateway).await;
        }
    });
}

async fn warm_up(field: &Field) {
    for contestant in &field.whole {
        latency(&contestant.route, false).await;
    }
    for contestant in &field.streaming {
        latency(&contestant.route, true).await;
    }
}

/// What one round of full load showed of one contestant.
#[derive(Clone, Copy)]
struct Load {
    per_second: f64,
    cpu_micros: f64,
}

struct Kind {
    what: &'static str,
    connections: usize,
    stream: bool,
    of_nginx: f64,
    cpu_micros: Option<f64>,
}

const KINDS: [Kind; 2] = [
    Kind {
        what: "whole answers",
        connections: CONNECTIONS,
        stream: false,
        of_nginx: 0.6,
        cpu_micros: Some(65.0),
    },
    Kind {
        what: "streams of 35 events",
        connections: CONNECTIONS_STREAMING,
        stream: true,
        of_nginx: 0.55,
        cpu_micros: None,
    },
];

async fn measure_throughput(report: &mut Report, field: &Field) {
    for kind in &KINDS {
        let contestants = if kind.stream {
            &field.streaming
        } else {
            &field.whole
        };
        let mut loads = vec![Vec::new(); contestants.len()];
        for _ in 0..ROUNDS {
            for (at, contestant) in contestants.iter().enumerate() {
                loads[at].push(load(contestant, kind).await);
            }
        }
        report.note(
            format!("{}: one fdatasync afterwards, median", kind.what),
            millis(disk::sync_times().median()),
        );
        for (contestant, loads) in contestants.iter().zip(&loads) {
            tell_load(report, kind, contestant, loads);
        }
        tell_ratios(report, kind, contestants, &loads);
    }
}

async fn load(contestant: &Contestant, kind: &Kind) -> Load {
    let cpu = || contestant.process.map_or(0.0, process::tree_cpu_seconds);
    let before = cpu();
    let (count, seconds) = answers(&contestant.route, kind.connections, kind.stream).await;
    Load {
        per_second: count / seconds,
        cpu_micros: (cpu() - before) / count * 1e6,
    }
}

fn tell_load(report: &mut Report, kind: &Kind, contestant: &Contestant, loads: &[Load]) {
    let name = contestant.route.name;
    let middle = |part: fn(&Load) -> f64| median(loads.iter().map(part).collect());
    report.note(
        format!("{} a second, {} connections, {name}", kind.what, kind.connections),
        format!("{:.0}", middle(|load| load.per_second)),
    );
    if contestant.process.is_some() {
        let what = format!("{}: CPU time of each, {name}, µs", kind.what);
        let cpu = middle(|load| load.cpu_micros);
        match kind.cpu_micros.filter(|_| name == GATEWAY) {
            Some(target) => report.below(what, cpu, target),
            None => report.note(what, format!("{cpu:.0}")),
        }
    }
}

/// Ratios are paired within a round.
fn tell_ratios(report: &mut Report, kind: &Kind, contestants: &[Contestant], loads: &[Vec<Load>]) {
    let place = |name: &str| {
        let found = contestants.iter().position(|one| one.route.name == name);
        found.expect("every contestant takes part")
    };
    for (at, contestant) in contestants.iter().enumerate() {
        let name = contestant.route.name;
        if name == NGINX {
            continue;
        }
        let pairs = loads[at].iter().zip(&loads[place(NGINX)]);
        let ratio = median(
            pairs
                .map(|(own, nginx)| own.per_second / nginx.per_second)
                .collect(),
        );
        let what = format!("{}: {name} / nginx", kind.what);
        if name == GATEWAY {
            report.at_least(what, ratio, kind.of_nginx);
        } else {
            report.note(what, format!("{ratio:.3}"));
        }
    }
}

async fn measure_latency(report: &mut Report, field: &Field) {
    let whole = Added::of(&field.whole, false, |latency| latency.whole).await;
    let first = Added::of(&field.streaming, true, |latency| latency.first_byte).await;
    for (what, contestants, added) in [
        ("whole answer at 200/s", &field.whole, &whole),
        ("first streamed byte at 200/s", &field.streaming, &first),
    ] {
        report.note(
            format!("{what}: one fdatasync at that pace, median"),
            millis(added.sync),
        );
        report.note(
            format!("{what}: one fdatasync back to back, median"),
            millis(added.busy_sync),
        );
        for (contestant, way) in contestants.iter().zip(&added.ways) {
            report.note(
                format!("{what}: {} adds, median", contestant.route.name),
                millis(way.median),
            );
        }
    }
    let (nginx, own) = (whole.way(&field.whole, NGINX), whole.way(&field.whole, GATEWAY));
    let own_first = first.way(&field.streaming, GATEWAY);
    // A disk that rests between two syncs answers more slowly; both targets are shown.
    for (pace, of_whole, of_first) in [
        ("at that pace", whole.sync, first.sync),
        ("back to back", whole.busy_sync, first.busy_sync),
    ] {
        report.at_most(
            format!("whole answer at 200/s: gateway adds (nginx, two syncs {pace}, 0.3 ms)"),
            own.median,
            nginx.median + 2 * of_whole + OWN_WORK,
        );
        report.at_most(
            format!("first streamed byte at 200/s: gateway adds (one sync {pace}, 0.3 ms)"),
            own_first.median,
            of_first + OWN_WORK,
        );
    }
    report.at_most(
        "whole answer at 200/s: gateway adds, 99th percentile",
        own.p99,
        Duration::from_millis(3),
    );
    report.note(
        "whole answer at 200/s: gateway on PostgreSQL adds, 99th percentile",
        millis(whole.way(&field.whole, POSTGRES).p99),
    );
}

/// What each way adds to the direct call of the same round.
struct Added {
    sync: Duration,
    busy_sync: Duration,
    ways: Vec<Way>,
}

#[derive(Clone, Copy)]
struct Way {
    median: Duration,
    p99: Duration,
}

impl Added {
    async fn of(contestants: &[Contestant], stream: bool, part: fn(Latency) -> Samples) -> Self {
        let mut rounds = Vec::new();
        let (mut syncs, mut busy_syncs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let mut round = Vec::new();
            for contestant in contestants {
                round.push(part(latency(&contestant.route, stream).await));
            }
            rounds.push(round);
            syncs.push(disk::sync_times_at_rest().median());
            busy_syncs.push(disk::sync_times().median());
        }
        // The first contestant is the direct call.
        let over = |way: usize, quantile: f64| {
            let added = rounds.iter().map(|round: &Vec<Samples>| {
                round[way]
                    .quantile(quantile)
                    .saturating_sub(round[0].quantile(quantile))
            });
            added.collect::<Samples>().median()
        };
        Self {
            sync: syncs.into_iter().collect::<Samples>().median(),
            busy_sync: busy_syncs.into_iter().collect::<Samples>().median(),
            ways: (0..contestants.len())
                .map(|way| Way {
                    median: over(way, 0.5),
                    p99: over(way, 0.99),
                })
                .collect(),
        }
    }

    fn way(&self, contestants: &[Contestant], name: &str) -> Way {
        let found = contestants.iter().position(|one| one.route.name == name);
        self.ways[found.expect("every contestant takes part")]
    }
}
