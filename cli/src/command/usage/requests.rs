use clap::Args;
use jiff::Timestamp;
use protocol::{
    KeyId,
    api::{UsageEntry, UsageList, UsageQuery},
    client::GatewayClient,
};

use crate::{
    context::Context,
    failure::Failure,
    moment,
    output::Output,
    table::{Column, amount, count, render},
};

/// The gateway answers at most this many rows in one page.
const PAGE_ROWS_MAX: usize = 1_000;

#[derive(Args)]
pub struct Requests {
    /// Rows at or after this time: 7d ago, a date (its midnight, UTC) or a timestamp
    #[arg(long, value_name = "WHEN", value_parser = past)]
    since: Option<Timestamp>,
    /// Rows before this time
    #[arg(long, value_name = "WHEN", value_parser = past)]
    until: Option<Timestamp>,
    /// Only the rows of this token key (with --data-dir)
    #[arg(long, value_name = "ID")]
    key: Option<KeyId>,
    /// How many rows to show, newest first
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

fn past(text: &str) -> Result<Timestamp, String> {
    moment::parse_past(text, Timestamp::now())
}

impl Requests {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let viewer = context.viewer().await?;
        let list = self.fetch(viewer.client()).await?;
        let text = text(&list);
        Ok(Output::new(text, &list)?)
    }

    /// Follows the pages until there are enough rows. The totals cover all that the query selects.
    async fn fetch(&self, client: &GatewayClient) -> Result<UsageList, Failure> {
        let wanted = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut query = UsageQuery {
            since: self.since,
            until: self.until,
            key_id: self.key,
            ..UsageQuery::default()
        };
        let mut list = UsageList {
            rows: Vec::new(),
            totals: Default::default(),
            next: None,
        };
        loop {
            let page = wanted.saturating_sub(list.rows.len()).min(PAGE_ROWS_MAX);
            query.limit = u32::try_from(page).ok();
            let answer = client.usage(&query).await?;
            if query.before.is_none() {
                list.totals = answer.totals;
            }
            list.rows.extend(answer.rows);
            list.next = answer.next;
            query.before = answer.next;
            if list.next.is_none() || list.rows.len() >= wanted {
                return Ok(list);
            }
        }
    }
}

const COLUMNS: &[Column] = &[
    Column::Text("TIME (UTC)"),
    Column::Text("KIND"),
    Column::Text("MODEL"),
    Column::Number("INPUT"),
    Column::Number("OUTPUT"),
    Column::Number("COST"),
    Column::Text("WHERE"),
    Column::Text("NOTE"),
];

fn text(list: &UsageList) -> String {
    if list.rows.is_empty() {
        return "No requests in that time.".into();
    }
    let totals = &list.totals;
    let rest = match list.next {
        Some(_) => format!(
            " (newest {} shown; --limit shows more)",
            count(list.rows.len() as u64)
        ),
        None => String::new(),
    };
    format!(
        "{}\n\n{}, {} input and {} output tokens, {}{rest}",
        render(COLUMNS, list.rows.iter().map(row).collect()),
        amount(totals.requests, "request"),
        count(totals.usage.total_input()),
        count(totals.usage.output_tokens),
        totals.cost_nano_usd.display_charge(),
    )
}

fn row(entry: &UsageEntry) -> Vec<String> {
    vec![
        moment::display(entry.at),
        entry.kind.as_str().into(),
        entry.model.clone(),
        count(entry.usage.total_input()),
        count(entry.usage.output_tokens),
        entry.cost_nano_usd.display_charge(),
        place(entry),
        note(entry).into(),
    ]
}

/// `host/path@branch`, as far as the client said it.
fn place(entry: &UsageEntry) -> String {
    match (&entry.repository, &entry.branch) {
        (Some(repository), Some(branch)) => format!("{repository}@{branch}"),
        (Some(repository), None) => repository.clone(),
        (None, Some(branch)) => format!("@{branch}"),
        (None, None) => String::new(),
    }
}

fn note(entry: &UsageEntry) -> &'static str {
    match (entry.orphan, entry.estimated) {
        (true, _) => "orphan",
        (false, true) => "estimated",
        (false, false) => "",
    }
}

#[cfg(test)]
mod tests {
    use protocol::{DeviceId, Money, RequestId, RequestKind, TokenUsage, api::UsageTotals};

    use super::*;

    fn entry() -> UsageEntry {
        UsageEntry {
            request_id: RequestId::from_bytes([1; 16]),
            at: "2026-06-01T12:00:00Z".parse().unwrap(),
            device_id: DeviceId::from_bytes([2; 16]),
            key_id: KeyId::from_bytes([3; 16]),
            kind: RequestKind::Completion,
            model: "coder".into(),
            upstream: "local".into(),
            upstream_model: "qwen2.5-coder".into(),
            provider_response_id: None,
            usage: TokenUsage {
                input_tokens: 1_204,
                output_tokens: 80,
                cache_read_tokens: 1_000,
                ..TokenUsage::default()
            },
            cost_nano_usd: Money::from_nano_usd(4_812_000),
            price_version: Some("config 1a2b3c4d".into()),
            estimated: true,
            orphan: false,
            repository: Some("github.com/ada/engine".into()),
            branch: Some("main".into()),
            language: Some("rust".into()),
            client_request_id: None,
            latency_ms: 12,
        }
    }

    #[test]
    fn a_request_is_one_line_under_its_totals() {
        let list = UsageList {
            totals: UsageTotals {
                requests: 1,
                usage: entry().usage,
                cost_nano_usd: entry().cost_nano_usd,
            },
            rows: vec![entry()],
            next: Some(entry().request_id),
        };
        insta::assert_snapshot!(text(&list), @r"
        TIME (UTC)        KIND        MODEL  INPUT  OUTPUT     COST  WHERE                       NOTE
        2026-06-01 12:00  completion  coder  2,204      80  $0.0049  github.com/ada/engine@main  estimated

        1 request, 2,204 input and 80 output tokens, $0.0049 (newest 1 shown; --limit shows more)
        ");
    }
}
