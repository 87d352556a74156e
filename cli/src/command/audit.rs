use clap::{Args, Subcommand};
use protocol::api::{AuditEntry, AuditQuery, AuditReport};

use crate::{
    context::Context,
    database,
    failure::{ExitStatus, Failure},
    output::Output,
    table::{Column, amount, render},
};

#[derive(Subcommand)]
pub enum Audit {
    /// Show who did what, newest first; beside a running gateway or without one
    List(List),
    /// Recount the hashes of the whole log: whether a line was changed, added or taken out
    Verify(Verify),
}

#[derive(Args)]
pub struct List {
    /// How many lines to show
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Only lines before this number
    #[arg(long, value_name = "NUMBER")]
    before: Option<u64>,
    /// Only this action, or those that begin with it: key, member, session.start
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Only what this member, token or device did, by id; or a kind: machine, member, token, device, nobody
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
}

#[derive(Args)]
pub struct Verify {}

impl Audit {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::List(list) => list.run(context).await,
            Self::Verify(_) => verify(context).await,
        }
    }
}

impl List {
    async fn run(self, context: &Context) -> Result<Output, Failure> {
        let query = AuditQuery {
            limit: Some(self.limit),
            before: self.before,
            action: self.action,
            actor: self.actor,
            ..AuditQuery::default()
        };
        let reader = database::store(context)?.reader().await;
        let reader = reader.map_err(|error| database::unreadable(&error))?;
        let list = reader.people().audit(&query).await;
        let list = list.map_err(|error| database::unreadable(&error))?;
        Ok(Output::new(text(&list.entries), &list)?)
    }
}

async fn verify(context: &Context) -> Result<Output, Failure> {
    let reader = database::store(context)?.reader().await;
    let reader = reader.map_err(|error| database::unreadable(&error))?;
    let report = reader.people().verify_audit().await;
    let report = report.map_err(|error| database::unreadable(&error))?;
    let output = Output::new(verdict(&report), &report)?;
    Ok(if report.differences.is_empty() {
        output
    } else {
        output.with_status(ExitStatus::Failed)
    })
}

fn verdict(report: &AuditReport) -> String {
    let lines = amount(report.entries, "line");
    if !report.differences.is_empty() {
        let differences = report.differences.join("\n  ");
        return format!("The audit log is not what was written:\n  {differences}");
    }
    match &report.head {
        Some(head) => format!("The audit log is whole: {lines}.\n  last hash  {head}"),
        None => "The audit log is empty.".into(),
    }
}

const COLUMNS: &[Column] = &[
    Column::Text("NUMBER"),
    Column::Text("WHEN"),
    Column::Text("WHO"),
    Column::Text("WHAT"),
    Column::Text("TARGET"),
];

fn text(entries: &[AuditEntry]) -> String {
    if entries.is_empty() {
        return "No line of the audit log is like that.".into();
    }
    let row = |entry: &AuditEntry| {
        vec![
            entry.number.to_string(),
            entry.at.to_string(),
            entry
                .actor
                .name
                .clone()
                .unwrap_or_else(|| entry.actor.kind.clone()),
            entry.action.clone(),
            entry.target.clone().unwrap_or_default(),
        ]
    };
    render(COLUMNS, entries.iter().map(row).collect())
}
