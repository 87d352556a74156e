//! Cursor's exports: taken in whole, or refused.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

const EXPORT: &str = "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens\n\
                      2026-06-01,gpt-5,100,100,0,10\n2026-06-03,gpt-5,100,100,0,10\nnonsense,gpt-5,1,1,0,1\n";

fn run(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_token-tracker"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .output()
        .unwrap()
}

fn answer(home: &Path, arguments: &[&str]) -> Value {
    let output = run(home, &[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_export_is_taken_in_once_however_often_it_is_named() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(answer(home.path(), &["cursor", "status"]), json!({"exports": []}));
    let (one, other) = (home.path().join("one.csv"), home.path().join("other.csv"));
    fs::write(&one, EXPORT).unwrap();
    fs::write(&other, EXPORT).unwrap();
    for _ in 0..2 {
        let taken = answer(
            home.path(),
            &["cursor", "import", one.to_str().unwrap(), other.to_str().unwrap()],
        );
        assert_eq!(
            (&taken["exports"][0]["rows"], &taken["exports"][0]["skippedRows"]),
            (&json!(2), &json!(1))
        );
    }
    let exports = answer(home.path(), &["cursor", "status"]);
    assert_eq!(exports["exports"].as_array().unwrap().len(), 1);
    assert_eq!(exports["exports"][0]["firstAt"], "2026-06-01T12:00:00Z");
    let models = answer(home.path(), &["usage", "models", "--cursor"]);
    assert_eq!(models["totals"]["messages"], 2);
}

#[test]
fn what_is_no_export_is_refused_and_nothing_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let (good, bad) = (home.path().join("good.csv"), home.path().join("bad.csv"));
    fs::write(&good, EXPORT).unwrap();
    fs::write(&bad, "a,b\n1,2\n").unwrap();
    let missing = home.path().join("missing.csv");
    for wrong in [&bad, &missing] {
        let refused = run(
            home.path(),
            &[
                "cursor",
                "import",
                good.to_str().unwrap(),
                wrong.to_str().unwrap(),
            ],
        );
        assert_eq!(refused.status.code(), Some(1));
        assert!(refused.stdout.is_empty());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            said.contains(wrong.file_name().unwrap().to_str().unwrap()),
            "{said}"
        );
        assert!(!said.contains(home.path().to_str().unwrap()), "{said}");
    }
    assert_eq!(answer(home.path(), &["cursor", "status"]), json!({"exports": []}));
}
