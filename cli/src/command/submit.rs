//! Sends sums of days to the profile of whoever is logged in. Nobody sends anything without asking
//! for it, and never more than `--dry-run` shows: no project, no branch, no session, no prompt.

mod machine;

use std::collections::BTreeMap;

use clap::Args;
use jiff::civil::Date;
use protocol::{
    Money,
    api::{Submission, SubmittedDay},
};
use serde::Serialize;
use usage::{Client, Scan, cost::Prices, fold::Folder, record::Flags, report::group};
use uuid::Uuid;

use super::{
    login::not_logged_in,
    usage::{
        scope::{Scope, View},
        screen::cost,
    },
    wait_for,
};
use crate::{
    context::Context,
    failure::Failure,
    gathering,
    output::Output,
    table::{Column, amount, count, render},
};

/// Where a log does not say which model it was.
const UNNAMED: &str = "unknown";
/// As many as the gateway takes at once.
const AT_ONCE: usize = 500;

#[derive(Args)]
pub struct Submit {
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    scope: Scope,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway_url: Option<String>,
    is_sent: bool,
    days: &'a [SubmittedDay],
}

impl Submit {
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        let days = days_of(&own(&self.scope)?);
        if self.dry_run {
            let said = match days.is_empty() {
                true => summary(&days),
                false => format!("{}\n\n{}\nNothing was sent.", table(&days), summary(&days)),
            };
            return Ok(Output::new(
                said,
                &Sent {
                    gateway_url: None,
                    is_sent: false,
                    days: &days,
                },
            )?);
        }
        if days.is_empty() {
            return Ok(Output::new(
                summary(&days),
                &Sent {
                    gateway_url: None,
                    is_sent: false,
                    days: &days,
                },
            )?);
        }
        let machine = machine::number(&context.data.path)?;
        wait_for(send(context, machine, days))
    }
}

async fn send(context: &Context, machine: Uuid, days: Vec<SubmittedDay>) -> Result<Output, Failure> {
    let login = context.login().await?.ok_or_else(not_logged_in)?;
    let client = context.client(login.gateway_url)?.with_credential(login.token);
    for part in days.chunks(AT_ONCE) {
        let submission = Submission {
            machine,
            days: part.to_vec(),
        };
        client.submit(&submission).await?;
    }
    let sharing = client.sharing().await?;
    let url = client.gateway_url().to_string();
    let seen = match (&sharing.handle, sharing.is_public) {
        (Some(handle), true) => format!("Everybody sees them at {}/u/{handle}", url.trim_end_matches('/')),
        _ => "Nobody sees them yet: choose a handle in the dashboard's settings first.".to_owned(),
    };
    let said = format!("{} sent to {url}\n{seen}", summary(&days));
    Ok(Output::new(
        said,
        &Sent {
            gateway_url: Some(url),
            is_sent: true,
            days: &days,
        },
    )?)
}

/// What this machine's logs say, and what was entered or recorded. Rows of logs that were imported are
/// left out: the machine that has the log submits them.
fn own(scope: &Scope) -> Result<View, Failure> {
    let engine = scope.engine()?;
    let mut prices = Prices::of(&engine.home);
    let mut folder = Folder::default();
    let notes = engine.responses(&mut |responses| {
        let client = responses.client;
        for counted in &responses.counted {
            let is_of_a_log = !matches!(client, Client::Manual | Client::Ci);
            if !(is_of_a_log && counted.record.flags.has(Flags::KEPT)) {
                folder.add(
                    client,
                    &responses.files[counted.file],
                    &counted.record,
                    &mut prices,
                );
            }
        }
    });
    let notes = notes.map_err(|_| gathering::unreadable_index())?;
    scope.view_of(Scan {
        fold: folder.finish(),
        notes,
        ..Scan::default()
    })
}

/// Sums by day, assistant and model, in this machine's days.
fn days_of(view: &View) -> Vec<SubmittedDay> {
    let mut days = view.days();
    let groups: BTreeMap<(Date, Client, String), _> = group(&view.fold, view.cells(), |cell| {
        let model = match view.fold.name(cell.key.model) {
            "" => UNNAMED,
            model => model,
        };
        (days.day(cell.key.quarter), cell.key.client, model.to_owned())
    });
    groups
        .into_iter()
        .filter(|(_, sum)| sum.tokens.total() > 0)
        .map(|((day, client, model), sum)| SubmittedDay {
            day,
            client: client.name().to_owned(),
            model,
            input_tokens: sum.tokens.input,
            output_tokens: sum.tokens.output,
            cache_read_tokens: sum.tokens.cache_read,
            cache_write_tokens: sum.tokens.cache_write,
            messages: sum.messages,
            reasoning_tokens: sum.tokens.reasoning.min(sum.tokens.output),
            total_tokens: sum.tokens.total(),
            cost_nano_usd: sum.cost().map(Money::from_nano_usd),
        })
        .collect()
}

fn summary(days: &[SubmittedDay]) -> String {
    let dates: std::collections::BTreeSet<Date> = days.iter().map(|day| day.day).collect();
    let tokens: u64 = days.iter().map(|day| day.total_tokens).sum();
    let rows = amount(days.len() as u64, "row");
    match (dates.first(), dates.last()) {
        (Some(first), Some(last)) => format!(
            "{rows} of {}, {first} to {last}: {} tokens",
            amount(dates.len() as u64, "day"),
            count(tokens)
        ),
        _ => "No usage was found on this machine, so there is nothing to send.".to_owned(),
    }
}

fn table(days: &[SubmittedDay]) -> String {
    let rows = days.iter().map(|day| {
        vec![
            day.day.to_string(),
            day.client.clone(),
            day.model.clone(),
            count(day.messages),
            count(day.total_tokens),
            cost(day.cost_nano_usd.map(Money::nano_usd)),
        ]
    });
    let columns = [
        Column::Text("DAY"),
        Column::Text("CLIENT"),
        Column::Text("MODEL"),
        Column::Number("MESSAGES"),
        Column::Number("TOKENS"),
        Column::Number("COST"),
    ];
    render(&columns, rows.collect())
}
