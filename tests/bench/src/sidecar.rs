use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdout, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::{Home, sidecar_binary};

use crate::{completion, process::resident_mib, report::Report, samples::Samples, ways_out};

const STARTS: usize = 25;

/// The editor's side: start, memory, what it adds, and how it behaves when others are slow.
pub fn measure(report: &mut Report) {
    measure_start(report);
    crate::block_on(async {
        completion::measure(report).await;
        ways_out::measure(report).await;
    });
}

fn measure_start(report: &mut Report) {
    let home = Home::new();
    let times: Samples = (0..STARTS).map(|_| Started::new(&home).end()).collect();
    report.at_most(
        "sidecar: spawned to initialized, median",
        times.median(),
        Duration::from_millis(15),
    );
    report.note(
        "sidecar: spawned to initialized, worst",
        crate::report::millis(times.worst()),
    );
    let started = Started::new(&home);
    // Idle means after what it does on its own once it was initialized.
    std::thread::sleep(Duration::from_secs(2));
    report.below(
        "sidecar: resident memory when idle, MiB",
        resident_mib(started.process.id()),
        15.0,
    );
    started.end();
}

/// A sidecar that has answered `initialize`, driven without a runtime, so that only it is timed.
struct Started {
    process: Child,
    answered_after: Duration,
}

impl Started {
    fn new(home: &Home) -> Self {
        let mut command = home.command(sidecar_binary());
        command
            .env("TOKEN_TRACKER_DATA_DIR", home.path().join("sidecar"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let began = Instant::now();
        let mut process = command.spawn().expect("the sidecar starts");
        let parameters = json!({"processId": std::process::id(), "rootUri": null, "capabilities": {}});
        send(
            &mut process,
            &json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": parameters}),
        );
        let mut stdout = BufReader::new(process.stdout.take().expect("piped"));
        let answer = receive(&mut stdout);
        let answered_after = began.elapsed();
        assert_eq!(answer["id"], 1, "{answer}");
        process.stdout = Some(stdout.into_inner());
        send(
            &mut process,
            &json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}),
        );
        Self {
            process,
            answered_after,
        }
    }

    /// Ends it by the end of its input; tells how long it took to answer at first.
    fn end(mut self) -> Duration {
        drop(self.process.stdin.take());
        self.process.wait().expect("a child can be awaited");
        self.answered_after
    }
}

fn send(process: &mut Child, message: &Value) {
    let body = message.to_string();
    let stdin = process.stdin.as_mut().expect("piped");
    write!(stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the sidecar reads");
    stdin.flush().expect("the sidecar reads");
}

fn receive(stdout: &mut BufReader<ChildStdout>) -> Value {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the sidecar writes");
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(value) => length = value.parse().expect("a number"),
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    stdout.read_exact(&mut body).expect("the sidecar writes");
    serde_json::from_slice(&body).expect("it is JSON")
}
