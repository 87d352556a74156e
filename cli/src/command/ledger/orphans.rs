use clap::Args;
use protocol::{
    RequestId,
    api::{Orphan, OrphanList, Refund},
    client::GatewayClient,
};
use reqwest::Method;

use crate::{
    call,
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

impl Orphans {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        match self.refund {
            Some(request) => refund(&context.admin().await?, request).await,
            None => list(context).await,
        }
    }
}

async fn list(context: &Context) -> Result<Output, Failure> {
    let store = database::store(context)?;
    let rows = async { store.reader().await?.orphans().await };
    let rows = rows.await.map_err(|error| database::unreadable(&error))?;
    let orphans: Vec<Orphan> = rows
        .into_iter()
        .map(|(row, refunded)| Orphan { refunded, row })
        .collect();
    let text = text(&orphans);
    Ok(Output::new(text, &OrphanList { orphans, next: None })?)
}

/// A refund is an entry like any other: only the running gateway writes the ledger.
async fn refund(client: &GatewayClient, request: RequestId) -> Result<Output, Failure> {
    let address = client.address(&format!("/api/v1/ledger/orphans/{request}/refund"));
    let response = call::send(call::request(client, Method::POST, address)?).await?;
    let refund: Refund = response.json().await.map_err(|error| call::unreachable(&error))?;
    let amount = refund.refunded_nano_usd.display_charge();
    let text = format!("{amount} went back to the key of request {request}.");
    Ok(Output::new(text, &refund)?)
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
