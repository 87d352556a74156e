//! Everything out, everything in, and a person who is forgotten: to the nano-dollar.

use std::{fs, path::PathBuf};

use futures_util::future::join_all;
use http::Method;
use protocol::{Money, api::ImportReport};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, Model, Postgres, Price, Serve, Upstream, upstream::Answer, verify_clean,
};

use crate::{
    browser::{Browser, invited, printed_link},
    stage::{CODER, ODD},
};

const NAME: &str = "Ada Canary-Lovelace";
const ADDRESS: &str = "canary@example.com";
const LAPTOP: &str = "canary-laptop";
const HANDLE: &str = "handle-of-canary";
const TRACES: [&str; 4] = ["Canary", "canary@", "canary-laptop", HANDLE];

async fn setting() -> (Upstream, Config) {
    let upstream = Upstream::start().await;
    let config = Config::with_upstream(&upstream)
        .model(Model::new(CODER, Price::USUAL))
        .model(Model::new(ODD, Price::ODD));
    (upstream, config)
}

async fn chat(upstream: &Upstream, device: &Device, model: &str, branch: &str, input: u64) {
    upstream.answer(model, Answer::of("chatcmpl-1", input, 7));
    let request = device.chat(model);
    let request = request.header("x-token-tracker-repository", "github.com/example/ledger");
    request
        .header("x-token-tracker-branch", branch)
        .send()
        .await
        .expect(200);
}

/// A member with a key, a device with a name of theirs, and some use of it.
async fn person(gateway: &Gateway, upstream: &Upstream, olga: &mut Browser) -> (Browser, Device) {
    let mut ada = invited(gateway, olga, "member", NAME).await;
    let id = ada.member().await["id"].as_str().unwrap().to_owned();
    let path = format!("/members/{id}");
    let address = json!({ "email": ADDRESS });
    ada.send(Method::PATCH, &path, address).await.expect(200);
    let key = gateway.mint_one("5.00").await;
    ada.post("/keys/claim", json!({ "key": key.key }))
        .await
        .expect(200);
    let device = gateway.redeem(&key).await;
    let path = format!("/devices/{}", device.account.device_id);
    ada.send(Method::PATCH, &path, json!({ "name": LAPTOP }))
        .await
        .expect(204);
    let profile = json!({ "handle": HANDLE, "name": NAME, "isPublic": true, "showsCost": true });
    ada.send(Method::PUT, "/sharing", profile).await.expect(204);
    let sent = json!({ "machine": "0b0c3f0e-58a5-4c2a-9d1e-6a7f3b2c1d00", "days": [{
        "day": "2026-01-15", "client": "claude", "model": "claude-sonnet-4-5", "messages": 1, "inputTokens": 10,
        "outputTokens": 20, "cacheReadTokens": 0, "cacheWriteTokens": 0, "reasoningTokens": 0, "totalTokens": 30,
        "costNanoUsd": null,
    }] });
    ada.post("/sharing/days", sent).await.expect(200);
    chat(upstream, &device, CODER, "main", 5).await;
    chat(upstream, &device, CODER, "=1+1", 50).await;
    chat(upstream, &device, ODD, "fix, \"it\"", 500).await;
    (ada, device)
}

/// Every total that the pages show.
async fn totals(gateway: &Gateway) -> Vec<Value> {
    let paths = [
        "/usage?limit=1",
        "/usage/summary?groupBy=day&stackBy=model",
        "/usage/summary?groupBy=branch",
        "/usage/summary?groupBy=repository&stackBy=kind",
    ];
    let mut totals = Vec::new();
    for path in paths {
        let request = gateway.owner(Method::GET, &format!("/api/v1{path}"));
        let seen = request.send().await.expect(200).json();
        totals.push(json!([
            seen["totals"],
            if path.starts_with("/usage?") {
                &Value::Null
            } else {
                &seen["rows"]
            }
        ]));
    }
    totals
}

fn file(gateway: &Gateway, name: &str) -> PathBuf {
    gateway.home().data_dir().parent().unwrap().join(name)
}

async fn export(gateway: &Gateway, name: &str, arguments: &[&str]) -> Vec<u8> {
    let file = file(gateway, name);
    let output = file.to_str().unwrap();
    let arguments = [&["export", "--output", output], arguments].concat();
    gateway.cli(&arguments).await.expect(0);
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    bytes
}

async fn import(gateway: &Gateway, bytes: &[u8], more: &[&str], code: i32) -> ImportReport {
    let file = file(gateway, "import.csv");
    fs::write(&file, bytes).unwrap();
    let arguments = [&["import", file.to_str().unwrap(), "--json"], more].concat();
    gateway.cli(&arguments).await.expect(code).json()
}

fn is_free_of_traces(text: &str, whose: &str) {
    for trace in TRACES {
        let at = text.find(trace);
        assert!(
            at.is_none(),
            "{whose} has {trace}: …{}…",
            &text[at.unwrap_or(0).saturating_sub(200)..at.unwrap_or(0) + 40]
        );
    }
}

/// Everything that stands in a database file, table by table.
fn dump(gateway: &Gateway) -> String {
    let database = rusqlite::Connection::open(gateway.home().data_dir().join("gateway.db")).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut statement = database.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut text = String::new();
    for name in names.map(Result::unwrap) {
        let mut rows = database.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let count = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..count).map(|at| format!("{:?}", row.get_ref(at).unwrap().as_str().unwrap_or("")));
            text.push_str(&format!("{name} {}\n", cells.collect::<Vec<_>>().join(" ")));
        }
    }
    text
}

async fn round_trip(gateway: &Gateway, other: &Gateway, upstream: &Upstream) {
    let mut olga = Browser::use_link(gateway, &printed_link(gateway), "Olga").await;
    let (ada, device) = person(gateway, upstream, &mut olga).await;
    device.idle_balance().await;
    let before = totals(gateway).await;
    assert_eq!(before[0][0]["requests"], 3);

    let usage = export(gateway, "usage.csv", &["usage", "--format", "csv"]).await;
    let own: Value = serde_json::from_slice(&export(gateway, "ada.json", &["--member", NAME]).await).unwrap();
    assert_eq!(
        (&own["members"][0]["name"], &own["members"][0]["email"]),
        (&json!(NAME), &json!(ADDRESS))
    );
    assert_eq!(
        (
            own["members"].as_array().unwrap().len(),
            own["usage"].as_array().unwrap().len()
        ),
        (1, 3)
    );
    assert!(own["devices"].to_string().contains(LAPTOP));
    assert_eq!(
        (&own["profiles"][0]["handle"], &own["sentDays"][0]["totalTokens"]),
        (&json!(HANDLE), &json!(30))
    );

    gateway.cli(&["members", "erase", NAME]).await.expect(2);
    let erased = gateway
        .cli(&["members", "erase", NAME, "--yes", "--json"])
        .await
        .expect(0);
    let erased: Value = erased.json();
    assert_eq!((&erased["keys"], &erased["devices"]), (&json!(1), &json!(1)));
    assert_eq!(ada.get("/session").await.status.as_u16(), 401);
    assert_eq!(device.get("/api/v1/me").send().await.status.as_u16(), 401);
    let everything = export(gateway, "all.ndjson", &["--format", "ndjson"]).await;
    let everything = String::from_utf8(everything).unwrap();
    is_free_of_traces(&everything, "the export");
    assert!(
        !everything.contains("\"type\":\"sentDays\""),
        "the days go with whose they were"
    );
    assert_eq!(totals(gateway).await, before, "what was used stays");
    gateway.cli(&["audit", "verify"]).await.expect(0);
    verify_clean(gateway).await;

    // Where the rows are, none comes in again.
    let again = import(gateway, &usage, &[], 0).await;
    assert_eq!((again.imported, again.already_here), (0, 3));
    assert_eq!(totals(gateway).await, before);

    let preview = import(other, &usage, &["--preview"], 0).await;
    assert_eq!((preview.preview, preview.imported, preview.refused), (true, 3, 0));
    assert_eq!(
        totals(other).await[0][0]["requests"],
        0,
        "a preview keeps nothing"
    );
    let report = import(other, &usage, &[], 0).await;
    assert_eq!(
        (report.imported, report.cost_nano_usd),
        (3, preview.cost_nano_usd)
    );
    assert_eq!(totals(other).await, before, "every total is there");
    let twice = import(other, &usage, &[], 0).await;
    assert_eq!((twice.imported, twice.already_here), (0, 3));
    assert_eq!(totals(other).await, before);
    verify_clean(other).await;
    other.cli(&["audit", "verify"]).await.expect(0);
    let rows = export(other, "usage.csv", &["usage", "--format", "csv"]).await;
    assert_eq!(
        without_names(&rows),
        without_names(&usage),
        "what comes out is what went in"
    );
}

/// The columns of money and use: those of people are another gateway's.
fn without_names(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(bytes).unwrap();
    let lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    lines.map(|cells| cells.take(15).collect()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_round_trip_keeps_every_total_and_no_name() {
    let (upstream, config) = setting().await;
    let mut gateway = Gateway::start(&config).await;
    let mut other = Gateway::start(&config).await;
    round_trip(&gateway, &other, &upstream).await;
    let before = totals(&other).await;
    other.stop().await;
    // The sums are made anew from the rows.
    fs::remove_file(other.home().data_dir().join("rollup.db")).unwrap();
    other.restart().await;
    assert_eq!(totals(&other).await, before);
    gateway.stop().await;
    is_free_of_traces(&dump(&gateway), "the database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_round_trip_keeps_every_total_on_postgresql() {
    let server = Postgres::start();
    let (upstream, config) = setting().await;
    let serve = |name: &str| Serve::new(&config).env("TOKEN_TRACKER_DATABASE_URL", &server.database(name));
    let [gateway, other] = [serve("tt").start().await, serve("other").start().await];
    round_trip(&gateway, &other, &upstream).await;
}

#[tokio::test]
async fn each_wrong_row_is_told_and_the_others_come_in() {
    let gateway = Gateway::start(&Config::new()).await;
    let head = "at,model,cost_usd,input_tokens,mood\n";
    let right = "2026-01-02T10:00:00Z,gpt-5,0.25,100,good\n";
    let file = format!("{head}{right}yesterday,gpt-5,0.25,100,good\n2026-01-02,gpt-5,lots,1,bad\n{right}");
    let report = import(&gateway, file.as_bytes(), &[], 1).await;
    assert_eq!((report.rows, report.imported, report.refused), (4, 2, 2));
    assert_eq!(report.cost_nano_usd, Money::from_nano_usd(500_000_000));
    assert_eq!(report.ignored_columns, ["mood"]);
    let faults: Vec<_> = report
        .faults
        .iter()
        .map(|fault| (fault.line, fault.column.as_deref()))
        .collect();
    assert_eq!(faults, [(3, Some("at")), (4, Some("costUsd"))]);

    let better = file.replace("yesterday", "2026-01-03");
    let report = import(&gateway, better.as_bytes(), &[], 1).await;
    assert_eq!((report.imported, report.already_here, report.refused), (1, 2, 1));
    let without_model = import_refused(&gateway, b"at,cost\n2026-01-02,1\n").await;
    assert!(
        without_model.contains("at, model and costNanoUsd or costUsd"),
        "{without_model}"
    );
    verify_clean(&gateway).await;
}

async fn import_refused(gateway: &Gateway, bytes: &[u8]) -> String {
    let file = file(gateway, "import.csv");
    fs::write(&file, bytes).unwrap();
    let outcome = gateway.cli(&["import", file.to_str().unwrap()]).await.expect(1);
    outcome.stderr
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_one_moment_of_a_running_gateway() {
    let (upstream, config) = setting().await;
    let gateway = Gateway::start(&config).await;
    let device = gateway.device("5.00").await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 5, 7));
    let traffic = async {
        for _ in 0..40 {
            join_all((0..4).map(|_| device.chat(CODER).send())).await;
        }
    };
    let exports = async {
        let mut seen = Vec::new();
        for number in 0..5 {
            let name = format!("all-{number}.ndjson");
            seen.push(export(&gateway, &name, &["--format", "ndjson"]).await);
        }
        seen
    };
    let ((), exports) = tokio::join!(traffic, exports);
    for export in exports {
        let text = String::from_utf8(export).unwrap();
        let rows: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            (&rows[0]["type"], &rows[rows.len() - 1]["type"]),
            (&json!("begin"), &json!("end"))
        );
        assert_eq!(rows[rows.len() - 1]["rows"], rows.len() - 2);
        let of = |kind: &str| rows.iter().filter(|row| row["type"] == kind).collect::<Vec<_>>();
        let nano = |row: &Value, name: &str| row[name].as_str().unwrap().parse::<i64>().unwrap();
        let used: i64 = of("usage").iter().map(|row| nano(row, "costNanoUsd")).sum();
        assert_eq!(
            nano(of("keys")[0], "spentNanoUsd"),
            used,
            "the lot and its rows are of one moment"
        );
    }
}

#[tokio::test]
async fn everything_as_csv_is_an_archive_that_others_can_read() {
    let (upstream, config) = setting().await;
    let gateway = Gateway::start(&config).await;
    let device = gateway.device("5.00").await;
    chat(&upstream, &device, CODER, "main", 5).await;
    device.idle_balance().await;
    let bytes = export(&gateway, "all.zip", &["--format", "csv"]).await;
    let archive = file(&gateway, "kept.zip");
    fs::write(&archive, bytes).unwrap();
    let program = "import sys, zipfile, csv, io\n\
                   z = zipfile.ZipFile(sys.argv[1])\n\
                   assert z.testzip() is None\n\
                   print(len(list(csv.DictReader(io.StringIO(z.read('usage.csv').decode())))), len(z.namelist()))";
    let seen = std::process::Command::new("python3")
        .args(["-c", program])
        .arg(&archive)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&seen.stdout).trim(),
        "1 22",
        "{}",
        String::from_utf8_lossy(&seen.stderr)
    );
}

#[tokio::test]
async fn a_line_of_the_audit_log_that_somebody_emptied_is_found() {
    let (mut gateway, mut owner) = crate::browser::with_owner().await;
    owner
        .post("/keys", json!({ "creditNanoUsd": "5" }))
        .await
        .expect(201);
    gateway.cli(&["audit", "verify"]).await.expect(0);
    gateway.stop().await;
    let database = rusqlite::Connection::open(gateway.home().data_dir().join("gateway.db")).unwrap();
    // The form that an erasure leaves behind; no erasure says so.
    let empty = "UPDATE audit SET actor_name = NULL, peer = NULL, who_salt = NULL WHERE action = 'key.mint'";
    assert_eq!(database.execute(empty, []).unwrap(), 1);
    drop(database);
    let outcome = gateway.cli(&["audit", "verify"]).await.expect(1);
    assert!(
        outcome.stdout.contains("was emptied, and no erasure says so"),
        "{}",
        outcome.stdout
    );
}
