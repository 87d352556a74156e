use clap::Args;
use gateway::ledger::Reader;
use protocol::{
    Code, Money, Problem, RequestId,
    api::UsageEntry,
    client::{GatewayClient, read_error},
};
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    database,
    failure::Failure,
    moment,
    output::Output,
    table::{Column, count, render},
};

#[derive(Args)]
pub struct Orphans {
    /// Give back what this request was charged; the gateway must be running
    #[arg(long, value_name = "ID")]
    refund: Option<RequestId>,
}

#[derive(Serialize)]
struct OrphanList {
    orphans: Vec<Orphan>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Orphan {
    refunded: bool,
    #[serde(flatten)]
    row: UsageEntry,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refunded {
    request_id: RequestId,
    refunded_nano_usd: Money,
}

impl Orphans {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        match self.refund {
            Some(request) => refund(&context.admin()?, request).await,
            None => list(context),
        }
    }
}

fn list(context: &Context) -> Result<Output, Failure> {
    let path = database::path(&context.data)?;
    let rows = Reader::open(&path)
        .and_then(|reader| reader.orphans())
        .map_err(|error| database::unreadable(&error))?;
    let orphans: Vec<Orphan> = rows
        .into_iter()
        .map(|(row, refunded)| Orphan { refunded, row })
        .collect();
    let text = text(&orphans);
    Ok(Output::new(text, &OrphanList { orphans })?)
}

/// A refund is an entry like any other: only the running gateway writes the ledger.
async fn refund(client: &GatewayClient, request: RequestId) -> Result<Output, Failure> {
    let credential = client.credential().ok_or_else(protocol::client::not_signed_in)?;
    let unreachable = |_| Problem::new(Code::GatewayUnreachable, "The gateway could not be reached.");
    let response = client
        .http()
        .post(client.address(&format!("/api/v1/ledger/orphans/{request}/refund")))
        .header("authorization", credential.bearer()?)
        .send()
        .await
        .map_err(unreachable)?;
    if !response.status().is_success() {
        return Err(read_error(response).await.problem.into());
    }
    let refunded: Refunded = response.json().await.map_err(unreachable)?;
    let text = format!(
        "{} went back to the key of request {request}.",
        refunded.refunded_nano_usd.display_charge()
    );
    Ok(Output::new(text, &refunded)?)
}

const COLUMNS: &[Column] = &[
    Column::Text("REQUEST"),
    Column::Text("TIME (UTC)"),
    Column::Text("MODEL"),
    Column::Number("INPUT"),
    Column::Number("OUTPUT"),
    Column::Number("CHARGED"),
    Column::Text(""),
];

fn text(orphans: &[Orphan]) -> String {
    if orphans.is_empty() {
        return "No request was interrupted by a crash.".into();
    }
    let rows = orphans.iter().map(|orphan| {
        let row = &orphan.row;
        vec![
            row.request_id.to_string(),
            moment::display(row.at),
            row.model.clone(),
            count(row.usage.total_input()),
            count(row.usage.output_tokens),
            row.cost_nano_usd.display_charge(),
            if orphan.refunded { "refunded" } else { "" }.into(),
        ]
    });
    render(COLUMNS, rows.collect())
}
