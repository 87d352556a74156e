//! A command that runs on the gateway's credit, and its receipts afterwards.

use std::{ffi::OsString, process::ExitStatus as ChildStatus, time::Duration};

use protocol::{
    Code, Problem, RequestId,
    api::{Balance, DeviceClient, RedeemRequest, UsageEntry, UsageQuery},
    client::{GatewayClient, RedeemLink},
};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use super::record::{Place, empty, keep, text};
use crate::{
    book::{Origin, Row},
    command::branch::place::Sources,
    context::Context,
    failure::{ExitStatus, Failure},
    output::Output,
};

/// The job's key, which it redeems for itself and gives back.
const KEY: &str = "TOKEN_TRACKER_KEY";
const PAGE_ROWS_MAX: u32 = 1_000;
/// Requests that the command left behind are settled by then.
const SETTLED_WAIT: Duration = Duration::from_secs(10);
const SETTLED_LOOK: Duration = Duration::from_millis(100);

/// Who the job is at the gateway.
struct Job {
    client: GatewayClient,
    credential: Zeroizing<String>,
    /// Of a device that was made for this job alone.
    device: Option<protocol::DeviceId>,
}

pub async fn run(
    context: &Context,
    command: &[OsString],
    place: &Place,
    sources: &Sources,
) -> Result<Output, Failure> {
    let job = enrol(context, place).await?;
    let outcome = with_job(&job, command, place, sources).await;
    let given_back = match job.device {
        Some(device) => job.client.revoke_device(device).await,
        None => Ok(()),
    };
    let status = outcome?;
    if let Err(problem) = given_back {
        say(&format!(
            "warning: The job's place on the token key stays taken: {}",
            problem.message
        ));
    }
    Ok(Output::nothing().with_status(status))
}

/// A device of the job's own where there is a key; else the one that is signed in.
async fn enrol(context: &Context, place: &Place) -> Result<Job, Failure> {
    let key = std::env::var(KEY)
        .ok()
        .filter(|key| !key.is_empty())
        .map(Zeroizing::new);
    let Some(key) = key else {
        let device = context.device().await?;
        let credential = device.client.credential().map(|own| own.expose().to_owned());
        return Ok(Job {
            credential: Zeroizing::new(credential.unwrap_or_default()),
            client: device.client,
            device: None,
        });
    };
    let link = RedeemLink::parse(key.trim())?;
    let gateway = match &link.gateway_url {
        Some(url) => url.clone(),
        None => context.gateway_to_redeem_at()?,
    };
    let client = context.client(gateway)?;
    let run = std::env::var("GITHUB_RUN_ID").map(|run| format!(" {run}"));
    let name = format!("ci {}{}", place.branch, run.unwrap_or_default());
    let request = RedeemRequest {
        key: link.key,
        device_name: Some(name.chars().take(64).collect()),
        device: Some(DeviceClient {
            os: Some(std::env::consts::OS.into()),
            client: Some("token-tracker ci".into()),
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }),
    };
    let again = uuid::Uuid::new_v4().to_string();
    let redeemed = match client.redeem(&request, Some(&again)).await {
        Err(problem) if problem.code == Code::GatewayUnreachable => {
            client.redeem(&request, Some(&again)).await?
        }
        answer => answer?,
    };
    Ok(Job {
        credential: Zeroizing::new(redeemed.credential.expose().to_owned()),
        device: Some(redeemed.account.device_id),
        client: client.with_credential(redeemed.credential),
    })
}

async fn with_job(
    job: &Job,
    command: &[OsString],
    place: &Place,
    sources: &Sources,
) -> Result<ExitStatus, Failure> {
    // By id and not by time: this machine's clock and the gateway's may differ.
    let before = newest(&job.client).await?;
    let child = start(job, command)?;
    let status = wait(child).await?;
    let rows = match receipts(&job.client, before, place).await {
        Ok(rows) => rows,
        // The command's own failure is what its caller has to hear.
        Err(problem) if !status.success() => {
            say(&format!(
                "warning: The receipts could not be read: {}",
                problem.message
            ));
            return Ok(code_of(status));
        }
        Err(problem) => return Err(problem.into()),
    };
    let place = Place {
        repository: place.repository.clone(),
        branch: place.branch.clone(),
        note: place.note.clone(),
    };
    say(&text(&keep(sources, place, rows, (0, 0))?));
    Ok(code_of(status))
}

/// Starts the command with what OpenAI- and Anthropic-compatible tools read from the environment.
fn start(job: &Job, command: &[OsString]) -> Result<Child, Problem> {
    let (program, arguments) = command
        .split_first()
        .ok_or_else(|| Problem::new(Code::InvalidRequest, "No command was given."))?;
    let gateway = job.client.gateway_url().to_string();
    let credential = job.credential.as_str();
    Command::new(program)
        .args(arguments)
        .env("OPENAI_BASE_URL", format!("{gateway}/v1"))
        .env("OPENAI_API_KEY", credential)
        .env("ANTHROPIC_BASE_URL", &gateway)
        .env("ANTHROPIC_API_KEY", credential)
        .env("ANTHROPIC_AUTH_TOKEN", credential)
        .env("TOKEN_TRACKER_GATEWAY_URL", &gateway)
        .env("TOKEN_TRACKER_CREDENTIAL", credential)
        .env_remove("TOKEN_TRACKER_CREDENTIAL_FILE")
        // The command may spend; it may not enrol.
        .env_remove(KEY)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            Problem::new(
                Code::InvalidRequest,
                format!("The command could not be started: {}.", error.kind()),
            )
            .with_hint("Write it after -- as the shell would find it.")
        })
}

#[cfg(unix)]
async fn wait(mut child: Child) -> Result<ChildStatus, Problem> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|_| cannot_listen());
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hangup = listen(SignalKind::hangup())?;
    let mut quit = listen(SignalKind::quit())?;
    // A terminal sends its own to both.
    let has_terminal = std::io::IsTerminal::is_terminal(&std::io::stdin());
    loop {
        let (number, is_key) = tokio::select! {
            status = child.wait() => return status.map_err(|_| lost()),
            _ = interrupt.recv() => (rustix::process::Signal::INT, true),
            _ = quit.recv() => (rustix::process::Signal::QUIT, true),
            _ = terminate.recv() => (rustix::process::Signal::TERM, false),
            _ = hangup.recv() => (rustix::process::Signal::HUP, false),
        };
        if is_key && has_terminal {
            continue;
        }
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            // One that has ended meanwhile needs no signal.
            rustix::process::kill_process(pid, number).ok();
        }
    }
}

#[cfg(not(unix))]
async fn wait(mut child: Child) -> Result<ChildStatus, Problem> {
    child.wait().await.map_err(|_| lost())
}

fn cannot_listen() -> Problem {
    Problem::new(Code::Internal, "This process could not listen to signals.")
}

fn lost() -> Problem {
    Problem::new(Code::Internal, "How the command ended could not be found out.")
}

/// What a shell says of it: 128 and the signal where one ended it.
fn code_of(status: ChildStatus) -> ExitStatus {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status.code().or_else(|| signal.map(|signal| 128 + signal));
    ExitStatus::Of(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

async fn newest(client: &GatewayClient) -> Result<Option<RequestId>, Problem> {
    let query = UsageQuery {
        limit: Some(1),
        ..UsageQuery::default()
    };
    let list = client.usage(&query).await?;
    Ok(list.rows.first().map(|row| row.request_id))
}

/// The rows after `before`, once nothing of the command is on hold any more.
async fn receipts(
    client: &GatewayClient,
    before: Option<RequestId>,
    place: &Place,
) -> Result<Vec<Row>, Problem> {
    let began = tokio::time::Instant::now();
    while is_holding(&client.balance().await?) && began.elapsed() < SETTLED_WAIT {
        tokio::time::sleep(SETTLED_LOOK).await;
    }
    let mut rows = Vec::new();
    let mut query = UsageQuery {
        limit: Some(PAGE_ROWS_MAX),
        ..UsageQuery::default()
    };
    loop {
        let list = client.usage(&query).await?;
        for entry in &list.rows {
            if before.is_some_and(|before| entry.request_id <= before) {
                return Ok(rows);
            }
            rows.push(row(entry, place));
        }
        match list.next {
            Some(next) => query.before = Some(next),
            None => return Ok(rows),
        }
    }
}

fn is_holding(balance: &Balance) -> bool {
    balance.held_nano_usd.nano_usd() > 0
}

fn row(entry: &UsageEntry, place: &Place) -> Row {
    let usage = &entry.usage;
    Row {
        at: entry.at,
        origin: Origin::Gateway,
        model: Some(entry.model.clone()),
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        cache_read_tokens: usage.cache_read_tokens,
        cache_write_tokens: usage.cache_write_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        flags: (entry.estimated || entry.orphan)
            .then(|| "estimated".to_owned())
            .into_iter()
            .collect(),
        charged_nano_usd: Some(entry.cost_nano_usd),
        ..empty(entry.request_id.to_string(), place)
    }
}

/// Standard output is the command's.
fn say(text: &str) {
    use std::io::Write;
    // Nobody may be reading any more; the command's exit code says enough.
    writeln!(anstream::stderr().lock(), "{text}").ok();
}
