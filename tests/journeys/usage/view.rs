//! The private page: for whoever has its link first, and only on this machine.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use serde_json::{Value, json};
use tests::{Request, token_tracker};

use super::Logs;

#[tokio::test]
async fn the_page_is_for_whoever_has_its_link_first_and_ends_by_itself() {
    let logs = Logs::new();
    logs.lines(
        ".claude/projects/-work-engine/s1.jsonl",
        &[json!({"type": "assistant", "sessionId": "s1", "requestId": "r1", "timestamp": "2026-03-05T10:00:00.000Z",
            "cwd": "/work/secret", "gitBranch": "main",
            "message": {"id": "m1", "model": "claude-opus-4-5", "usage": {"input_tokens": 1000, "output_tokens": 20_000,
                "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}}})],
    );
    let mut command = logs.home.command(token_tracker());
    command.args([
        "usage",
        "view",
        "--json",
        "--idle",
        "2",
        "--timezone",
        "UTC",
        "--home",
    ]);
    command
        .arg(logs.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let started: Value = serde_json::from_str(&line).unwrap();
    let url = started["url"].as_str().unwrap();
    let (base, token) = url.split_once("/#").unwrap();
    assert!(base.starts_with("http://127.0.0.1:"), "{base}");

    let page = Request::get(&format!("{base}/")).send().await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let html = page.text();
    assert!(!html.contains("style=") && !html.contains("onclick") && !html.contains(token));

    let picture = format!("{base}/picture?form=squares&theme=dark&year=2026");
    let status = |request: Request| async move { request.send().await.status.as_u16() };
    assert_eq!(status(Request::get(&picture)).await, 401);
    assert_eq!(
        status(Request::get(&picture).bearer(token)).await,
        401,
        "the link's token shows nothing"
    );
    let session = format!("{base}/session");
    assert_eq!(status(Request::post(&session).bearer("0000")).await, 401);
    assert_eq!(
        status(
            Request::post(&session)
                .bearer(token)
                .header("host", "evil.example")
        )
        .await,
        421,
        "another name that leads here"
    );
    let answer = Request::post(&session).bearer(token).send().await;
    assert_eq!(answer.status, 200);
    let secret = answer.json()["session"].as_str().unwrap().to_owned();
    assert_eq!(
        status(Request::post(&session).bearer(token)).await,
        401,
        "it is good once"
    );

    let drawn = Request::get(&picture).bearer(&secret).send().await;
    assert_eq!(drawn.status, 200);
    assert_eq!(drawn.header("content-type"), Some("image/svg+xml"));
    let svg = drawn.text();
    assert!(
        svg.contains("Thursday, 5 March 2026: $0.5") && !svg.contains("secret"),
        "{svg}"
    );
    for form in ["towers", "year"] {
        let url = format!("{base}/picture?form={form}&theme=light&year=2026");
        assert_eq!(status(Request::get(&url).bearer(&secret)).await, 200, "{form}");
    }
    let wrong = format!("{base}/picture?form=squares&theme=dark&year=20260");
    assert_eq!(status(Request::get(&wrong).bearer(&secret)).await, 400);
    let known: Value = Request::get(&format!("{base}/facts"))
        .bearer(&secret)
        .send()
        .await
        .json();
    assert_eq!(known["years"], json!([2026]));

    // Nobody asks any more.
    let ended = tests::within(
        "the end of the command",
        tokio::task::spawn_blocking(move || child.wait()),
    )
    .await;
    assert_eq!(ended.unwrap().unwrap().code(), Some(0));
}
