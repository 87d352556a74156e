//! kill -9 in the middle of everything. The child says what the ledger answered it; the parent
//! kills it at a random moment and checks that every answer still stands.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use gateway::ledger::{Store, UsageOf};
use protocol::{RequestId, api::UsageQuery};

use crate::support::{assert_clean, hold, in_file, mint, open, redeem, settle};

const KILLS: usize = 100;
const TASKS: usize = 32;
const FOLDER: &str = "TOKEN_TRACKER_CRASH_FOLDER";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answered {
    Held,
    Settled(i64),
}

#[test]
fn what_was_answered_survives_100_kills() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_file(folder.path());
    let runtime = runtime();
    let (mut answers, mut orphans) = (0, 0);
    for round in 0..KILLS {
        // A spread of moments: in the first batch, and deep in the run.
        let known = run_and_kill(folder.path(), 40 + round * 37 % 900);
        orphans += runtime.block_on(check(&store, &known));
        answers += known.len();
    }
    println!("{KILLS} kills, {answers} requests answered, {orphans} orphans settled, 0 lost, 0 doubled");
}

fn run_and_kill(folder: &std::path::Path, after: usize) -> HashMap<RequestId, Answered> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut known = HashMap::new();
    let mut killed = false;
    // After the kill the pipe still holds answers that were given before it: they count too.
    for line in lines.map_while(Result::ok) {
        if let Some((id, answer)) = parse(&line) {
            known.insert(id, answer);
        }
        if known.len() >= after && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the child ended by itself after {} answers", known.len());
    known
}

fn parse(line: &str) -> Option<(RequestId, Answered)> {
    let mut words = line.split(' ');
    match (words.next()?, words.next()?.parse().ok()?, words.next()) {
        ("held", id, None) => Some((id, Answered::Held)),
        ("settled", id, Some(cost)) => Some((id, Answered::Settled(cost.parse().ok()?))),
        _ => None,
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Restarts, and compares what the database says with what was answered.
async fn check(store: &Store, known: &HashMap<RequestId, Answered>) -> usize {
    let recovered = open(store).await.recovered;
    assert_clean(store).await;
    let rows = usage_rows(store).await;
    for (id, answer) in known {
        let row = rows.get(id);
        match answer {
            Answered::Settled(cost) => assert_eq!(row, Some(&(*cost, false)), "an answered settle was lost"),
            // Either its settle became durable without being answered, or the restart settled it.
            Answered::Held => assert!(row.is_some(), "a hold that was answered left no trace"),
        }
    }
    for orphan in &recovered.orphans {
        assert!(rows[&orphan.request].1);
        assert!(
            !matches!(known.get(&orphan.request), Some(Answered::Settled(_))),
            "settled twice"
        );
    }
    recovered.orphans.len()
}

async fn usage_rows(store: &Store) -> HashMap<RequestId, (i64, bool)> {
    let reader = store.reader().await.unwrap();
    let mut query = UsageQuery {
        limit: Some(1_000),
        ..UsageQuery::default()
    };
    let mut rows = HashMap::new();
    loop {
        let page = reader
            .usage_rows(query.clone(), UsageOf::default(), None, u64::MAX)
            .await
            .unwrap();
        for row in &page.rows {
            rows.insert(row.request_id, (row.cost_nano_usd.nano_usd(), row.orphan));
        }
        match page.next {
            // Rows of earlier rounds were checked then.
            Some(next) if rows.len() < 4_000 => query.before = Some(next),
            _ => return rows,
        }
    }
}

#[test]
#[ignore = "the process that gets killed; what_was_answered_survives_100_kills starts it"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let store = in_file(folder.as_ref());
    runtime().block_on(async {
        let opened = open(&store).await;
        let ledger = opened.ledger;
        let key = mint(1_000_000_000, 1);
        ledger.mint(vec![key.clone()]).await.unwrap();
        let device = ledger
            .redeem(Box::new(redeem(key.mac, None)))
            .await
            .unwrap()
            .unwrap()
            .device;
        let out = Arc::new(Mutex::new(std::io::stdout()));
        let tasks = (0..TASKS).map(|task| {
            let (ledger, out, key) = (ledger.clone(), Arc::clone(&out), key.id);
            tokio::spawn(async move {
                for turn in 0.. {
                    let request = hold(key, device, 300);
                    let id = request.request;
                    ledger.hold(Arc::clone(&request)).await.unwrap().unwrap();
                    writeln!(out.lock().unwrap(), "held {id}").unwrap();
                    let cost = (task + turn) as i64 % 300;
                    ledger.settle(settle(&request, cost)).await.unwrap().unwrap();
                    writeln!(out.lock().unwrap(), "settled {id} {cost}").unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
}
