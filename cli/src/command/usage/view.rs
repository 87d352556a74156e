//! `usage view`: the graphs as a private page of this machine, for as long as somebody looks at it.

mod page;
mod pass;

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use clap::Args;
use protocol::{Code, Problem};
use serde::Serialize;
use tokio::net::TcpListener;

use super::scope::Scope;
use crate::{command::wait_for, context::Context, failure::Failure, output::Output};
use page::Page;

/// Whoever started it has so long to open the page.
const FIRST: Duration = Duration::from_secs(300);

#[derive(Args)]
pub struct ViewCommand {
    #[command(flatten)]
    scope: Scope,
    /// Open the page in the usual browser; its one-time link is then for a moment in the list of processes
    #[arg(long)]
    open: bool,
    /// End when the page has been closed for so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 150, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    idle: u64,
}

#[derive(Serialize)]
struct Started<'a> {
    url: &'a str,
}

impl ViewCommand {
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        let json = context.json;
        wait_for(self.serve(json))
    }

    async fn serve(self, json: bool) -> Result<Output, Failure> {
        let view = self.scope.view()?;
        let refused = |_| {
            Failure::from(
                Problem::new(
                    Code::Internal,
                    "No address of this machine was free for the page.",
                )
                .with_hint("Try again, or write a file with `usage graph --svg`."),
            )
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(refused)?;
        let host = listener.local_addr().map_err(refused)?.to_string();
        let (page, token) = Page::new(view, host.clone())?;
        let page = Arc::new(page);
        let url = format!("http://{host}/#{token}");
        tell(&url, json);
        if self.open {
            open(&url);
        }
        let idle = Duration::from_secs(self.idle);
        let until = Arc::clone(&page);
        axum::serve(listener, page::routes(page))
            .with_graceful_shutdown(async move { until.ended(FIRST.max(idle), idle).await })
            .await
            .map_err(refused)?;
        Ok(Output::nothing())
    }
}

/// The link is of use before the command ends, so it cannot wait for the output.
fn tell(url: &str, json: bool) {
    let text = if json {
        serde_json::to_string(&Started { url }).unwrap_or_default()
    } else {
        format!(
            "Open this link, once; the page is for this machine alone:\n\n  {url}\n\n\
             It ends when the page is closed, or with ctrl+c."
        )
    };
    let mut stdout = anstream::stdout().lock();
    // Whoever has closed the stream does not want to know.
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

fn open(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    // The link is on the screen, too, should there be no browser to open it.
    let _ = Command::new(program)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}
