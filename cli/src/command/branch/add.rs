use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use usage::{
    Client,
    cost::Prices,
    fold::Folder,
    record::{FileRecords, Record},
};
use uuid::Uuid;

use super::place::Sources;
use crate::{
    book::{Origin, Row, portable},
    command::usage::screen,
    failure::Failure,
    output::Output,
    table::count,
};

#[derive(Args)]
pub struct Add {
    /// How many tokens
    #[arg(value_name = "COUNT", value_parser = tokens)]
    count: u64,
    /// What they were for
    #[arg(value_name = "NOTE")]
    note: Option<String>,
    /// The model; with it, --input and --output say how the count is made up, and the entry has a price
    #[arg(long, value_name = "MODEL", requires = "input", requires = "output")]
    model: Option<String>,
    /// Who served the model, where its name alone does not say it
    #[arg(long, value_name = "NAME", requires = "model")]
    provider: Option<String>,
    /// Of the count, input that came from no cache
    #[arg(long, value_name = "N", requires = "model", value_parser = tokens_or_none)]
    input: Option<u64>,
    /// Of the count, output
    #[arg(long, value_name = "N", requires = "model", value_parser = tokens_or_none)]
    output: Option<u64>,
    /// Of the count, input that was read from a cache
    #[arg(long, value_name = "N", requires = "model", value_parser = tokens_or_none)]
    cache_read: Option<u64>,
    /// Of the count, input that was written to a cache
    #[arg(long, value_name = "N", requires = "model", value_parser = tokens_or_none)]
    cache_write: Option<u64>,
    /// Another branch than the one that is checked out
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    #[command(flatten)]
    sources: Sources,
}

fn tokens(text: &str) -> Result<u64, String> {
    match tokens_or_none(text)? {
        0 => Err("a count of tokens is at least 1".into()),
        count => Ok(count),
    }
}

/// Digits, grouped with commas or underscores if at all.
fn tokens_or_none(text: &str) -> Result<u64, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| digits.parse().ok()).flatten();
    number
        .filter(|number| *number <= portable::TOKENS_MAX)
        .ok_or_else(|| format!("write a whole number up to {}", portable::TOKENS_MAX))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    row: Row,
    cost_nano_usd: Option<String>,
    /// Whether it has no price: it counts in tokens, and in no sum of money.
    unpriced: bool,
}

impl Add {
    pub fn run(self) -> Result<Output, Failure> {
        self.check_parts()?;
        let checkout = self.sources.checkout()?;
        let branch = checkout.branch_or(self.branch.as_deref())?;
        let row = self.row(checkout.repository, branch);
        let row = portable::check_row(row, Timestamp::now()).map_err(|text| {
            Failure::usage(format!("The entry was not made: {text}."), "Correct that part.")
        })?;
        self.sources.book()?.add(std::slice::from_ref(&row))?;
        let cost = cost(&row, &mut self.sources.prices()?);
        let answer = Answer {
            unpriced: cost.is_none(),
            cost_nano_usd: cost.map(|cost| cost.to_string()),
            row,
        };
        Ok(Output::new(text(&answer, cost), &answer)?)
    }

    fn check_parts(&self) -> Result<(), Failure> {
        if self.model.is_none() {
            return Ok(());
        }
        let parts = [self.input, self.output, self.cache_read, self.cache_write];
        let sum: u64 = parts.into_iter().flatten().sum();
        if sum == self.count {
            return Ok(());
        }
        Err(Failure::usage(
            format!(
                "The parts make {}, and COUNT says {}.",
                count(sum),
                count(self.count)
            ),
            "--input, --output, --cache-read and --cache-write together are COUNT.",
        ))
    }

    fn row(&self, repository: String, branch: String) -> Row {
        Row {
            id: Uuid::now_v7().to_string(),
            client: Client::Manual,
            at: Timestamp::now(),
            origin: Origin::Manual,
            repository: Some(repository),
            branch: Some(branch),
            model: self.model.clone(),
            provider: self.provider.clone(),
            session: None,
            note: self.note.clone().filter(|note| !note.is_empty()),
            // Nobody said what the count is made of.
            input_tokens: self.input.unwrap_or(self.count),
            output_tokens: self.output.unwrap_or(0),
            cache_read_tokens: self.cache_read.unwrap_or(0),
            cache_write_tokens: self.cache_write.unwrap_or(0),
            cache_write_1h_tokens: 0,
            reasoning_tokens: 0,
            web_searches: 0,
            flags: Vec::new(),
            charged_nano_usd: None,
        }
    }
}

/// What a report will say of it.
pub fn cost(row: &Row, prices: &mut Prices) -> Option<i64> {
    let mut file = FileRecords::default();
    let record = Record {
        model: file.name(row.model.as_deref().unwrap_or_default()),
        provider: file.name(row.provider.as_deref().unwrap_or_default()),
        at_ms: row.at.as_millisecond(),
        tokens: row.tokens(),
        searches: row.web_searches,
        flags: row.flags(),
        charged_nano_usd: row.charged_nano_usd.map(protocol::Money::nano_usd),
        ..Record::default()
    };
    let cell = Folder::default().cell(row.client, &file, &record, prices);
    cell.cost_nano_usd
}

fn text(answer: &Answer, cost: Option<i64>) -> String {
    let row = &answer.row;
    let branch = row.branch.as_deref().unwrap_or("-");
    let kept = format!("{} tokens are entered for {branch}", count(row.tokens().total()));
    match (&row.model, cost) {
        (_, Some(_)) => format!("{kept}: {}.", screen::cost(cost)),
        (Some(model), None) => format!("{kept}, unpriced: {model} has no known price."),
        (None, None) => {
            format!("{kept}, unpriced: say --model, --input and --output, and they have a price.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_may_be_grouped_and_are_never_negative_or_absurd() {
        assert_eq!(tokens("50,000"), Ok(50_000));
        assert_eq!(tokens("1_000"), Ok(1_000));
        for text in [
            "0",
            "-5",
            "1.5",
            "",
            ",",
            "99999999999999999999",
            "2000000000000",
            "1e6",
        ] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }
}
