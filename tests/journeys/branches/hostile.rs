//! Files that nobody should import.

use std::fs;

use serde_json::{Value, json};

use super::Machine;

fn export() -> Value {
    json!({
        "format": "token-tracker-branch", "version": 1, "exportedAt": "2026-06-01T12:00:00Z",
        "git": {"repository": "github.com/acme/shop", "branch": "main"}, "futureMember": true,
        "rows": [{"id": "0123456789abcdef", "client": "claude", "at": "2026-06-01T12:00:00Z", "origin": "log",
            "repository": "github.com/acme/shop", "branch": "main", "model": "claude-sonnet-4-5",
            "inputTokens": 10, "outputTokens": 5}]
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut export = export();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match export.pointer_mut(parent).unwrap() {
        Value::Array(list) => list.push(value),
        parent => parent[name] = value,
    }
    export
}

#[test]
fn a_file_that_is_wrong_anywhere_changes_nothing() {
    let machine = Machine::new();
    let file = machine.path("in.json");
    let row = |name: &str, value: Value| with(&format!("/rows/0/{name}"), value);
    let mut cases: Vec<(String, String)> = [
        with("/version", json!(2)),
        with("/version", json!("1")),
        with("/version", json!(-1)),
        with("/format", json!("something-else")),
        with("/rows", json!({})),
        with("/exportedAt", json!("yesterday")),
        with("/git/branch", json!("a\u{202e}b")),
        with("/rows/x", json!("no row")),
        row("inputTokens", json!(-1)),
        row("inputTokens", json!(1.5)),
        row("inputTokens", json!("10")),
        row("inputTokens", json!(1_000_000_000_001_u64)),
        row("outputTokens", json!(18_446_744_073_709_551_615_u64)),
        row("reasoningTokens", json!(6)),
        row("cacheWrite1hTokens", json!(1)),
        row("chargedNanoUsd", json!("-1")),
        row("chargedNanoUsd", json!(1.5)),
        row("chargedNanoUsd", json!("9000000000000000000")),
        row("client", json!("mainframe")),
        row("client", json!("manual")),
        row("origin", json!("rumour")),
        row("at", json!("1999-01-01T00:00:00Z")),
        row("at", json!("2999-01-01T00:00:00Z")),
        row("id", json!("")),
        row("id", json!("../../etc")),
        row("id", json!("x".repeat(65))),
        row("branch", json!("a\u{1b}[2Jb")),
        row("branch", json!("")),
        row("model", json!("m".repeat(257))),
        row("flags", json!(["free-of-charge"])),
        row("webSearches", json!(4_000_000_000_u64)),
    ]
    .iter()
    .map(|value| (value.to_string(), value.to_string()))
    .collect();
    for text in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"format\":\"token-tracker-branch\"}",
    ] {
        cases.push((text.into(), text.into()));
    }
    cases.push(("deep".into(), "[".repeat(100_000)));
    for (name, text) in &cases {
        fs::write(&file, text).unwrap();
        let outcome = machine
            .run(&["branch", "import", &file, "--yes", "--json"])
            .expect(1);
        assert_eq!(outcome.error()["code"], "invalid_request", "{name}");
        assert!(!outcome.stderr.contains('\u{1b}'), "{name}");
    }
    fs::write(&file, [0xff, 0xfe, 0x00]).unwrap();
    machine.run(&["branch", "import", &file, "--yes"]).expect(1);
    // More than the format allows, without a disk full of it.
    fs::File::create(&file).unwrap().set_len((64 << 20) + 1).unwrap();
    machine.run(&["branch", "import", &file, "--yes"]).expect(1);
    machine
        .run(&["branch", "import", &machine.path("none.json"), "--yes"])
        .expect(2);
    assert_eq!(machine.totals("main").0, 0);

    // The same file without anything wrong is taken, what this version does not know left out.
    fs::write(&file, export().to_string()).unwrap();
    machine.run(&["branch", "import", &file, "--yes"]).expect(0);
    assert_eq!(machine.totals("main").0, 15);
}

#[test]
fn of_two_files_one_wrong_one_is_enough_to_change_nothing() {
    let machine = Machine::new();
    let (good, bad) = (machine.path("good.json"), machine.path("bad.json"));
    fs::write(&good, export().to_string()).unwrap();
    fs::write(&bad, with("/version", json!(7)).to_string()).unwrap();
    let outcome = machine.run(&["branch", "import", &good, &bad, "--yes"]).expect(1);
    assert!(outcome.stderr.contains("version 7"), "{}", outcome.stderr);
    assert_eq!(machine.totals("main").0, 0);
}

#[test]
fn a_row_told_twice_in_one_file_is_one_row() {
    let machine = Machine::new();
    let file = machine.path("in.json");
    let mut fuller = export()["rows"][0].clone();
    fuller["outputTokens"] = json!(50);
    fs::write(&file, with("/rows/x", fuller).to_string()).unwrap();
    machine.run(&["branch", "import", &file, "--yes"]).expect(0);
    assert_eq!(machine.totals("main").0, 60);
}
