use clap::Args;
use protocol::{
    Money, TokenUsage,
    api::{ReportedRow, ReportedRows},
};
use serde::Serialize;

use super::{fit::fit, place::Sources};
use crate::{
    book::Origin,
    context::Context,
    failure::Failure,
    gathering::{Priced, Sums},
    output::Output,
    table::{amount, count},
};

/// The gateway takes so many at once.
const ROWS_AT_ONCE: usize = 200;

#[derive(Args)]
pub struct Submit {
    /// The branch [default: the one that is checked out]
    #[arg(value_name = "BRANCH")]
    branch: Option<String>,
    /// All branches of the repository
    #[arg(long, conflicts_with = "branch")]
    all: bool,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    submitted: bool,
    repository: String,
    branch: Option<String>,
    sums: Sums,
    /// New at the gateway, or fuller than it knew.
    kept: u64,
    known: u64,
    /// Receipts, which the gateway has metered itself.
    left_out: usize,
    /// Rows that no gateway takes.
    unfit: usize,
}

impl Submit {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let checkout = self.sources.checkout()?;
        let branch = match self.all {
            true => None,
            false => Some(checkout.branch_or(self.branch.as_deref())?),
        };
        let mut rows = self.sources.gather(&checkout, true)?.rows;
        rows.retain(|priced| branch.is_none() || priced.row.branch == branch);
        let before = rows.len();
        rows.retain(|priced| priced.row.origin != Origin::Gateway);
        let left_out = before - rows.len();
        let (rows, unfit) = fit(rows);
        let mut answer = Answer {
            submitted: !self.dry_run,
            repository: checkout.repository,
            branch,
            sums: Sums::of(&rows),
            kept: 0,
            known: 0,
            left_out,
            unfit: unfit.rows,
        };
        if !self.dry_run {
            let client = context.device().await?.client;
            for part in rows.chunks(ROWS_AT_ONCE) {
                let rows = part.iter().map(reported).collect();
                let kept = client.report_usage(&ReportedRows { rows }).await?;
                answer.kept += kept.kept;
                answer.known += kept.known;
            }
        }
        let mut text = text(&answer);
        text.extend(unfit.text().map(|unfit| format!("\n{unfit}")));
        Ok(Output::new(text, &answer)?)
    }
}

fn reported(priced: &Priced) -> ReportedRow {
    let row = &priced.row;
    ReportedRow {
        id: row.id.clone(),
        client: row.client.name().into(),
        at: row.at,
        repository: row.repository.clone(),
        branch: row.branch.clone(),
        model: row.model.clone(),
        provider: row.provider.clone(),
        usage: TokenUsage {
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cache_read_tokens: row.cache_read_tokens,
            cache_write_tokens: row.cache_write_tokens,
            reasoning_tokens: row.reasoning_tokens,
        },
        cost_nano_usd: priced.cost_nano_usd.map(Money::from_nano_usd),
    }
}

fn text(answer: &Answer) -> String {
    let what = format!(
        "{} of {} with {} tokens, {}",
        amount(answer.sums.rows, "row"),
        answer.branch.as_deref().unwrap_or("all branches"),
        count(answer.sums.tokens.total()),
        super::show::cost(&answer.sums)
    );
    let done = match answer.submitted {
        true => format!(
            "{what}: {} new at the gateway, {} known there.",
            count(answer.kept),
            count(answer.known)
        ),
        false => format!("{what}, would be reported. Nothing was sent."),
    };
    match answer.left_out {
        0 => done,
        rows => format!(
            "{done} {} left out: the gateway metered what they are of.",
            amount(rows as u64, "receipt")
        ),
    }
}
