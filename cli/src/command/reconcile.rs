mod import;

use clap::{Args, Subcommand};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use protocol::{
    Money,
    api::{BillingSource, LineAmounts, LineState, Reconciliation, ReconciliationLine, ReconciliationQuery},
};

use crate::{
    context::Context,
    failure::Failure,
    moment,
    output::Output,
    table::{Column, amount, count, render},
};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Reconcile {
    #[command(subcommand)]
    command: Option<ReconcileCommand>,
    #[command(flatten)]
    show: Show,
}

#[derive(Subcommand)]
enum ReconcileCommand {
    /// Show what was metered against what was billed; the same as `reconcile` alone
    Show(Show),
    /// Keep the lines of a bill that a provider does not tell by itself
    Import(import::Import),
}

#[derive(Args)]
struct Show {
    /// The first day, UTC: a date, or a span back from now such as 30d [default: 7d]
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<Date>,
    /// The day after the last one [default: tomorrow]
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Option<Date>,
    /// Only what should be looked at
    #[arg(long)]
    differing: bool,
    /// Have the providers asked now, instead of showing what was read within the hour
    #[arg(long)]
    read: bool,
}

fn day(text: &str) -> Result<Date, String> {
    let moment = moment::parse_past(text, Timestamp::now())?;
    Ok(TimeZone::UTC.to_datetime(moment).date())
}

impl Reconcile {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        match self.command {
            Some(ReconcileCommand::Import(import)) => import.run(context).await,
            Some(ReconcileCommand::Show(show)) => show.run(context).await,
            None => self.show.run(context).await,
        }
    }
}

impl Show {
    async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        let query = ReconciliationQuery {
            since: self.since,
            until: self.until,
        };
        let mut found = if self.read {
            client.read_bills(&query).await?
        } else {
            client.reconciliation(&query).await?
        };
        if self.differing {
            found.lines.retain(|line| line.state.is_alarming());
        }
        Ok(Output::new(text(&found), &found)?)
    }
}

const COLUMNS: &[Column] = &[
    Column::Text("DAY (UTC)"),
    Column::Text("UPSTREAM"),
    Column::Text("MODEL"),
    Column::Number("METERED"),
    Column::Number("BILLED"),
    Column::Number("DIFFERENCE"),
    Column::Text("STATE"),
];

fn text(found: &Reconciliation) -> String {
    let mut text = if found.lines.is_empty() {
        "Nothing was metered or billed on these days.".into()
    } else {
        let alarming = found.lines.iter().filter(|line| line.state.is_alarming());
        let waiting = found
            .lines
            .iter()
            .filter(|line| line.state == LineState::NotToldYet);
        format!(
            "{}\n\n{} to look at, {} not told yet",
            render(COLUMNS, found.lines.iter().map(row).collect()),
            amount(alarming.count() as u64, "line"),
            waiting.count(),
        )
    };
    for source in &found.sources {
        text.push_str(&format!("\n{}", source_text(source)));
    }
    text
}

fn row(line: &ReconciliationLine) -> Vec<String> {
    let difference = line.difference.as_ref();
    let cost = difference.and_then(|difference| difference.cost_nano_usd);
    vec![
        line.day.to_string(),
        line.upstream.clone(),
        line.model.clone(),
        amounts(line.metered.as_ref()),
        amounts(line.billed.as_ref()),
        cost.map_or(String::new(), |cost| match cost {
            Money::ZERO => "$0".into(),
            cost if cost > Money::ZERO => format!("+{}", signed(cost)),
            cost => signed(cost),
        }),
        line.state.as_str().into(),
    ]
}

/// The money; where there is none, the tokens.
fn amounts(amounts: Option<&LineAmounts>) -> String {
    let Some(amounts) = amounts else {
        return String::new();
    };
    if let Some(cost) = amounts.cost_nano_usd {
        return signed(cost);
    }
    match (amounts.input_tokens, amounts.output_tokens) {
        (None, None) => "?".into(),
        (input, output) => {
            let tokens = input.unwrap_or(0).saturating_add(output.unwrap_or(0));
            format!("{} tokens", count(tokens))
        }
    }
}

fn signed(cost: Money) -> String {
    let sign = if cost < Money::ZERO { "-" } else { "" };
    let size = Money::from_nano_usd(cost.nano_usd().saturating_abs());
    format!("{sign}{}", size.display_charge())
}

fn source_text(source: &BillingSource) -> String {
    let read = match source.read_at {
        Some(at) => format!("last read {}", moment::display(at)),
        None => "never read".into(),
    };
    let problem = source.problem.as_ref();
    let problem = problem.map_or(String::new(), |problem| format!(". {problem}"));
    format!("{}: {}, {read}{problem}", source.upstream, source.kind.as_str())
}

#[cfg(test)]
mod tests {
    use protocol::api::{BillingSourceKind, LineDifference};

    use super::*;

    fn line(model: &str, metered: Option<i64>, billed: Option<i64>, state: LineState) -> ReconciliationLine {
        let amounts = |cost| LineAmounts {
            cost_nano_usd: Some(Money::from_nano_usd(cost)),
            ..LineAmounts::default()
        };
        ReconciliationLine {
            day: "2026-11-15".parse().unwrap(),
            upstream: "openai".into(),
            model: model.into(),
            metered: metered.map(amounts),
            billed: billed.map(amounts),
            difference: Some(LineDifference {
                cost_nano_usd: Some(Money::from_nano_usd(billed.unwrap_or(0) - metered.unwrap_or(0))),
                ..LineDifference::default()
            }),
            state,
        }
    }

    #[test]
    fn both_sides_stand_beside_each_other() {
        let mut tokens = line("embed", Some(5), Some(0), LineState::NotToldYet);
        tokens.difference = None;
        tokens.billed = Some(LineAmounts {
            input_tokens: Some(1_204),
            ..LineAmounts::default()
        });
        let found = Reconciliation {
            since: "2026-11-10".parse().unwrap(),
            until: "2026-11-16".parse().unwrap(),
            lines: vec![
                line("a", Some(1_200_000_000), Some(1_200_000_000), LineState::Matches),
                line("b", Some(50_000_000), Some(60_000_000), LineState::Differs),
                line("c", Some(50_000_000), None, LineState::OnlyMetered),
                line("refund", None, Some(-1_000_000_000), LineState::OnlyBilled),
                tokens,
            ],
            sources: vec![BillingSource {
                upstream: "openai".into(),
                kind: BillingSourceKind::Provider,
                read_at: Some("2026-11-16T06:00:00Z".parse().unwrap()),
                problem: Some("It did not answer. The last figures stay.".into()),
            }],
        };
        insta::assert_snapshot!(text(&found), @r"
        DAY (UTC)   UPSTREAM  MODEL     METERED        BILLED  DIFFERENCE  STATE
        2026-11-15  openai    a           $1.20         $1.20          $0  matches
        2026-11-15  openai    b         $0.0500       $0.0600    +$0.0100  differs
        2026-11-15  openai    c         $0.0500                  -$0.0500  only metered
        2026-11-15  openai    refund                   -$1.00      -$1.00  only billed
        2026-11-15  openai    embed   $0.000001  1,204 tokens              not told yet

        3 lines to look at, 1 not told yet
        openai: provider, last read 2026-11-16 06:00. It did not answer. The last figures stay.
        ");
    }

    #[test]
    fn an_empty_book_says_so() {
        let found = Reconciliation {
            since: "2026-11-10".parse().unwrap(),
            until: "2026-11-16".parse().unwrap(),
            lines: Vec::new(),
            sources: Vec::new(),
        };
        assert_eq!(text(&found), "Nothing was metered or billed on these days.");
    }
}
