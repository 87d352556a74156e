use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tests::{Home, Sidecar, SidecarOptions};

use crate::{report::Report, samples::Samples};

const TIMES: usize = 5;
const LIMIT: Duration = Duration::from_millis(50);

/// Every way in which an editor leaves, and the exit code that belongs to it.
pub async fn measure(report: &mut Report) {
    let home = Home::new();
    for (what, way, code) in [
        ("shutdown and exit", Way::ShutdownAndExit, 0),
        ("exit alone", Way::ExitAlone, 1),
        ("end of input", Way::EndOfInput, 1),
        ("parent gone", Way::ParentGone, 1),
    ] {
        let mut times = Samples::default();
        let mut right = 0;
        for _ in 0..TIMES {
            let (time, seen) = leave(&home, way).await;
            times.push(time);
            right += usize::from(seen == Some(code));
        }
        report.at_most(
            format!("sidecar: way out by {what}, worst of {TIMES}"),
            times.worst(),
            LIMIT,
        );
        report.holds(
            format!("sidecar: {what} leaves with {code}"),
            format!("{right} of {TIMES}"),
            right == TIMES,
        );
    }
}

#[derive(Clone, Copy)]
enum Way {
    ShutdownAndExit,
    ExitAlone,
    EndOfInput,
    ParentGone,
}

async fn leave(home: &Home, way: Way) -> (Duration, Option<i32>) {
    // Stands for the editor, so that its end can be watched while our own pipes stay open.
    let mut editor = Command::new("sleep")
        .arg("600")
        .stdin(Stdio::null())
        .spawn()
        .expect("sleep is everywhere");
    let options = SidecarOptions {
        process_id: Some(editor.id()),
        ..SidecarOptions::default()
    };
    let mut sidecar = Sidecar::start(home, options).await;
    if matches!(way, Way::ShutdownAndExit) {
        sidecar
            .request("shutdown", Value::Null)
            .await
            .expect("shutdown is answered");
    }
    let began = Instant::now();
    match way {
        Way::ShutdownAndExit | Way::ExitAlone => sidecar.notify("exit", Value::Null),
        Way::EndOfInput => sidecar.close_input(),
        Way::ParentGone => {
            editor.kill().expect("our own child");
            editor.wait().expect("our own child");
        }
    }
    let code = sidecar.exited().await;
    let time = began.elapsed();
    // Already gone in one of the ways.
    let _ = editor.kill();
    let _ = editor.wait();
    (time, code)
}
