use clap::Args;
use gateway::ledger::Report;
use protocol::Money;
use serde::Serialize;

use crate::{
    context::Context,
    database,
    failure::{ExitStatus, Failure},
    output::Output,
    table::{amount, count, facts},
};

#[derive(Args)]
pub struct Verify {}

/// The recount in the wire's form; money as decimal strings.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recount {
    lots: u64,
    usage_rows: u64,
    pending_holds: u64,
    granted_nano_usd: Money,
    spent_nano_usd: Money,
    held_nano_usd: Money,
    variance_nano_usd: Money,
    differences: Vec<Difference>,
}

#[derive(Serialize)]
struct Difference {
    what: String,
    stored: String,
    recounted: String,
}

impl Verify {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let store = database::store(context)?;
        let report = store.verify().await;
        let recount = Recount::from(report.map_err(|error| database::unreadable(&error))?);
        let output = Output::new(recount.text(), &recount)?;
        Ok(match recount.differences.as_slice() {
            [] => output,
            _ => output.with_status(ExitStatus::Failed),
        })
    }
}

impl From<Report> for Recount {
    fn from(report: Report) -> Self {
        Self {
            lots: report.lots,
            usage_rows: report.usage_rows,
            pending_holds: report.pending_holds,
            granted_nano_usd: Money::from_nano_usd(report.granted_nano_usd),
            spent_nano_usd: Money::from_nano_usd(report.spent_nano_usd),
            held_nano_usd: Money::from_nano_usd(report.held_nano_usd),
            variance_nano_usd: Money::from_nano_usd(report.variance_nano_usd),
            differences: report
                .differences
                .into_iter()
                .map(|difference| Difference {
                    what: difference.what,
                    stored: difference.stored.to_string(),
                    recounted: difference.recounted.to_string(),
                })
                .collect(),
        }
    }
}

impl Recount {
    fn text(&self) -> String {
        let mut lines = vec![
            ("keys", count(self.lots)),
            ("usage rows", count(self.usage_rows)),
            ("granted", format!("${}", self.granted_nano_usd.exact_usd())),
            ("spent", format!("${}", self.spent_nano_usd.exact_usd())),
            ("on hold", self.held()),
        ];
        if self.variance_nano_usd != Money::ZERO {
            lines.push((
                "borne by the house",
                format!("${}", self.variance_nano_usd.exact_usd()),
            ));
        }
        format!("{}\n{}", self.verdict(), facts(&lines))
    }

    fn held(&self) -> String {
        let held = self.held_nano_usd.exact_usd();
        format!("${held} by {}", amount(self.pending_holds, "request"))
    }

    fn verdict(&self) -> String {
        match self.differences.as_slice() {
            [] => "The ledger is clean: every balance is the sum of its entries.".into(),
            differences => {
                let lines: String = differences
                    .iter()
                    .map(|found| {
                        format!(
                            "  {}: stored {}, recounted {}\n",
                            found.what, found.stored, found.recounted
                        )
                    })
                    .collect();
                format!(
                    "The ledger has {}:\n{lines}",
                    amount(differences.len() as u64, "difference"),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report {
            lots: 2,
            usage_rows: 1_204,
            pending_holds: 1,
            granted_nano_usd: 10_000_000_000,
            spent_nano_usd: 1_200_001,
            held_nano_usd: 500_000,
            ..Report::default()
        }
    }

    #[test]
    fn a_clean_ledger_says_so() {
        insta::assert_snapshot!(Recount::from(report()).text(), @r"
        The ledger is clean: every balance is the sum of its entries.
          keys        2
          usage rows  1,204
          granted     $10.00
          spent       $0.001200001
          on hold     $0.0005 by 1 request
        ");
    }

    #[test]
    fn each_difference_is_printed() {
        let mut report = report();
        report.differences.push(gateway::ledger::Difference {
            what: "spent of lot 07".into(),
            stored: 2,
            recounted: 1,
        });
        insta::assert_snapshot!(Recount::from(report).text(), @r"
        The ledger has 1 difference:
          spent of lot 07: stored 2, recounted 1

          keys        2
          usage rows  1,204
          granted     $10.00
          spent       $0.001200001
          on hold     $0.0005 by 1 request
        ");
    }
}
