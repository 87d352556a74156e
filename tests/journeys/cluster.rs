//! Three gateways on one PostgreSQL, which share nothing else but the secret files. The checker is
//! the one of `crash`: it knows what clients saw and what the upstream was asked.

use std::{fs, sync::Arc, time::Instant};

use futures_util::future::join_all;
use protocol::{
    Money,
    api::{MintResponse, MintedKey},
    header,
};
use serde_json::json;
use tests::{
    Config, Device, Gateway, MintOptions, Model, OpenAnswer, Postgres, Price, Request, Serve, Upstream,
    eventually, sse,
    upstream::{Answer, Gate, Step},
    verify_clean, within,
};

use crate::{
    crash::{
        CLIENTS_A_KEY, SEED,
        checker::Checker,
        key_options, setting,
        traffic::{self, Pace, Seen, Traffic},
    },
    moving,
    stage::CODER,
};

const GATEWAYS: usize = 3;
/// How many rounds, each with something killed; a night run sets more.
const KILLS: &str = "TOKEN_TRACKER_CLUSTER_KILLS";

pub struct Cluster {
    // Dropped in this order: gateways before their database.
    pub gateways: Vec<Gateway>,
    pub server: Postgres,
}

impl Cluster {
    pub async fn start(config: &Config) -> Self {
        let server = Postgres::start();
        let url = server.database("tt");
        let first = member(config, &url).start().await;
        let mut gateways = vec![first];
        for _ in 1..GATEWAYS {
            let serve = member(config, &url);
            let secrets = gateways[0].home().data_dir().join("secrets");
            copy_folder(&secrets, &serve.home().data_dir().join("secrets"));
            gateways.push(serve.start().await);
        }
        Self { gateways, server }
    }

    pub fn url(&self, at: usize) -> String {
        self.gateways[at].admin().gateway_url.clone()
    }
}

pub fn member(config: &Config, url: &str) -> Serve {
    Serve::new(config).env("TOKEN_TRACKER_DATABASE_URL", url)
}

pub fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn coder(upstream: &Upstream) -> Config {
    Config::with_upstream(upstream).model(Model::new(CODER, Price::USUAL))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_while_gateways_and_the_database_are_killed() {
    let rounds: u64 = setting(KILLS).unwrap_or(24);
    let seed: u64 = setting(SEED).unwrap_or_else(|| u64::from(std::process::id()));
    println!("[journeys] seed {seed}; {SEED}={seed} repeats the schedule");
    let upstream = Upstream::start().await;
    traffic::script(&upstream);
    let mut cluster = Cluster::start(&coder(&upstream)).await;
    let mut checker = Checker::default();
    let mut pace = Pace::seeded(seed);
    let (mut gateway_kills, mut database_kills) = (0, 0);
    let began = Instant::now();
    for round in 0..rounds {
        let keys = cluster.gateways[0].mint(&key_options()).await;
        let hits_database = pace.chance(4);
        let hits_gateway = !hits_database || pace.chance(3);
        let victim = hits_gateway.then(|| pace.below(GATEWAYS as u64) as usize);
        gateway_kills += u64::from(hits_gateway);
        database_kills += u64::from(hits_database);
        let seen = round_of_load(&mut cluster, &keys, round, &mut pace, victim, hits_database).await;
        if let Some(victim) = victim {
            cluster.gateways[victim].restart().await;
        }
        for key in &keys {
            settled(&cluster.gateways[0], key).await;
        }
        let witness = &cluster.gateways[pace.below(GATEWAYS as u64) as usize];
        checker.check_round(witness, &upstream, &keys, seen).await;
        verify_clean(witness).await;
    }
    checker.check_all_again(&cluster.gateways[0]).await;
    println!(
        "[journeys] {gateway_kills} kills of a gateway, {database_kills} of the database in {:?}: {}",
        began.elapsed(),
        checker.tally()
    );
    assert!(checker.tally().complete >= rounds && checker.tally().partial >= rounds);
}

/// Waits until no gateway has a request of this key at work.
async fn settled(gateway: &Gateway, key: &MintedKey) {
    eventually("every hold to be resolved", async || {
        let keys = gateway.keys().await;
        let lot = keys.iter().find(|lot| lot.id == key.id)?;
        (lot.held_nano_usd == Money::ZERO).then_some(())
    })
    .await;
}

/// Clients of every key on every gateway; in the middle of it something is killed.
async fn round_of_load(
    cluster: &mut Cluster,
    keys: &[MintedKey],
    round: u64,
    pace: &mut Pace,
    victim: Option<usize>,
    hits_database: bool,
) -> Vec<Seen> {
    let loads: Vec<Arc<Traffic>> = (0..GATEWAYS)
        .map(|at| Arc::new(Traffic::new(round * 10 + at as u64, cluster.url(at))))
        .collect();
    let mut clients = Vec::new();
    for key in keys {
        let enrolled_at = pace.below(GATEWAYS as u64) as usize;
        let devices = [
            cluster.gateways[enrolled_at].redeem(key).await,
            cluster.gateways[0].redeem(key).await,
        ];
        for client in 0..CLIENTS_A_KEY {
            let at = pace.below(GATEWAYS as u64) as usize;
            let device = devices[client % devices.len()].moved_to(&cluster.url(at));
            clients.push(tokio::spawn(loads[at].clone().client(device, pace.next())));
        }
    }
    let watched = &loads[victim.unwrap_or(0)];
    let enough = 20 + pace.below(1_500);
    within("the clients to see enough for the kill", async {
        // A gateway that happens to have no client is killed all the same.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), watched.saw(enough)).await;
    })
    .await;
    if let Some(victim) = victim {
        cluster.gateways[victim].kill().await;
    }
    if hits_database {
        cluster.server.stop_at_once();
        cluster.server.start_again();
    }
    for load in &loads {
        load.end();
    }
    join_all(clients)
        .await
        .into_iter()
        .flat_map(Result::unwrap)
        .collect()
}

const OUTPUT_CAP: u64 = 1_000;

fn ask(device: &Device) -> Request {
    let body = json!({
        "model": CODER, "max_tokens": OUTPUT_CAP, "stream": true,
        "messages": [{"role": "user", "content": "Say something."}],
    });
    device
        .post("/v1/chat/completions", &body)
        .header(header::RECEIPT, "1")
}

/// A bound lies between the output cap's price (0.015) and that plus a small input's (0.0165).
const CREDIT_FOR_TEN: &str = "0.164";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_streams_over_three_gateways_exactly_the_ten_that_fit_run() {
    let upstream = Upstream::start().await;
    let cluster = Cluster::start(&coder(&upstream)).await;
    let key = cluster.gateways[0]
        .mint(&MintOptions::credit(CREDIT_FOR_TEN).strict())
        .await
        .remove(0);
    let device = cluster.gateways[0].redeem(&key).await;
    let answer = || Answer::of("chatcmpl-6", 10, 100);
    let gate = Gate::closed();
    let held_back = gate.clone();
    upstream.on(CODER, move |call| {
        answer().stream(call).after(1, Step::Wait(held_back.clone()))
    });
    let asked = (0..64).map(|number| ask(&device.moved_to(&cluster.url(number % GATEWAYS))).open());
    let (running, refused): (Vec<_>, Vec<_>) = join_all(asked)
        .await
        .into_iter()
        .partition(|head| head.status() == 200);
    assert_eq!(running.len(), 10);
    assert_eq!(upstream.calls(CODER).len(), 10, "no hold, no call");
    for refusal in refused {
        let refusal = refusal.read_to_end().await.expect(429);
        assert_eq!(refusal.json()["error"]["code"], "credit_held");
    }
    gate.open();
    for seen in join_all(running.into_iter().map(OpenAnswer::read_to_end)).await {
        assert!(sse::is_done(&seen.body));
    }
    let after = device.idle_balance().await;
    let each = Price::USUAL.of(&answer().usage).nano_usd();
    assert_eq!(after.spent_nano_usd.nano_usd(), each * 10);
    verify_clean(&cluster.gateways[1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_gateway_does_the_others_know_at_once() {
    let upstream = Upstream::start().await;
    let cluster = Cluster::start(&coder(&upstream)).await;
    let [first, second] = [0, 1].map(|at| &cluster.gateways[at]);
    let key = first
        .mint(&MintOptions::credit("1.00").devices(2))
        .await
        .remove(0);

    // A key that was just minted here, a device that was just enrolled there.
    let device = second.redeem(&key).await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 10, 5));
    device
        .moved_to(&cluster.url(2))
        .chat(CODER)
        .send()
        .await
        .expect(200);
    let here = device.moved_to(&cluster.url(0));
    assert_eq!(here.balance().await, device.balance().await);

    // A stream at one gateway is cut by a revocation at another; no new request is taken.
    let gate = Gate::closed();
    let held_back = gate.clone();
    upstream.on(CODER, move |call| {
        Answer::of("chatcmpl-2", 10, 5)
            .stream(call)
            .after(1, Step::Wait(held_back.clone()))
    });
    let running = here.chat_stream(CODER).open().await;
    assert_eq!(running.status(), 200);
    let path = format!("/api/v1/devices/{}", device.account.device_id);
    second.owner(http::Method::DELETE, &path).send().await.expect(204);
    let refused = device
        .moved_to(&cluster.url(2))
        .chat(CODER)
        .send()
        .await
        .expect(401);
    assert_eq!(refused.json()["error"]["code"], "credential_revoked");
    let cut = within("the stream to be cut", running.read_to_end()).await;
    assert!(!sse::is_done(&cut.body));
    gate.open();
    device.moved_to(&cluster.url(0));
    settled(first, &key).await;
    verify_clean(first).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_gateways_together_give_no_more_than_a_rate_and_a_cap() {
    let upstream = Upstream::start().await;
    let answer = Answer::of("chatcmpl-1", 10, 5);
    let each = Price::USUAL.of(&answer.usage).nano_usd();
    upstream.answer(CODER, answer);
    let cluster = Cluster::start(&coder(&upstream)).await;
    let limited = [
        "keys", "mint", "--credit", "1", "--rpm", "30", "--count", "2", "--json",
    ];
    let minted = cluster.gateways[0].cli(&limited).await.expect(0);
    let [probe, key] = minted.json::<MintResponse>().keys.try_into().unwrap();
    let probe = cluster.gateways[0].redeem(&probe).await;
    eventually("all gateways to know of one another", async || {
        (shares(&cluster, &probe).await == ["10"; GATEWAYS]).then_some(())
    })
    .await;
    let device = cluster.gateways[0].redeem(&key).await;
    let mut served = 0;
    for number in 0..60 {
        let at = device.moved_to(&cluster.url(number % GATEWAYS));
        served += usize::from(at.chat(CODER).send().await.status == 200);
    }
    // A few come back meanwhile: ten a minute at each gateway.
    assert!((30..=36).contains(&served), "{served}");

    // What others spent is known when it is asked for anew.
    let cap = Money::from_nano_usd(each * 10).exact_usd();
    let capped = ["keys", "mint", "--credit", "1", "--spend-per-day", &cap, "--json"];
    let minted = cluster.gateways[0].cli(&capped).await.expect(0);
    let key = minted.json::<MintResponse>().keys.remove(0);
    let device = cluster.gateways[0].redeem(&key).await;
    let body = json!({"model": CODER, "max_tokens": 1, "messages": [{"role": "user", "content": "a"}]});
    let spend_all = async |at: usize| {
        let device = device.moved_to(&cluster.url(at));
        while device.post("/v1/chat/completions", &body).send().await.status == 200 {}
    };
    spend_all(0).await;
    let spent = device.idle_balance().await.spent_nano_usd;
    spend_all(1).await;
    assert_eq!(device.idle_balance().await.spent_nano_usd, spent);
    verify_clean(&cluster.gateways[2]).await;
}

/// More than a small request holds.
const BOUND: i64 = 2_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_gateways_that_hammer_a_cap_spend_it_and_not_a_nano_dollar_more() {
    let upstream = Upstream::start().await;
    let answer = Answer::of("chatcmpl-1", 10, 5);
    let each = Price::USUAL.of(&answer.usage).nano_usd();
    let cap = Money::from_nano_usd(each * 200);
    upstream.answer(CODER, answer);
    // The devices' cap is the same: the tighter of two, for as long as the other device spends less.
    let device_cap = format!("[limits.device]\nspend_per_month = {:?}", cap.exact_usd());
    let cluster = Cluster::start(&coder(&upstream).table(&device_cap)).await;
    let capped = [
        "keys",
        "mint",
        "--credit",
        "1",
        "--devices",
        "2",
        "--spend-per-day",
        &cap.exact_usd(),
        "--json",
    ];
    let minted = cluster.gateways[0].cli(&capped).await.expect(0);
    let key = minted.json::<MintResponse>().keys.remove(0);
    let devices = [
        cluster.gateways[0].redeem(&key).await,
        cluster.gateways[1].redeem(&key).await,
    ];
    let body = json!({"model": CODER, "max_tokens": 5, "messages": [{"role": "user", "content": "a"}]});
    let clients = (0..24).map(|number| {
        let device = devices[number % 2].moved_to(&cluster.url(number % GATEWAYS));
        let body = body.clone();
        tokio::spawn(async move {
            loop {
                let seen = device.post("/v1/chat/completions", &body).send().await;
                match seen.status.as_u16() {
                    200 => {}
                    // Others hold what is left.
                    429 => tokio::task::yield_now().await,
                    402 => return,
                    _ => panic!("{}: {}", seen.status, seen.text()),
                }
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        within("the cap to be reached", client).await.unwrap();
    }
    let spent = devices[0].idle_balance().await.spent_nano_usd;
    assert!(spent <= cap, "{spent:?} of {cap:?}");
    // Less is left than a request could cost at most.
    assert!(spent.nano_usd() + BOUND > cap.nano_usd(), "{spent:?} of {cap:?}");
    verify_clean(&cluster.gateways[2]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_are_guessed_at_three_gateways_count_together() {
    let upstream = Upstream::start().await;
    let cluster = Cluster::start(&coder(&upstream)).await;
    let guess = "TTK-AAAA-AAAA-AAAA-AAAA-AAAA";
    let mut told = 0;
    for number in 0..12 {
        let seen = Device::redeem_request(&cluster.url(number % GATEWAYS), guess)
            .send()
            .await;
        match seen.status.as_u16() {
            403 => told += 1,
            429 => assert!(seen.header("retry-after").is_some()),
            _ => panic!("{}: {}", seen.status, seen.text()),
        }
    }
    assert_eq!(told, 5, "five a minute, wherever");
}

/// What each gateway says that it would give in a minute.
async fn shares(cluster: &Cluster, device: &Device) -> Vec<String> {
    let mut shares = Vec::new();
    for at in 0..GATEWAYS {
        let seen = device.moved_to(&cluster.url(at)).chat(CODER).send().await;
        let share = seen.header("x-ratelimit-limit-requests");
        shares.push(share.unwrap_or_default().to_owned());
    }
    shares
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_gateway_without_the_secret_files_says_what_is_missing() {
    let upstream = Upstream::start().await;
    let cluster = Cluster::start(&coder(&upstream)).await;
    let url = cluster.server.url("tt");
    let mut stranger = Gateway::idle(member(&coder(&upstream), &url));
    stranger.spawn();
    assert!(!stranger.is_ready().await);
    let log = stranger.log();
    assert!(log.contains("the pepper") && log.contains("secrets/"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_installation_moves_to_postgresql_with_every_row() {
    let upstream = Upstream::start().await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 10, 5));
    let server = Postgres::start();
    let url = server.database("moved");
    // The variable names the database for the command and not yet for the gateway.
    let mut gateway = Gateway::start(&coder(&upstream)).await;
    let device = gateway.device("1.00").await;
    let key = device.account.balance.lots[0].id;
    for _ in 0..5 {
        device.chat(CODER).send().await.expect(200);
    }
    let gate = Gate::closed();
    let held_back = gate.clone();
    upstream.on(CODER, move |call| {
        Answer::of("chatcmpl-2", 10, 5)
            .stream(call)
            .after(1, Step::Wait(held_back.clone()))
    });
    let running = device.chat_stream(CODER).open().await;
    assert_eq!(running.status(), 200);
    let migrate = moving::migrate(&url);
    // Two ledgers at once are one too many.
    gateway.cli(&migrate).await.expect(4);
    let rows = gateway.usage(key).await;
    gateway.kill().await;
    drop(running);
    gate.open();

    let moved = gateway.cli(&migrate).await.expect(0).json::<serde_json::Value>();
    assert_eq!(
        (&moved["usageRows"], &moved["pendingHolds"]),
        (&json!(5), &json!(1))
    );
    gateway.restart().await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 10, 5));
    let device = device.moved_to(&gateway.admin().gateway_url);
    device.chat(CODER).send().await.expect(200);
    let after = gateway.usage(key).await;
    assert!(rows.iter().all(|row| after.contains(row)), "{after:?}");
    assert_eq!(after.len(), rows.len() + 2);
    assert_eq!(after.iter().filter(|row| row.orphan).count(), 1);
    verify_clean(&gateway).await;
    gateway.cli(&migrate).await.expect(4);
    gateway.stop().await;
    // The file is out of the way, so there is nothing left to move.
    gateway.cli(&migrate).await.expect(1);
}
