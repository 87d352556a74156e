//! `usage models`, and how each of their prices was found.

use std::collections::BTreeSet;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use usage::{
    Client,
    cost::{Prices, Resolved, Span},
};

use super::{
    report::{By, Report},
    scope::View,
};
use crate::{
    failure::Failure,
    output::Output,
    table::{Column, render},
};

#[derive(Args)]
pub struct Models {
    #[command(flatten)]
    report: Report,
    /// Show for each model which price it has and how its name led there
    #[arg(long)]
    explain_price: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explained {
    client: &'static str,
    provider: Option<String>,
    model: String,
    /// From when on it is this price; null for the first.
    from: Option<Timestamp>,
    price: Option<Found>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    provider: String,
    model: String,
    /// What was stripped of the name, in order.
    stripped: Vec<String>,
    fast: bool,
    /// USD per million tokens.
    input: String,
    output: String,
    cache_read: String,
    cache_write: String,
    cache_write_1h: Option<String>,
    /// Prompts above this many tokens have prices of their own.
    long_above: Option<u64>,
    source: String,
}

impl Models {
    pub fn run(self, json: bool) -> Result<Output, Failure> {
        if !self.explain_price {
            return self.report.run(By::Model, json);
        }
        if self.report.is_in_another_currency() {
            return Err(Failure::usage(
                "Prices are in US dollars, as their sources have them.",
                "Leave --currency out.",
            ));
        }
        let view = self.report.view()?;
        let mut prices = Prices::of(&self.report.scope().engine()?.home);
        let models = explained(&view, &mut prices);
        let text = match models.as_slice() {
            [] => "No model is in the logs of this machine.".to_owned(),
            models => render(COLUMNS, models.iter().map(row).collect()),
        };
        Ok(Output::new(text, &serde_json::json!({ "models": models }))?)
    }
}

const COLUMNS: &[Column] = &[
    Column::Text("CLIENT"),
    Column::Text("MODEL"),
    Column::Text("PRICED AS"),
    Column::Text("STRIPPED"),
    Column::Number("INPUT"),
    Column::Number("OUTPUT"),
    Column::Number("CACHE READ"),
    Column::Number("CACHE WRITE"),
    Column::Number("1 HOUR"),
    Column::Number("LONG ABOVE"),
    Column::Text("SOURCE"),
];

fn explained(view: &View, prices: &mut Prices) -> Vec<Explained> {
    let names: BTreeSet<(Client, &str, &str)> = view
        .cells()
        .map(|cell| {
            let key = &cell.key;
            (
                key.client,
                view.fold.name(key.provider),
                view.fold.name(key.model),
            )
        })
        .collect();
    names
        .into_iter()
        .flat_map(|(client, provider, model)| {
            let spans = prices.spans(client, provider, model).to_vec();
            spans.into_iter().map(move |span: Span| Explained {
                client: client.name(),
                provider: (!provider.is_empty()).then(|| provider.to_owned()),
                model: model.to_owned(),
                from: Timestamp::from_millisecond(span.from_ms).ok(),
                price: span.price.map(found),
            })
        })
        .collect()
}

fn found(resolved: Resolved) -> Found {
    let rates = &resolved.price.standard.rates;
    Found {
        provider: resolved.provider,
        model: resolved.model,
        stripped: resolved.steps,
        fast: resolved.is_fast,
        input: rates.input.to_string(),
        output: rates.output.to_string(),
        cache_read: rates.cache_read.to_string(),
        cache_write: rates.cache_write.to_string(),
        cache_write_1h: rates.cache_write_1h.map(|rate| rate.to_string()),
        long_above: resolved.price.standard.long.first().map(|long| long.above),
        source: resolved.price.version.clone(),
    }
}

fn row(explained: &Explained) -> Vec<String> {
    let dash = || "-".to_owned();
    let from = explained
        .from
        .map(|from| format!(" from {}", from.strftime("%Y-%m-%d")));
    let model = explained.model.clone() + &from.unwrap_or_default();
    let start = vec![explained.client.to_owned(), model];
    let rest = match &explained.price {
        None => vec![
            "unpriced".into(),
            dash(),
            dash(),
            dash(),
            dash(),
            dash(),
            dash(),
            dash(),
            dash(),
        ],
        Some(found) => vec![
            format!("{}/{}", found.provider, found.model),
            found.stripped.join(" "),
            found.input.clone(),
            found.output.clone(),
            found.cache_read.clone(),
            found.cache_write.clone(),
            found.cache_write_1h.clone().unwrap_or_else(dash),
            found.long_above.map_or_else(dash, |above| above.to_string()),
            found
                .source
                .rsplit_once(' ')
                .map_or("", |(source, _)| source)
                .to_owned(),
        ],
    };
    [start, rest].concat()
}
