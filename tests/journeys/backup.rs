//! A backup is taken while the gateway works, is one file that tells nobody anything, and makes a
//! whole ledger elsewhere. What could harm a ledger is refused before anything is touched.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use memchr::memmem;
use protocol::Money;
use serde_json::Value;
use tests::{
    Config, Gateway, Home, Outcome, Price, Serve, eventually,
    upstream::{Answer, Gate, Step},
    verify_clean,
};

use crate::stage::{CODER, ODD, Stage};

const PASSPHRASE: &str = "four words nobody guesses";

/// A place outside of every data directory.
struct Shelf {
    home: Home,
}

impl Shelf {
    fn new() -> Self {
        let home = Home::new();
        fs::write(home.path().join("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        Self { home }
    }
    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
    async fn run(&self, gateway: &Gateway, verb: &str, more: &[&str]) -> Outcome {
        let (file, passphrase) = (self.file("ledger.age"), self.file("passphrase"));
        let mut words = vec![verb, file.to_str().unwrap(), "--json"];
        if !more.contains(&"--passphrase-file") {
            words.extend(["--passphrase-file", passphrase.to_str().unwrap()]);
        }
        words.extend(more);
        gateway.cli(&words).await
    }
    /// Only what was meant to be there is there.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.home.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn copy_secrets(from: &Gateway, to: &Gateway) {
    let folder = to.home().data_dir().join("secrets");
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(from.home().data_dir().join("secrets")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
}

/// A gateway that was never started, with the same upstream and models.
fn elsewhere(stage: &Stage) -> Gateway {
    let serve = Serve::new(&Config::new());
    fs::copy(stage.gateway.home().config_file(), serve.home().config_file()).unwrap();
    Gateway::idle(serve)
}

fn database(gateway: &Gateway) -> PathBuf {
    gateway.home().data_dir().join("gateway.db")
}

fn has(file: &Path, text: &str) -> bool {
    memmem::find(&fs::read(file).unwrap(), text.as_bytes()).is_some()
}

#[tokio::test]
async fn a_backup_under_load_is_a_whole_ledger_elsewhere() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-1", 100, 20));
    let gate = Gate::closed();
    let held_back = gate.clone();
    stage.upstream.on(ODD, move |call| {
        Answer::of("chatcmpl-2", 10, 6)
            .stream(call)
            .after(2, Step::Wait(held_back.clone()))
    });
    let mut open = stage.device.chat_stream(ODD).open().await;
    assert!(open.read_until("word0 ").await);
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (device, stop) = (stage.device.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    device.chat(CODER).send().await.expect(200);
                }
            })
        })
        .collect();
    eventually("some load", async || {
        (stage.upstream.calls(CODER).len() > 20).then_some(())
    })
    .await;

    let shelf = Shelf::new();
    let before = stage.upstream.calls(CODER).len();
    let taken: Value = shelf.run(&stage.gateway, "backup", &[]).await.expect(0).json();
    assert!(
        stage.upstream.calls(CODER).len() > before,
        "requests went on meanwhile"
    );
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("no client saw an error");
    }
    let file = shelf.file("ledger.age");
    assert_eq!(taken["bytes"], fs::metadata(&file).unwrap().len());
    assert_eq!(shelf.names(), ["ledger.age", "passphrase"]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let log = stage.gateway.home().data_dir().join("gateway.db-wal");
    assert!(has(&log, "CREATE TABLE") && !has(&file, "CREATE TABLE"));

    let mut other = elsewhere(&stage);
    copy_secrets(&stage.gateway, &other);
    let restored: Value = shelf.run(&other, "restore", &[]).await.expect(0).json();
    assert_eq!(restored["secretFiles"], "present");
    assert!(restored["pendingHolds"].as_u64().unwrap() >= 1, "{restored}");
    verify_clean(&other).await;
    other.restart().await;
    let orphans: Value = other.cli(&["ledger", "orphans", "--json"]).await.expect(0).json();
    let orphans = orphans["orphans"].as_array().unwrap().len();
    assert_eq!(orphans as u64, restored["pendingHolds"].as_u64().unwrap());
    verify_clean(&other).await;
    let device = stage.device.moved_to(&other.admin().gateway_url);
    device.chat(CODER).send().await.expect(200);
    let (here, there) = (
        stage.gateway.usage(stage.key()).await,
        other.usage(stage.key()).await,
    );
    let settled: Vec<_> = there.iter().filter(|row| !row.orphan).skip(1).collect();
    assert!(settled.len() >= 20, "{}", settled.len());
    assert!(
        settled.iter().all(|row| here.contains(row)),
        "every row of the backup is one of the ledger"
    );

    // The gateway that was backed up has not noticed.
    gate.open();
    assert!(open.read_until("[DONE]").await);
    assert_eq!(stage.device.idle_balance().await.held_nano_usd, Money::ZERO);
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn a_ledger_in_use_is_not_overwritten_by_accident() {
    let mut stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-1", 100, 20));
    let shelf = Shelf::new();
    shelf.run(&stage.gateway, "backup", &[]).await.expect(0);
    stage.device.chat(CODER).send().await.expect(200);
    let cost = Price::USUAL.of(&Answer::of("chatcmpl-1", 100, 20).usage);
    assert_eq!(stage.device.idle_balance().await.spent_nano_usd, cost);

    let again = shelf.run(&stage.gateway, "backup", &[]).await.expect(1);
    assert!(again.error()["hint"].as_str().unwrap().contains("--replace"));
    shelf
        .run(&stage.gateway, "restore", &["--replace"])
        .await
        .expect(4);
    // A power cut leaves the last commits in SQLite's log, which must not end up in the new ledger.
    stage.gateway.kill().await;
    let refused = shelf.run(&stage.gateway, "restore", &[]).await.expect(1);
    assert!(refused.error()["hint"].as_str().unwrap().contains("--replace"));

    let restored: Value = shelf
        .run(&stage.gateway, "restore", &["--replace"])
        .await
        .expect(0)
        .json();
    assert_eq!(restored["keptFormer"], true);
    verify_clean(&stage.gateway).await;
    stage.gateway.restart().await;
    let device = stage.device.moved_to(&stage.gateway.admin().gateway_url);
    assert_eq!(
        device.balance().await.spent_nano_usd,
        Money::ZERO,
        "as it was then"
    );
    device.chat(CODER).send().await.expect(200);
    verify_clean(&stage.gateway).await;

    // What was replaced is whole too, with what its log held.
    stage.gateway.stop().await;
    let former = stage.gateway.home().data_dir().join("gateway.db.before-restore");
    fs::rename(former, database(&stage.gateway)).unwrap();
    stage.gateway.restart().await;
    let device = stage.device.moved_to(&stage.gateway.admin().gateway_url);
    assert_eq!(device.balance().await.spent_nano_usd, cost);
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn what_is_not_the_backup_restores_nothing() {
    let stage = Stage::new().await;
    let shelf = Shelf::new();
    shelf.run(&stage.gateway, "backup", &[]).await.expect(0);
    let file = shelf.file("ledger.age");
    let whole = fs::read(&file).unwrap();
    let other = elsewhere(&stage);

    let wrong = shelf.file("wrong");
    fs::write(&wrong, "another passphrase\n").unwrap();
    let refused = shelf
        .run(&other, "restore", &["--passphrase-file", wrong.to_str().unwrap()])
        .await
        .expect(1);
    assert!(
        refused.error()["message"]
            .as_str()
            .unwrap()
            .contains("passphrase")
    );
    for damaged in [
        whole[..whole.len() - 1].to_vec(),
        whole[..100].to_vec(),
        [&whole[..], b"x"].concat(),
        b"not a backup at all".to_vec(),
    ] {
        fs::write(&file, damaged).unwrap();
        shelf.run(&other, "restore", &[]).await.expect(1);
    }
    assert!(!database(&other).exists());
    fs::write(&file, &whole).unwrap();

    // A directory that has secrets of its own would refuse every key of the backup.
    let mut third = elsewhere(&stage);
    third.restart().await;
    third.stop().await;
    let refused = shelf.run(&third, "restore", &[]).await.expect(1);
    assert!(refused.error()["hint"].as_str().unwrap().contains("secrets/"));

    let restored: Value = shelf.run(&other, "restore", &[]).await.expect(0).json();
    assert_eq!(restored["secretFiles"], "missing");
    let left: Vec<_> = fs::read_dir(other.home().data_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("restoring"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_backup_needs_a_ledger_and_a_passphrase_that_is_one() {
    let stage = Stage::new().await;
    let shelf = Shelf::new();
    let short = shelf.file("short");
    fs::write(&short, "short\n").unwrap();
    shelf
        .run(
            &stage.gateway,
            "backup",
            &["--passphrase-file", short.to_str().unwrap()],
        )
        .await
        .expect(2);
    let file = shelf.file("ledger.age");
    let file = file.to_str().unwrap();
    // No terminal to ask at, and no other way to give one: an argument would be seen by everybody.
    stage.gateway.cli(&["backup", file]).await.expect(2);
    stage
        .gateway
        .cli(&["backup", file, "--passphrase", PASSPHRASE])
        .await
        .expect(2);
    shelf.run(&elsewhere(&stage), "backup", &[]).await.expect(4);
    assert_eq!(shelf.names(), ["passphrase", "short"]);
}
