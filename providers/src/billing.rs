//! What a service itself says that it billed, by UTC day and model: which pages to ask for, and what
//! an answer says. One file for each service that tells it; the others' bills come as files.

mod amount;
mod anthropic;
mod openai;
mod openrouter;

use std::collections::BTreeMap;

use jiff::civil::Date;
use protocol::Money;

/// A service that tells what it billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Billing {
    OpenAi,
    Anthropic,
    OpenRouter,
}

/// Whole UTC days, the last one not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    pub since: Date,
    pub until: Date,
}

impl Days {
    pub fn contains(&self, day: Date) -> bool {
        (self.since..self.until).contains(&day)
    }

    pub fn iter(&self) -> impl Iterator<Item = Date> {
        let until = self.until;
        let next = |day: &Date| day.tomorrow().ok();
        std::iter::successors(Some(self.since), next).take_while(move |day| *day < until)
    }
}

/// One page of one of a service's reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    report: Report,
    /// From the upstream's base address on.
    pub path: String,
    /// What the next pages have in common with this one.
    base: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Report {
    OpenAiTokens,
    OpenAiCosts,
    AnthropicTokens,
    AnthropicCosts,
    OpenRouterActivity,
}

impl Page {
    fn first(report: Report, base: String) -> Self {
        Self {
            report,
            path: base.clone(),
            base,
        }
    }

    /// The page after this one, by the mark that the service gave.
    fn next(&self, mark: &str) -> Self {
        Self {
            path: format!("{}&page={}", self.base, escaped(mark)),
            ..self.clone()
        }
    }
}

/// What was billed for one model on one day, as far as a report says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    pub requests: Option<u64>,
    /// All of it, cached or not.
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    /// Less than nothing where the service gave something back.
    pub cost: Option<Money>,
}

/// By day and the model's name at the service.
pub type Billed = BTreeMap<(Date, String), Amounts>;

/// Why an answer is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillingError {
    #[error("the answer has another form than expected")]
    Unreadable,
    #[error("the service bills in {0}, and only US dollars can be compared")]
    Currency(String),
    #[error("an amount of the answer is beyond any bill")]
    Amount,
}

impl Billing {
    /// The header that carries the key: its name, and what stands before the key.
    pub const fn authorization(self) -> (&'static str, &'static str) {
        match self {
            Self::Anthropic => ("x-api-key", ""),
            Self::OpenAi | Self::OpenRouter => ("authorization", "Bearer "),
        }
    }

    /// What has to be sent besides.
    pub const fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Anthropic => &[("anthropic-version", crate::anthropic::VERSION)],
            Self::OpenAi | Self::OpenRouter => &[],
        }
    }

    /// How many hours after its end a day's figures are taken for complete.
    pub const fn hours_late(self) -> i64 {
        match self {
            Self::Anthropic => 2,
            Self::OpenAi | Self::OpenRouter => 12,
        }
    }

    /// How many days back its reports go, today not counted; None: further than anybody asks.
    pub const fn days_back(self) -> Option<i64> {
        match self {
            Self::OpenRouter => Some(30),
            Self::OpenAi | Self::Anthropic => None,
        }
    }

    /// Whether it says anything of a day that is not over.
    pub const fn tells_today(self) -> bool {
        !matches!(self, Self::OpenRouter)
    }

    /// The first page of each report that these days need.
    pub fn pages(self, days: Days) -> Vec<Page> {
        match self {
            Self::OpenAi => openai::pages(days),
            Self::Anthropic => anthropic::pages(days),
            Self::OpenRouter => openrouter::pages(),
        }
    }
}

/// Adds what a page says of these days, and answers the page after it.
pub fn read(page: &Page, days: Days, body: &[u8], billed: &mut Billed) -> Result<Option<Page>, BillingError> {
    let next = match page.report {
        Report::OpenAiTokens => openai::tokens(days, body, billed),
        Report::OpenAiCosts => openai::costs(days, body, billed),
        Report::AnthropicTokens => anthropic::tokens(days, body, billed),
        Report::AnthropicCosts => anthropic::costs(days, body, billed),
        Report::OpenRouterActivity => openrouter::activity(days, body, billed),
    }?;
    Ok(next.map(|mark| page.next(&mark)))
}

/// The name under which a model's figures meet: services bill the dated version of what was asked
/// for by its plain name.
pub fn plain_name(model: &str) -> &str {
    let dated = |at: usize| {
        let (name, date) = (model.get(..at)?, model.get(at..)?.strip_prefix('-')?);
        let digits = date.bytes().filter(u8::is_ascii_digit).count();
        let is_date = match date.len() {
            8 => digits == 8,
            10 => digits == 8 && date.as_bytes()[4] == b'-' && date.as_bytes()[7] == b'-',
            _ => false,
        };
        (is_date && date.starts_with("20") && !name.is_empty()).then_some(name)
    };
    let at = |length: usize| model.len().checked_sub(length).and_then(dated);
    at(9)
        .or_else(|| at(11))
        .or_else(|| model.strip_suffix("-latest"))
        .unwrap_or(model)
}

/// The midnight, UTC, at which the day begins.
fn midnight(day: Date) -> i64 {
    let moment = jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
    moment.map_or(0, |moment| moment.as_second())
}

/// Letters and digits as they are, everything else as its bytes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// The entry of a day and a model, to add to. A name is kept as it can be shown.
fn entry<'a>(billed: &'a mut Billed, day: Date, model: &str) -> &'a mut Amounts {
    let model = model.chars().filter(|sign| !sign.is_control()).collect();
    billed.entry((day, model)).or_default()
}

fn add(sum: &mut Option<u64>, more: u64) {
    *sum = Some(sum.unwrap_or(0).saturating_add(more));
}

fn add_cost(sum: &mut Option<Money>, more: Money) -> Result<(), BillingError> {
    let sum_so_far = sum.unwrap_or(Money::ZERO);
    *sum = Some(sum_so_far.checked_add(more).ok_or(BillingError::Amount)?);
    Ok(())
}

/// Refuses an amount in another currency; nothing is exchanged here.
fn check_currency(currency: Option<&str>) -> Result<(), BillingError> {
    match currency {
        Some(other) if !other.eq_ignore_ascii_case("usd") => {
            // Whatever stands there is somebody else's text.
            let is_code = other.len() == 3 && other.bytes().all(|byte| byte.is_ascii_alphabetic());
            Err(BillingError::Currency(
                if is_code { other } else { "another currency" }.to_owned(),
            ))
        }
        Some(_) | None => Ok(()),
    }
}

/// The mark of the next page, where the service says that there is one.
fn next_mark(has_more: bool, mark: Option<String>) -> Result<Option<String>, BillingError> {
    match (has_more, mark) {
        (false, _) => Ok(None),
        (true, Some(mark)) if !mark.is_empty() => Ok(Some(mark)),
        // A bill with its end missing is not a bill.
        (true, _) => Err(BillingError::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn days(since: &str, until: &str) -> Days {
        Days {
            since: since.parse().unwrap(),
            until: until.parse().unwrap(),
        }
    }

    /// One line a model and day, as a test writes it down.
    pub(super) fn told(billed: &Billed) -> Vec<String> {
        let line = |((day, model), amounts): (&(Date, String), &Amounts)| {
            let number = |count: Option<u64>| count.map_or("-".into(), |count| count.to_string());
            format!(
                "{day} {model}: {} requests, {} in, {} out, {}",
                number(amounts.requests),
                number(amounts.input_tokens),
                number(amounts.output_tokens),
                amounts
                    .cost
                    .map_or("-".into(), |cost| cost.nano_usd().to_string()),
            )
        };
        billed.iter().map(line).collect()
    }

    #[test]
    fn a_dated_model_is_the_plain_one() {
        for (billed, plain) in [
            ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
            ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
            ("claude-sonnet-4-5", "claude-sonnet-4-5"),
            ("codestral-latest", "codestral"),
            ("openai/gpt-4o-mini", "openai/gpt-4o-mini"),
            ("model-12345678", "model-12345678"),
            ("-20250929", "-20250929"),
            ("2024-07-18", "2024-07-18"),
            ("größe-20250929", "größe"),
            ("ü", "ü"),
            ("", ""),
        ] {
            assert_eq!(plain_name(billed), plain, "{billed}");
        }
    }

    #[test]
    fn days_end_before_their_last() {
        let days = days("2026-10-24", "2026-10-27");
        let all: Vec<String> = days.iter().map(|day| day.to_string()).collect();
        assert_eq!(all, ["2026-10-24", "2026-10-25", "2026-10-26"]);
        // The night on which clocks are put back has as many seconds as any other in UTC.
        assert_eq!(midnight(days.until) - midnight(days.since), 3 * 86_400);
    }

    #[test]
    fn a_mark_cannot_add_parameters() {
        assert_eq!(escaped("page_A=&b"), "page_A%3D%26b");
    }
}
