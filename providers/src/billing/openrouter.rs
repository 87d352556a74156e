//! OpenRouter: the activity of the last thirty days that are over, with a management key. Everything
//! comes in one answer, one row for each of a model's endpoints.

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Billed, BillingError, Days, Page, Report, add, add_cost, amount::usd, entry};

pub(super) fn pages() -> Vec<Page> {
    vec![Page::first(Report::OpenRouterActivity, "/activity".into())]
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Vec<Row<'a>>,
}

#[derive(Deserialize)]
struct Row<'a> {
    /// With or without an hour behind it.
    date: String,
    model: String,
    #[serde(borrow)]
    usage: &'a RawValue,
    /// What the owner paid elsewhere with a key of their own.
    #[serde(borrow)]
    byok_usage_inference: Option<&'a RawValue>,
    #[serde(default)]
    requests: u64,
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

pub(super) fn activity(days: Days, body: &[u8], billed: &mut Billed) -> Result<Option<String>, BillingError> {
    let text = std::str::from_utf8(body).map_err(|_| BillingError::Unreadable)?;
    let answer: Answer<'_> = serde_json::from_str(text).map_err(|_| BillingError::Unreadable)?;
    for row in &answer.data {
        let day = row.date.get(..10).unwrap_or_default();
        let day: Date = day.parse().map_err(|_| BillingError::Unreadable)?;
        if !days.contains(day) {
            continue;
        }
        let amounts = entry(billed, day, &row.model);
        add(&mut amounts.requests, row.requests);
        add(&mut amounts.input_tokens, row.prompt_tokens);
        add(&mut amounts.output_tokens, row.completion_tokens);
        add_cost(&mut amounts.cost, usd(row.usage.get())?)?;
        let elsewhere = row.byok_usage_inference.map(RawValue::get);
        if let Some(elsewhere) = elsewhere.filter(|elsewhere| *elsewhere != "null") {
            add_cost(&mut amounts.cost, usd(elsewhere)?)?;
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{
        Billing, read,
        tests::{days, told},
    };

    const ACTIVITY: &[u8] = br#"{"data":[
        {"date":"2026-11-15","model":"openai/gpt-4o-mini","model_permaslug":"openai/gpt-4o-mini-2024-07-18",
         "endpoint_id":"e1","provider_name":"OpenAI","usage":0.015,"byok_usage_inference":0,"requests":5,
         "prompt_tokens":50,"completion_tokens":125,"reasoning_tokens":25,"cached_tokens":7},
        {"date":"2026-11-15 00:00:00","model":"openai/gpt-4o-mini","model_permaslug":"openai/gpt-4o-mini-2024-07-18",
         "endpoint_id":"e2","provider_name":"Azure","usage":1e-3,"byok_usage_inference":0.002,"requests":1,
         "prompt_tokens":10,"completion_tokens":5},
        {"date":"2026-11-14","model":"openai/gpt-4o-mini","usage":9,"byok_usage_inference":null}]}"#;

    #[test]
    fn a_models_endpoints_are_one_line() {
        let days = days("2026-11-15", "2026-11-16");
        let page = &Billing::OpenRouter.pages(days)[0];
        let mut billed = Billed::new();
        assert_eq!(read(page, days, ACTIVITY, &mut billed), Ok(None));
        assert_eq!(
            told(&billed),
            ["2026-11-15 openai/gpt-4o-mini: 6 requests, 60 in, 130 out, 18000000"]
        );
    }

    #[test]
    fn an_empty_month_is_one_and_nonsense_is_none() {
        let days = days("2026-11-15", "2026-11-16");
        let page = &Billing::OpenRouter.pages(days)[0];
        let activity = |body: &str| read(page, days, body.as_bytes(), &mut Billed::new());
        assert_eq!(activity(r#"{"data":[]}"#), Ok(None));
        let day = r#"{"data":[{"date":"15 Nov","model":"m","usage":0}]}"#;
        for unreadable in [day, r#"{"error":{"code":401}}"#, "{"] {
            assert_eq!(
                activity(unreadable),
                Err(BillingError::Unreadable),
                "{unreadable}"
            );
        }
    }
}
