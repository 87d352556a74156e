//! OpenAI: the organisation's usage and costs, with an admin key. Costs are what is paid, and name
//! the model within a text: `gpt-4o-mini-2024-07-18, input`.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Billed, BillingError, Days, Page, Report, add, add_cost, amount::usd, check_currency, entry, midnight,
    next_mark,
};

pub(super) fn pages(days: Days) -> Vec<Page> {
    let (since, until) = (midnight(days.since), midnight(days.until));
    let span = format!("start_time={since}&end_time={until}&bucket_width=1d");
    let tokens = |route: &str| {
        let base = format!("/organization/usage/{route}?{span}&limit=31&group_by[]=model");
        Page::first(Report::OpenAiTokens, base)
    };
    let costs = format!("/organization/costs?{span}&limit=31&group_by[]=line_item");
    vec![
        tokens("completions"),
        tokens("embeddings"),
        Page::first(Report::OpenAiCosts, costs),
    ]
}

#[derive(Deserialize)]
struct Answer<T> {
    data: Vec<Bucket<T>>,
    #[serde(default)]
    has_more: bool,
    #[serde(default)]
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct Bucket<T> {
    start_time: i64,
    // An older name of it.
    #[serde(alias = "result")]
    results: Vec<T>,
}

#[derive(Deserialize)]
struct Tokens {
    /// With what was cached.
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    #[serde(default)]
    num_model_requests: u64,
    model: Option<String>,
}

#[derive(Deserialize)]
struct Cost<'a> {
    #[serde(borrow)]
    amount: Amount<'a>,
    line_item: Option<String>,
}

#[derive(Deserialize)]
struct Amount<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
    currency: Option<String>,
}

pub(super) fn tokens(days: Days, body: &[u8], billed: &mut Billed) -> Result<Option<String>, BillingError> {
    let answer: Answer<Tokens> = serde_json::from_slice(body).map_err(|_| BillingError::Unreadable)?;
    for bucket in answer.data {
        let day = day_of(bucket.start_time)?;
        for result in bucket.results.iter().filter(|_| days.contains(day)) {
            let model = result.model.as_deref().unwrap_or("unknown");
            let amounts = entry(billed, day, model);
            add(&mut amounts.requests, result.num_model_requests);
            add(&mut amounts.input_tokens, result.input_tokens);
            add(&mut amounts.output_tokens, result.output_tokens);
        }
    }
    next_mark(answer.has_more, answer.next_page)
}

pub(super) fn costs(days: Days, body: &[u8], billed: &mut Billed) -> Result<Option<String>, BillingError> {
    let text = std::str::from_utf8(body).map_err(|_| BillingError::Unreadable)?;
    let answer: Answer<Cost<'_>> = serde_json::from_str(text).map_err(|_| BillingError::Unreadable)?;
    for bucket in answer.data {
        let day = day_of(bucket.start_time)?;
        for result in bucket.results.iter().filter(|_| days.contains(day)) {
            check_currency(result.amount.currency.as_deref())?;
            let item = result.line_item.as_deref().unwrap_or("unknown");
            let model = item.split_once(", ").map_or(item, |(model, _)| model);
            let cost = usd(result.amount.value.get())?;
            add_cost(&mut entry(billed, day, model).cost, cost)?;
        }
    }
    next_mark(answer.has_more, answer.next_page)
}

fn day_of(second: i64) -> Result<Date, BillingError> {
    let moment = Timestamp::from_second(second).map_err(|_| BillingError::Unreadable)?;
    Ok(TimeZone::UTC.to_datetime(moment).date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{
        Billing, read,
        tests::{days, told},
    };

    const TOKENS_1: &[u8] = br#"{"object":"page","has_more":true,"next_page":"page_2","data":[
        {"object":"bucket","start_time":1794700800,"end_time":1794787200,"results":[
         {"object":"organization.usage.completions.result","input_tokens":100,"input_cached_tokens":40,
          "input_uncached_tokens":60,"output_tokens":20,"num_model_requests":3,"model":"gpt-4o-mini-2024-07-18",
          "project_id":null,"user_id":null,"api_key_id":null,"batch":null,"service_tier":null}]}]}"#;
    /// An older recording with fewer fields, a day without traffic, and one after the days asked for.
    const TOKENS_2: &[u8] = br#"{"object":"page","has_more":false,"next_page":null,"data":[
        {"start_time":1794787200,"results":[]},
        {"start_time":1794700800,"results":[{"input_tokens":7,"model":"gpt-4o-mini-2024-07-18"}]},
        {"start_time":1794873600,"results":[{"input_tokens":9,"model":"late"}]}]}"#;
    /// An amount as a number, as a text, and one that was given back; an item without a model.
    const COSTS: &[u8] = br#"{"object":"page","has_more":false,"next_page":null,"data":[
        {"object":"bucket","start_time":1794700800,"end_time":1794787200,"results":[
         {"object":"organization.costs.result","amount":{"value":0.06,"currency":"usd"},
          "line_item":"gpt-4o-mini-2024-07-18, input","project_id":null},
         {"object":"organization.costs.result","amount":{"value":"0.015","currency":"USD"},
          "line_item":"gpt-4o-mini-2024-07-18, output","project_id":null},
         {"object":"organization.costs.result","amount":{"value":-0.001,"currency":"usd"},
          "line_item":"gpt-4o-mini-2024-07-18, output"},
         {"object":"organization.costs.result","amount":{"value":0.5,"currency":"usd"},"line_item":"Web search"}]}]}"#;

    #[test]
    fn tokens_and_costs_of_a_model_meet() {
        let days = days("2026-11-15", "2026-11-17");
        let pages = Billing::OpenAi.pages(days);
        let mut billed = Billed::new();
        let second = read(&pages[0], days, TOKENS_1, &mut billed).unwrap().unwrap();
        assert!(
            second.path.ends_with("&group_by[]=model&page=page_2"),
            "{}",
            second.path
        );
        assert_eq!(read(&second, days, TOKENS_2, &mut billed), Ok(None));
        assert_eq!(read(&pages[2], days, COSTS, &mut billed), Ok(None));
        assert_eq!(
            told(&billed),
            [
                "2026-11-15 Web search: - requests, - in, - out, 500000000",
                "2026-11-15 gpt-4o-mini-2024-07-18: 3 requests, 107 in, 20 out, 74000000",
            ]
        );
    }

    #[test]
    fn days_are_asked_for_in_seconds_of_utc() {
        let pages = Billing::OpenAi.pages(days("2026-11-15", "2026-11-17"));
        assert_eq!(
            pages[2].path,
            "/organization/costs?start_time=1794700800&end_time=1794873600&bucket_width=1d&limit=31&group_by[]=line_item"
        );
        assert!(pages[1].path.starts_with("/organization/usage/embeddings?"));
    }

    #[test]
    fn what_is_no_bill_is_an_error_and_not_an_empty_one() {
        let days = days("2026-11-15", "2026-11-17");
        let pages = Billing::OpenAi.pages(days);
        let costs = |body: &str| read(&pages[2], days, body.as_bytes(), &mut Billed::new());
        let euros =
            r#"{"data":[{"start_time":1794700800,"results":[{"amount":{"value":1,"currency":"eur"}}]}]}"#;
        assert_eq!(costs(euros), Err(BillingError::Currency("eur".into())));
        let huge =
            r#"{"data":[{"start_time":1794700800,"results":[{"amount":{"value":1e300,"currency":"usd"}}]}]}"#;
        assert_eq!(costs(huge), Err(BillingError::Amount));
        let cut = &std::str::from_utf8(COSTS).unwrap()[..300];
        for unreadable in [
            cut,
            "",
            "[]",
            "<html>",
            r#"{"error":{}}"#,
            r#"{"data":[],"has_more":true}"#,
        ] {
            assert_eq!(costs(unreadable), Err(BillingError::Unreadable), "{unreadable}");
        }
        assert_eq!(costs(r#"{"data":[]}"#), Ok(None));
    }
}
