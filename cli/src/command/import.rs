use std::{
    fs::File,
    io::{self, Read},
    path::PathBuf,
};

use clap::Args;
use futures_util::stream::{self, Stream};
use protocol::{
    Money,
    api::{ImportFault, ImportReport},
};
use reqwest::{Body, Method};
use tokio::sync::mpsc;

use crate::{
    call,
    context::Context,
    failure::{ExitStatus, Failure},
    output::Output,
    table::amount,
};

const PART_BYTES: usize = 64 * 1024;
const FORM: &str = "The first line names the columns: at, model and costNanoUsd or costUsd are needed. A file that \
                    `token-tracker export usage --format csv` wrote has them.";

/// Bring usage in that was kept elsewhere. No row comes in twice, so a file may be imported again.
#[derive(Args)]
pub struct Import {
    /// A CSV file of usage; `-` is standard input
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Say what the file would bring, and keep nothing of it
    #[arg(long)]
    preview: bool,
}

impl Import {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        let file = File::open(self.path()).map_err(|error| unread(&error))?;
        let mut address = client.address("/api/v1/imports/usage");
        address
            .query_pairs_mut()
            .append_pair("preview", if self.preview { "true" } else { "false" });
        let request = call::request(&client, Method::POST, address)?
            .header("content-type", "text/csv")
            .body(Body::wrap_stream(in_parts(file)));
        let answer = call::send(request).await?;
        let report: ImportReport = answer.json().await.map_err(|error| call::unreachable(&error))?;
        let output = Output::new(text(&report), &report)?;
        Ok(if report.refused > 0 {
            output.with_status(ExitStatus::Failed)
        } else {
            output
        })
    }

    fn path(&self) -> PathBuf {
        if self.file.as_os_str() == "-" {
            return "/dev/stdin".into();
        }
        self.file.clone()
    }
}

/// Reads the file as fast as the gateway takes it, so that its size does not matter.
fn in_parts(mut file: File) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    let (sender, parts) = mpsc::channel(2);
    std::thread::spawn(move || {
        loop {
            let mut part = vec![0; PART_BYTES];
            let read = match file.read(&mut part) {
                Ok(0) => return,
                Ok(count) => {
                    part.truncate(count);
                    Ok(part)
                }
                Err(error) => Err(error),
            };
            let is_broken = read.is_err();
            // Nobody takes it where the gateway has answered already.
            if sender.blocking_send(read).is_err() || is_broken {
                return;
            }
        }
    });
    stream::unfold(parts, |mut parts| async move {
        parts.recv().await.map(|part| (part, parts))
    })
}

fn dollars(cost: Money) -> String {
    format!("${}", cost.exact_usd().trim_start_matches('$'))
}

fn unread(error: &io::Error) -> Failure {
    Failure::usage(format!("The file cannot be read: {error}."), FORM)
}

fn text(report: &ImportReport) -> String {
    let verb = if report.preview {
        "would come in"
    } else {
        "came in"
    };
    let mut lines = vec![format!(
        "{} {verb}, {} of usage.",
        amount(report.imported, "row"),
        dollars(report.cost_nano_usd)
    )];
    if report.already_here > 0 {
        lines.push(format!(
            "{} were here before.",
            amount(report.already_here, "row")
        ));
    }
    if report.too_old > 0 {
        lines.push(format!(
            "{} older than what is kept row by row: not taken in.",
            amount(report.too_old, "row")
        ));
    }
    if !report.ignored_columns.is_empty() {
        lines.push(format!(
            "Nobody reads the columns {}.",
            report.ignored_columns.join(", ")
        ));
    }
    if report.refused > 0 {
        lines.push(format!("{} were left out:", amount(report.refused, "row")));
        lines.extend(report.faults.iter().map(fault));
    }
    lines.join("\n")
}

fn fault(fault: &ImportFault) -> String {
    let column = fault
        .column
        .as_ref()
        .map_or_else(String::new, |column| format!(", {column}"));
    format!("  line {}{column}: {}", fault.line, fault.message)
}
