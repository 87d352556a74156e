//! Whether what somebody says that they used can be true. Who lies within these bounds is believed;
//! who lies beyond them is refused as a whole, so that nothing half-true is kept.

use std::collections::{HashMap, HashSet};

use jiff::{ToSpan, civil::Date};
use protocol::{Code, Money, Problem, api::SubmittedDay};
use usage::{
    Client,
    cost::Prices,
    pricing::{Ceiling, Price, ServiceTier},
};

/// So many days, clients and models in one request: they are written between requests to models,
/// which must not wait.
pub const ROWS_MAX: usize = 500;
/// So many of one member are kept: ten years of days with fifty assistants and models each are less.
pub const MEMBER_ROWS_MAX: u64 = 200_000;
/// No assistant kept logs before.
const FIRST: Date = jiff::civil::date(2022, 1, 1);
/// More than any person's machines get through: a hundred agents at half a million tokens a minute
/// for half a day are less.
pub const DAY_TOKENS_MAX: u64 = 50_000_000_000;
/// No model reads and writes more in one answer.
const MESSAGE_TOKENS_MAX: u64 = 20_000_000;
/// One answer in ten milliseconds, all day.
const DAY_MESSAGES_MAX: u64 = 8_640_000;
const NAME_BYTES_MAX: usize = 120;
const SHOWN_NAME_LETTERS_MAX: usize = 60;
/// No model was ever sold at more: 600 dollars for a million tokens.
const TOKEN_NANO_MAX: i64 = 600_000;
/// Whoever sends may know other prices than are known here; not so much others.
const OTHER_PRICES: i64 = 3;
/// Costs are rounded up response by response; a day has at most so many.
const ROUNDING: i64 = 1_000_000;

struct Fault(Code, String);

/// `utc_today` is the day in UTC; nowhere is it more than one day later.
pub fn check(days: &[SubmittedDay], utc_today: Date) -> Result<(), Problem> {
    if days.is_empty() || days.len() > ROWS_MAX {
        return Err(invalid(format!("A submission has 1 to {ROWS_MAX} rows.")));
    }
    let last = utc_today.checked_add(1.day()).unwrap_or(utc_today);
    let mut prices = Prices::default();
    let mut seen = HashSet::new();
    let mut tokens_of_days: HashMap<Date, u64> = HashMap::new();
    for (index, day) in days.iter().enumerate() {
        let tokens = tokens_of_days.entry(day.day).or_default();
        *tokens = tokens.saturating_add(day.total_tokens);
        let is_too_much = *tokens > DAY_TOKENS_MAX;
        let fault = fault_of(day, last, &mut prices).or_else(|| {
            let is_new = seen.insert((day.day, &day.client, &day.model));
            let twice = "has the same day, client and model as one before it".to_owned();
            (!is_new).then_some(Fault(Code::SumsDisagree, twice))
        });
        let fault = fault.or_else(|| is_too_much.then(too_much));
        if let Some(Fault(code, what)) = fault {
            return Err(Problem::new(code, format!("Row {} {what}.", index + 1)));
        }
    }
    Ok(())
}

fn invalid(message: String) -> Problem {
    Problem::new(Code::InvalidRequest, message)
}

fn too_much() -> Fault {
    let what = format!("takes its day over {DAY_TOKENS_MAX} tokens, which nobody can use in one");
    Fault(Code::UsageImpossible, what)
}

fn fault_of(day: &SubmittedDay, last: Date, prices: &mut Prices) -> Option<Fault> {
    let fault = |code, what: &str| Some(Fault(code, what.to_owned()));
    if day.day > last {
        let what = format!("is of {}, which has not come yet", day.day);
        return Some(Fault(Code::DayImpossible, what));
    }
    if day.day < FIRST {
        let what = format!("is of {}, before there were such logs", day.day);
        return Some(Fault(Code::DayImpossible, what));
    }
    let Some(client) = Client::of(&day.client) else {
        return fault(Code::UsageImpossible, "names a client that is not known");
    };
    if !is_name(&day.model) {
        let what = format!("needs a model's name of 1 to {NAME_BYTES_MAX} letters, digits and signs");
        return Some(Fault(Code::UsageImpossible, what));
    }
    if let Some(what) = disagreement(day) {
        return fault(Code::SumsDisagree, what);
    }
    counts_fault(day)
        .or_else(|| cost_fault(day, client, prices))
        .map(|what| Fault(Code::UsageImpossible, what))
}

/// Everybody reads it, so it has no letter that looks like another or like none.
fn is_name(model: &str) -> bool {
    let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    !model.trim().is_empty() && model.len() <= NAME_BYTES_MAX && model.bytes().all(is_plain)
}

/// Parts that are not what they are parts of.
fn disagreement(day: &SubmittedDay) -> Option<&'static str> {
    let parts = [
        day.input_tokens,
        day.output_tokens,
        day.cache_read_tokens,
        day.cache_write_tokens,
    ];
    let sum = parts
        .iter()
        .try_fold(0_u64, |sum, &tokens| sum.checked_add(tokens));
    if sum != Some(day.total_tokens) {
        return Some("has a total that is not the sum of its tokens");
    }
    (day.reasoning_tokens > day.output_tokens).then_some("has more reasoning than output")
}

fn counts_fault(day: &SubmittedDay) -> Option<String> {
    let (tokens, messages) = (day.total_tokens, day.messages);
    if tokens == 0 {
        // So nothing can have cost anything.
        return Some("has no tokens".to_owned());
    }
    if tokens > DAY_TOKENS_MAX {
        return Some(too_much().1);
    }
    if messages == 0 || messages > DAY_MESSAGES_MAX {
        let what = format!("has {messages} messages; 1 to {DAY_MESSAGES_MAX} are possible in a day");
        return Some(what);
    }
    (tokens / messages > MESSAGE_TOKENS_MAX).then(|| "has more tokens than its messages can have".to_owned())
}

fn cost_fault(day: &SubmittedDay, client: Client, prices: &mut Prices) -> Option<String> {
    let cost = day.cost_nano_usd?;
    let known = prices.spans(client, "", &day.model);
    let known = known.iter().filter_map(|span| span.price.as_ref());
    let dearest = known.filter_map(|resolved| dearest(&resolved.price, day)).max();
    let most = match dearest {
        Some(dearest) => dearest.nano_usd().checked_mul(OTHER_PRICES),
        None => i64::try_from(day.total_tokens)
            .ok()
            .and_then(|tokens| tokens.checked_mul(TOKEN_NANO_MAX)),
    };
    // Above what a number can say is above everything.
    let is_too_much = most.is_some_and(|most| cost.nano_usd() > most);
    (cost < Money::ZERO || is_too_much).then(|| "costs more or less than these tokens can".to_owned())
}

/// What the tokens of a day cost at most: every one at the dearest rate of the model, in whichever
/// tier and context, and searches left out, since logs do not price them.
fn dearest(price: &Price, day: &SubmittedDay) -> Option<Money> {
    let input = [day.cache_read_tokens, day.cache_write_tokens]
        .iter()
        .try_fold(day.input_tokens, |sum, &tokens| sum.checked_add(tokens))?;
    let tiers = price.tiers.iter().map(|tier| tier.tier);
    let bounds = tiers.chain([ServiceTier::default()]).map(|tier| {
        price.upper_bound(&Ceiling {
            input_tokens: input,
            output_tokens: day.output_tokens,
            keeps_for_an_hour: true,
            web_searches: 0,
            tier,
        })
    });
    let most = bounds.collect::<Option<Vec<Money>>>()?.into_iter().max()?;
    most.nano_usd().checked_add(ROUNDING).map(Money::from_nano_usd)
}

/// The name that a profile shows.
pub fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let is_right = !name.is_empty()
        && name.chars().count() <= SHOWN_NAME_LETTERS_MAX
        && !name.contains(char::is_control);
    is_right.then(|| name.to_owned()).ok_or_else(|| {
        invalid(format!(
            "A profile's name has 1 to {SHOWN_NAME_LETTERS_MAX} letters."
        ))
    })
}

/// A handle as it is kept. No two look alike but for their letters.
pub fn checked_handle(handle: &str) -> Result<String, Problem> {
    let handle = handle.trim().to_ascii_lowercase();
    let is_right = (3..=30).contains(&handle.len())
        && handle
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !handle.starts_with('-')
        && !handle.ends_with('-');
    if is_right {
        return Ok(handle);
    }
    Err(invalid(
        "A handle has 3 to 30 letters of a–z, digits and dashes, and no dash at its ends.".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 19);

    fn day() -> SubmittedDay {
        SubmittedDay {
            day: TODAY,
            client: "claude".to_owned(),
            model: "claude-sonnet-4-5".to_owned(),
            input_tokens: 1_000_000,
            output_tokens: 100_000,
            cache_read_tokens: 2_000_000,
            cache_write_tokens: 0,
            messages: 40,
            reasoning_tokens: 0,
            total_tokens: 3_100_000,
            cost_nano_usd: Some(Money::from_nano_usd(5_100_000_000)),
        }
    }

    fn says(change: impl FnOnce(&mut SubmittedDay)) -> Result<(), (Code, String)> {
        let mut changed = day();
        change(&mut changed);
        check(&[changed], TODAY).map_err(|problem| (problem.code, problem.message))
    }

    #[test]
    fn what_a_log_would_say_is_believed() {
        assert_eq!(says(|_| ()), Ok(()));
        let tomorrow = says(|day| day.day = date(2026, 11, 20));
        assert_eq!(tomorrow, Ok(()), "it is tomorrow in the east");
        let unpriced = says(|day| {
            day.model = "a-model-of-my-own".to_owned();
            day.cost_nano_usd = None;
        });
        assert_eq!(unpriced, Ok(()));
    }

    fn refused(code: Code, part: &str, change: fn(&mut SubmittedDay)) {
        let (found, message) = says(change).unwrap_err();
        assert!(found == code && message.contains(part), "{found}: {message}");
    }

    #[test]
    fn days_that_cannot_be_are_refused() {
        refused(Code::DayImpossible, "not come yet", |day| {
            day.day = date(2026, 11, 21);
        });
        refused(Code::DayImpossible, "before there were", |day| {
            day.day = date(2021, 12, 31);
        });
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        let names = |part, change| refused(Code::UsageImpossible, part, change);
        names("not known", |day| day.client = "chatbot".to_owned());
        names("a model's name", |day| day.model = " ".to_owned());
        names("a model's name", |day| day.model = "a\nb".to_owned());
        names("a model's name", |day| day.model = "gpt\u{202e}5".to_owned());
    }

    #[test]
    fn sums_that_disagree_are_refused() {
        refused(Code::SumsDisagree, "not the sum", |day| day.total_tokens += 1);
        refused(Code::SumsDisagree, "not the sum", |day| {
            day.cache_read_tokens = u64::MAX;
        });
        refused(Code::SumsDisagree, "more reasoning", |day| {
            day.reasoning_tokens = day.output_tokens + 1;
        });
    }

    #[test]
    fn counts_that_cannot_be_are_refused() {
        let counts = |part, change| refused(Code::UsageImpossible, part, change);
        counts("no tokens", |day| {
            (day.input_tokens, day.output_tokens, day.cache_read_tokens) = (0, 0, 0);
            day.total_tokens = 0;
        });
        counts("nobody can use in one", |day| {
            day.cache_read_tokens = DAY_TOKENS_MAX;
            day.total_tokens = day.input_tokens + day.output_tokens + DAY_TOKENS_MAX;
        });
        counts("possible in a day", |day| day.messages = 0);
        counts("possible in a day", |day| day.messages = DAY_MESSAGES_MAX + 1);
        counts("than its messages can", |day| {
            day.cache_read_tokens = 40 * MESSAGE_TOKENS_MAX;
            day.total_tokens = day.input_tokens + day.output_tokens + 40 * MESSAGE_TOKENS_MAX;
        });
    }

    #[test]
    fn costs_that_cannot_be_are_refused() {
        let costs = |change| refused(Code::UsageImpossible, "than these tokens can", change);
        costs(|day| day.cost_nano_usd = Some(Money::from_nano_usd(5_000_000_000_000)));
        costs(|day| day.cost_nano_usd = Some(Money::from_nano_usd(-1)));
        costs(|day| {
            day.model = "a-model-of-my-own".to_owned();
            day.cost_nano_usd = Some(Money::from_nano_usd(2_000_000_000_000));
        });
    }

    #[test]
    fn a_day_counts_once_and_has_an_end() {
        let twice = check(&[day(), day()], TODAY).unwrap_err();
        assert!(twice.message.contains("Row 2"), "{}", twice.message);
        assert!(check(&[], TODAY).is_err());
        assert!(check(&vec![day(); ROWS_MAX + 1], TODAY).is_err());
        let part = |number: u64| SubmittedDay {
            model: format!("model-{number}"),
            messages: 8_000,
            input_tokens: DAY_TOKENS_MAX / 2 - number,
            total_tokens: DAY_TOKENS_MAX / 2 - number,
            output_tokens: 0,
            cache_read_tokens: 0,
            cost_nano_usd: None,
            ..day()
        };
        assert!(check(&[part(0), part(1)], TODAY).is_ok());
        let parts = check(&[part(0), part(1), part(2)], TODAY).unwrap_err();
        assert_eq!(parts.code, Code::UsageImpossible, "{}", parts.message);
    }

    #[test]
    fn shown_names() {
        assert_eq!(checked_name(" Ada L. ").unwrap(), "Ada L.");
        for wrong in ["", "  ", "a\nb", &"x".repeat(61)] {
            assert!(checked_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn handles() {
        assert_eq!(checked_handle(" Mira-K ").unwrap(), "mira-k");
        for wrong in [
            "",
            "ab",
            "-mira",
            "mira-",
            "mira k",
            "mirа-cyrillic",
            &"x".repeat(31),
        ] {
            assert!(checked_handle(wrong).is_err(), "{wrong}");
        }
    }
}
