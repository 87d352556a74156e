use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use gateway::ledger::{HoldRequest, KeyMint, Ledger, Redeem, RequestOrigin, Settle, Store};
use protocol::{DeviceId, KeyId, Money, RequestId, RequestKind, TokenUsage, api::DeviceClient};
use tests::Postgres;
use uuid::Uuid;

use crate::{
    disk,
    report::{Report, millis},
    samples::median,
};

const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(2);
const LOTS: usize = 64;
/// Requests in flight, and the pairs a second that are promised with them.
const TARGETS: [(usize, f64); 2] = [(64, 20_000.0), (256, 50_000.0)];

/// In PostgreSQL all of them are on one lot: that is the hard case there.
const POSTGRES_TARGET: f64 = 10_000.0;
const POSTGRES_IN_FLIGHT: [usize; 2] = [64, 256];

/// Durable hold and settle, each waited for, with so many requests in flight.
pub fn measure(report: &mut Report) {
    in_file(report);
    in_postgres(report);
}

fn in_postgres(report: &mut Report) {
    let server = Postgres::start();
    let store = Store::Postgres {
        url: server.database("bench").parse().expect("an address"),
        node: Uuid::now_v7(),
        lease: Store::LEASE,
    };
    let now = jiff::Timestamp::now().as_millisecond();
    crate::block_on(async {
        let opened = store.open(now).await.expect("a new ledger opens");
        let lots = open_lots(&opened.ledger, now).await;
        for in_flight in POSTGRES_IN_FLIGHT {
            let mut pairs = Vec::new();
            for _ in 0..ROUNDS {
                pairs.push(round(&opened.ledger, &lots[..1], in_flight, now).await);
            }
            let what = format!("ledger: the same in PostgreSQL on one hot lot, {in_flight} in flight");
            report.at_least(what, median(pairs), POSTGRES_TARGET);
        }
    });
    let differences = crate::block_on(store.verify())
        .expect("the ledger can be read")
        .differences;
    report.holds(
        "ledger: recounted in PostgreSQL after the load",
        format!("{} differences", differences.len()),
        differences.is_empty(),
    );
}

fn in_file(report: &mut Report) {
    let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
    let file = folder.path().join("ledger.db");
    let now = jiff::Timestamp::now().as_millisecond();
    let store = Store::Sqlite(file);
    let opened = crate::block_on(store.open(now)).expect("a new ledger opens");
    let ledger = opened.ledger;
    crate::block_on(async {
        let lots = open_lots(&ledger, now).await;
        let mut pairs = vec![Vec::new(); TARGETS.len()];
        for _ in 0..ROUNDS {
            for (at, (in_flight, _)) in TARGETS.iter().enumerate() {
                pairs[at].push(round(&ledger, &lots, *in_flight, now).await);
            }
        }
        let sync = disk::sync_times().median();
        report.note("ledger: one fdatasync afterwards, median", millis(sync));
        for ((in_flight, target), pairs) in TARGETS.iter().zip(pairs) {
            let what = format!("ledger: durable hold+settle pairs a second, {in_flight} in flight");
            report.at_least(what, median(pairs), *target);
        }
    });
    drop(ledger);
    drop(opened.writer);
    let differences = crate::block_on(store.verify())
        .expect("the ledger can be read")
        .differences;
    report.holds(
        "ledger: recounted after the load",
        format!("{} differences", differences.len()),
        differences.is_empty(),
    );
}

#[derive(Clone, Copy)]
struct Lot {
    key: KeyId,
    device: DeviceId,
}

async fn open_lots(ledger: &Ledger, at: i64) -> Vec<Lot> {
    let mut lots = Vec::new();
    for number in 0..LOTS {
        let lot = Lot {
            key: KeyId::from_uuid(Uuid::now_v7()),
            device: DeviceId::from_uuid(Uuid::now_v7()),
        };
        ledger
            .mint(vec![mint(&lot, number, at)])
            .await
            .expect("a key is minted");
        let redeem = Box::new(redeem(&lot, number, at));
        ledger
            .redeem(redeem)
            .await
            .expect("the ledger runs")
            .expect("the key has a place");
        lots.push(lot);
    }
    lots
}

fn mac(kind: u8, number: usize) -> [u8; 32] {
    let mut mac = [kind; 32];
    mac[..8].copy_from_slice(&number.to_le_bytes());
    mac
}

fn mint(lot: &Lot, number: usize, at: i64) -> KeyMint {
    KeyMint {
        id: lot.key,
        mac: mac(1, number),
        last4: "0000".into(),
        label: None,
        credit: Money::from_nano_usd(i64::MAX / 1_000),
        models: None,
        devices: 1,
        expires_at: None,
        strict: false,
        limits: None,
        member: None,
        at,
    }
}

fn redeem(lot: &Lot, number: usize, at: i64) -> Redeem {
    Redeem {
        key_mac: mac(1, number),
        device: lot.device,
        credential_mac: mac(2, number),
        credential_last4: "0000".into(),
        name: "bench".into(),
        client: DeviceClient::default(),
        idempotency_key: None,
        member: None,
        at,
    }
}

async fn round(ledger: &Ledger, lots: &[Lot], in_flight: usize, at: i64) -> f64 {
    let until = Instant::now() + ROUND;
    let origin = Arc::new(origin());
    let workers: Vec<_> = (0..in_flight)
        .map(|worker| {
            let (ledger, lot, origin) = (ledger.clone(), lots[worker % lots.len()], origin.clone());
            tokio::spawn(async move {
                let mut pairs = 0_u32;
                while Instant::now() < until {
                    pair(&ledger, lot, &origin, at).await;
                    pairs += 1;
                }
                pairs
            })
        })
        .collect();
    let mut pairs = 0.0;
    for worker in workers {
        pairs += f64::from(worker.await.expect("a worker ends"));
    }
    pairs / ROUND.as_secs_f64()
}

fn origin() -> RequestOrigin {
    RequestOrigin {
        kind: RequestKind::Completion,
        model: "coder".into(),
        upstream: "local".into(),
        upstream_model: "coder".into(),
        repository: Some("example.org/team/project".into()),
        branch: Some("main".into()),
        language: Some("rust".into()),
        client_request_id: None,
    }
}

async fn pair(ledger: &Ledger, lot: Lot, origin: &RequestOrigin, at: i64) {
    let request = RequestId::from_uuid(Uuid::now_v7());
    let hold = Arc::new(HoldRequest {
        request,
        key: lot.key,
        device: lot.device,
        at,
        lease_until: at + 600_000,
        amount: Money::from_nano_usd(1_000_000),
        counted_input: 100,
        mark: 256,
        price: "{}".into(),
        price_version: "config 1a2b3c4d".into(),
        multiplier: Default::default(),
        caps: Vec::new(),
        is_repeat: false,
        origin: origin.clone(),
    });
    ledger
        .hold(Arc::clone(&hold))
        .await
        .expect("the ledger runs")
        .expect("the lot has credit");
    let settle = Settle {
        hold,
        at,
        usage: TokenUsage {
            input_tokens: 80,
            output_tokens: 20,
            ..TokenUsage::default()
        },
        cost: Money::from_nano_usd(540_000),
        estimated: false,
        provider_response_id: None,
        latency_ms: 1,
    };
    ledger
        .settle(Box::new(settle))
        .await
        .expect("the ledger runs")
        .expect("the hold is there");
}
