//! Two books beside each other. Pure: what is compared comes from the caller.

use std::collections::{BTreeMap, HashMap};

use protocol::{
    Money,
    api::{LineAmounts, LineDifference, LineState, Reconciliation, ReconciliationLine},
};
use providers::billing::plain_name;

use super::Alarm;
use crate::{
    config::Tolerance,
    ledger::{BillAmounts, BilledDay, Books, Metered, day_of},
};

/// Newest day first, then by upstream and model.
type Key<'a> = (std::cmp::Reverse<i64>, &'a str, &'a str);

#[derive(Default)]
struct Sides {
    metered: Option<LineAmounts>,
    billed: Option<LineAmounts>,
}

/// One line for each model of an upstream on a day. Where neither side says that anything was used,
/// there is none.
pub(super) fn compare(
    books: &Books,
    tolerance: Tolerance,
    is_complete: impl Fn(&BilledDay) -> bool,
) -> Vec<ReconciliationLine> {
    let days: HashMap<(&str, i64), bool> = books
        .days
        .iter()
        .map(|day| ((day.upstream.as_str(), day.day), is_complete(day)))
        .collect();
    let mut all: BTreeMap<Key<'_>, Sides> = BTreeMap::new();
    for metered in &books.metered {
        let key = (
            std::cmp::Reverse(metered.day),
            metered.upstream.as_str(),
            plain_name(&metered.model),
        );
        let side = all.entry(key).or_default().metered.get_or_insert(NOTHING);
        *side = sum(*side, of_metered(metered));
    }
    for billed in &books.billed {
        let key = (
            std::cmp::Reverse(billed.day),
            billed.upstream.as_str(),
            plain_name(&billed.model),
        );
        let side = &mut all.entry(key).or_default().billed;
        let amounts = of_billed(&billed.amounts);
        *side = Some(side.map_or(amounts, |side| told_sum(side, amounts)));
    }
    all.retain(|(day, upstream, _), sides| is_of_interest(sides, days.contains_key(&(*upstream, day.0))));
    let lines = all.into_iter().map(|((day, upstream, model), sides)| {
        let is_told = days.get(&(upstream, day.0)).copied().unwrap_or(false);
        ReconciliationLine {
            day: day_of(day.0),
            upstream: upstream.to_owned(),
            model: model.to_owned(),
            metered: sides.metered,
            billed: sides.billed,
            difference: difference(&sides, is_told),
            state: state(&sides, is_told, tolerance),
        }
    });
    lines.collect()
}

const NOTHING: LineAmounts = LineAmounts {
    requests: Some(0),
    input_tokens: Some(0),
    output_tokens: Some(0),
    cost_nano_usd: Some(Money::ZERO),
};

fn of_metered(metered: &Metered) -> LineAmounts {
    LineAmounts {
        requests: Some(metered.requests.unsigned_abs()),
        input_tokens: Some(metered.input.unsigned_abs()),
        output_tokens: Some(metered.output.unsigned_abs()),
        cost_nano_usd: metered.cost_at_provider(),
    }
}

fn of_billed(amounts: &BillAmounts) -> LineAmounts {
    LineAmounts {
        requests: amounts.requests.map(i64::unsigned_abs),
        input_tokens: amounts.input.map(i64::unsigned_abs),
        output_tokens: amounts.output.map(i64::unsigned_abs),
        cost_nano_usd: amounts.cost.map(Money::from_nano_usd),
    }
}

/// A sum in which something is not known is not known.
fn sum(a: LineAmounts, b: LineAmounts) -> LineAmounts {
    let counts = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
    LineAmounts {
        requests: counts(a.requests, b.requests),
        input_tokens: counts(a.input_tokens, b.input_tokens),
        output_tokens: counts(a.output_tokens, b.output_tokens),
        cost_nano_usd: a
            .cost_nano_usd
            .and_then(|a| Some(a.saturating_add(b.cost_nano_usd?))),
    }
}

/// Of a bill, what one line does not tell another line does: tokens under one name of a model, its
/// cost under another.
fn told_sum(a: LineAmounts, b: LineAmounts) -> LineAmounts {
    let counts = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    };
    LineAmounts {
        requests: counts(a.requests, b.requests),
        input_tokens: counts(a.input_tokens, b.input_tokens),
        output_tokens: counts(a.output_tokens, b.output_tokens),
        cost_nano_usd: match (a.cost_nano_usd, b.cost_nano_usd) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        },
    }
}

/// Attempts that came to nothing, and models that cost nothing where no bill is expected, are not.
fn is_of_interest(sides: &Sides, has_bill: bool) -> bool {
    let is_something = |side: &LineAmounts| {
        side.cost_nano_usd != Some(Money::ZERO)
            || has_bill && (side.input_tokens.unwrap_or(0) > 0 || side.output_tokens.unwrap_or(0) > 0)
    };
    [&sides.metered, &sides.billed]
        .into_iter()
        .flatten()
        .any(is_something)
}

/// Billed less metered. Once the day's bill is complete, what is not on it was not billed.
fn difference(sides: &Sides, is_told: bool) -> Option<LineDifference> {
    let nothing = is_told.then_some(NOTHING);
    let metered = sides.metered.or(nothing)?;
    let billed = sides.billed.or(nothing)?;
    let counts = |metered: Option<u64>, billed: Option<u64>| {
        let less = i128::from(billed?) - i128::from(metered?);
        i64::try_from(less).ok()
    };
    let cost = metered.cost_nano_usd.zip(billed.cost_nano_usd);
    Some(LineDifference {
        input_tokens: counts(metered.input_tokens, billed.input_tokens),
        output_tokens: counts(metered.output_tokens, billed.output_tokens),
        cost_nano_usd: cost.and_then(|(metered, billed)| billed.checked_sub(metered)),
    })
}

fn state(sides: &Sides, is_told: bool, tolerance: Tolerance) -> LineState {
    match (&sides.metered, &sides.billed) {
        _ if !is_told => LineState::NotToldYet,
        (Some(_), None) => LineState::OnlyMetered,
        (None, _) => LineState::OnlyBilled,
        (Some(metered), Some(billed)) => match is_close(metered, billed, tolerance) {
            Some(true) => LineState::Matches,
            Some(false) => LineState::Differs,
            None => LineState::NotToldYet,
        },
    }
}

/// Money decides; where a bill has none, tokens do. None: there is nothing to compare.
fn is_close(metered: &LineAmounts, billed: &LineAmounts, tolerance: Tolerance) -> Option<bool> {
    if let Some((metered, billed)) = metered.cost_nano_usd.zip(billed.cost_nano_usd) {
        let amount = u128::from(tolerance.amount.nano_usd().unsigned_abs());
        let share = share_of(metered.nano_usd().unsigned_abs(), tolerance);
        return Some(apart(metered.nano_usd().into(), billed.nano_usd().into()) <= amount.max(share));
    }
    let pairs = [
        metered.input_tokens.zip(billed.input_tokens),
        metered.output_tokens.zip(billed.output_tokens),
    ];
    let mut known = pairs.into_iter().flatten().peekable();
    known.peek()?;
    Some(known.all(|(metered, billed)| apart(metered.into(), billed.into()) <= share_of(metered, tolerance)))
}

fn share_of(metered: u64, tolerance: Tolerance) -> u128 {
    u128::from(metered) * u128::from(tolerance.percent) / 100
}

fn apart(a: i128, b: i128) -> u128 {
    (a - b).unsigned_abs()
}

/// By upstream: how many lines are beyond the tolerance, and by how much. What is too little to
/// differ is too little to be missing, too.
pub(super) fn alarms(found: &Reconciliation, tolerance: Tolerance) -> BTreeMap<String, Alarm> {
    let mut alarms: BTreeMap<String, Alarm> = found
        .sources
        .iter()
        .filter(|source| source.read_at.is_some())
        .map(|source| (source.upstream.clone(), Alarm::default()))
        .collect();
    for line in found.lines.iter().filter(|line| line.state.is_alarming()) {
        let cost = line.difference.and_then(|difference| difference.cost_nano_usd);
        let is_missing = line.state != LineState::Differs;
        let is_little =
            |cost: Money| cost.nano_usd().unsigned_abs() <= tolerance.amount.nano_usd().unsigned_abs();
        if is_missing && cost.is_some_and(is_little) {
            continue;
        }
        let alarm = alarms.entry(line.upstream.clone()).or_default();
        alarm.lines += 1;
        alarm.nano_usd += i128::from(cost.map_or(0, Money::nano_usd)).abs();
    }
    alarms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Billed;

    const TOLERANCE: Tolerance = Tolerance {
        percent: 2,
        amount: Money::from_nano_usd(1_000),
    };
    const DAY: i64 = 20_772;

    fn metered(model: &str, output: i64, cost: i64) -> Metered {
        Metered {
            upstream: "openai".into(),
            model: model.into(),
            day: DAY,
            multiplier: 1_000_000,
            requests: 1,
            input: 100,
            output,
            cost,
        }
    }

    fn billed(model: &str, output: Option<i64>, cost: Option<i64>) -> Billed {
        Billed {
            upstream: "openai".into(),
            day: DAY,
            model: model.into(),
            amounts: BillAmounts {
                requests: None,
                input: output.map(|_| 100),
                output,
                cost,
            },
        }
    }

    fn books(metered: Vec<Metered>, billed: Vec<Billed>) -> Books {
        let day = BilledDay {
            upstream: "openai".into(),
            day: DAY,
            at: 0,
            is_imported: false,
        };
        Books {
            metered,
            days: vec![day],
            billed,
        }
    }

    fn line(books: &Books, is_told: bool) -> ReconciliationLine {
        let mut lines = compare(books, TOLERANCE, |_| is_told);
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines.remove(0)
    }

    #[test]
    fn each_line_has_the_state_of_its_two_sides() {
        use LineState::*;
        let ours = || vec![metered("m", 50, 1_000_000)];
        let theirs = |cost: i64| vec![billed("m", Some(50), Some(cost))];
        let none: fn() -> Vec<Billed> = Vec::new;
        for (metered, billed, is_told, state, difference) in [
            (ours(), theirs(1_000_000), true, Matches, Some(0)),
            // Two in a hundred, and not a nano-dollar more.
            (ours(), theirs(1_020_000), true, Matches, Some(20_000)),
            (ours(), theirs(1_020_001), true, Differs, Some(20_001)),
            (ours(), theirs(979_999), true, Differs, Some(-20_001)),
            (ours(), none(), true, OnlyMetered, Some(-1_000_000)),
            (Vec::new(), theirs(7_000), true, OnlyBilled, Some(7_000)),
            // The day is not complete: nobody is alarmed.
            (ours(), theirs(500_000), false, NotToldYet, Some(-500_000)),
            (ours(), none(), false, NotToldYet, None),
            (Vec::new(), theirs(7_000), false, NotToldYet, None),
        ] {
            let line = line(&books(metered, billed), is_told);
            let found = line.difference.and_then(|difference| difference.cost_nano_usd);
            assert_eq!((line.state, found.map(Money::nano_usd)), (state, difference));
        }
    }

    #[test]
    fn a_small_difference_of_a_small_amount_is_none() {
        let theirs = |cost| vec![billed("m", None, Some(cost))];
        let near = books(vec![metered("m", 1, 100)], theirs(1_100));
        assert_eq!(line(&near, true).state, LineState::Matches);
        let far = books(vec![metered("m", 1, 100)], theirs(1_101));
        assert_eq!(line(&far, true).state, LineState::Differs);
    }

    #[test]
    fn without_an_amount_tokens_are_compared() {
        let bill = |output| vec![billed("m", Some(output), None)];
        let with = |output| books(vec![metered("m", 100, 1_000_000)], bill(output));
        assert_eq!(line(&with(102), true).state, LineState::Matches);
        let differs = line(&with(103), true);
        assert_eq!(differs.state, LineState::Differs);
        let difference = differs.difference.unwrap();
        assert_eq!(
            (difference.output_tokens, difference.cost_nano_usd),
            (Some(3), None)
        );
        // Nothing at all is told of it.
        let mut empty = with(0);
        empty.billed[0].amounts = BillAmounts::default();
        assert_eq!(line(&empty, true).state, LineState::NotToldYet);
    }

    #[test]
    fn versions_of_a_model_and_both_reports_of_it_are_one_line() {
        let books = books(
            vec![
                metered("gpt-4o-mini", 30, 600),
                metered("gpt-4o-mini-2024-07-18", 20, 400),
            ],
            vec![
                billed("gpt-4o-mini-2024-07-18", Some(50), None),
                billed("gpt-4o-mini", None, Some(1_000)),
            ],
        );
        let line = line(&books, true);
        assert_eq!(
            (line.model.as_str(), line.state),
            ("gpt-4o-mini", LineState::Matches)
        );
        let (metered, billed) = (line.metered.unwrap(), line.billed.unwrap());
        assert_eq!((metered.output_tokens, metered.requests), (Some(50), Some(2)));
        assert_eq!((billed.output_tokens, billed.requests), (Some(50), None));
    }

    #[test]
    fn the_operators_factor_is_not_the_providers() {
        let mut dearer = metered("m", 50, 1_500_000);
        dearer.multiplier = 1_500_000;
        let bill = || vec![billed("m", None, Some(1_000_000))];
        assert_eq!(
            line(&books(vec![dearer.clone()], bill()), true).state,
            LineState::Matches
        );
        // Given away: what the provider takes for it does not follow from what was charged.
        dearer.multiplier = 0;
        let given = line(&books(vec![dearer], bill()), true);
        assert_eq!(given.metered.unwrap().cost_nano_usd, None);
        assert_eq!(given.state, LineState::NotToldYet);
    }

    #[test]
    fn what_costs_nothing_and_is_nowhere_billed_is_no_line() {
        let mut failed = metered("m", 0, 0);
        failed.input = 0;
        assert!(compare(&books(vec![failed], Vec::new()), TOLERANCE, |_| true).is_empty());
        let local = Metered {
            upstream: "builtin".into(),
            ..metered("m", 50, 0)
        };
        assert!(compare(&books(vec![local], Vec::new()), TOLERANCE, |_| true).is_empty());
    }

    #[test]
    fn alarms_count_what_is_beyond_the_tolerance() {
        let books = books(
            vec![
                metered("a", 1, 1_000_000),
                metered("b", 1, 5_000),
                metered("c", 1, 900),
            ],
            vec![
                billed("a", None, Some(1_500_000)),
                billed("d", None, Some(-9_000)),
            ],
        );
        let found = Reconciliation {
            since: day_of(DAY),
            until: day_of(DAY + 1),
            lines: compare(&books, TOLERANCE, |_| true),
            sources: Vec::new(),
        };
        let alarm = Alarm {
            lines: 3,
            nano_usd: 500_000 + 5_000 + 9_000,
        };
        assert_eq!(
            alarms(&found, TOLERANCE),
            BTreeMap::from([("openai".to_owned(), alarm)])
        );
    }
}
