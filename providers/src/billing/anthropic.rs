//! Anthropic: the organisation's usage report and cost report, with an admin key. Amounts are decimal
//! cents in a text.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Billed, BillingError, Days, Page, Report, add, add_cost, amount::cents, check_currency, entry, next_mark,
};

pub(super) fn pages(days: Days) -> Vec<Page> {
    let span = format!(
        "starting_at={}T00:00:00Z&ending_at={}T00:00:00Z&bucket_width=1d&limit=31",
        days.since, days.until
    );
    let tokens = format!("/organizations/usage_report/messages?{span}&group_by[]=model");
    let costs = format!("/organizations/cost_report?{span}&group_by[]=description");
    vec![
        Page::first(Report::AnthropicTokens, tokens),
        Page::first(Report::AnthropicCosts, costs),
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
    starting_at: Timestamp,
    results: Vec<T>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    uncached_input_tokens: u64,
    cache_creation: Option<CacheCreation>,
    #[serde(default)]
    cache_read_input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    model: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CacheCreation {
    ephemeral_5m_input_tokens: u64,
    ephemeral_1h_input_tokens: u64,
}

#[derive(Deserialize)]
struct Cost<'a> {
    currency: Option<String>,
    #[serde(borrow)]
    amount: &'a RawValue,
    model: Option<String>,
    /// `tokens`, `web_search`, `code_execution`, and what may come.
    cost_type: Option<String>,
}

impl Tokens {
    fn input(&self) -> u64 {
        let written = self.cache_creation.as_ref().map_or(0, |written| {
            written
                .ephemeral_5m_input_tokens
                .saturating_add(written.ephemeral_1h_input_tokens)
        });
        let read = self.cache_read_input_tokens;
        self.uncached_input_tokens
            .saturating_add(written)
            .saturating_add(read)
    }
}

pub(super) fn tokens(days: Days, body: &[u8], billed: &mut Billed) -> Result<Option<String>, BillingError> {
    let answer: Answer<Tokens> = serde_json::from_slice(body).map_err(|_| BillingError::Unreadable)?;
    for bucket in answer.data {
        let day = day_of(bucket.starting_at);
        for result in bucket.results.iter().filter(|_| days.contains(day)) {
            let amounts = entry(billed, day, result.model.as_deref().unwrap_or("unknown"));
            add(&mut amounts.input_tokens, result.input());
            add(&mut amounts.output_tokens, result.output_tokens);
        }
    }
    next_mark(answer.has_more, answer.next_page)
}

pub(super) fn costs(days: Days, body: &[u8], billed: &mut Billed) -> Result<Option<String>, BillingError> {
    let text = std::str::from_utf8(body).map_err(|_| BillingError::Unreadable)?;
    let answer: Answer<Cost<'_>> = serde_json::from_str(text).map_err(|_| BillingError::Unreadable)?;
    for bucket in answer.data {
        let day = day_of(bucket.starting_at);
        for result in bucket.results.iter().filter(|_| days.contains(day)) {
            check_currency(result.currency.as_deref())?;
            // Searches and code that the service runs have no model.
            let model = result.model.as_deref().or(result.cost_type.as_deref());
            let cost = cents(result.amount.get())?;
            add_cost(&mut entry(billed, day, model.unwrap_or("unknown")).cost, cost)?;
        }
    }
    next_mark(answer.has_more, answer.next_page)
}

fn day_of(moment: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{
        Billing, read,
        tests::{days, told},
    };

    const TOKENS: &[u8] = br#"{"data":[{"starting_at":"2026-11-15T00:00:00Z","ending_at":"2026-11-16T00:00:00Z","results":[
        {"uncached_input_tokens":100,"cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":1},
         "cache_read_input_tokens":40,"output_tokens":20,"server_tool_use":{"web_search_requests":0},
         "model":"claude-sonnet-4-5-20250929","api_key_id":null,"workspace_id":null,"service_tier":null,
         "context_window":null},
        {"uncached_input_tokens":3,"cache_creation":null,"output_tokens":1,"model":null}]}],
        "has_more":false,"next_page":null}"#;
    const COSTS_1: &[u8] = br#"{"data":[{"starting_at":"2026-11-15T00:00:00Z","ending_at":"2026-11-16T00:00:00Z","results":[
        {"currency":"USD","amount":"0.0534","description":"Claude Sonnet 4.5 Usage - Input Tokens","cost_type":"tokens",
         "token_type":"uncached_input_tokens","model":"claude-sonnet-4-5-20250929","service_tier":"standard",
         "context_window":"0-200k","workspace_id":null}]}],"has_more":true,"next_page":"page_MjAy=="}"#;
    const COSTS_2: &[u8] = br#"{"data":[{"starting_at":"2026-11-15T00:00:00Z","results":[
        {"currency":"USD","amount":"0.03","cost_type":"tokens","token_type":"output_tokens",
         "model":"claude-sonnet-4-5-20250929"},
        {"currency":"USD","amount":"1","cost_type":"web_search","token_type":null,"model":null},
        {"currency":"USD","amount":"2","cost_type":"something_new"}]}],"has_more":false,"next_page":null}"#;

    #[test]
    fn cached_tokens_are_input_and_cents_are_hundredths() {
        let days = days("2026-11-15", "2026-11-16");
        let pages = Billing::Anthropic.pages(days);
        let mut billed = Billed::new();
        assert_eq!(read(&pages[0], days, TOKENS, &mut billed), Ok(None));
        let second = read(&pages[1], days, COSTS_1, &mut billed).unwrap().unwrap();
        assert!(second.path.ends_with("&page=page_MjAy%3D%3D"), "{}", second.path);
        assert_eq!(read(&second, days, COSTS_2, &mut billed), Ok(None));
        assert_eq!(
            told(&billed),
            [
                "2026-11-15 claude-sonnet-4-5-20250929: - requests, 146 in, 20 out, 834000",
                "2026-11-15 something_new: - requests, - in, - out, 20000000",
                "2026-11-15 unknown: - requests, 3 in, 1 out, -",
                "2026-11-15 web_search: - requests, - in, - out, 10000000",
            ]
        );
    }

    #[test]
    fn days_are_asked_for_by_their_midnights() {
        let pages = Billing::Anthropic.pages(days("2026-11-15", "2026-11-16"));
        assert_eq!(
            pages[1].path,
            "/organizations/cost_report?starting_at=2026-11-15T00:00:00Z&ending_at=2026-11-16T00:00:00Z\
             &bucket_width=1d&limit=31&group_by[]=description"
        );
    }

    #[test]
    fn what_is_no_bill_is_an_error() {
        let days = days("2026-11-15", "2026-11-16");
        let page = &Billing::Anthropic.pages(days)[1];
        let costs = |body: &str| read(page, days, body.as_bytes(), &mut Billed::new());
        let euros = r#"{"data":[{"starting_at":"2026-11-15T00:00:00Z","results":[{"currency":"EUR","amount":"1"}]}]}"#;
        assert_eq!(costs(euros), Err(BillingError::Currency("EUR".into())));
        let text = r#"{"data":[{"starting_at":"2026-11-15T00:00:00Z","results":[{"amount":"much"}]}]}"#;
        assert_eq!(costs(text), Err(BillingError::Amount));
        let day = r#"{"data":[{"starting_at":"yesterday","results":[]}]}"#;
        for unreadable in [
            day,
            "",
            r#"{"type":"error"}"#,
            r#"{"data":[],"has_more":true,"next_page":""}"#,
        ] {
            assert_eq!(costs(unreadable), Err(BillingError::Unreadable), "{unreadable}");
        }
    }
}
