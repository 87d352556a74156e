use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use jiff::civil::Date;
use protocol::{
    Money,
    api::{BilledLine, BilledLines},
};
use serde::{Deserialize, Serialize};

use crate::{context::Context, failure::Failure, output::Output, table::amount};

/// The gateway takes so many at once.
const LINES_AT_ONCE: usize = 500;
const FORM: &str = "The first line names the columns day, upstream, model, cost_usd, and if you have them requests, \
                    input_tokens and output_tokens; a day is such as 2026-11-15.";

#[derive(Args)]
pub struct Import {
    /// A CSV file with the columns day, upstream, model, cost_usd, requests, input_tokens, output_tokens
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
}

#[derive(Serialize)]
struct Imported {
    lines: usize,
    days: usize,
}

#[derive(Deserialize)]
struct Row {
    day: Date,
    upstream: String,
    model: String,
    #[serde(default)]
    cost_usd: Option<String>,
    #[serde(default)]
    requests: Option<u64>,
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
}

type Days = BTreeMap<(String, Date), Vec<BilledLine>>;

impl Import {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let bytes = std::fs::read(&self.file)
            .map_err(|error| Failure::usage(format!("The file cannot be read: {error}."), FORM))?;
        let days = read(&bytes).map_err(|text| Failure::usage(text, FORM))?;
        let imported = Imported {
            lines: days.values().map(Vec::len).sum(),
            days: days.len(),
        };
        let client = context.admin().await?;
        for lines in in_parts(days) {
            client.import_bills(&BilledLines { lines }).await?;
        }
        let text = format!(
            "{} of {} kept. Compare them with `token-tracker reconcile`.",
            amount(imported.lines as u64, "line"),
            amount(imported.days as u64, "day")
        );
        Ok(Output::new(text, &imported)?)
    }
}

/// Lines by upstream and day; those of one model are added up.
fn read(bytes: &[u8]) -> Result<Days, String> {
    // What some programs put before a text to say that it is one.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let mut days = Days::new();
    for (place, row) in reader.deserialize::<Row>().enumerate() {
        let line = place + 2;
        let row = row.map_err(|_| format!("Line {line} is not right."))?;
        let cost = row.cost_usd.as_deref().map(usd).transpose();
        let cost = cost.map_err(|text| format!("Line {line}: cost_usd: {text}."))?;
        let lines = days.entry((row.upstream.clone(), row.day)).or_default();
        let billed = BilledLine {
            day: row.day,
            upstream: row.upstream,
            model: row.model,
            requests: row.requests,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_nano_usd: cost,
        };
        match lines.iter_mut().find(|known| known.model == billed.model) {
            Some(known) => add(known, &billed).ok_or_else(|| format!("Line {line} is too large."))?,
            None => lines.push(billed),
        }
    }
    if days.is_empty() {
        return Err("The file has no line.".into());
    }
    Ok(days)
}

fn usd(text: &str) -> Result<Money, String> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let amount = Money::parse_usd(text.trim_start_matches('$')).map_err(|error| error.to_string())?;
    Ok(Money::from_nano_usd(sign * amount.nano_usd()))
}

/// None: the sum does not fit.
fn add(known: &mut BilledLine, more: &BilledLine) -> Option<()> {
    let counts = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => a.checked_add(b).map(Some),
        (a, b) => Some(a.or(b)),
    };
    known.requests = counts(known.requests, more.requests)?;
    known.input_tokens = counts(known.input_tokens, more.input_tokens)?;
    known.output_tokens = counts(known.output_tokens, more.output_tokens)?;
    known.cost_nano_usd = match (known.cost_nano_usd, more.cost_nano_usd) {
        (Some(a), Some(b)) => Some(a.checked_add(b)?),
        (a, b) => a.or(b),
    };
    Some(())
}

/// Each day whole, since it is replaced whole.
fn in_parts(days: Days) -> Vec<Vec<BilledLine>> {
    let mut parts: Vec<Vec<BilledLine>> = Vec::new();
    for lines in days.into_values() {
        match parts.last_mut() {
            Some(part) if part.len() + lines.len() <= LINES_AT_ONCE => part.extend(lines),
            _ => parts.push(lines),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_and_lines_of_a_model_are_one() {
        let text = "\u{feff}upstream, model, day, cost_usd, input_tokens\n\
                    mistral,\"codestral, large\", 2026-11-15, $1.5, 10\n\
                    mistral,\"codestral, large\", 2026-11-15, -0.25, 5\n\
                    mistral, embed, 2026-11-16, , \n";
        let days = read(text.as_bytes()).unwrap();
        assert_eq!(days.len(), 2);
        let mut lines = days.into_values().flatten();
        let first = lines.next().unwrap();
        assert_eq!(
            (first.model.as_str(), first.input_tokens),
            ("codestral, large", Some(15))
        );
        assert_eq!(first.cost_nano_usd, Money::parse_usd("1.25").ok());
        let second = lines.next().unwrap();
        assert_eq!((second.cost_nano_usd, second.input_tokens), (None, None));
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        for (text, said) in [
            ("day,upstream,model\n", "no line"),
            ("day,upstream,model\nyesterday,a,m", "Line 2"),
            (
                "day,upstream,model,cost_usd\n2026-11-15,a,m,1\n2026-11-15,a,n,much",
                "Line 3: cost_usd",
            ),
            ("day,model\n2026-11-15,m", "Line 2"),
            ("day,upstream,model,requests\n2026-11-15,a,m,-1", "Line 2"),
            ("day,upstream,model\n2026-11-15,a", "Line 2"),
        ] {
            let error = read(text.as_bytes()).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn a_day_is_never_divided() {
        let line = |day: &str, model: usize| format!("{day},a,m{model}\n");
        let mut text = "day,upstream,model\n".to_owned();
        for day in ["2026-11-13", "2026-11-14", "2026-11-15"] {
            text.extend((0..300).map(|model| line(day, model)));
        }
        let parts = in_parts(read(text.as_bytes()).unwrap());
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [300, 300, 300]);
    }
}
